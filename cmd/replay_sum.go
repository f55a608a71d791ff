package cmd

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// A replaySumJSON is the sum of replays.
type replaySumJSON struct {
	Type        string         `json:"type"` // "summary"
	Replayed    int            `json:"replayed"`
	Planned     int            `json:"planned,omitempty"`
	Fixed       int            `json:"fixed"`
	Failing     int            `json:"still_failing"`
	Regressed   int            `json:"regressed"`
	Compared    map[string]int `json:"compared"` // how many of each verdict
	Interrupted bool           `json:"interrupted,omitempty"`
	CutOff      int            `json:"cut_off,omitempty"`  // that were sent, but whose answer nobody waited for
	LeftOut     int            `json:"left_out,omitempty"` // that could not be sent as was asked for
	Next        []string       `json:"not_sent,omitempty"` // ids: the first few that were not sent or are cut off
	Seconds     float64        `json:"seconds"`
	PerSecond   float64        `json:"per_second"`
}

// sum prints the sum.
func (r *replayReport) sum(why error) error {
	took := time.Since(r.began)
	if r.ids != nil {
		r.left = slices.DeleteFunc(slices.Clone(r.ids), func(id string) bool { return r.done[id] })
		r.left = r.left[:min(len(r.left), missedMost)]
	}
	var left string
	if why != nil && (r.planned < 0 || r.planned > r.sent+r.unfit) {
		left = r.wordsLeft()
		r.junit.end(left)
	}
	if r.json {
		j := replaySumJSON{
			Type: "summary", Replayed: r.sent, Planned: max(r.planned, 0), Fixed: r.counts[fixed], Failing: r.counts[stillFailing], Regressed: r.counts[regressed],
			Compared: make(map[string]int), Interrupted: why != nil, CutOff: r.cut, LeftOut: r.unfit, Next: r.left, Seconds: took.Seconds(), PerSecond: perSecond(r.sent, took),
		}
		for v, n := range r.counts {
			j.Compared[string(v)] = n
		}
		return printJSON(r.out, j)
	}
	parts := []string{humanize.Comma(int64(r.sent)) + " replayed"}
	for _, v := range []verdict{same, fixed, stillFailing, regressed, first, failing, asExpected, otherwise} {
		always := v == fixed || v == stillFailing || v == regressed
		if n := r.counts[v]; n > 0 || always && r.counts[asExpected]+r.counts[otherwise] == 0 {
			parts = append(parts, humanize.Comma(int64(n))+" "+string(v))
		}
	}
	if r.unfit > 0 {
		parts = append(parts, humanize.Comma(int64(r.unfit))+" left out")
	}
	_, err := fmt.Fprintf(r.out, "%s\n", strings.Join(parts, " · "))
	if err == nil && r.sent > linesWhole {
		_, err = fmt.Fprintf(r.out, "  speed    %s over %s\n%s", rateWords(perSecond(r.sent, took)), seconds(took), r.tally.answers(r.pen))
	}
	if err == nil && r.keep != nil {
		_, err = fmt.Fprintf(r.out, "  history  %s that didn't come out the same; of more than %s it gets no others\n", humanize.Comma(int64(r.kept)), humanize.Comma(keptWhole))
	}
	if err == nil && left != "" {
		_, err = fmt.Fprintln(r.out, left)
	}
	return err
}

// wordsLeft say what was cut off, and what was not sent.
func (r *replayReport) wordsLeft() string {
	left := r.planned - r.sent - r.unfit
	var parts []string
	if r.cut > 0 {
		parts = append(parts, plural(r.cut, "was", "were")+" cut off before an answer")
	}
	switch n := left - r.cut; {
	case r.planned < 0 && r.sent+r.cut+r.unfit == 0:
		parts = append(parts, "interrupted before the first was sent")
	case r.planned < 0:
		parts = append(parts, "the rest was not sent")
	case n > 0:
		parts = append(parts, plural(n, "was", "were")+" not sent")
	}
	text := strings.Join(parts, ", ")
	switch {
	case len(r.left) == 0:
	case left == len(r.left):
		text += ": hook replay " + strings.Join(r.left, " ")
	default:
		text += "; " + r.left[0] + " is the next"
	}
	return text
}
