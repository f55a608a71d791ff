package cmd

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// printLines prints a line for each: cut to fit on a terminal, whole for whatever reads a pipe.
func (l *listing) printLines(ctx context.Context, all []inspect.Summary) error {
	var b strings.Builder
	if isTerminal(l.out) {
		short := shortIDs(ctx, l.store, all...)
		l.lines.measure(all, short)
		c := fitColumns(l.lines, terminalWidth(l.out))
		for _, s := range all {
			b.WriteString(c.line(l.pen, s, short) + "\n")
		}
	} else {
		for _, s := range all {
			b.WriteString(l.pen.wholeLine(s) + "\n")
		}
	}
	_, err := io.WriteString(l.out, b.String())
	return err
}

// wholeLine is a delivery with nothing cut off: date and time, verdict, provider, event type, mark, method and path, status,
// duration, id. What is shorter than its column is padded.
func (p pen) wholeLine(s inspect.Summary) string {
	return fmt.Sprintf("%s  %s %s %s %s %s  %s  %s  %s",
		p.faint.Sprint(s.ReceivedAt.Local().Format(time.DateTime)), p.verdict(s.Verdict), atLeast(providerOf(s), 8), atLeast(inspect.Printable(s.EventType), 28),
		p.mark(s), atLeast(requestOf(s), 26), p.status(s), right(duration(s.Duration), 7), p.bold.Sprint(inspect.Printable(s.ID)))
}

func providerOf(s inspect.Summary) string {
	if s.Provider == "" {
		return "-"
	}
	return inspect.Printable(s.Provider)
}

func requestOf(s inspect.Summary) string { return inspect.Printable(s.Method + " " + shownPath(s)) }

// atLeast pads s to n cells.
func atLeast(s string, n int) string { return s + strings.Repeat(" ", max(0, n-ansi.StringWidth(s))) }

// lineColumns are the widths of a line's parts. A part of width 0 is left out.
type lineColumns struct {
	day, duration                        bool
	provider, event, request, status, id int
	note                                 int // at the end, as far as it goes
}

// The widths that parts need at least if they are there, and that they begin with.
const (
	leastEvent    = 12
	leastRequest  = 12
	leastNote     = 12
	firstEvent    = 24
	firstRequest  = 26
	leastProvider = 8
	mostProvider  = 14
	durationWidth = 7
)

// measure widens the columns to what deliveries need. They never get narrower, so what was printed before stays aligned.
func (c *lineColumns) measure(all []inspect.Summary, short map[string]string) {
	c.status = max(c.status, 3)
	today := time.Now().Format(time.DateOnly)
	for _, s := range all {
		c.day = c.day || s.ReceivedAt.Local().Format(time.DateOnly) != today
		c.duration = true
		c.provider = max(c.provider, min(mostProvider, ansi.StringWidth(providerOf(s))))
		c.event = max(c.event, ansi.StringWidth(inspect.Printable(s.EventType)))
		c.request = max(c.request, ansi.StringWidth(requestOf(s)))
		c.id = max(c.id, ansi.StringWidth(short[s.ID]))
		c.note = max(c.note, ansi.StringWidth(noteOf(s, short)))
		if s.Status != 0 && !s.Outcome.Whole() && s.Outcome != inspect.OutcomePending {
			c.status = 4 // with a sign behind it
		}
	}
}

// fitColumns divides the width of a terminal: first time, verdict, event type, status and id, then the provider, the day, the duration, the
// request, and what there is to note.
func fitColumns(need lineColumns, width int) lineColumns {
	const fixed = 8 + 2 + 1 + 1 + 1 + 1 + 2 + 2 // the time, the verdict, the mark and what is between those that are always there
	c := lineColumns{status: need.status, id: need.id, event: min(need.event, leastEvent)}
	left := width - fixed - c.status - c.id - c.event
	take := func(want, gap int) int { // of what is left
		if want > 0 && left >= want+gap {
			left -= want + gap
			return want
		}
		return 0
	}
	c.provider = take(min(need.provider, leastProvider), 1)
	if need.day {
		c.day = take(5, 1) > 0
	}
	grow := func(column *int, to int) {
		more := max(0, min(to-*column, left))
		*column += more
		left -= more
	}
	grow(&c.event, min(need.event, firstEvent))
	if c.provider > 0 {
		grow(&c.provider, need.provider)
	}
	if need.duration {
		c.duration = take(durationWidth, 2) > 0
	}
	if c.request = take(min(need.request, leastRequest), 1); c.request > 0 {
		grow(&c.request, min(need.request, firstRequest))
	}
	grow(&c.event, need.event)
	if c.request > 0 {
		grow(&c.request, need.request)
	}
	if need.note > 0 && left >= leastNote+2 {
		c.note = min(need.note, left-2)
	}
	return c
}

func (c lineColumns) line(p pen, s inspect.Summary, short map[string]string) string {
	received := s.ReceivedAt.Local()
	var b strings.Builder
	if c.day {
		day := received.Format("01-02 ")
		if received.Format(time.DateOnly) == time.Now().Format(time.DateOnly) {
			day = "      "
		}
		b.WriteString(p.faint.Sprint(day))
	}
	b.WriteString(p.faint.Sprint(received.Format(time.TimeOnly)) + "  " + p.verdict(s.Verdict) + " ")
	if c.provider > 0 {
		b.WriteString(fit(providerOf(s), c.provider) + " ")
	}
	b.WriteString(fit(inspect.Printable(s.EventType), c.event) + " " + p.mark(s))
	if c.request > 0 {
		b.WriteString(" " + fit(requestOf(s), c.request))
	}
	status := p.status(s)
	b.WriteString("  " + status + strings.Repeat(" ", max(0, c.status-ansi.StringWidth(status))))
	if c.duration {
		b.WriteString("  " + right(duration(s.Duration), durationWidth))
	}
	b.WriteString("  " + p.bold.Sprint(short[s.ID]))
	if note := noteOf(s, short); c.note > 0 && note != "" {
		b.WriteString(strings.Repeat(" ", max(0, c.id-ansi.StringWidth(short[s.ID]))) + "  " + p.faint.Sprint(ansi.Truncate(note, c.note, "…")))
	}
	return b.String()
}

// noteOf is what else there is to say of a delivery, in few words.
func noteOf(s inspect.Summary, short map[string]string) string {
	switch {
	case s.Err != "":
		return inspect.Printable(s.Err)
	case s.Verdict == signature.Invalid:
		return strings.ReplaceAll(inspect.Printable(string(s.Reason)), "_", " ")
	case s.Change != "":
		return inspect.Printable(s.Change)
	case s.ReplayOf != "":
		return "replay of " + short[s.ReplayOf]
	case s.RedeliveryOf != "":
		return "redelivery of " + short[s.RedeliveryOf]
	}
	return ""
}
