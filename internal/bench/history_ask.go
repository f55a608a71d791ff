package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/history"
)

// A question is asked of the history as often as there are rounds.
type question struct {
	name     string
	required time.Duration // it must be answered sooner than that; 0: nothing is required
	least    int           // so many deliveries must be found, so that the figures mean something; nothing: none may be
	ask      func(ctx context.Context) (found int, err error)
}

const nothing = -1

func (q question) check(found int) error {
	if least := max(q.least, 0); found < least || q.least == nothing && found > 0 {
		return fmt.Errorf("found %d deliveries, want %d", found, least)
	}
	return nil
}

// What is required of a history of a million deliveries.
const (
	listWithin     = 60 * time.Millisecond
	wordsWithin    = 150 * time.Millisecond
	selectorWithin = 100 * time.Millisecond
)

// questions are what users ask. Those of a whole process are asked of the real program, the others of an open history.
func (m madeHistory) questions(p programs, s *history.Store) []question {
	page := min(50, m.Deliveries/50) // what a list shows without --limit
	all := []question{
		{"process: hook --version, to compare", 0, 0, m.process(p, "shop", "--version")},
		{"process: hook list", listWithin, page, m.process(p, "shop", "list")},
		{"process: hook list --json", listWithin, page, m.process(p, "shop", "list", "--json")},
		{"process: hook list, in a project with few", listWithin, 0, m.process(p, "fresh", "list")},
		{"process: hook list " + rareWord, wordsWithin, 1, m.process(p, "shop", "list", rareWord)},
		{"process: hook list --failed", selectorWithin, 1, m.process(p, "shop", "list", "--failed")},
		{"open and close", 0, 0, m.openClose},
	}
	list := func(name string, required time.Duration, least int, q history.Query) {
		all = append(all, question{name, required, least, func(ctx context.Context) (int, error) {
			found, err := s.List(ctx, q)
			return len(found), err
		}})
	}
	since := time.Now().AddDate(0, 0, -20)
	list("50 newest", selectorWithin, page, history.Query{})
	list("50 newest of all projects", selectorWithin, page, history.Query{AllProjects: true})
	list("50 oldest", selectorWithin, page, history.Query{OldestFirst: true})
	list("--limit 1000", selectorWithin, min(1000, m.Deliveries/2), history.Query{Limit: 1000})
	list("word that is rare", wordsWithin, 1, history.Query{Words: []string{rareWord}})
	list("word that all have", wordsWithin, page, history.Query{Words: []string{"application"}})
	list("two words that many have", wordsWithin, 0, history.Query{Words: []string{"amber17", "cedar"}})
	list("two words, one rare", wordsWithin, 1, history.Query{Words: []string{"application", rareWord}})
	list("beginning of a word", wordsWithin, 1, history.Query{Words: []string{"needle_in"}})
	list("beginning of words that all have", wordsWithin, page, history.Query{Words: []string{"evt"}})
	list("beginning with one letter", wordsWithin, page, history.Query{Words: []string{"e"}})
	list("word that none has", wordsWithin, nothing, history.Query{Words: []string{"nowhere_to_be_found"}})
	list("phrase", wordsWithin, page, history.Query{Words: []string{"payment_intent.succeeded"}})
	list("word and --provider", wordsWithin, 0, history.Query{Words: []string{"amber17"}, Providers: []string{"github"}})
	list("word that all have and --failed", wordsWithin, 0, history.Query{Words: []string{"application"}, Failed: true})
	list("--provider, common", selectorWithin, page, history.Query{Providers: []string{"stripe"}})
	list("--provider, rare", selectorWithin, 1, history.Query{Providers: []string{rareProvider}})
	list("--provider, none", selectorWithin, nothing, history.Query{Providers: []string{"nobody"}})
	list("--provider with *", selectorWithin, page, history.Query{Providers: []string{"s*"}})
	list("--event", selectorWithin, 0, history.Query{Events: []string{"charge.dispute.created"}})
	list("--event, rare", selectorWithin, 1, history.Query{Events: []string{"ticket.created"}})
	list("--event with *", selectorWithin, page, history.Query{Events: []string{"customer.*"}})
	list("--event with *, rare", selectorWithin, 1, history.Query{Events: []string{"ticket.*"}})
	list("--event with *, none", selectorWithin, nothing, history.Query{Events: []string{"tickets.*"}})
	list("--status 500", selectorWithin, 0, history.Query{Statuses: []string{"500"}})
	list("--status 503", selectorWithin, 0, history.Query{Statuses: []string{"503"}})
	list("--status 418, none", selectorWithin, nothing, history.Query{Statuses: []string{"418"}})
	list("--status 5xx", selectorWithin, 0, history.Query{Statuses: []string{"5xx"}})
	list("--failed", selectorWithin, 0, history.Query{Failed: true})
	list("--failed, oldest first", selectorWithin, 0, history.Query{Failed: true, OldestFirst: true})
	list("--since --until", selectorWithin, page, history.Query{Since: since, Until: since.AddDate(0, 0, 3)})
	list("--event --failed", selectorWithin, 0, history.Query{Events: []string{"customer.created"}, Failed: true})
	list("--event --failed, rare", selectorWithin, 0, history.Query{Events: []string{"ticket.created"}, Failed: true})
	list("--provider --status, none", selectorWithin, nothing, history.Query{Providers: []string{"stripe"}, Statuses: []string{"418"}})
	list("--provider --since --until", selectorWithin, 0, history.Query{Providers: []string{rareProvider}, Since: since, Until: since.AddDate(0, 0, 9)})
	list("--redelivered", selectorWithin, 0, history.Query{Redelivered: true})
	list("of all projects: --provider, rare", selectorWithin, 1, history.Query{Providers: []string{rareProvider}, AllProjects: true})
	list("of all projects: --failed", selectorWithin, page, history.Query{Failed: true, AllProjects: true})
	return append(all, m.lookUps(s)...)
}

// lookUps are the questions for one delivery.
func (m madeHistory) lookUps(s *history.Store) []question {
	id := ""
	resolve := func(ref func() string) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			found, err := s.Resolve(ctx, ref())
			if err == nil {
				id = found
			}
			return 1, err
		}
	}
	return []question{
		{"last", selectorWithin, 1, resolve(func() string { return "last" })},
		{"a beginning of an id", selectorWithin, 1, resolve(func() string { return id[:len(id)-1] })},
		{"a delivery by its id", selectorWithin, 1, func(ctx context.Context) (int, error) {
			_, err := s.Get(ctx, id)
			return 1, err
		}},
	}
}

// process runs the real program in a project's folder; it is over when the process is. What it finds is its lines.
func (m madeHistory) process(p programs, project string, args ...string) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		hook := exec.CommandContext(ctx, p.hook, args...)
		hook.Dir, hook.Stderr = m.project(project), os.Stderr
		hook.Env = slices.Concat(p.env, []string{"HOOK_HOME=" + m.dir})
		out, err := hook.Output()
		lines := 0
		for _, b := range out {
			if b == '\n' {
				lines++
			}
		}
		return lines, err
	}
}

func (m madeHistory) openClose(ctx context.Context) (int, error) {
	s, err := m.open(ctx, "shop")
	if err != nil {
		return 0, err
	}
	return 0, s.Close()
}
