package tui

import (
	"fmt"
	"strconv"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// columns are the widths of a row's parts; what is 0 is left out.
type columns struct {
	clock                                         string // the layout of the time
	day                                           int
	provider, event, method, path, repeat, result int
	today                                         day // what is of another day says so; zero if all are of one
}

// The widths that parts need at least to be worth their place.
const (
	leastEvent  = 20
	usualEvent  = 24 // payment_intent.succeeded
	mostEvent   = 34
	leastPath   = 12
	methodWidth = 6
	dayWidth    = 6
)

// columnsFor divides w cells. When it gets narrower the method goes first, then the path, then providers are cut short, and
// last the seconds and the durations.
func columnsFor(w int, today day) columns {
	c := columns{clock: "15:04:05", provider: 8, repeat: 1, result: 12, today: today}
	switch {
	case w < 56:
		c.clock, c.provider, c.result = "15:04", 7, 7
	case w >= 80:
		c.provider, c.repeat = 12, 2
	}
	if today != (day{}) && w >= 72 {
		c.day = dayWidth
	}
	const cursor, sign, gaps, margin = 2, 1, 5, 1
	rest := max(w-cursor-c.day-len(c.clock)-sign-c.provider-c.repeat-c.result-gaps-margin, 0)
	c.event = rest
	if rest < leastEvent+1+leastPath {
		return c
	}
	rest--
	if rest >= usualEvent+leastPath+methodWidth+1 {
		c.method = methodWidth
		rest -= methodWidth + 1
	}
	c.event = min(max(rest*3/5, min(rest-leastPath, usualEvent)), mostEvent)
	c.path = rest - c.event
	return c
}

// A state is what the screen knows of a row beside the delivery itself.
type state struct{ selected, marked, held bool }

// row is the row of s in exactly w cells, drawn.
func (c columns) row(t theme, w int, s *inspect.Summary, is state, zone *time.Location) string {
	var all []span
	put := func(text string, width int, l look) {
		switch last := len(all) - 1; {
		case width <= 0:
		case all[last].look == l:
			all[last].text += t.fit(text, width) + " "
		default:
			all = append(all, span{t.fit(text, width) + " ", l})
		}
	}
	cursor, mark, title := " ", " ", plain
	if is.selected {
		cursor, title = "▌", accent
	}
	if is.marked {
		mark = "*"
	}
	sign, signLook := verdictSign(s.Verdict)
	result, resultLook := c.outcome(t, s, is.held)
	all = append(all, span{cursor + mark, accent}, span{c.time(s.ReceivedAt, zone) + " ", faint}, span{sign + " ", signLook})
	put(t.clean(orElse(start(s.Provider), "-")), c.provider, title)
	put(c.about(t, s), c.event, title)
	put(t.clean(start(s.Method)), c.method, faint)
	if c.path > 0 {
		put(t.clean(maskedURL(start(s.Path))), c.path, faint)
	}
	put(repeatSign(*s, c.repeat), c.repeat, faint)
	all = append(all, span{t.fitRight(result, c.result) + " ", resultLook})
	if is.selected {
		return t.onGround().spans(w, all)
	}
	return t.spans(w, all)
}

// time is when it came, with the day if that is another one than today.
func (c columns) time(at time.Time, zone *time.Location) string {
	at = at.In(zone)
	clock := at.Format(c.clock)
	switch other := c.today != (day{}) && dayOf(at, zone) != c.today; {
	case other && c.day > 0:
		return at.Format("01-02 ") + clock
	case other:
		return at.Format("01-02") + spaces(len(clock)-5)
	}
	return spaces(c.day) + clock
}

// about is what the delivery is about: its event type, else what was requested, as far as no other column says that.
func (c columns) about(t theme, s *inspect.Summary) string {
	switch {
	case s.EventType != "":
		return t.clean(start(s.EventType))
	case c.path > 0 && c.method > 0:
		return "-"
	case c.path > 0:
		return t.clean(start(s.Method))
	}
	return t.clean(start(s.Method) + " " + maskedURL(start(s.Path)))
}

// outcome is what came of it and, if there is room, how long that took.
func (c columns) outcome(t theme, s *inspect.Summary, held bool) (string, look) {
	if held {
		return "held", warn
	}
	result, l := resultOf(*s)
	if c.result >= 12 && (s.Status != 0 || s.Outcome == inspect.OutcomeTimeout) {
		result += t.fitRight(took(s.Duration), c.result-len(result))
	}
	return result, l
}

// A day is a date, to be compared.
type day struct {
	year  int
	month time.Month
	date  int
}

func dayOf(at time.Time, zone *time.Location) (d day) {
	d.year, d.month, d.date = at.In(zone).Date()
	return d
}

// repeatSign tells replays, redeliveries and what was edited from what came first, in w cells.
func repeatSign(s inspect.Summary, w int) string {
	sign := ""
	switch {
	case s.ReplayOf != "":
		sign = "⟲"
	case s.RedeliveryOf != "":
		sign = "↻"
	}
	switch {
	case s.Change != "" && w < 2:
		return "✎"
	case s.Change != "":
		return sign + "✎"
	}
	return sign
}

// eventOf is what the delivery is about: its event type, else what was requested.
func eventOf(s inspect.Summary) string {
	if s.EventType != "" {
		return s.EventType
	}
	return s.Method + " " + maskedURL(s.Path)
}

// resultOf is what came of the last attempt, in a word.
func resultOf(s inspect.Summary) (string, look) {
	switch {
	case s.Status != 0 && s.Failed():
		return strconv.Itoa(s.Status), bad
	case s.Status != 0:
		return strconv.Itoa(s.Status), good
	case s.Outcome == inspect.OutcomePending:
		return "…", faint
	}
	return inspect.Printable(string(s.Outcome)), bad
}

// took is a duration in at most 7 cells.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return "0 ms"
	case d < time.Millisecond:
		return "<1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Truncate(100*time.Millisecond).Seconds())
	case d < 10*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return fmt.Sprintf("%d min", int(d.Minutes()))
}

// start is as much of s as any column could show. Its sender may have made it 64 KiB long.
func start(s string) string {
	const most = 1 << 10
	return s[:min(len(s), most)]
}

// beginning is s in at most w cells, with an ellipsis if it is cut.
func (t theme) beginning(s string, w int) string {
	if t.size(s) <= w {
		return s
	}
	return t.fit(s, w)
}

// thousands is n as people write it: 4,201.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}
