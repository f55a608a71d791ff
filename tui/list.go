package tui

import (
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

const (
	rowLimit = 100_000 // deliveries in the list
	rowSlack = 1_000   // beyond the limit before the oldest go, so that they go rarely
)

// A list is the deliveries with one of them selected, the newest on top. Every row has a number, counted from 0 as they
// came, that it keeps: so what is selected and what is on top stay the same when others come or go.
type list struct {
	rows     []inspect.Summary // the newest last
	numbers  map[string]int    // of the rows by delivery id
	oldest   int               // the number of rows[0]
	selected int
	top      int  // the number of the first row that is shown
	seen     int  // the highest number that was shown
	follow   bool // the newest is selected, whichever that is
	height   int
}

func newList(recent []inspect.Summary) list {
	l := list{numbers: make(map[string]int), follow: true, top: -1, seen: -1, selected: -1}
	for i := len(recent) - 1; i >= 0; i-- {
		l.put(recent[i])
	}
	l.settle()
	return l
}

// take adds deliveries, in the order they came, or replaces those that it knows.
func (l *list) take(batch []inspect.Summary) {
	for _, s := range batch {
		l.put(s)
	}
	l.settle()
}

func (l *list) put(s inspect.Summary) {
	if n, known := l.numbers[s.ID]; known {
		l.rows[n-l.oldest] = s
		return
	}
	l.rows = append(l.rows, s)
	l.numbers[s.ID] = l.newest()
	if len(l.rows) >= rowLimit+rowSlack {
		l.forget(len(l.rows) - rowLimit)
	}
}

// forget drops the n oldest rows.
func (l *list) forget(n int) {
	for _, s := range l.rows[:n] {
		delete(l.numbers, s.ID)
	}
	kept := copy(l.rows, l.rows[n:])
	clear(l.rows[kept:])
	l.rows = l.rows[:kept]
	l.oldest += n
}

// newest is the number of the newest row; less than oldest if there are none.
func (l *list) newest() int { return l.oldest + len(l.rows) - 1 }

// current is the selected delivery; ok is false if there are none.
func (l *list) current() (s inspect.Summary, ok bool) {
	if len(l.rows) == 0 {
		return s, false
	}
	return l.rows[l.selected-l.oldest], true
}

// unseen is how many rows are above all that was ever shown.
func (l *list) unseen() int { return l.newest() - l.seen }

// resize shows h rows.
func (l *list) resize(h int) {
	l.height = max(h, 0)
	l.settle()
}

// press handles a key that moves the selection.
func (l *list) press(k keyMap, msg tea.KeyPressMsg) {
	switch {
	case key.Matches(msg, k.up):
		l.move(1)
	case key.Matches(msg, k.down):
		l.move(-1)
	case key.Matches(msg, k.pageUp):
		l.move(max(l.height-1, 1))
	case key.Matches(msg, k.pageDown):
		l.move(-max(l.height-1, 1))
	case key.Matches(msg, k.oldest):
		l.move(-len(l.rows))
	case key.Matches(msg, k.newest):
		l.follow = true
		l.settle()
	}
}

// move selects the row that is that many newer. From then on the selection is the user's.
func (l *list) move(newer int) {
	if l.follow && newer > 0 {
		return // there is nothing newer
	}
	l.follow = false
	l.selected += newer
	l.settle()
}

// settle makes selection and window valid and shows the selected row.
func (l *list) settle() {
	newest := l.newest()
	if l.follow {
		l.selected, l.top = newest, newest
	}
	if len(l.rows) == 0 {
		return
	}
	l.selected = min(max(l.selected, l.oldest), newest)
	lowest := min(l.oldest+l.height-1, newest) // a window further down would be partly empty
	l.top = min(max(l.top, lowest, l.selected), newest)
	if l.height > 0 {
		l.top = min(l.top, l.selected+l.height-1)
		l.seen = max(l.seen, l.top)
	}
}

// view is exactly height rows of exactly w cells.
func (l *list) view(t theme, w int, zone *time.Location) []string {
	drawn := make([]string, l.height)
	columns := columnsFor(w)
	for i := range drawn {
		n := l.top - i
		if n < l.oldest || len(l.rows) == 0 {
			drawn[i] = spaces(w)
			continue
		}
		drawn[i] = t.spans(w, columns.row(t, l.rows[n-l.oldest], n == l.selected, zone))
	}
	return drawn
}

// columns are the widths of a row's parts.
type columns struct {
	clock    string // the layout of the time
	provider int
	event    int
	result   int
}

// columnsFor divides w cells.
func columnsFor(w int) columns {
	c := columns{clock: "15:04:05", provider: 8, result: 12}
	switch {
	case w < 56:
		c.clock, c.provider, c.result = "15:04", 7, 7
	case w >= 80:
		c.provider = 12
	}
	const cursor, sign, mark, gaps, margin = 2, 1, 1, 5, 1
	c.event = max(w-cursor-len(c.clock)-sign-c.provider-mark-c.result-gaps-margin, 0)
	return c
}

// row is the parts of the row of s.
func (c columns) row(t theme, s inspect.Summary, selected bool, zone *time.Location) []span {
	cursor, name := "  ", plain
	if selected {
		cursor, name = "▌ ", accent
	}
	sign, signLook := verdictSign(s.Verdict)
	result, resultLook := resultOf(s)
	if c.result >= 12 && (s.Status != 0 || s.Outcome == inspect.OutcomeTimeout) {
		result += t.fitRight(took(s.Duration), c.result-len(result))
	}
	return []span{
		{cursor, accent},
		{s.ReceivedAt.In(zone).Format(c.clock) + " ", faint},
		{sign + " ", signLook},
		{t.fit(t.clean(orElse(s.Provider, "-")), c.provider) + " ", name},
		{t.fit(t.clean(eventOf(s)), c.event) + " ", name},
		{repeatSign(s) + " ", faint},
		{t.fitRight(result, c.result) + " ", resultLook},
	}
}

// repeatSign tells a replay and a redelivery from what came first.
func repeatSign(s inspect.Summary) string {
	switch {
	case s.ReplayOf != "":
		return "⟲"
	case s.RedeliveryOf != "":
		return "↻"
	}
	return " "
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
		return fmt.Sprint(s.Status), bad
	case s.Status != 0:
		return fmt.Sprint(s.Status), good
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
