package inspect

import (
	"bytes"
	"strings"
)

// xml masks the texts and attributes of XML; what behind a fault is none, is masked as text.
func (m *masker) xml(text []byte) []byte {
	e := &edits{text: text}
	r := xmlReader{text: text}
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		r.at = 3
	}
	for {
		token, err := r.next()
		if err != nil {
			at := r.at
			if masked := m.text(text[at:]); !bytes.Equal(masked, text[at:]) {
				e.replace(at, len(text), string(masked))
			}
			return e.result()
		}
		switch token.kind {
		case xmlEnd:
			return e.result()
		case xmlOpen, xmlEmpty:
			m.xmlTag(e, token)
		case xmlText, xmlCData:
			start, end := token.start, token.end
			if token.kind == xmlCData {
				start, end = start+len("<![CDATA["), end-len("]]>")
			}
			if len(r.open) > 0 {
				m.piece(e, start, end, m.kindOf(string(r.open[len(r.open)-1])))
			}
		}
	}
}

// piece masks the text from start to end of e, without the blanks around it.
func (m *masker) piece(e *edits, start, end int, kind nameKind) {
	text := e.text[start:end]
	trimmed := bytes.TrimSpace(text)
	if len(trimmed) < 3 {
		return
	}
	start += bytes.Index(text, trimmed)
	if masked := m.value(kind, string(trimmed)); masked != string(trimmed) {
		e.replace(start, start+len(trimmed), masked)
	}
}

func (m *masker) xmlTag(e *edits, token xmlToken) {
	a := attributes{text: e.text[:token.end], at: token.start + 1 + nameEnd(e.text[token.start+1:token.end])}
	for a.next() {
		m.piece(e, a.value, a.valueEnd, m.kindOf(string(a.name())))
	}
}

// parts masks the parts of a multipart body, each by its name and its type.
func (m *masker) parts(boundary string, body []byte) []byte {
	e := &edits{text: body}
	m.depth++
	defer func() { m.depth-- }()
	for part := range partsOf(boundary, body) {
		h := partHeader(body[part.start:part.body])
		content := body[part.body:part.end]
		kind := nameHarmless
		if _, params, err := parseDisposition(h); err == nil && params["filename"] == "" {
			kind = m.kindOf(params["name"])
		}
		var masked []byte
		if kind != nameHarmless && isText(content) {
			masked = []byte(m.value(kind, string(content)))
		} else {
			masked = m.body(h.Get("Content-Type"), content)
		}
		if !bytes.Equal(masked, content) {
			e.replace(part.body, part.end, string(masked))
		}
	}
	return e.result()
}

// text masks a text that has no fields that one could be sure of: what is known by its form, and what stands behind a
// secret's name and a = or a colon.
func (m *masker) text(text []byte) []byte {
	e := &edits{text: text}
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '=' && c != ':' {
			continue
		}
		kind := m.kindOf(wordBefore(text, i))
		if kind != nameSecret && kind != nameSecrets && kind != nameDigits {
			continue
		}
		start, end, quoted := valueBehind(text, i)
		value := string(text[start:end])
		if bytes.HasPrefix(text[start:], []byte(MaskedText)) || !isSecretValue(kind, value) || c == ':' && !quoted && !strings.ContainsAny(value, "0123456789") {
			continue
		}
		m.count++
		e.replace(start, end, MaskedText)
		i = end - 1
	}
	return []byte(m.within(string(e.result())))
}

const longestName = 64 // bytes of a word that may be the name of a secret

// wordBefore is the word before i, perhaps in quotes and with a blank behind it.
func wordBefore(text []byte, i int) string {
	end := i
	for end > 0 && end > i-3 && (text[end-1] == ' ' || text[end-1] == '"' || text[end-1] == '\'') {
		end--
	}
	start := end
	for start > 0 && end-start < longestName && (isAlnum(text[start-1]) || text[start-1] == '_' || text[start-1] == '-') {
		start--
	}
	return string(text[start:end])
}

// valueBehind is the value behind the sign at i: in quotes, or up to what ends a word.
func valueBehind(text []byte, i int) (start, end int, quoted bool) {
	const longest = 4096
	start = i + 1
	for start < len(text) && start < i+3 && text[start] == ' ' {
		start++
	}
	limit := text[:min(len(text), start+longest)]
	if start < len(text) && (text[start] == '"' || text[start] == '\'') {
		if n := bytes.IndexByte(limit[start+1:], text[start]); n >= 0 && bytes.IndexByte(limit[start+1:start+1+n], '\n') < 0 {
			return start + 1, start + 1 + n, true
		}
	}
	end = start
	for end < len(limit) && text[end] > ' ' && bytes.IndexByte([]byte("&,;\"'<>)}]"), text[end]) < 0 {
		end++
	}
	return start, end, false
}
