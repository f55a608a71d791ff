package signature

import (
	"bytes"
	"encoding/json"
)

const (
	maxScan  = 4 << 20 // bytes of a body that are searched for metadata
	maxValue = 256     // bytes of a value that is taken from a request; a longer one is no event type and no id
)

// pick is the string, number or truth value at a path of member names in a JSON document: pick(doc, "event", "type"). The name "0"
// leads into the first element of an array. It is empty if there is none, if it is longer than maxValue, or if it lies
// behind the first maxScan bytes.
//
// It reads no further than the value, and it does not validate: of what is not JSON it makes some answer or none. Of
// members with one name the first counts; names are compared as they are written, without resolving escapes.
func pick(doc []byte, path ...string) string {
	return pickUpTo(maxValue, doc, path...)
}

// pickUpTo is pick with another limit on the value's bytes.
func pickUpTo(limit int, doc []byte, path ...string) string {
	s := jsonScanner{doc: doc[:min(len(doc), maxScan)]}
	for _, name := range path {
		if !s.enter(name) {
			return ""
		}
	}
	return s.scalar(limit)
}

// A jsonScanner goes through a JSON document from front to back, by value.
type jsonScanner struct {
	doc []byte
	at  int
}

// next skips white space and returns the byte at hand, 0 at the end.
func (s *jsonScanner) next() byte {
	for ; s.at < len(s.doc); s.at++ {
		switch c := s.doc[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// enter goes from the start of an object or array to the start of its member's value.
func (s *jsonScanner) enter(name string) bool {
	open := s.next()
	if open != '{' && open != '[' {
		return false
	}
	s.at++
	if open == '[' {
		return name == "0" && s.next() != ']'
	}
	for s.next() == '"' {
		key, ok := s.text()
		if !ok || s.next() != ':' {
			return false
		}
		s.at++
		if string(key) == name {
			return true
		}
		if !s.skip() || s.next() != ',' {
			return false
		}
		s.at++
	}
	return false
}

// text takes the string at hand, without its quotes and with its escapes.
func (s *jsonScanner) text() ([]byte, bool) {
	start := s.at + 1
	for i := start; i < len(s.doc); i++ {
		quote := bytes.IndexByte(s.doc[i:], '"')
		if quote < 0 {
			break
		}
		i += quote
		if !escaped(s.doc[start:i]) {
			s.at = i + 1
			return s.doc[start:i], true
		}
	}
	return nil, false
}

// escaped says whether what follows before is escaped by it: it ends in an odd number of backslashes.
func escaped(before []byte) bool {
	return (len(before)-len(bytes.TrimRight(before, `\`)))%2 == 1
}

// skip goes past the value at hand.
func (s *jsonScanner) skip() bool {
	s.next()
	for depth := 0; s.at < len(s.doc); {
		switch s.doc[s.at] {
		case '"':
			if _, ok := s.text(); !ok {
				return false
			}
		case '{', '[':
			depth++
			s.at++
		case '}', ']':
			depth--
			s.at++
		default:
			s.at++
			if depth == 0 {
				s.literal()
			}
		}
		if depth <= 0 {
			return depth == 0
		}
	}
	return false
}

// literal goes to the end of a number, true, false or null.
func (s *jsonScanner) literal() {
	for s.at < len(s.doc) && bytes.IndexByte([]byte(",:]} \t\r\n"), s.doc[s.at]) < 0 {
		s.at++
	}
}

// scalar is the string, number or truth value at hand, of at most limit bytes.
func (s *jsonScanner) scalar(limit int) string {
	first := s.next()
	start := s.at
	switch {
	case first == '"':
		text, ok := s.text()
		if !ok || len(text) > limit {
			return ""
		}
		if bytes.IndexByte(text, '\\') < 0 {
			return string(text)
		}
		var plain string
		if json.Unmarshal(s.doc[start:s.at], &plain) != nil {
			return ""
		}
		return plain
	case first == '-' || first >= '0' && first <= '9' || first == 't' || first == 'f':
		s.literal()
		if s.at-start > limit {
			return ""
		}
		return string(s.doc[start:s.at])
	default:
		return ""
	}
}
