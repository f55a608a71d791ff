package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
)

// line prints what came of one.
func (r *replayReport) line(ctx context.Context, j judgement, sum inspect.Summary, was verdict) error {
	before := j.original.Summary()
	before.Status = firstAnswer(j.original).status
	short := shortIDs(ctx, r.store, before, sum)
	answered := r.pen.status(before)
	if len(j.original.Attempts) == 0 {
		answered = r.pen.faint.Sprint("---")
	}
	details := []string{j.body, j.want, redirectWords(j.fresh.Last().Response), sum.Change, j.note}
	if was != "" && was != j.verdict {
		details[0] = joined(" · ", "was "+string(was), j.body)
	}
	if j.want != "" {
		details[1] = "expected " + j.want
	}
	statuses := answered + " → " + r.pen.status(sum)
	width := oneLine
	if isTerminal(r.place.out) {
		width = terminalWidth(r.place.out)
	}
	_, err := fmt.Fprintf(r.out, "%s\n", r.pen.layOut(width, before, sum, short, statuses, r.verdictWord(j.verdict), inspect.Printable(joined(" · ", details...))))
	if err == nil && sum.Err != "" {
		_, err = fmt.Fprintf(r.out, "          %s\n", r.pen.bad.Sprint(inspect.Printable(sum.Err)))
	}
	return err
}

// oneLine is how wide a terminal must be for all that is said of a replay to stand on one line, but for its details.
const oneLine = 100

// layOut puts what is said of a replay on one line, or on several where there is little room.
func (p pen) layOut(width int, before, sum inspect.Summary, short map[string]string, statuses, verdict, details string) string {
	event, took := inspect.Printable(before.EventType), duration(sum.Duration)
	if width >= oneLine {
		return fmt.Sprintf("  %s  %s %s %s   %s %s   as %s   %s", short[before.ID], fit(inspect.Printable(orDash(before.Provider)), 8), fit(event, 28),
			statuses, verdict, right(took, 7), short[sum.ID], p.faint.Sprint(details))
	}
	const indent = "          "
	head, tail := "  "+short[before.ID]+"  ", " "+statuses+"  "+verdict
	room := max(1, width-ansi.StringWidth(head+tail))
	details = ansi.Wrap(joined(" · ", "as "+short[sum.ID], took, details), max(1, width-len(indent)), "")
	return head + fit(event, room) + tail + "\n" + indent + p.faint.Sprint(strings.ReplaceAll(details, "\n", "\n"+indent))
}

func (r *replayReport) verdictWord(v verdict) string {
	text := fit(string(v), 13)
	switch {
	case v == fixed:
		return r.pen.good.Sprint(text)
	case !v.good():
		return r.pen.bad.Sprint(text)
	}
	return text
}

// joined is those of words that say something.
func joined(between string, words ...string) string {
	var all []string
	for _, word := range words {
		if word != "" {
			all = append(all, word)
		}
	}
	return strings.Join(all, between)
}
