package tui

import "slices"

// A text is lines, each made when it is asked for. Some may be hidden by others.
type text interface {
	lines() int
	line(i int) rich
	after(i int) int  // the line that is shown below line i; lines() if there is none
	before(i int) int // the line that is shown above line i, which is shown or is lines(); -1 if there is none
	shown(i int) int  // the line that shows line i: itself, or what hides it
	reveal(i int)     // shows line i
	// next is the first hit that begins at a place or behind it.
	next(n needle, from place) (place, bool)
	// in are the hits in line i that begin in it, as pairs of a start and an end.
	in(n needle, i int) [][2]int
}

// A place is a byte of a line.
type place struct{ line, col int }

func (p place) compare(q place) int {
	if p.line != q.line {
		return p.line - q.line
	}
	return p.col - q.col
}

// A position is how far a text was read.
type position struct {
	top    int // the first line that is seen
	skip   int // how many rows of it are above
	cursor int // a line
}

// A reader shows texts, one below the other, wrapped, and moves through them. Only what is seen is made ready.
type reader struct {
	position
	t      theme
	parts  []text
	bases  []int // the number of each part's first line
	count  int   // of lines
	width  int
	height int
	cache  map[int][]stretch // the rows of lines
	needle needle
	hit    place // the hit that the cursor is at, if it is at one
}

// show shows other texts.
func (r *reader) show(parts []text, at position) {
	r.parts, r.position = parts, at
	r.bases, r.count = r.bases[:0], 0
	for _, p := range parts {
		r.bases = append(r.bases, r.count)
		r.count += p.lines()
	}
	r.folded()
}

// folded makes the position valid after something was folded or unfolded, or is another.
func (r *reader) folded() {
	if r.cache = nil; r.count > 0 {
		r.top, r.cursor = r.shownLine(min(r.top, r.count-1)), r.shownLine(min(r.cursor, r.count-1))
	}
}

// resize shows w by h cells.
func (r *reader) resize(t theme, w, h int) {
	if w != r.width || t.cells != r.t.cells {
		r.cache = nil
	}
	r.t, r.width, r.height = t, max(w, 0), max(h, 0)
	for i, p := range r.parts {
		if h, ok := p.(*hexText); ok && h.columns != hexColumns(w) {
			r.reshape(i, h, hexColumns(w))
		}
	}
	r.settle()
}

// reshape gives each row of a hex dump another number of bytes; the same bytes stay in sight.
func (r *reader) reshape(part int, h *hexText, columns int) {
	base, was := r.bases[part], h.columns
	moved := func(line int) int {
		if line < base || part < len(r.parts)-1 {
			return line
		}
		return base + (line-base)*was/columns
	}
	h.columns = columns
	r.show(r.parts, position{top: moved(r.top), cursor: moved(r.cursor)})
}

// part is the text that a line is in, and its number there.
func (r *reader) part(line int) (p text, base int) {
	i, found := slices.BinarySearch(r.bases, line)
	if !found {
		i--
	}
	for i+1 < len(r.bases) && r.bases[i+1] == line { // a part without lines
		i++
	}
	return r.parts[i], r.bases[i]
}

func (r *reader) after(line int) int {
	p, base := r.part(line)
	return base + p.after(line-base)
}

// before is the line above; -1 if there is none.
func (r *reader) before(line int) int {
	if line <= 0 {
		return -1
	}
	p, base := r.part(line - 1)
	return base + p.before(line-base)
}

func (r *reader) line(line int) rich {
	p, base := r.part(line)
	return p.line(line - base).in(r.t)
}

// rowsOf are the rows of a line.
func (r *reader) rowsOf(line int) []stretch {
	const cached = 500
	rows, ok := r.cache[line]
	if !ok {
		rows = r.t.rows(r.line(line), r.width)
		if len(r.cache) > cached || r.cache == nil {
			r.cache = make(map[int][]stretch)
		}
		r.cache[line] = rows
	}
	return rows
}

// back is n rows above a row, or the first of all.
func (r *reader) back(line, skip, n int) (int, int) {
	for n > skip {
		above := r.before(line)
		if above < 0 {
			return line, 0
		}
		n -= skip + 1
		line = above
		skip = len(r.rowsOf(line)) - 1
	}
	return line, skip - n
}

// bottom is the first row that is seen when the last is.
func (r *reader) bottom() (line, skip int) {
	last := r.before(r.count)
	if last < 0 {
		return 0, 0
	}
	return r.back(last, len(r.rowsOf(last))-1, max(r.height-1, 0))
}

// settle leaves no room empty below, if there is more above.
func (r *reader) settle() {
	if r.count == 0 {
		r.position = position{}
		return
	}
	r.skip = min(r.skip, len(r.rowsOf(r.top))-1)
	if line, skip := r.bottom(); r.top > line || r.top == line && r.skip > skip {
		r.top, r.skip = line, skip
	}
}

// shownLine is the line that shows a line.
func (r *reader) shownLine(line int) int {
	p, base := r.part(line)
	return base + p.shown(line-base)
}

// view is exactly height rows of exactly w cells, of which the first is for the cursor, if there is one to be seen.
func (r *reader) view(w int, cursor bool) []string {
	drawn := make([]string, 0, r.height)
	for line, skip := r.top, r.skip; len(drawn) < r.height && line < r.count; line, skip = r.after(line), 0 {
		rows := r.rowsOf(line)
		shown := r.marked(line)
		for i := skip; i < len(rows) && len(drawn) < r.height; i++ {
			margin := span{" ", plain}
			if cursor && line == r.cursor && (i == skip || i == 0) {
				margin = span{"▌", accent}
			}
			drawn = append(drawn, r.t.spans(w, append([]span{margin}, r.t.row(shown, rows[i], i == 0, r.width)...)))
		}
	}
	for len(drawn) < r.height {
		drawn = append(drawn, spaces(w))
	}
	return drawn
}

// marked is a line with its hits.
func (r *reader) marked(line int) rich {
	if r.needle.text == "" {
		return r.line(line)
	}
	p, base := r.part(line)
	shown := p.line(line - base)
	if h, ok := p.(*hexText); ok {
		return shown.mark(h.marks(r.needle, line-base, r.hit.col, r.hit.line == line)).in(r.t)
	}
	var marks []mark
	for _, found := range p.in(r.needle, line-base) {
		marks = append(marks, mark{found[0], found[1], r.hit == place{line, found[0]}})
	}
	return shown.mark(marks).in(r.t)
}
