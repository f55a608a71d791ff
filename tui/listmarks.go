package tui

import "slices"

// mark marks the selected delivery, or takes its mark, and moves on to the one below.
func (l *list) mark() {
	s, ok := l.current()
	if !ok {
		return
	}
	if l.marks[s.ID] {
		delete(l.marks, s.ID)
	} else {
		l.marks[s.ID] = true
	}
	l.move(-1)
}

// markAll marks all that are listed, or takes the marks of all if they are.
func (l *list) markAll() {
	all := true
	for line := range l.lines() {
		all = all && l.marks[l.row(l.number(line)).ID]
	}
	if all {
		l.clearMarks()
		return
	}
	for line := range l.lines() {
		l.marks[l.row(l.number(line)).ID] = true
	}
}

// marked are the ids of the deliveries that are marked, shown or not, the oldest first.
func (l *list) marked() []string {
	ids := make([]string, 0, len(l.marks))
	for id := range l.marks {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return l.numbers[a] - l.numbers[b] })
	return ids
}

func (l *list) clearMarks() { clear(l.marks) }

// setHeld says what waits at the breakpoint.
func (l *list) setHeld(held []Held) {
	l.held = make(map[string]Held, len(held))
	for _, h := range held {
		l.held[h.ID] = h
	}
}
