package inspect

import (
	"bufio"
	"bytes"
	"net/http"
	"net/textproto"
)

const (
	partDepth = 3   // multipart bodies in each other that are told apart
	partHex   = 128 // bytes of a binary part that are shown
)

// parts adds each part of a multipart body: what it is called, its header, and its body by its own type.
func (p *painter) parts(boundary string, body []byte, cut bool) {
	outer := p.base
	p.nested++
	defer func() { p.nested--; p.base = outer; p.begin() }()
	n := 0
	whole := false
	for part, last := range partsOf(boundary, body) {
		n++
		whole = last
		p.base = outer
		p.begin()
		p.at(part.start)
		content := body[part.body:part.end]
		p.say(Note, "part %d · %s", n, sizeWords(len(content)))
		p.base = outer + 2
		p.begin()
		for line := range bytes.SplitSeq(bytes.TrimRight(body[part.start:part.body], "\r\n"), []byte("\n")) {
			if line = bytes.TrimRight(line, "\r"); len(line) == 0 {
				continue
			}
			name, value, ok := bytes.Cut(line, []byte(":"))
			p.put(Attribute, name)
			if ok {
				p.put(Punctuation, []byte(":"))
				p.put(Plain, value)
			}
			p.end()
		}
		p.inside(func() { p.part(partHeader(body[part.start:part.body]), content, cut && !last) })
		if p.stopped {
			return
		}
	}
	if !whole && !cut {
		p.base = outer
		p.begin()
		p.say(Wrong, "the last part is not closed: --%s-- is missing", Printable(boundary))
	}
}

// part adds the body of a part.
func (p *painter) part(h http.Header, content []byte, cut bool) {
	if len(content) == 0 {
		return
	}
	r := &Rendering{cut: cut}
	r.read(h.Get("Content-Type"), content)
	for _, note := range r.notes {
		note.Indent += p.base
		p.line = note
		p.end()
	}
	switch {
	case r.shape == shapeBinary:
		p.hex(content, partHex)
	case r.shape == shapeParts && p.nested >= partDepth:
		p.text(content, 0)
	default:
		p.body(r)
	}
}

// partHeader reads the header of a part, as far as it can be read.
func partHeader(head []byte) http.Header {
	h, _ := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(bytes.TrimRight(head, "\r\n"), "\r\n\r\n"...)))).ReadMIMEHeader()
	return http.Header(h)
}
