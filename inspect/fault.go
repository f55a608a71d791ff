package inspect

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A syntaxError is what is wrong with a text, and where.
type syntaxError struct {
	at     int // bytes from the start
	reason string
	cut    bool // the text is over too early
}

// excerpt is how many characters of a line are shown on either side of a fault.
const excerpt = 24

// lines say what is wrong with text where, and show the place.
func (e *syntaxError) lines(kind string, text []byte) []Line {
	return append([]Line{e.words(kind, text)}, e.place(text)...)
}

// words say what is wrong with text, and where.
func (e *syntaxError) words(kind string, text []byte) Line {
	number, before, _ := lineAround(text, e.at)
	column := len([]rune(string(before))) + 1
	said := fmt.Sprintf("not valid %s: line %d, column %d (byte %d): %s", kind, number, column, e.at, e.reason)
	return Line{Spans: []Span{{Printable(said), Wrong}}}
}

// place shows where in text it is, and an empty line behind that.
func (e *syntaxError) place(text []byte) []Line {
	_, before, after := lineAround(text, e.at)
	left, right := []rune(blanked(before[max(0, len(before)-8*excerpt):])), []rune(blanked(cutText(after, 8*excerpt)))
	shown := string(left)
	if len(left) > excerpt {
		shown = "…" + string(left[len(left)-excerpt:])
	}
	caret := ansi.StringWidth(shown)
	shown += string(right[:min(len(right), excerpt)])
	if len(right) > excerpt {
		shown += "…"
	}
	return []Line{
		{Indent: 2, Spans: []Span{{shown, Plain}}},
		{Indent: 2 + caret, Spans: []Span{{"^", Wrong}}},
		{},
	}
}

// lineAround is the line of text in which offset is, from 1, with what stands before and behind the offset.
func lineAround(text []byte, offset int) (number int, before, after []byte) {
	before = text[:offset]
	number = bytes.Count(before, []byte("\n")) + 1
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	after, _, _ = bytes.Cut(text[offset:], []byte("\n"))
	return number, before, bytes.TrimSuffix(after, []byte("\r"))
}

// blanked is text as Printable shows it, with blanks for tabs.
func blanked(text []byte) string {
	return Printable(strings.ReplaceAll(string(text), "\t", " "))
}
