package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/history"
)

// A question is asked of the history as often as there are rounds.
type question struct {
	name     string
	required time.Duration // it must be answered sooner than that; 0: nothing is required
	want     answerCount
	ask      func(ctx context.Context) (found int, err error)
}

// An answerCount is how many deliveries must be found, so that the figures mean something.
type answerCount int

const (
	anyCount   answerCount = -1
	fullPage   answerCount = 50 // what a list shows without --limit
	atLeastOne answerCount = -2
)

func (want answerCount) check(found int) error {
	if want == anyCount || want == atLeastOne && found > 0 || int(want) == found {
		return nil
	}
	if want == atLeastOne {
		return fmt.Errorf("found none")
	}
	return fmt.Errorf("found %d deliveries, want %d", found, want)
}

// What is required of a history of a million deliveries.
const (
	listWithin     = 60 * time.Millisecond
	wordsWithin    = 150 * time.Millisecond
	selectorWithin = 100 * time.Millisecond
)

// questions are what users ask. Those of a whole process are asked of the real program, the others of an open history.
func (m madeHistory) questions(p programs, s *history.Store) []question {
	page := min(fullPage, answerCount(m.Deliveries/20))
	all := []question{
		{"process: hook --version, to compare", 0, anyCount, m.process(p, "shop", "--version")},
		{"process: hook list", listWithin, 0, m.process(p, "shop", "list")},
		{"process: hook list --json", listWithin, 0, m.process(p, "shop", "list", "--json")},
		{"process: hook list, in a project with few", listWithin, anyCount, m.process(p, "fresh", "list")},
		{"process: hook list " + rareWord, wordsWithin, 0, m.process(p, "shop", "list", rareWord)},
		{"process: hook list --failed", 0, 0, m.process(p, "shop", "list", "--failed")},
		{"open and close", 0, anyCount, m.openClose},
	}
	for i := range all {
		if all[i].want == 0 {
			all[i].want = atLeastOne
		}
	}
	list := func(name string, required time.Duration, want answerCount, q history.Query) {
		all = append(all, question{name, required, want, func(ctx context.Context) (int, error) {
			found, err := s.List(ctx, q)
			return len(found), err
		}})
	}
	since := time.Now().AddDate(0, 0, -20)
	list("50 newest", selectorWithin, page, history.Query{})
	list("50 newest of all projects", selectorWithin, page, history.Query{AllProjects: true})
	list("50 oldest", selectorWithin, page, history.Query{OldestFirst: true})
	list("--limit 1000", selectorWithin, min(1000, answerCount(m.Deliveries/2)), history.Query{Limit: 1000})
	list("word that is rare", wordsWithin, atLeastOne, history.Query{Words: []string{rareWord}})
	list("word that all have", wordsWithin, page, history.Query{Words: []string{"application"}})
	list("two words that many have", wordsWithin, anyCount, history.Query{Words: []string{"amber17", "cedar"}})
	list("two words, one rare", wordsWithin, atLeastOne, history.Query{Words: []string{"application", rareWord}})
	list("beginning of a word", wordsWithin, atLeastOne, history.Query{Words: []string{"needle_in"}})
	list("beginning of words that all have", wordsWithin, page, history.Query{Words: []string{"evt"}})
	list("beginning with one letter", wordsWithin, page, history.Query{Words: []string{"e"}})
	list("word that none has", wordsWithin, 0, history.Query{Words: []string{"nowhere_to_be_found"}})
	list("phrase", wordsWithin, page, history.Query{Words: []string{"payment_intent.succeeded"}})
	list("word and --provider", wordsWithin, anyCount, history.Query{Words: []string{"amber17"}, Providers: []string{"github"}})
	list("word that all have and --failed", wordsWithin, anyCount, history.Query{Words: []string{"application"}, Failed: true})
	list("--provider, common", selectorWithin, page, history.Query{Providers: []string{"stripe"}})
	list("--provider, rare", selectorWithin, atLeastOne, history.Query{Providers: []string{rareProvider}})
	list("--provider, none", selectorWithin, 0, history.Query{Providers: []string{"nobody"}})
	list("--provider with *", selectorWithin, page, history.Query{Providers: []string{"s*"}})
	list("--event", selectorWithin, anyCount, history.Query{Events: []string{"charge.dispute.created"}})
	list("--event, rare", selectorWithin, atLeastOne, history.Query{Events: []string{"ticket.created"}})
	list("--event with *", selectorWithin, page, history.Query{Events: []string{"customer.*"}})
	list("--event with *, rare", selectorWithin, atLeastOne, history.Query{Events: []string{"ticket.*"}})
	list("--event with *, none", selectorWithin, 0, history.Query{Events: []string{"tickets.*"}})
	list("--status 500", selectorWithin, anyCount, history.Query{Statuses: []string{"500"}})
	list("--status 503", selectorWithin, anyCount, history.Query{Statuses: []string{"503"}})
	list("--status 418, none", selectorWithin, 0, history.Query{Statuses: []string{"418"}})
	list("--status 5xx", selectorWithin, anyCount, history.Query{Statuses: []string{"5xx"}})
	list("--failed", selectorWithin, anyCount, history.Query{Failed: true})
	list("--failed, oldest first", selectorWithin, anyCount, history.Query{Failed: true, OldestFirst: true})
	list("--since --until", selectorWithin, page, history.Query{Since: since, Until: since.AddDate(0, 0, 3)})
	list("--event --failed", selectorWithin, anyCount, history.Query{Events: []string{"customer.created"}, Failed: true})
	list("--event --failed, rare", selectorWithin, anyCount, history.Query{Events: []string{"ticket.created"}, Failed: true})
	list("--provider --status, none", selectorWithin, 0, history.Query{Providers: []string{"stripe"}, Statuses: []string{"418"}})
	list("--provider --since --until", selectorWithin, anyCount, history.Query{Providers: []string{rareProvider}, Since: since, Until: since.AddDate(0, 0, 9)})
	list("--redelivered", selectorWithin, anyCount, history.Query{Redelivered: true})
	list("of all projects: --provider, rare", selectorWithin, atLeastOne, history.Query{Providers: []string{rareProvider}, AllProjects: true})
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
		hook.Env = append(p.env[:len(p.env):len(p.env)], "HOOK_HOME="+m.dir)
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
