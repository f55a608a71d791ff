package tui

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// A span is a piece of one line. Its text is clean and has no styles of its own.
type span struct {
	text string
	look look
}

// cut splits s where it exceeds w cells, and counts the cells of its head.
func (t theme) cut(s string, w int) (head, rest string, used int) {
	at := 0
	for at < len(s) {
		size, cells := t.cluster(s[at:])
		if used+cells > w {
			break
		}
		at += size
		used += cells
	}
	return s[:at], s[at:], used
}

// cluster is the size in bytes and in cells of what stands first in s, as the renderer counts it.
func (t theme) cluster(s string) (size, cells int) {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return 1, 1
	}
	first, cells := ansi.FirstGraphemeCluster(s, t.cells)
	return len(first), cells
}

// size is how many cells s takes.
func (t theme) size(s string) int {
	used := 0
	for s != "" {
		n, cells := t.cluster(s)
		used += cells
		s = s[n:]
	}
	return used
}

// width is how many cells all of them take.
func (t theme) width(all []span) int {
	used := 0
	for _, s := range all {
		used += t.size(s.text)
	}
	return used
}

// fit is s in exactly w cells: padded, or cut with an ellipsis.
func (t theme) fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	head, rest, used := t.cut(s, w)
	if rest != "" {
		head, _, used = t.cut(s, w-1)
		head += "…"
		used++
	}
	return head + spaces(w-used)
}

// fitRight is s in exactly w cells, at their right end.
func (t theme) fitRight(s string, w int) string {
	if used := t.size(s); used < w {
		return spaces(w-used) + s
	}
	return t.fit(s, w)
}

// bar is one line of exactly w cells: left at its left, right at its right, drawn. What does not fit is cut from left
// first.
func (t theme) bar(w int, left, right []span) string {
	end := min(t.width(right), w)
	room := w - end
	if end > 0 && room > 0 {
		room-- // so that the two don't touch
	}
	line := t.spans(room, left)
	if end > 0 {
		line += spaces(w-end-room) + t.spans(end, right)
	}
	return line
}

// spans are the spans one after the other in exactly w cells, drawn.
func (t theme) spans(w int, all []span) string {
	var b strings.Builder
	for i, s := range all {
		used := t.size(s.text)
		if used > w || used == w && i < len(all)-1 {
			// The space makes fit cut even if this span alone had room.
			b.WriteString(t.draw(s.look, t.fit(s.text+" ", w)))
			return b.String()
		}
		b.WriteString(t.draw(s.look, s.text))
		w -= used
	}
	b.WriteString(t.draw(plain, spaces(w)))
	return b.String()
}

// wrap breaks s into pieces of at most first cells, and of at most w for those behind it; behind a space if there is
// one in the second half of a piece.
func (t theme) wrap(s string, first, w int) []string {
	var pieces []string
	for room := first; ; room = w {
		head, rest, _ := t.cut(s, max(room, 1))
		if rest == "" {
			return append(pieces, head)
		}
		if space := strings.LastIndexByte(head, ' '); rest[0] != ' ' && space > len(head)/2 {
			head, rest = s[:space], s[space:]
		}
		if head == "" { // not even one character has room
			size, _ := t.cluster(s)
			head, rest = s[:size], s[size:]
		}
		pieces = append(pieces, head)
		s = strings.TrimPrefix(rest, " ")
	}
}

// spaces are n spaces; none if n is negative.
func spaces(n int) string {
	return strings.Repeat(" ", max(n, 0))
}
