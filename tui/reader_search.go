package tui

import (
	"slices"
	"strconv"
)

// A search is what was found in a text.
type search struct {
	needle needle
	open   bool     // it is still being typed
	began  position // where
	hits   []place  // the first ones, hitLimit at most
	more   bool     // there are more
	at     place    // the hit that the cursor is at
	found  bool     // there is one
}

// look looks for the needle in what r shows.
func (s *search) look(r *reader) {
	s.hits, s.more, s.found = s.hits[:0], false, false
	r.needle, r.hit = s.needle, place{line: -1}
	for hit, ok := r.next(place{}); ok; hit, ok = r.next(place{hit.line, hit.col + len(s.needle.text)}) {
		if len(s.hits) == hitLimit {
			s.more = true
			return
		}
		s.hits = append(s.hits, hit)
	}
}

// next is the first hit that begins at a place or behind it.
func (r *reader) next(from place) (place, bool) {
	for i, p := range r.parts {
		line := max(from.line-r.bases[i], 0)
		if line >= p.lines() {
			continue
		}
		col := from.col
		if from.line < r.bases[i] {
			col = 0
		}
		if hit, ok := p.next(r.needle, place{line, col}); ok {
			return place{hit.line + r.bases[i], hit.col}, true
		}
	}
	return place{}, false
}

// last is the last hit that begins before a place.
func (r *reader) last(before place) (place, bool) {
	for line := min(before.line, r.count-1); line >= 0; line-- {
		p, base := r.part(line)
		all := p.in(r.needle, line-base)
		for _, hit := range slices.Backward(all) {
			if at := (place{line, hit[0]}); at.compare(before) < 0 {
				return at, true
			}
		}
	}
	return place{}, false
}

// forward goes to the first hit at a place or behind it, else to the first of all.
func (s *search) forward(r *reader, from place) {
	i, _ := slices.BinarySearchFunc(s.hits, from, place.compare)
	switch {
	case len(s.hits) == 0:
		return
	case i < len(s.hits):
		s.at = s.hits[i]
	case !s.more:
		s.at = s.hits[0]
	default:
		hit, ok := r.next(from)
		if !ok {
			hit = s.hits[0]
		}
		s.at = hit
	}
	s.arrive(r)
}

// backward goes to the last hit before a place, else to the last of all.
func (s *search) backward(r *reader, before place) {
	i, _ := slices.BinarySearchFunc(s.hits, before, place.compare)
	switch {
	case len(s.hits) == 0:
		return
	case i > 0 && (i < len(s.hits) || !s.more):
		s.at = s.hits[i-1]
	case i == 0 && !s.more:
		s.at = s.hits[len(s.hits)-1]
	default:
		hit, ok := r.last(before)
		if !ok {
			hit, _ = r.last(place{line: r.count})
		}
		s.at = hit
	}
	s.arrive(r)
}

// arrive puts the cursor at the hit.
func (s *search) arrive(r *reader) {
	s.found, r.hit = true, s.at
	r.jump(s.at)
}

// from is where n and N go on: from the hit unless the cursor was moved away from it.
func (s *search) from(r *reader) place {
	if s.found && s.at.line == r.cursor {
		return s.at
	}
	return place{line: r.cursor}
}

// words are which hit of how many the cursor is at.
func (s *search) words() string {
	switch i := slices.Index(s.hits, s.at); {
	case s.needle.text == "":
		return ""
	case len(s.hits) == 0:
		return "nothing found"
	case s.more && (!s.found || i < 0):
		return strconv.Itoa(hitLimit) + "+"
	case s.more:
		return strconv.Itoa(i+1) + "/" + strconv.Itoa(hitLimit) + "+"
	case !s.found:
		return strconv.Itoa(len(s.hits))
	default:
		return strconv.Itoa(i+1) + "/" + strconv.Itoa(len(s.hits))
	}
}
