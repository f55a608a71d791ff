package inspect

import "bytes"

const inlineText = 200 // bytes of an element's text that stand on one line with its tags

// xmlFault is the first fault of text; what is cut may end anywhere.
func xmlFault(text []byte, cut bool) *syntaxError {
	r := xmlReader{text: text}
	for {
		token, err := r.next()
		switch {
		case err != nil && err.cut && cut:
			return nil
		case err != nil:
			return err
		case token.kind == xmlEnd:
			return nil
		}
	}
}

// xml adds text, indented: an element with nothing but a short text in it is one line. What of it is no XML is told and
// then shown as it is; the end of what is cut may come anywhere.
func (p *painter) xml(text []byte, cut bool) {
	r := &xmlReader{text: text}
	outer := p.depth
	for !p.stopped {
		token, err := r.next()
		if err != nil {
			p.depth = outer
			p.begin()
			if !err.cut || !cut {
				for _, line := range err.lines("XML", text) {
					p.line = line
					p.end()
				}
				p.text(text[err.at:], err.at)
			}
			break
		}
		if token.kind == xmlEnd {
			break
		}
		p.at(token.start)
		p.xmlToken(r, token)
	}
	p.depth = outer
	p.begin()
}

func (p *painter) xmlToken(r *xmlReader, token xmlToken) {
	text := r.text[token.start:token.end]
	switch token.kind {
	case xmlOpen:
		p.tag(text)
		if p.onOneLine(r) {
			p.end()
			return
		}
		p.line.Opens = true
		p.depth++
		p.end()
	case xmlClose:
		p.depth--
		p.begin()
		p.at(token.start)
		p.line.Closes = true
		p.put(Tag, text)
		p.end()
	case xmlEmpty:
		p.tag(text)
		p.end()
	case xmlText:
		p.paragraph(Plain, bytes.TrimSpace(text))
	case xmlCData:
		p.paragraph(String, text)
	default:
		p.paragraph(Comment, text)
	}
}

// onOneLine adds what stands up to the closing tag, if that is a short text or nothing.
func (p *painter) onOneLine(r *xmlReader) bool {
	ahead := *r
	token, err := ahead.next()
	if err != nil {
		return false
	}
	var inner []byte
	if token.kind == xmlText || token.kind == xmlCData {
		inner = bytes.TrimSpace(r.text[token.start:token.end])
		if len(inner) > inlineText || bytes.IndexByte(inner, '\n') >= 0 {
			return false
		}
		class := Plain
		if token.kind == xmlCData {
			class = String
		}
		if token, err = ahead.next(); err != nil || token.kind != xmlClose {
			return false
		}
		p.put(class, inner)
	}
	if token.kind != xmlClose {
		return false
	}
	p.put(Tag, r.text[token.start:token.end])
	*r = ahead
	return true
}

// paragraph adds the lines of text, without the blanks at their ends.
func (p *painter) paragraph(class Class, text []byte) {
	if len(text) == 0 {
		return
	}
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			p.put(class, line)
			p.end()
		}
		if p.stopped {
			return
		}
	}
}

// tag adds an opening or empty tag, whose attributes are well-formed.
func (p *painter) tag(text []byte) {
	name := 1 + nameEnd(text[1:])
	p.put(Tag, text[:name])
	a := attributes{text: text, at: name}
	for a.next() {
		p.put(Plain, []byte(" "))
		p.put(Attribute, a.name())
		p.put(Punctuation, []byte("="))
		p.put(String, text[a.value-1:a.valueEnd+1])
	}
	p.put(Tag, text[a.at:])
}
