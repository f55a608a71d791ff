package tui

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect"
)

const (
	rawLine  = 32 << 10 // bytes after which a line of raw text is divided, so that one of 10 MiB can be scrolled
	rawEvery = 16       // lines between those whose place is kept
)

// flat is what is shown line by line, with nothing to fold.
type flat struct{}

func (flat) after(i int) int  { return i + 1 }
func (flat) before(i int) int { return i - 1 }
func (flat) shown(i int) int  { return i }
func (flat) reveal(int)       {}

// A rawText is bytes as text, in the lines that they have.
type rawText struct {
	flat
	body  []byte
	marks []int // where each rawEvery-th line begins
	count int
	last  struct { // the line that was read last, printable
		from int // where it begins
		text []byte
	}
}

func newRawText(body []byte) *rawText {
	r := &rawText{body: body}
	for at := 0; at < len(body); at = r.lineEnd(at) {
		if r.count%rawEvery == 0 {
			r.marks = append(r.marks, at)
		}
		r.count++
	}
	return r
}

// lineEnd is where the line behind that which begins at that place begins.
func (r *rawText) lineEnd(at int) int {
	rest := r.body[at:]
	if len(rest) > rawLine {
		rest = rest[:rawLine]
	}
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		return at + i + 1
	}
	end := at + len(rest)
	for back := 1; end < len(r.body) && back < utf8.UTFMax; back++ { // no character is divided
		if utf8.RuneStart(r.body[end]) {
			return end
		}
		end--
	}
	return at + len(rest)
}

func (r *rawText) lines() int { return r.count }

// lineAt is where line i begins.
func (r *rawText) lineAt(i int) int {
	at := r.marks[i/rawEvery]
	for range i % rawEvery {
		at = r.lineEnd(at)
	}
	return at
}

// printable is the line that begins at that place, without its break.
func (r *rawText) printable(at, end int) []byte {
	if r.last.text == nil || r.last.from != at {
		r.last.text = []byte(inspect.Printable(string(bytes.TrimSuffix(r.body[at:end], []byte("\n")))))
		r.last.from = at
	}
	return r.last.text
}

func (r *rawText) textOf(i int) []byte {
	at := r.lineAt(i)
	return r.printable(at, r.lineEnd(at))
}

func (r *rawText) line(i int) rich { return words(plain, string(r.textOf(i))) }

func (r *rawText) next(n needle, from place) (place, bool) {
	if from.line >= r.count {
		return place{}, false
	}
	escapes := strings.Contains(n.text, `\`) // then it may be there in what is shown alone
	for i, at := from.line, r.lineAt(from.line); i < r.count; i++ {
		end := r.lineEnd(at)
		if there, _ := n.index(r.body[at:end], 0); there >= 0 || escapes {
			text := r.printable(at, end)
			if start, _ := n.index(text, min(from.col, len(text))); start >= 0 {
				return place{i, start}, true
			}
		}
		from.col, at = 0, end
	}
	return place{}, false
}

func (r *rawText) in(n needle, i int) [][2]int { return n.all(r.textOf(i)) }

// A hexText is bytes as numbers: the offset, some bytes, the same as ASCII.
type hexText struct {
	flat
	body    []byte
	columns int
}

// hexColumns is how many bytes have room in w cells.
func hexColumns(w int) int {
	for _, columns := range []int{16, 8} {
		if w >= 8+2+3*columns+1+columns {
			return columns
		}
	}
	return 4
}

func (h *hexText) lines() int { return (len(h.body) + h.columns - 1) / h.columns }

func (h *hexText) row(i int) []byte {
	return h.body[i*h.columns : min((i+1)*h.columns, len(h.body))]
}

func (h *hexText) line(i int) rich {
	row := h.row(i)
	ascii := bytes.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '.'
		}
		return r
	}, latin(row))
	return words(faint, fmt.Sprintf("%08x  ", i*h.columns)).
		add(plain, fmt.Sprintf("%-*s", 3*h.columns+1, fmt.Sprintf("% x", row))).
		add(quoted, string(ascii))
}

// latin is text with a character for each byte.
func latin(row []byte) []byte {
	text := make([]rune, len(row))
	for i, c := range row {
		text[i] = rune(c)
	}
	return []byte(string(text))
}

// next finds bytes: what was searched for may stand in two rows.
func (h *hexText) next(n needle, from place) (place, bool) {
	start, _ := n.index(h.body, min(from.line*h.columns+from.col, len(h.body)))
	if start < 0 {
		return place{}, false
	}
	return place{start / h.columns, start % h.columns}, true
}

func (h *hexText) in(n needle, i int) [][2]int {
	var all [][2]int
	for _, p := range h.around(n, i) {
		if p[0] >= 0 && p[0] < h.columns {
			all = append(all, p)
		}
	}
	return all
}

// around are the hits that touch row i, as pairs of a start and an end that count from its beginning.
func (h *hexText) around(n needle, i int) [][2]int {
	begin := i * h.columns
	from := max(begin-n.longest(), 0)
	to := min(begin+h.columns+n.longest(), len(h.body))
	var all [][2]int
	for _, p := range n.all(h.body[from:to]) {
		if p[0] += from - begin; p[0] < h.columns && p[1]+from-begin > 0 {
			all = append(all, [2]int{p[0], p[1] + from - begin})
		}
	}
	return all
}

// marks are the places in the text of row i that show hits. The one that begins at the byte at is here, if it is in this row.
func (h *hexText) marks(n needle, i, at int, here bool) []mark {
	var hex, ascii []mark
	size, shown := len(h.row(i)), 10+3*h.columns+1
	for _, p := range h.around(n, i) {
		from, to, here := max(p[0], 0), min(p[1], size), here && p[0] == at
		if from < to {
			hex = append(hex, mark{10 + 3*from, 10 + 3*to - 1, here})
			ascii = append(ascii, mark{shown + from, shown + to, here})
		}
	}
	return append(hex, ascii...)
}
