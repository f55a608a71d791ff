package tui

// A line is one line of text to read. All of it is clean.
type line struct {
	label string // drawn faint, before the text
	text  string
	look  look // of the text
	hang  int  // how far what does not fit is indented below
}

// A pager shows lines, wrapped, and scrolls through them. The zero pager shows nothing.
type pager struct {
	rows   [][]span
	top    int // the first row that is shown
	width  int
	height int
}

// set replaces what is shown, and where.
func (p *pager) set(t theme, lines []line, w, h int) {
	p.rows = p.rows[:0]
	for _, l := range lines {
		p.rows = appendWrapped(p.rows, t, l, w)
	}
	p.width = w
	p.resize(h)
}

// resize shows h rows.
func (p *pager) resize(h int) {
	p.height = max(h, 0)
	p.scroll(0)
}

// scroll moves by that many rows, as far as there are some.
func (p *pager) scroll(by int) {
	p.top = max(0, min(p.top+by, len(p.rows)-p.height))
}

// view is exactly height rows of exactly width cells.
func (p *pager) view(t theme) []string {
	drawn := make([]string, p.height)
	for i := range drawn {
		if at := p.top + i; at < len(p.rows) {
			drawn[i] = t.spans(p.width, p.rows[at])
		} else {
			drawn[i] = spaces(p.width)
		}
	}
	return drawn
}

// appendWrapped appends the rows that l takes in w cells.
func appendWrapped(rows [][]span, t theme, l line, w int) [][]span {
	const leastRoom = 8 // for a text beside its label; with less it goes below
	label := t.size(l.label)
	hang := min(l.hang, w/2)
	first := w - label
	if l.label != "" && first < leastRoom && l.text != "" {
		rows = append(rows, []span{{l.label, faint}})
		l.label, first = spaces(hang), w-hang
	}
	for i, piece := range t.wrap(l.text, first, w-hang) {
		before := l.label
		if i > 0 {
			before = spaces(hang)
		}
		rows = append(rows, []span{{before, faint}, {piece, l.look}})
	}
	return rows
}
