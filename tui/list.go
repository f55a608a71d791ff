package tui

import (
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

const (
	rowLimit  = 100_000  // deliveries in the list
	textLimit = 64 << 20 // bytes of what senders chose in them: a path may be 64 KiB
	rowSlack  = 1_000    // beyond a limit before the oldest go, so that they go rarely
)

// A list is the deliveries with one of them selected, the newest on top. Every row has a number, counted from 0 as they
// came, that it keeps while none is deleted: so what is selected and what is on top stay the same when others come or go.
//
// What is shown of it are lines, counted from the oldest: all rows, or those that the filter found.
type list struct {
	rows     []*row         // the newest last
	numbers  map[string]int // of the rows by delivery id
	oldest   int            // the number of rows[0]
	text     int            // bytes, see textLimit
	selected int            // what the user chose; if that isn't shown, what is nearest to it is selected
	top      int            // the number of the first row that is shown
	seen     int            // the highest number that was shown
	follow   bool           // the newest is selected, whichever that is
	height   int
	marks    map[string]bool // by id
	held     map[string]Held // by id
	gone     map[string]bool // ids that were deleted: news of them may come late
	paused   bool
	pausedAt int // while paused, what has a higher number waits
	narrow
}

func newList(recent []inspect.Summary) list {
	l := list{numbers: make(map[string]int), marks: make(map[string]bool), follow: true, top: -1, seen: -1, selected: -1}
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
	if l.gone[s.ID] {
		return
	}
	r := rowOf(s)
	l.text += r.text()
	if n, known := l.numbers[s.ID]; known {
		l.text -= l.row(n).text()
		l.rows[n-l.oldest] = r
		return
	}
	l.rows = append(l.rows, r)
	l.numbers[r.ID] = l.newest()
	if len(l.rows) >= rowLimit+rowSlack || l.text > textLimit {
		l.forget()
	}
}

// putOlder adds what is older than all that is there, the newest first, as far as there is room.
func (l *list) putOlder(batch []inspect.Summary) {
	older := make([]*row, 0, len(batch)+len(l.rows))
	for _, s := range batch {
		if _, known := l.numbers[s.ID]; known || l.gone[s.ID] {
			continue
		}
		r := rowOf(s)
		if len(older)+len(l.rows) >= rowLimit || l.text+r.text() > textLimit*9/10 {
			break
		}
		l.text += r.text()
		older = append(older, r)
		l.numbers[r.ID] = l.oldest - len(older)
	}
	slices.Reverse(older)
	l.oldest -= len(older)
	l.rows = append(older, l.rows...)
	l.settle()
}

// forget drops the oldest rows, but not the newest, down to the limits.
func (l *list) forget() {
	n := max(0, len(l.rows)-rowLimit)
	for _, r := range l.rows[:n] {
		l.drop(r)
	}
	for ; l.text > textLimit*9/10 && n < len(l.rows)-1; n++ {
		l.drop(l.rows[n])
	}
	l.rows = slices.Delete(l.rows, 0, n)
	l.oldest += n
	l.forgetShown(l.oldest)
	l.paused = l.paused && l.pausedAt >= l.oldest // else nothing of what was paused is left
}

// drop forgets all but the row itself.
func (l *list) drop(r *row) {
	delete(l.numbers, r.ID)
	delete(l.marks, r.ID)
	l.text -= r.text()
}

// remove takes out deliveries that are deleted. What is selected and shown stays the same, if it stays at all.
func (l *list) remove(ids []string) {
	gone := make(map[string]bool, len(ids))
	if l.gone == nil {
		l.gone = make(map[string]bool)
	}
	for _, id := range ids {
		gone[id], l.gone[id] = true, true
	}
	renumbered := make([]int, len(l.rows)+1) // by what was the number, less oldest
	kept := make([]*row, 0, len(l.rows))
	for i, r := range l.rows {
		renumbered[i] = l.oldest + len(kept)
		if gone[r.ID] {
			l.drop(r)
			continue
		}
		l.numbers[r.ID] = l.oldest + len(kept)
		kept = append(kept, r)
	}
	renumbered[len(l.rows)] = l.oldest + len(kept)
	now := func(n int) int { // the number that n has now, or what stood next to it
		return renumbered[min(max(n-l.oldest, 0), len(renumbered)-1)]
	}
	l.removeShown(func(n int) bool { return gone[l.rows[n-l.oldest].ID] }, now)
	l.selected, l.top, l.seen, l.pausedAt = now(l.selected+1)-1, now(l.top), now(l.seen+1)-1, now(l.pausedAt+1)-1
	l.rows = kept
	l.settle()
}

// row is the row with that number.
func (l *list) row(n int) *row { return l.rows[n-l.oldest] }

// newest is the number of the newest row; less than oldest if there are none.
func (l *list) newest() int { return l.oldest + len(l.rows) - 1 }

// find is the delivery with that id.
func (l *list) find(id string) (s inspect.Summary, ok bool) {
	if n, known := l.numbers[id]; known {
		return l.row(n).summary(), true
	}
	return s, false
}

// current is the selected delivery; ok is false if none is shown.
func (l *list) current() (s inspect.Summary, ok bool) {
	if l.lines() == 0 {
		return s, false
	}
	return l.row(l.number(l.line(l.selected))).summary(), true
}

// unseen is how many lines are above all that was ever shown.
func (l *list) unseen() int { return l.lines() - l.upTo(l.seen) }

// waiting is how many deliveries have come that a paused list does not show.
func (l *list) waiting() int {
	if !l.paused {
		return 0
	}
	return l.allLines() - l.lines()
}

// resize shows h rows, with those above the lines.
func (l *list) resize(h int) {
	l.height = max(h, 0)
	l.settle()
}

// press handles a key of the list.
func (l *list) press(k keyMap, msg tea.KeyPressMsg) {
	switch {
	case key.Matches(msg, k.up):
		l.move(1)
	case key.Matches(msg, k.down):
		l.move(-1)
	case key.Matches(msg, k.pageUp):
		l.move(max(l.room()-1, 1))
	case key.Matches(msg, k.pageDown):
		l.move(-max(l.room()-1, 1))
	case key.Matches(msg, k.oldest):
		l.move(-len(l.rows))
	case key.Matches(msg, k.newest):
		l.follow = true
		l.settle()
	case key.Matches(msg, k.mark):
		l.mark()
	case key.Matches(msg, k.markAll):
		l.markAll()
	case key.Matches(msg, k.pause):
		l.pause()
	}
}

// move selects the line that is that many newer. From then on the selection is the user's.
func (l *list) move(newer int) {
	lines := l.lines()
	if lines == 0 || l.follow && newer > 0 { // there is nothing newer
		return
	}
	l.follow = false
	l.selected = l.number(min(max(l.line(l.selected)+newer, 0), lines-1))
	l.settle()
}

// choose selects the delivery with that id, and says whether it is shown.
func (l *list) choose(id string) bool {
	n, known := l.numbers[id]
	if !known || l.lines() == 0 || l.number(l.line(n)) != n {
		return false
	}
	l.follow, l.selected = false, n
	l.settle()
	return true
}

// chooseRow selects what stands in that row of the view, counted from 0.
func (l *list) chooseRow(y int) {
	line := l.line(l.top) - (y - l.heads())
	if y < l.heads() || line < 0 || l.lines() == 0 {
		return
	}
	l.follow, l.selected = false, l.number(line)
	l.settle()
}

// pause keeps what comes out of sight, or takes it in.
func (l *list) pause() {
	l.paused, l.pausedAt = !l.paused, l.newest()
	l.settle()
}

// settle makes selection and window valid and shows the selected line.
func (l *list) settle() {
	last := l.lines() - 1
	if last < 0 {
		return
	}
	if l.follow {
		l.selected, l.top = l.number(last), l.number(last)
	}
	at := l.line(l.selected)
	lowest := min(l.room()-1, last) // a window further down would be partly empty
	top := min(max(l.line(l.top), lowest, at), last)
	if l.room() > 0 {
		top = min(top, at+l.room()-1)
		l.seen = max(l.seen, l.number(top))
	}
	l.top = l.number(top)
}

// view is exactly height rows of exactly w cells.
func (l *list) view(t theme, w int, zone *time.Location) []string {
	drawn := l.head(t, w)
	if l.lines() == 0 {
		drawn = append(drawn, l.nothing(t, w)...)
	}
	columns := columnsFor(w, l.days(zone))
	at := l.line(l.selected)
	for line := l.line(l.top); line >= 0 && line < l.lines() && len(drawn) < l.height; line-- {
		s := l.row(l.number(line)).summary()
		_, held := l.held[s.ID]
		drawn = append(drawn, columns.row(t, w, &s, state{selected: line == at, marked: l.marks[s.ID], held: held}, zone))
	}
	for len(drawn) < l.height {
		drawn = append(drawn, spaces(w))
	}
	return drawn[:l.height]
}

// days says whether the deliveries are not all of one day, so that a time alone tells little.
func (l *list) days(zone *time.Location) day {
	if len(l.rows) == 0 {
		return day{}
	}
	last := dayOf(l.row(l.newest()).ReceivedAt, zone)
	if dayOf(l.rows[0].ReceivedAt, zone) == last {
		return day{}
	}
	return last
}
