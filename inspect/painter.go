package inspect

import (
	"bytes"
	"fmt"
)

const hexColumns = 16

// A painter makes lines of spans and hands them on, until nobody wants more.
type painter struct {
	yield   func(Line) bool
	stopped bool
	line    Line
	room    int // bytes that the line may still show
	over    int // bytes that did not fit
	depth   int
	base    int // columns by which all is indented
	nested  int // bodies around this one
	fixed   bool
}

// begin begins a line anew.
func (p *painter) begin() {
	p.line = Line{Depth: p.depth, Indent: p.base + 2*min(p.depth, indentLimit), At: p.line.At}
	p.room, p.over = lineBytes, 0
}

// at says where in the body the line begins, unless the body stands in another.
func (p *painter) at(offset int) {
	if !p.fixed && len(p.line.Spans) == 0 {
		p.line.At = offset
	}
}

// put adds text to the line, as far as there is room.
func (p *painter) put(class Class, text []byte) {
	kept := cutText(text, p.room)
	p.room -= len(kept)
	if len(kept) < len(text) {
		p.over += len(text) - len(kept)
		p.room = 0
	}
	if len(kept) > 0 {
		p.line.Spans = append(p.line.Spans, Span{Printable(string(kept)), class})
	}
}

// end hands the line on, empty or not.
func (p *painter) end() {
	if p.over > 0 {
		p.line.Spans = append(p.line.Spans, Span{fmt.Sprintf("… %d more bytes", p.over), Note})
	}
	if !p.stopped && !p.yield(p.line) {
		p.stopped = true
	}
	p.begin()
}

// flush hands the line on if there is something in it.
func (p *painter) flush() {
	if len(p.line.Spans) > 0 {
		p.end()
	}
}

// say adds a line of hook's own words.
func (p *painter) say(class Class, format string, args ...any) {
	p.flush()
	p.put(class, fmt.Appendf(nil, format, args...))
	p.end()
}

// text adds the lines of body, which begins at that offset of it all.
func (p *painter) text(body []byte, offset int) {
	if len(body) == 0 {
		return
	}
	body = bytes.TrimSuffix(body, []byte("\n"))
	for line := range bytes.SplitSeq(body, []byte("\n")) {
		p.at(offset)
		offset += len(line) + 1
		line = bytes.TrimSuffix(line, []byte("\r"))
		kept := cutText(line, lineBytes)
		p.over = len(line) - len(kept)
		if len(kept) > 0 {
			p.line.Spans = append(p.line.Spans, Span{printableLine(string(kept)), Plain})
		}
		if p.end(); p.stopped {
			return
		}
	}
}

// hex adds a dump of the first limit bytes of body: offset, 16 bytes, the same as ASCII.
func (p *painter) hex(body []byte, limit int) {
	for offset := 0; offset < min(len(body), limit) && !p.stopped; offset += hexColumns {
		row := body[offset:min(offset+hexColumns, len(body))]
		p.at(offset)
		p.put(Offset, fmt.Appendf(nil, "%08x  ", offset))
		p.put(Plain, fmt.Appendf(nil, "%-47s  ", fmt.Sprintf("% x", row)))
		p.put(String, asciiOf(row))
		p.end()
	}
	if limit < len(body) {
		p.say(Note, "… %s more", sizeWords(len(body)-limit))
	}
}

// asciiOf is one sign for each byte.
func asciiOf(row []byte) []byte {
	ascii := make([]byte, len(row))
	for i, c := range row {
		if ascii[i] = c; c < ' ' || c > '~' {
			ascii[i] = '.'
		}
	}
	return ascii
}
