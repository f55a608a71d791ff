package signature

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// A jsonNode is a JSON value that remembers how its text was written.
type jsonNode struct {
	token   []byte // of a scalar, as it stands in the document; nil for a container
	object  bool
	members []jsonMember // of a container; the names are empty in an array
}

type jsonMember struct {
	name  []byte // with its quotes, as it stands in the document
	value jsonNode
}

// parseJSON reads a document into a tree that shares its memory; ok is false if doc is not one JSON value.
func parseJSON(doc []byte) (root jsonNode, ok bool) {
	if !json.Valid(doc) {
		return jsonNode{}, false
	}
	s := jsonScanner{doc: doc}
	return s.node(), true
}

// node takes the value at hand. The document must be valid; it is then no deeper than encoding/json allows.
func (s *jsonScanner) node() jsonNode {
	first := s.next()
	if first != '{' && first != '[' {
		start := s.at
		s.skip()
		return jsonNode{token: s.doc[start:s.at]}
	}
	n := jsonNode{object: first == '{', members: make([]jsonMember, 0, 4)}
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

// sort puts the members of all objects in the order of their names.
func (n *jsonNode) sort() {
	if n.object {
		slices.SortStableFunc(n.members, func(a, b jsonMember) int { return bytes.Compare(a.name, b.name) })
	}
	for i := range n.members {
		n.members[i].value.sort()
	}
}

// A jsonStyle is a way of writing JSON.
type jsonStyle struct {
	name   string                         // for people: "written compact"
	indent string                         // of one level; empty for a single line
	spaced bool                           // a space behind each comma and colon, on a single line
	text   func(dst, token []byte) []byte // how a token is written; nil to leave it as it is
}

// jsonStyles are the ways in which common libraries write JSON, the likeliest first; those that make no difference to
// the text of doc left out.
func jsonStyles(doc []byte) []jsonStyle {
	styles := []jsonStyle{
		{name: "written compact"},
		{name: "indented by 2 spaces", indent: "  "},
		{name: `written with ", " and ": " between its parts`, spaced: true},
	}
	if !isASCII(doc) {
		styles = append(styles,
			jsonStyle{name: `written with ", " and ": " and non-ASCII text escaped`, spaced: true, text: toASCII},
			jsonStyle{name: "written compact with non-ASCII text escaped", text: toASCII})
	}
	if bytes.IndexByte(doc, '\\') >= 0 {
		styles = append(styles,
			jsonStyle{name: "written compact with no more escaped than JSON asks for", text: fromASCII},
			jsonStyle{name: "indented by 2 spaces with no more escaped than JSON asks for", indent: "  ", text: fromASCII})
	}
	styles = append(styles,
		jsonStyle{name: "indented by 4 spaces", indent: "    "},
		jsonStyle{name: "indented by tabs", indent: "\t"})
	if bytes.ContainsAny(doc, "<>&") {
		styles = append(styles, jsonStyle{name: "written compact with <, > and & escaped", text: toHTML})
	}
	if bytes.IndexByte(doc, '/') >= 0 {
		styles = append(styles,
			jsonStyle{name: `written compact with "/" escaped`, text: toPHP},
			jsonStyle{name: `written compact with "/" and non-ASCII text escaped`, text: func(dst, token []byte) []byte {
				return toPHP(dst, toASCII(nil, token))
			}})
	}
	return styles
}

// write appends n to dst in a style.
func (n *jsonNode) write(dst []byte, style *jsonStyle, depth int) []byte {
	if n.token != nil {
		return style.token(dst, n.token)
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
		dst = style.between(dst, i > 0, depth+1)
		if n.object {
			dst = append(style.token(dst, m.name), ':')
			if style.spaced || style.indent != "" {
				dst = append(dst, ' ')
			}
		}
		dst = m.value.write(dst, style, depth+1)
	}
	if len(n.members) > 0 && style.indent != "" {
		dst = style.between(dst, false, depth)
	}
	return append(dst, brackets[1])
}

// between appends what separates a member from what is before it.
func (style *jsonStyle) between(dst []byte, comma bool, depth int) []byte {
	if style.spaced && comma {
		return append(dst, ' ')
	}
	if style.indent == "" {
		return dst
	}
	dst = append(dst, '\n')
	for range depth {
		dst = append(dst, style.indent...)
	}
	return dst
}

// token appends a scalar or a name.
func (style *jsonStyle) token(dst, token []byte) []byte {
	if style.text == nil {
		return append(dst, token...)
	}
	return style.text(dst, token)
}

func isASCII(text []byte) bool {
	return !slices.ContainsFunc(text, func(b byte) bool { return b >= utf8.RuneSelf })
}

// toASCII escapes what is not ASCII as \uXXXX in UTF-16, in lower case.
func toASCII(dst, token []byte) []byte {
	if isASCII(token) {
		return append(dst, token...)
	}
	for _, r := range string(token) {
		switch {
		case r < utf8.RuneSelf:
			dst = append(dst, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = fmt.Appendf(dst, `\u%04x\u%04x`, high, low)
		default:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		}
	}
	return dst
}

// fromASCII resolves the escapes of what is not ASCII, and of the slash.
func fromASCII(dst, token []byte) []byte {
	if bytes.IndexByte(token, '\\') < 0 {
		return append(dst, token...)
	}
	var text string
	if json.Unmarshal(token, &text) != nil {
		return append(dst, token...)
	}
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(text) != nil {
		return append(dst, token...)
	}
	return append(dst, bytes.TrimSuffix(plain.Bytes(), []byte("\n"))...)
}

// toHTML escapes as Go's encoding/json does by default.
func toHTML(dst, token []byte) []byte {
	for _, b := range token {
		if b == '<' || b == '>' || b == '&' {
			dst = fmt.Appendf(dst, `\u%04x`, b)
		} else {
			dst = append(dst, b)
		}
	}
	return dst
}

// toPHP escapes slashes as PHP's json_encode does by default.
func toPHP(dst, token []byte) []byte {
	for i, b := range token {
		if b == '/' && token[i-1] != '\\' { // a slash only stands inside of a string, so something is before it
			dst = append(dst, '\\')
		}
		dst = append(dst, b)
	}
	return dst
}
