package inspect

import (
	"bytes"
	"net/url"
)

// form adds one line for each pair of body, and JSON in a value below its key.
func (p *painter) form(body []byte) {
	offset := len(body) - len(bytes.TrimLeft(body, " \t\r\n"))
	for pair := range bytes.SplitSeq(bytes.TrimSpace(body), []byte("&")) {
		p.at(offset)
		offset += len(pair) + 1
		rawKey, rawValue, _ := bytes.Cut(pair, []byte("="))
		value := []byte(unescaped(string(rawValue)))
		p.put(Key, []byte(unescaped(string(rawKey))))
		if isJSON(value) {
			p.put(Punctuation, []byte(" ="))
			p.end()
			p.inside(func() { p.json(value, 1, false, false) })
		} else {
			p.put(Punctuation, []byte(" = "))
			p.put(String, value)
			p.end()
		}
		if p.stopped {
			return
		}
	}
}

// inside paints a body that stands in another.
func (p *painter) inside(paint func()) {
	was := p.fixed
	p.fixed = true
	paint()
	p.fixed = was
}

// unescaped is the decoded s, or s itself if it is badly encoded.
func unescaped(s string) string {
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	return s
}
