package tui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A rich is one line to read, with its looks.
type rich struct {
	indent int    // cells before it
	hang   int    // cells before what of it does not fit
	text   string // printable, of whatever charset
	runs   []run  // one after the other, together all of text
}

// A run is text of one look.
type run struct {
	end  int // bytes of the line's text up to its end
	look look
}

// words is a line of one look.
func words(l look, text string) rich { return rich{}.add(l, text) }

// field is a line with a label, whose continuation is indented.
func field(label, value string, l look) rich {
	return rich{hang: 4}.add(faint, label).add(l, value)
}

// add is r with more text, whatever that is.
func (r rich) add(l look, text string) rich {
	if text == "" {
		return r
	}
	r.text += inspect.Printable(text)
	if last := len(r.runs) - 1; last >= 0 && r.runs[last].look == l {
		r.runs = append(r.runs[:last:last], run{len(r.text), l})
	} else {
		r.runs = append(slices.Clip(r.runs), run{len(r.text), l})
	}
	return r
}

// indented is a line whose own indentation its continuation keeps, and a bit more.
func indented(l look, text string) rich {
	words := strings.TrimLeft(text, " ")
	r := rich{indent: len(text) - len(words)}.add(l, words)
	if r.indent > 0 {
		r.hang = r.indent + 2
	}
	return r
}

// in is r as a terminal of t shows it. The text may be another: at its ends, and where there is no Unicode.
func (r rich) in(t theme) rich {
	r = r.alone()
	if t.signs == nil {
		return r
	}
	var b strings.Builder
	from, runs := 0, make([]run, len(r.runs))
	for i, s := range r.runs {
		b.WriteString(escapeNonASCII(t.signs.Replace(r.text[from:s.end])))
		from, runs[i] = s.end, run{b.Len(), s.look}
	}
	r.text, r.runs = b.String(), runs
	return r
}

// alone is r with nothing at its ends that would combine with what is beside it.
func (r rich) alone() rich {
	start := aloneAtStart(r.text)
	text := aloneAtEnd(start)
	if text == r.text {
		return r
	}
	r.runs = slices.Clone(r.runs)
	for i := range r.runs {
		if r.runs[i].end += len(start) - len(r.text); r.runs[i].end == len(start) {
			r.runs[i].end = len(text)
		}
	}
	r.text = text
	return r
}

// A mark is where in a line something was found.
type mark struct {
	from, to int
	here     bool // the cursor is at it
}

// mark is r with the look of a hit where marks are, which are in order.
func (r rich) mark(places []mark) rich {
	if len(places) == 0 {
		return r
	}
	const asItWas look = -1
	old, at := r.runs, 0
	r.runs = nil
	until := func(end int, l look) {
		for at < end && len(old) > 0 {
			stop, as := min(old[0].end, end), l
			if l == asItWas {
				as = old[0].look
			}
			if stop > at {
				r.runs, at = append(r.runs, run{stop, as}), stop
			}
			if old[0].end <= stop {
				old = old[1:]
			}
		}
	}
	for _, p := range places {
		until(p.from, asItWas)
		if p.here {
			until(p.to, here)
		} else {
			until(p.to, hit)
		}
	}
	until(len(r.text), asItWas)
	return r
}

// A stretch is what of a line's text is in one row.
type stretch struct{ from, to int }

// rows is how the text of r is divided over rows of w cells; behind a space if there is one in the second half of a row.
func (t theme) rows(r rich, w int) []stretch {
	var all []stretch
	room := w - min(r.indent, w/2)
	for from := 0; ; {
		head, rest, _ := t.cut(r.text[from:], max(room, 1))
		if rest == "" {
			return append(all, stretch{from, len(r.text)})
		}
		to := from + len(head)
		next := to
		if t.breaks(rest) {
			next++
		} else if space := strings.LastIndexByte(head, ' '); space > len(head)/2 && t.breaks(r.text[from+space:]) {
			to, next = from+space, from+space+1
		}
		if to == from && next == from { // not even one character has room
			size, _ := t.cluster(rest)
			to, next = from+size, from+size
		}
		all = append(all, stretch{from, to})
		if from = next; from == len(r.text) {
			return all
		}
		room = w - min(r.hang, w/2)
	}
}

// breaks says whether s begins with a space that a row can end at: nothing combines with it.
func (t theme) breaks(s string) bool {
	if s[0] != ' ' {
		return false
	}
	size, _ := t.cluster(s)
	return size == 1
}

// alone is text, which is printable, with nothing at its ends that would combine with what is put beside it: the cells of
// the two together would be others than those of each.
func alone(text string) string { return aloneAtEnd(aloneAtStart(text)) }

func aloneAtStart(text string) string {
	if text == "" || text[0] < utf8.RuneSelf || len(first(" "+text)) == 1 {
		return text
	}
	_, size := utf8.DecodeRuneInString(text)
	return escapeNonASCII(text[:size]) + text[size:]
}

func aloneAtEnd(text string) string {
	if text == "" || text[len(text)-1] < utf8.RuneSelf {
		return text
	}
	_, size := utf8.DecodeLastRuneInString(text)
	last := text[len(text)-size:]
	if len(first(last+" ")) == size {
		return text
	}
	return text[:len(text)-size] + escapeNonASCII(last)
}

// first is what of text a terminal may take for one character.
func first(text string) string {
	cluster, _ := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
	return cluster
}

// row is the row of r that shows the text of s; first says that nothing of it stands above.
func (t theme) row(r rich, s stretch, first bool, w int) []span {
	indent := r.hang
	if first {
		indent = r.indent
	}
	spans := []span{{spaces(min(indent, w/2)), plain}}
	at, from := s.from, s.from
	i, _ := slices.BinarySearchFunc(r.runs, s.from+1, func(r run, at int) int { return r.end - at })
	for at < s.to {
		size, _ := t.cluster(r.text[at:s.to]) // never divided: the terminal would count its cells otherwise
		for at += size; i < len(r.runs) && r.runs[i].end <= at; i++ {
			if at > from {
				spans = append(spans, span{r.text[from:at], r.runs[i].look})
				from = at
			}
		}
	}
	if from < s.to && i < len(r.runs) {
		spans = append(spans, span{r.text[from:s.to], r.runs[i].look})
	}
	return spans
}
