package tui

import "github.com/dustin/go-humanize"

// bits are a set of small numbers.
type bits []uint64

func (b bits) has(i int) bool { return i/64 < len(b) && b[i/64]&(1<<(i%64)) != 0 }

func (b *bits) set(i int, on bool) {
	for len(*b) <= i/64 {
		*b = append(*b, 0)
	}
	if on {
		(*b)[i/64] |= 1 << (i % 64)
	} else {
		(*b)[i/64] &^= 1 << (i % 64)
	}
}

// canFold says whether line i opens what closes.
func (s *sheet) canFold(i int) bool { return s.kind(i)&opens != 0 && s.all[i].pair > int32(i) }

func (s *sheet) fold(i int, on bool) {
	if s.canFold(i) && s.folded.has(i) != on {
		s.folded.set(i, on)
		if on {
			s.folds++
		} else {
			s.folds--
		}
	}
}

// toggle folds or unfolds what line i opens or closes, else what is around it, and is the line that shows it then; false
// if there is nothing to fold.
func (s *sheet) toggle(i int) (int, bool) {
	switch {
	case s.canFold(i):
	case s.kind(i)&closes != 0 && s.all[i].pair >= 0:
		i = int(s.all[i].pair)
	default:
		i = s.around(i)
	}
	if i < 0 {
		return i, false
	}
	s.fold(i, !s.folded.has(i))
	return i, true
}

// foldAll folds all that can be, but for what is around everything, or unfolds it.
func (s *sheet) foldAll(on bool) {
	if !on {
		s.folded, s.folds = nil, 0
		return
	}
	outer := s.outer()
	for i := range s.all {
		if i != outer {
			s.fold(i, true)
		}
	}
}

// outer is the line that opens what is around everything; -1 if nothing is.
func (s *sheet) outer() int {
	outer := -1
	for i := 0; i < len(s.all); i++ {
		if !s.canFold(i) {
			continue
		}
		if outer >= 0 {
			return -1
		}
		outer, i = i, int(s.all[i].pair)
	}
	return outer
}

// after is the line that is shown below line i.
func (s *sheet) after(i int) int {
	if s.folded.has(i) {
		return int(s.all[i].pair) + 1
	}
	return i + 1
}

// before is the line that is shown above line i, which is shown, or is behind the last.
func (s *sheet) before(i int) int {
	i--
	if i >= 0 && s.kind(i)&closes != 0 {
		if opener := int(s.all[i].pair); opener >= 0 && s.folded.has(opener) {
			return opener
		}
	}
	return i
}

// around is the line that opens what line i is in, and that can be folded; -1 if there is none.
func (s *sheet) around(i int) int {
	for i--; i >= 0; i-- {
		switch {
		case s.canFold(i):
			return i
		case s.kind(i)&closes != 0 && s.all[i].pair >= 0:
			i = int(s.all[i].pair)
		}
	}
	return -1
}

// shown is the line that shows line i: itself, or the outermost that hides it.
func (s *sheet) shown(i int) int {
	if s.folds == 0 {
		return i
	}
	line := i
	if s.kind(i)&closes != 0 && s.all[i].pair >= 0 {
		i = int(s.all[i].pair)
		if s.folded.has(i) {
			line = i
		}
	}
	for i = s.around(i); i >= 0; i = s.around(i) {
		if s.folded.has(i) {
			line = i
		}
	}
	return line
}

// reveal unfolds all that hides line i.
func (s *sheet) reveal(i int) {
	for hidden := s.shown(i); hidden != i; hidden = s.shown(i) {
		s.unfoldAround(i)
	}
}

func (s *sheet) unfoldAround(i int) {
	if s.kind(i)&closes != 0 && s.all[i].pair >= 0 {
		i = int(s.all[i].pair)
		s.fold(i, false)
	}
	for i = s.around(i); i >= 0; i = s.around(i) {
		s.fold(i, false)
	}
}

// line is a line as it is shown.
func (s *sheet) line(i int) rich {
	r := s.plainLine(i)
	if !s.folded.has(i) {
		return r
	}
	end := int(s.all[i].pair)
	closer := s.plainLine(end)
	r = r.add(faint, "…").append(closer)
	if hidden := end - i - 1; hidden == 1 {
		return r.add(faint, "  1 line")
	} else {
		return r.add(faint, "  "+humanize.Comma(int64(hidden))+" lines")
	}
}

// append is r with the text of another behind its own.
func (r rich) append(other rich) rich {
	from := 0
	for _, run := range other.runs {
		r = r.add(run.look, other.text[from:run.end])
		from = run.end
	}
	return r
}

// toggle folds or unfolds what the cursor is at.
func (r *reader) toggle() {
	if r.count == 0 {
		return
	}
	p, base := r.part(r.cursor)
	if s, ok := p.(*sheet); ok {
		if line, folded := s.toggle(r.cursor - base); folded {
			r.cursor = base + line
			r.folded()
			r.jump(place{line: r.cursor})
		}
	}
}

// foldAll folds all that can be, or unfolds it. The cursor stays where it was, or goes to what hides that.
func (r *reader) foldAll(on bool) {
	for _, p := range r.parts {
		if s, ok := p.(*sheet); ok {
			s.foldAll(on)
		}
	}
	if r.folded(); r.count > 0 {
		r.jump(place{line: r.cursor})
	}
}
