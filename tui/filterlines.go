package tui

import (
	"fmt"
	"slices"
)

// A narrow is which rows of a list are shown.
type narrow struct {
	filter string // in force, as it was typed and clean; empty: none
	shown  []int  // the numbers of the rows that it found, ascending
	left   int    // how many rows it has not looked at
	wrong  string // why it can't look at more; clean
}

// allLines is how many lines there are, those that wait included.
func (l *list) allLines() int {
	if l.filter == "" {
		return len(l.rows)
	}
	return len(l.shown)
}

// lines is how many lines there are.
func (l *list) lines() int {
	if l.paused {
		return l.upTo(l.pausedAt)
	}
	return l.allLines()
}

// number is the number of the row on that line.
func (l *list) number(line int) int {
	if l.filter == "" {
		return l.oldest + line
	}
	return l.shown[line]
}

// upTo is how many lines have no higher number than n, waiting or not.
func (l *list) upTo(n int) int {
	if l.filter == "" {
		return min(max(n+1-l.oldest, 0), len(l.rows))
	}
	at, found := slices.BinarySearch(l.shown, n)
	if found {
		at++
	}
	return at
}

// line is the line of the row with number n; if that has none of the next older one that has, else of the oldest.
func (l *list) line(n int) int { return max(min(l.upTo(n), l.lines())-1, 0) }

// narrowTo shows what a filter finds, which is nothing yet.
func (l *list) narrowTo(text string) {
	l.narrow = narrow{filter: text, left: len(l.rows)}
	l.settle()
}

// widen shows all.
func (l *list) widen() {
	l.narrow = narrow{}
	l.settle()
}

// judged shows those of the deliveries that match, and hides the others.
func (l *list) judged(rows []*row, matches []bool) {
	var add []int
	for i, r := range rows {
		n, known := l.numbers[r.ID]
		if !known {
			continue
		}
		at, shown := slices.BinarySearch(l.shown, n)
		switch {
		case matches[i] && !shown:
			add = append(add, n)
		case !matches[i] && shown:
			l.shown = slices.Delete(l.shown, at, at+1)
		}
	}
	slices.Sort(add)
	add = slices.Compact(add)
	switch {
	case len(add) == 0:
	case len(l.shown) == 0 || add[0] > l.shown[len(l.shown)-1]:
		l.shown = append(l.shown, add...)
	case add[len(add)-1] < l.shown[0]:
		l.shown = slices.Insert(l.shown, 0, add...)
	default:
		l.shown = append(l.shown, add...)
		slices.Sort(l.shown)
	}
	l.settle()
}

// forgetShown forgets what has a lower number than oldest.
func (l *list) forgetShown(oldest int) {
	at, _ := slices.BinarySearch(l.shown, oldest)
	l.shown = slices.Delete(l.shown, 0, at)
}

// removeShown takes those out that are gone, and gives the others the numbers they have now.
func (l *list) removeShown(gone func(n int) bool, now func(n int) int) {
	l.shown = slices.DeleteFunc(l.shown, gone)
	for i, n := range l.shown {
		l.shown[i] = now(n)
	}
}

// heads is how many rows of the view stand above the lines.
func (l *list) heads() int {
	if l.filter == "" {
		return 0
	}
	return min(1, l.height)
}

// room is how many lines can be seen at once.
func (l *list) room() int { return l.height - l.heads() }

// head says what the list is narrowed to, and how much of it that is.
func (l *list) head(t theme, w int) []string {
	if l.heads() == 0 {
		return nil
	}
	found, right := l.found(), []span{{"esc shows all ", faint}}
	room := w - len(" filter:  · ") - t.size(found)
	if w < 60 {
		right = nil
	} else {
		room -= len(" esc shows all ")
	}
	left := []span{{" filter: ", faint}, {t.beginning(l.filter, max(room, 8)), accent}, {" · ", faint}, {found, plain}}
	if l.wrong != "" {
		left, right = append(left, span{" · ", faint}, span{l.wrong, bad}), nil
	}
	return []string{t.bar(w, left, right)}
}

// found says how many there are: "12 of 4,201", and how far the filter has looked.
func (l *list) found() string {
	found := thousands(l.allLines()) + " of " + thousands(len(l.rows))
	if l.left > 0 {
		return found + fmt.Sprintf(" · looked at %d%%", 100-min(99, max(1, l.left*100/max(len(l.rows), 1))))
	}
	return found
}

// nothing is what a list without lines says.
func (l *list) nothing(t theme, w int) []string {
	says := "Nothing matches."
	switch {
	case l.filter == "":
		return nil
	case l.left > 0 && l.wrong == "":
		says = "Looking…"
	case l.waiting() > 0:
		says = "Nothing matches but what waits."
	}
	rows := []string{spaces(w), t.spans(w, []span{{"  " + says, strong}})}
	if says == "Looking…" {
		return rows
	}
	return append(rows, spaces(w), t.spans(w, []span{{"  esc shows all again, / changes the filter", faint}}))
}
