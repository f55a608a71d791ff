package inspect

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/url"
	"strings"
)

// maxNesting is how many bodies within bodies are looked into: JSON in a text, in a form, in a part.
const maxNesting = 4

// MaskBody is body with what looks like a secret masked, and how many values that are; it is body itself if there is none.
// It is read as Render reads it: values by the names of their fields, and what is a secret by its form in any text. All
// other bytes stay as they are, of JSON and of what doesn't parse. Binary is left alone.
func MaskBody(contentType string, body []byte) ([]byte, int) {
	m := newMasker()
	masked := m.body(contentType, body)
	return masked, m.count
}

// MaskText is s with what looks like a secret masked, wherever it stands in it.
func MaskText(s string) (string, int) {
	m := newMasker()
	masked := m.within(s)
	return masked, m.count
}

// A masker masks and counts.
type masker struct {
	by    string // what stands in place
	count int
	depth int // of bodies within bodies
	names map[string]nameKind
}

func newMasker() *masker { return &masker{by: MaskedText} }

// within masks what is known by its form anywhere in a text.
func (m *masker) within(s string) string {
	if len(s) < 12 { // shorter than any
		return s
	}
	s, n := ReplaceSecrets(m.urls(s), MaskedText)
	m.count += n
	s, n = ReplaceCards(s, MaskedText)
	m.count += n
	return s
}

// value masks the text of a field of that kind.
func (m *masker) value(kind nameKind, s string) string {
	switch kind {
	case nameSecret, nameSecrets, nameDigits:
		if isSecretValue(kind, s) {
			m.count++
			return MaskedText
		}
	case nameSigned, nameSignature:
		return s
	case nameID:
		if _, n := ReplaceCards(s, MaskedText); n > 0 && len(s) < 24 {
			return s
		}
	case nameCard:
		if digits := strings.NewReplacer(" ", "", "-", "").Replace(s); len(digits) >= 13 && len(digits) <= 19 && runEnd(digits, 0) == len(digits) && Luhn(digits) {
			m.count++
			return MaskedText
		}
	}
	if holdsJSON(s) && m.depth < maxNesting {
		m.depth++
		defer func() { m.depth-- }()
		return string(m.json([]byte(s), false))
	}
	return m.within(s)
}

// holdsJSON says whether a text looks like JSON.
func holdsJSON(s string) bool {
	return len(s) > 10 && (s[0] == '{' || s[0] == '[') && strings.Contains(s, `"`)
}

func (m *masker) body(contentType string, body []byte) []byte {
	if m.depth > maxNesting || len(body) == 0 {
		return body
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		media = ""
	}
	if media == "application/jwt" || strings.HasSuffix(media, "+jwt") || media == "application/jose" {
		return body // what somebody signed, for this one request
	}
	start := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(start) == 0:
		return body
	case media == "application/x-www-form-urlencoded":
		return m.form(body)
	case strings.HasPrefix(media, "multipart/") && hasParts(params["boundary"], body):
		return m.parts(params["boundary"], body)
	case isJSONType(media), start[0] == '{', start[0] == '[':
		return m.json(body, isJSONLines(media))
	case isXMLType(media), bytes.HasPrefix(start, []byte("<?xml")):
		return m.xml(body)
	case strings.HasPrefix(media, "text/"), isText(body):
		return m.text(body)
	}
	return body
}

// edits are a text with some of its pieces replaced.
type edits struct {
	text, out []byte
	done      int
}

func (e *edits) replace(start, end int, by string) {
	if e.out == nil {
		e.out = make([]byte, 0, len(e.text))
	}
	e.out = append(append(e.out, e.text[e.done:start]...), by...)
	e.done = end
}

// result is the text as it is now; the very same if nothing was replaced.
func (e *edits) result() []byte {
	if e.out == nil {
		return e.text
	}
	return append(e.out, e.text[e.done:]...)
}

// json masks the values of JSON; what behind a fault is none, is masked as text.
func (m *masker) json(text []byte, many bool) []byte {
	e := &edits{text: text}
	r := jsonReader{text: text, many: many}
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		r.at = 3
	}
	var around []nameKind // of the names of what is open
	kind := nameHarmless  // of the value to come
	for {
		token, err := r.next()
		if err != nil {
			at := r.at
			if masked := m.text(text[at:]); len(masked) != len(text)-at || !bytes.Equal(masked, text[at:]) {
				e.replace(at, len(text), string(masked))
			}
			return e.result()
		}
		raw := text[token.start:token.end]
		switch token.kind {
		case 0:
			return e.result()
		case '{', '[':
			around = append(around, kind)
		case '}', ']':
			around = around[:len(around)-1]
		case 'k':
			kind = m.jsonKind(raw, around)
			continue
		case 's':
			if masked := m.jsonString(kind, raw); masked != nil {
				e.replace(token.start, token.end, string(masked))
			}
		case 'n':
			if kind == nameDigits || kind == nameCard {
				if masked := m.value(kind, string(raw)); masked != string(raw) {
					e.replace(token.start, token.end, `"`+masked+`"`)
				}
			}
		case ':':
			continue
		}
		if kind = nameHarmless; len(r.open) > 0 && token.kind != '{' && !r.inObject() || token.kind == '[' {
			kind = around[len(around)-1] // a list's values are of its name
		}
	}
}

// jsonKind is what a key says of its value: nothing within a signature, and much among secrets.
func (m *masker) jsonKind(raw []byte, around []nameKind) nameKind {
	kind, parent := m.kindOf(unquoted(raw)), nameHarmless
	if len(around) > 0 {
		parent = around[len(around)-1]
	}
	switch {
	case parent == nameSignature && (kind == nameSecret || kind == nameDigits):
		return nameHarmless
	case parent == nameSecrets && kind == nameHarmless:
		return nameSecret
	}
	return kind
}

// jsonString masks a string with its quotes; nil is as it is. One with escapes is written anew if something in it is masked.
func (m *masker) jsonString(kind nameKind, raw []byte) []byte {
	if len(raw) < 2+3 {
		return nil
	}
	s := string(raw[1 : len(raw)-1])
	escaped := strings.IndexByte(s, '\\') >= 0
	if escaped && json.Unmarshal(raw, &s) != nil {
		return nil
	}
	masked := m.value(kind, s)
	switch {
	case masked == s:
		return nil
	case !escaped:
		return []byte(`"` + masked + `"`)
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(masked) // of a string it does not fail
	written := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if bytes.Contains(raw, []byte(`\/`)) {
		written = bytes.ReplaceAll(written, []byte("/"), []byte(`\/`))
	}
	return written
}

// form masks the values of a form.
func (m *masker) form(body []byte) []byte {
	e := &edits{text: body}
	at := 0
	for pair := range bytes.SplitSeq(body, []byte("&")) {
		start := at
		at += len(pair) + 1
		name, raw, ok := bytes.Cut(pair, []byte("="))
		if !ok {
			continue
		}
		tail := len(raw) - len(bytes.TrimRight(raw, "\r\n"))
		raw = raw[:len(raw)-tail]
		value := unescaped(string(raw))
		if masked := m.value(m.kindOf(unescaped(string(bytes.TrimSpace(name)))), value); masked != value {
			start += len(name) + 1
			e.replace(start, start+len(raw), url.QueryEscape(masked))
		}
	}
	return e.result()
}
