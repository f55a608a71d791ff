package tui

// scroll moves by that many rows, as far as there are some. The cursor stays in sight.
func (r *reader) scroll(by int) {
	if r.count == 0 {
		return
	}
	if by < 0 {
		r.top, r.skip = r.back(r.top, r.skip, -by)
	}
	for ; by > 0; by-- {
		if r.skip++; r.skip == len(r.rowsOf(r.top)) {
			below := r.after(r.top)
			if below >= r.count {
				r.skip--
				break
			}
			r.top, r.skip = below, 0
		}
	}
	r.settle()
	if r.cursor < r.top {
		r.cursor = r.top
	} else if last := r.lastSeen(); r.cursor > last {
		r.cursor = last
	}
}

// fits says whether the last line is seen to its end.
func (r *reader) fits() bool {
	line, skip := r.bottom()
	return r.top == line && r.skip == skip
}

// lastSeen is the last line of which something is seen.
func (r *reader) lastSeen() int {
	line, room := r.top, r.height+r.skip
	for {
		room -= len(r.rowsOf(line))
		below := r.after(line)
		if room <= 0 || below >= r.count {
			return line
		}
		line = below
	}
}

// home goes to the beginning.
func (r *reader) home() { r.position = position{} }

// end goes to the end.
func (r *reader) end() {
	if r.count > 0 {
		r.top, r.skip = r.bottom()
		r.cursor = r.before(r.count)
	}
}

// down moves the cursor by a line, and through a long line by a row.
func (r *reader) down() {
	if r.count == 0 {
		return
	}
	if line, skip := r.endsAt(r.cursor); r.top < line || r.top == line && r.skip < skip {
		r.scroll(1)
		return
	}
	if below := r.after(r.cursor); below < r.count {
		r.cursor = below
		if line, skip := r.back(below, 0, max(r.height-1, 0)); r.top < line || r.top == line && r.skip < skip {
			r.top, r.skip = line, skip
		}
	}
}

// endsAt is the first row to be seen so that the end of a line is.
func (r *reader) endsAt(line int) (int, int) {
	return r.back(line, len(r.rowsOf(line))-1, max(r.height-1, 0))
}

// up moves the cursor by a line, and through a long line by a row.
func (r *reader) up() {
	if r.count == 0 {
		return
	}
	if r.cursor == r.top && r.skip > 0 {
		r.scroll(-1)
		return
	}
	above := r.before(r.cursor)
	if above < 0 {
		return
	}
	r.cursor = above
	if above < r.top {
		r.top, r.skip = above, max(len(r.rowsOf(above))-r.height, 0)
	}
}

// page moves by that many heights.
func (r *reader) page(by int) {
	was := r.position
	r.scroll(by * max(r.height-1, 1))
	if r.position != was || r.count == 0 {
		return
	}
	if r.cursor = 0; by > 0 {
		r.cursor = r.before(r.count)
	}
}

// jump puts the cursor on a line and shows it, with some of what is above.
func (r *reader) jump(to place) {
	p, base := r.part(to.line)
	if p.shown(to.line-base) != to.line-base {
		p.reveal(to.line - base)
		r.folded()
	}
	r.cursor = to.line
	rows := r.rowsOf(to.line)
	row := 0
	for row+1 < len(rows) && rows[row+1].from <= to.col {
		row++
	}
	top, skip := r.back(to.line, row, max(r.height-1, 0))
	above := to.line < r.top || to.line == r.top && row < r.skip
	if below := r.top < top || r.top == top && r.skip < skip; above || below {
		r.top, r.skip = r.back(to.line, row, r.height/3)
	}
	r.settle()
}
