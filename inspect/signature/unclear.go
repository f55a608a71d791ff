package signature

import (
	"bytes"
	"encoding/json"
)

// Where a part of the body is signed alone, or holds the signature, its readers must agree which part that is. Of two
// members or fields with one name some take the first and others the last, and some know a name that is written with
// escapes and others don't: whoever adds a second one could pass it by the signature.

// unclear says whether the template signs a part of r's body that readers may find in different places.
func (t template) unclear(r Request) bool {
	for i := range t {
		switch p := &t[i]; p.field {
		case fieldMember, fieldParameter:
			if p.slot().unclear(r.Body) {
				return true
			}
		case fieldComputed:
			// A part that may be the body or a field of a form is a field only where the header says so.
			if (isForm(r.Header) || !p.reads.has(fieldParameter)) && p.reads.unclear(r) {
				return true
			}
		default:
		}
	}
	return false
}

// slot is where a signed member or parameter stands.
func (p *part) slot() slot {
	if p.field == fieldMember {
		return memberAt(p.text)
	}
	return fieldAt(p.text)
}

// unclear says whether readers of a body may find the slot in different places.
func (s slot) unclear(body []byte) bool {
	switch s.kind {
	case memberSlot:
		return unclearMember(body, s.path...)
	case fieldSlot:
		return unclearField(body, s.name)
	default:
		return false
	}
}

// unclearMember says whether one of the names on the way to a member comes twice in its object or is written with
// escapes, or the object can't be read to its end.
func unclearMember(doc []byte, path ...string) bool {
	s := jsonScanner{doc: doc}
	for _, name := range path {
		if s.next() != '{' {
			if !s.enter(name) {
				return false
			}
			continue
		}
		at, clear := s.sole(name)
		if !clear {
			return true
		}
		if at == 0 {
			return false
		}
		s.at = at
	}
	return false
}

// sole goes through the object at hand. It returns where the value of its member with that name begins, 0 without one.
func (s *jsonScanner) sole(name string) (at int, clear bool) {
	s.at++
	for first := true; ; first = false {
		switch s.next() {
		case '"':
		case '}':
			return at, first
		default:
			return 0, false
		}
		start := s.at
		key, ok := s.text()
		if !ok || s.next() != ':' {
			return 0, false
		}
		s.at++
		switch {
		case string(key) == name && at == 0:
			at = s.at
		case string(key) == name, bytes.IndexByte(key, '\\') >= 0 && plainText(s.doc[start:start+len(key)+2]) == name:
			return 0, false
		}
		if !s.skip() {
			return 0, false
		}
		switch s.next() {
		case ',':
			s.at++
		case '}':
			return at, true
		default:
			return 0, false
		}
	}
}

// plainText is a JSON string without its quotes and escapes.
func plainText(quoted []byte) string {
	var text string
	_ = json.Unmarshal(quoted, &text) // what is no string is no name
	return text
}

// unclearField says whether a form has a field twice, or its name is written with escapes. Of a form with more than
// maxParameters it can't be told.
func unclearField(form []byte, name string) bool {
	if bytes.Count(form, []byte("&")) >= maxParameters {
		return true
	}
	seen := false
	for pair := range bytes.SplitSeq(form, []byte("&")) {
		written, _, _ := bytes.Cut(pair, []byte("="))
		if string(written) != name && unescape(string(written)) != name {
			continue
		}
		if seen || string(written) != name {
			return true
		}
		seen = true
	}
	return false
}
