package inspect

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	tabStop     = 4 // of PrintableLines, in characters
	marksInARow = 4 // combining marks on one character before the rest are shown as escapes
	hexDigits   = "0123456789abcdef"
)

// Printable is s as it can be shown on a terminal, in a log or in a message: one line, valid UTF-8, and nothing in it
// that a terminal would act on or that an eye would miss. Whatever comes from outside passes through it before it is
// shown: paths, header fields, bodies, the errors of others.
//
// Control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls, zero-width and otherwise
// invisible characters, unassigned ones, a fifth combining mark in a row, and bytes that are no UTF-8 become escapes as
// Go writes them: `\t`, `\n`, `\x1b`, `\x9b` for a byte, `\u009b` and `\U000e0041` for a character. A backslash stays
// as it is, so the result is for reading, not for parsing back; Printable of it changes nothing. It does not allocate
// if s can stay as it is.
func Printable(s string) string {
	clean := cleanPrefix(s)
	if clean == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:clean])
	marks := trailingMarks(s[:clean])
	for rest := s[clean:]; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		marks = countMarks(marks, r)
		if shows(r, size) && marks <= marksInARow {
			b.WriteString(rest[:size])
		} else {
			writeEscape(&b, rest[0], r, size)
		}
		rest = rest[size:]
	}
	return b.String()
}

// PrintableLines is s cut at its line breaks (\n or \r\n), each line as Printable shows it, with its tabs expanded to
// spaces. A line break at the very end begins no further line; an empty s has no lines.
func PrintableLines(s string) []string {
	if s == "" {
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		lines = append(lines, printableLine(strings.TrimSuffix(line, "\r")))
	}
	return lines
}

// printableLine is one line without its break, as Printable shows it, with its tabs expanded.
func printableLine(line string) string {
	cells := strings.Split(line, "\t")
	if len(cells) == 1 {
		return Printable(line)
	}
	var b strings.Builder
	column := 0
	for i, cell := range cells {
		cell = Printable(cell)
		b.WriteString(cell)
		column += utf8.RuneCountInString(cell)
		if i < len(cells)-1 {
			gap := tabStop - column%tabStop
			b.WriteString(strings.Repeat(" ", gap))
			column += gap
		}
	}
	return b.String()
}

// cleanPrefix is how many bytes of s, from its start, can be shown as they are.
func cleanPrefix(s string) int {
	marks := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f {
				return i
			}
			marks = 0
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		marks = countMarks(marks, r)
		if marks > marksInARow || !shows(r, size) {
			return i
		}
		i += size
	}
	return len(s)
}

// countMarks is how many combining marks in a row there are with r, if there were so many before it.
func countMarks(before int, r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return before + 1
	}
	return 0
}

// cutText is s, or as many whole characters of its beginning as have room in n bytes.
func cutText[T string | []byte](s T, n int) T {
	if len(s) <= n {
		return s
	}
	for end := n; end > max(n-utf8.UTFMax, 0); end-- {
		if utf8.RuneStart(s[end]) {
			return s[:end]
		}
	}
	return s[:n]
}

// trailingMarks is how many combining marks s ends with.
func trailingMarks(s string) int {
	n := 0
	for s != "" {
		r, size := utf8.DecodeLastRuneInString(s)
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			break
		}
		n++
		s = s[:len(s)-size]
	}
	return n
}

// shows says whether r, which was read from size bytes, is something that one can see, or a space.
func shows(r rune, size int) bool {
	if r == utf8.RuneError && size <= 1 {
		return false
	}
	return unicode.IsGraphic(r) &&
		!unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// writeEscape writes r, which was read from size bytes of which first is the first, as an escape.
func writeEscape(b *strings.Builder, first byte, r rune, size int) {
	switch {
	case r == '\t':
		b.WriteString(`\t`)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case size <= 1:
		b.Write([]byte{'\\', 'x', hexDigits[first>>4], hexDigits[first&15]})
	case r > 0xffff:
		fmt.Fprintf(b, `\U%08x`, r)
	default:
		fmt.Fprintf(b, `\u%04x`, r)
	}
}
