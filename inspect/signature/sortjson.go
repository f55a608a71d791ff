package signature

import (
	"bytes"
	"encoding/json"
	"slices"
)

// A jsonNode is a JSON value that shares its document's memory.
type jsonNode struct {
	token   []byte // of a scalar, as it stands in the document; nil for a container
	object  bool
	members []jsonMember // of a container; the names are empty in an array
}

type jsonMember struct {
	name  []byte // with its quotes, as it stands in the document
	value jsonNode
}

// sortedJSON is doc, written compact, with the members of all objects in the order of their names; ok is false if doc is
// not one JSON value.
func sortedJSON(doc []byte) (sorted []byte, ok bool) {
	if !json.Valid(doc) { // which also bounds its depth
		return nil, false
	}
	s := jsonScanner{doc: doc}
	root := s.node()
	root.sort()
	return root.write(make([]byte, 0, len(doc))), true
}

// node takes the value at hand. The document must be valid; it is then no deeper than encoding/json allows.
func (s *jsonScanner) node() jsonNode {
	first := s.next()
	if first != '{' && first != '[' {
		start := s.at
		s.skip()
		return jsonNode{token: s.doc[start:s.at]}
	}
	n := jsonNode{object: first == '{'}
	s.at++
	for c := s.next(); c != '}' && c != ']'; c = s.next() {
		var m jsonMember
		if c == ',' {
			s.at++
			s.next()
		}
		if n.object {
			start := s.at
			s.text()
			m.name = s.doc[start:s.at]
			s.next()
			s.at++
		}
		m.value = s.node()
		n.members = append(n.members, m)
	}
	s.at++
	return n
}

func (n *jsonNode) sort() {
	if n.object {
		slices.SortStableFunc(n.members, func(a, b jsonMember) int { return bytes.Compare(a.name, b.name) })
	}
	for i := range n.members {
		n.members[i].value.sort()
	}
}

// write appends n, compact.
func (n *jsonNode) write(dst []byte) []byte {
	if n.token != nil {
		return append(dst, n.token...)
	}
	brackets := "[]"
	if n.object {
		brackets = "{}"
	}
	dst = append(dst, brackets[0])
	for i := range n.members {
		m := &n.members[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		if n.object {
			dst = append(append(dst, m.name...), ':')
		}
		dst = m.value.write(dst)
	}
	return append(dst, brackets[1])
}
