package cmd

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/diff"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// redeliveries are what a provider sent more than once: the same event, the oldest first.
type redeliveries []*inspect.Delivery

// listRedelivered prints what was sent more than once and has any of its deliveries among those selected: at most limit of
// these, 0 for all, those whose latest is newest first. It says how many there were.
func (p place) listRedelivered(ctx context.Context, store *history.Store, sel selection, limit int, asJSON bool) (n int, err error) {
	sel.query.Redelivered, sel.query.NoReplays, sel.query.Limit = true, true, 0
	seen := make(map[string]bool) // by id
	for s, err := range sel.each(ctx, store, nil) {
		if err != nil {
			return n, err
		}
		if seen[s.ID] {
			continue
		}
		all, err := sameEvent(ctx, store, s)
		if err != nil {
			return n, err
		}
		if len(all) == 0 { // deleted meanwhile
			continue
		}
		for _, d := range all {
			seen[d.ID] = true
		}
		if asJSON {
			err = p.printRedeliveriesJSON(all)
		} else {
			err = p.printRedeliveries(ctx, store, all, n == 0)
		}
		if err != nil {
			return n, err
		}
		if n++; n == limit {
			break
		}
	}
	return n, nil
}

// sameEvent is all deliveries of the event that s is of, but for replays.
func sameEvent(ctx context.Context, store *history.Store, s inspect.Summary) (redeliveries, error) {
	q := history.Query{ProviderIDs: []string{s.ProviderID}, OldestFirst: true}
	var all redeliveries
	for d, err := range store.EachWhole(ctx, q) {
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	// Others may have the same id, as of another project: these are not linked.
	link := make(map[string]string, len(all))
	for _, d := range all {
		link[d.ID] = d.RedeliveryOf
	}
	first := func(id string) string {
		for range all {
			if link[id] == "" {
				break
			}
			id = link[id]
		}
		return id
	}
	mine := first(s.ID)
	return slices.DeleteFunc(all, func(d *inspect.Delivery) bool { return first(d.ID) != mine }), nil
}

// alike says whether the app answered a redelivery as it did the first: with the same status, and a body that means the
// same but for ids and times. known is false as long as one of them is under way.
func alike(first, again *inspect.Delivery) (same, known bool) {
	a, b := first.Last(), again.Last()
	if a == nil || b == nil || a.Outcome == inspect.OutcomePending || b.Outcome == inspect.OutcomePending {
		return false, false
	}
	if a.Response == nil || b.Response == nil {
		return a.Response == b.Response && a.Outcome == b.Outcome, true
	}
	for _, section := range diff.Responses(a.Response, b.Response).Sections {
		if section.Name != "headers" && slices.ContainsFunc(section.Changes, func(c diff.Change) bool { return !c.Volatile }) {
			return false, true
		}
	}
	return true, true
}

// An agreement is whether the app answered all deliveries of an event alike, as far as that is known.
type agreement struct {
	alike bool
	words string // "answered alike", "answered otherwise: 500, then 200"
	worse bool   // it had answered one with 2xx, and a later one otherwise
}

// answers sums up how the app answered. Nothing is known of a single delivery.
func (r redeliveries) answers() agreement {
	var statuses []string
	var compared, differ, succeeded, worse bool
	for i, d := range r {
		status := howAnswered(d)
		if last := len(statuses) - 1; last < 0 || statuses[last] != status {
			statuses = append(statuses, status)
		}
		if same, known := alike(r[0], d); known && i > 0 {
			compared, differ = true, differ || !same
		}
		ok := !d.Summary().Failed()
		worse = worse || succeeded && !ok
		succeeded = succeeded || ok && d.Last() != nil
	}
	switch {
	case !compared:
		return agreement{words: "not yet answered twice"}
	case !differ:
		return agreement{alike: true, words: "answered alike"}
	case len(statuses) == 1:
		return agreement{words: "answered otherwise: " + statuses[0] + " with another body", worse: succeeded}
	}
	if most := 6; len(statuses) > most {
		statuses = append(statuses[:most-1:most-1], "…", statuses[len(statuses)-1])
	}
	return agreement{words: "answered otherwise: " + strings.Join(statuses, ", then "), worse: worse}
}

// howAnswered is a status, or the word for why there is none.
func howAnswered(d *inspect.Delivery) string {
	switch s := d.Summary(); {
	case s.Status != 0:
		return strconv.Itoa(s.Status)
	case s.Outcome == inspect.OutcomePending:
		return "under way"
	default:
		return string(s.Outcome)
	}
}

func (p place) printRedeliveries(ctx context.Context, store *history.Store, all redeliveries, first bool) error {
	var b strings.Builder
	if !first {
		b.WriteString("\n")
	}
	answers, head := all.answers(), all[0]
	colour := p.pen.attention
	switch {
	case answers.alike:
		colour = p.pen.good
	case answers.worse:
		colour = p.pen.bad
	}
	times := plural(len(all), "time", "times")
	if head.RedeliveryOf != "" { // and the first is gone
		times = plural(len(all), "time that is still here", "times that are still here")
	}
	width := 0
	if isTerminal(p.out) {
		width = terminalWidth(p.out)
	}
	print := func(format string, args ...any) {
		line := fmt.Sprintf(format, args...)
		if width > 0 {
			line = ansi.Truncate(line, width, "…")
		}
		b.WriteString(line + "\n")
	}
	print("%s %s · %s · %s", p.pen.sign("↻", "r"), inspect.Printable(strings.TrimSpace(head.Provider+" "+head.EventType)), times, colour.Sprint(answers.words))
	print("  %s", inspect.Printable(head.ProviderID))
	summaries := make([]inspect.Summary, len(all))
	for i, d := range all {
		summaries[i] = d.Summary()
	}
	short := shortIDs(ctx, store, summaries...)
	for i, s := range summaries {
		line := fmt.Sprintf("  %s  %s  %s  %s", s.ReceivedAt.Local().Format("01-02 15:04:05"), p.pen.status(s), right(duration(s.Duration), 7),
			p.pen.bold.Sprint(inspect.Printable(short[s.ID])))
		if i > 0 {
			line += "  " + p.pen.faint.Sprint(timespan(s.ReceivedAt.Sub(head.ReceivedAt))+" later")
			if same, known := alike(head, all[i]); known && !same && s.Status == summaries[0].Status && s.Status != 0 {
				line += "  " + p.pen.attention.Sprint("another body")
			}
		}
		print("%s", line)
	}
	_, err := p.out.Write([]byte(b.String()))
	return err
}

// A redeliveredJSON is a delivery of an event that was sent more than once.
type redeliveredJSON struct {
	deliveryJSON
	FirstStatus   int   `json:"first_status,omitempty"`   // of the first delivery of the event that is still here
	AnsweredAlike *bool `json:"answered_alike,omitempty"` // as that; not of the first itself, nor as long as one is under way
}

func (p place) printRedeliveriesJSON(all redeliveries) error {
	for i, d := range all {
		j := redeliveredJSON{deliveryJSON: summaryJSON(d.Summary()), FirstStatus: all[0].Summary().Status}
		if same, known := alike(all[0], d); i > 0 && known {
			j.AnsweredAlike = &same
		}
		if err := printJSON(p.out, j); err != nil {
			return err
		}
	}
	return nil
}
