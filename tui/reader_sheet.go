package tui

import (
	"encoding/binary"
	"iter"
	"sort"

	"github.com/seed-4575fdc3/hook/inspect"
)

// sheetLimit is how many bytes of text a sheet takes: several times the longest body that is decoded. What is longer is
// there as raw text.
const sheetLimit = 64 << 20

// A sheet is lines of text that are kept closely packed, as a long body has a million of them.
type sheet struct {
	text   []byte // of all lines, a line break behind each
	meta   []byte // of each line: its kind, indentation and hang, and of each run the look and the length
	all    []sheetLine
	folded bits // the lines that are folded
	folds  int  // how many are folded
	more   bool // this is only the beginning
	full   bool // what follows had no room
}

// A sheetLine is where a line is.
type sheetLine struct {
	text, meta uint32
	pair       int32 // of a line that opens what closes: where; of one that closes: what; else -1
}

// What a line may be besides text.
const (
	opens byte = 1 << iota
	closes
)

// add adds a line.
func (s *sheet) add(r rich) {
	s.begin(0, r.indent, r.hang)
	from := 0
	for _, run := range r.runs {
		s.put(run.look, r.text[from:run.end])
		from = run.end
	}
	s.end()
}

func (s *sheet) addAll(all ...rich) {
	for _, r := range all {
		s.add(r)
	}
}

func (s *sheet) begin(kind byte, indent, hang int) {
	s.all = append(s.all, sheetLine{uint32(len(s.text)), uint32(len(s.meta)), -1})
	s.meta = append(s.meta, kind, byte(min(indent, 255)), byte(min(hang, 255)))
}

func (s *sheet) put(l look, text string) {
	if text != "" {
		s.text = append(s.text, text...)
		s.meta = binary.AppendUvarint(append(s.meta, byte(l)), uint64(len(text)))
	}
}

func (s *sheet) end() { s.text = append(s.text, '\n') }

// A nesting is what is open while a sheet is made.
type nesting struct{ line, depth int }

// addBody adds the lines of a body, as long as next says so.
func (s *sheet) addBody(lines iter.Seq[inspect.Line], next func(inspect.Line) bool) {
	var open []nesting
	for l := range lines {
		if !next(l) {
			s.more = true
			return
		}
		if len(s.text) > sheetLimit {
			s.full = true
			return
		}
		at := len(s.all)
		var kind byte
		if l.Opens {
			kind |= opens
		}
		if l.Closes {
			kind |= closes
		}
		s.begin(kind, l.Indent, l.Indent+2)
		for _, span := range l.Spans {
			s.put(bodyLook(span.Class), span.Text)
		}
		s.end()
		for len(open) > 0 && (open[len(open)-1].depth > l.Depth || open[len(open)-1].depth == l.Depth && !l.Closes) {
			open = open[:len(open)-1] // it was cut off: it can't be folded
		}
		if l.Closes && len(open) > 0 && open[len(open)-1].depth == l.Depth {
			opener := open[len(open)-1].line
			open = open[:len(open)-1]
			s.all[opener].pair, s.all[at].pair = int32(at), int32(opener)
		}
		if l.Opens {
			open = append(open, nesting{at, l.Depth})
		}
	}
}

// bodyLook is how what a body is made of looks.
func bodyLook(c inspect.Class) look {
	switch c {
	case inspect.Key, inspect.Tag, inspect.Attribute:
		return name
	case inspect.String:
		return quoted
	case inspect.Number, inspect.Literal:
		return number
	case inspect.Punctuation, inspect.Comment, inspect.Offset, inspect.Note:
		return faint
	case inspect.Caution:
		return warn
	case inspect.Wrong:
		return bad
	}
	return plain
}

func (s *sheet) lines() int { return len(s.all) }

// textOf is the text of a line without its indentation.
func (s *sheet) textOf(i int) []byte {
	end := len(s.text)
	if i+1 < len(s.all) {
		end = int(s.all[i+1].text)
	}
	return s.text[s.all[i].text : end-1]
}

func (s *sheet) kind(i int) byte { return s.meta[s.all[i].meta] }

// plainLine is a line as if nothing were folded.
func (s *sheet) plainLine(i int) rich {
	meta := s.meta[s.all[i].meta:]
	if i+1 < len(s.all) {
		meta = s.meta[s.all[i].meta:s.all[i+1].meta]
	}
	r := rich{indent: int(meta[1]), hang: int(meta[2]), text: string(s.textOf(i))}
	at := 0
	for meta = meta[3:]; len(meta) > 0; {
		size, n := binary.Uvarint(meta[1:])
		at += int(size)
		if last := len(r.runs) - 1; last >= 0 && r.runs[last].look == look(meta[0]) {
			r.runs[last].end = at
		} else {
			r.runs = append(r.runs, run{at, look(meta[0])})
		}
		meta = meta[1+n:]
	}
	return r
}

func (s *sheet) next(n needle, from place) (place, bool) {
	if from.line >= len(s.all) {
		return place{}, false
	}
	at := int(s.all[from.line].text) + from.col
	start, _ := n.index(s.text, at)
	if start < 0 {
		return place{}, false
	}
	line := sort.Search(len(s.all), func(i int) bool { return int(s.all[i].text) > start }) - 1
	return place{line, start - int(s.all[line].text)}, true
}

func (s *sheet) in(n needle, i int) [][2]int { return n.all(s.textOf(i)) }
