package diff

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxInside = 1 << 20 // bytes of a text that may hold a document

// texts compares two strings that differ as written: what they say, or what is in them if that is JSON or XML again, perhaps
// in base64.
func (c *comparer) texts(a, b []byte) {
	before, after := text(a), text(b)
	if before == after {
		return
	}
	if len(c.path) < maxDepth && c.afford(len(a)+len(b)) {
		x, y := inside(before), inside(after)
		if x.doc != nil && y.doc != nil && x.label == y.label {
			listish := c.listish
			c.listish = x.listish
			c.compare(x.doc, y.doc)
			c.listish = listish
			return
		}
	}
	c.changed(a, b)
}

// An embedded is a document that was found in a text.
type embedded struct {
	doc     []byte
	label   string // how it is written
	listish bool   // see comparer
}

// inside is the document in a text, if there is one.
func inside(s string) embedded {
	if len(s) < 2 || len(s) > maxInside {
		return embedded{}
	}
	e := plainInside(s)
	if e.doc != nil || len(s) < 16 {
		return e
	}
	decoded, ok := fromBase64(s)
	if !ok || !readable(decoded) {
		return e
	}
	if e = plainInside(string(decoded)); e.doc == nil {
		e.doc, e.label = []byte(quote(string(decoded))), "text"
	}
	e.label = "base64 of " + e.label
	return e
}

func plainInside(s string) embedded {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
	case (s[0] == '{' || s[0] == '[') && json.Valid([]byte(s)):
		return embedded{doc: []byte(s), label: "JSON"}
	case strings.HasPrefix(s, "<?xml"):
		if doc, err := xmlDocument([]byte(s)); err == nil {
			return embedded{doc: doc, label: "XML", listish: true}
		}
	}
	return embedded{}
}

// readable says whether what was decoded is text, which made up bytes are not.
func readable(b []byte) bool {
	return utf8.Valid(b) && bytes.IndexFunc(b, func(r rune) bool { return !unicode.IsGraphic(r) && !unicode.IsSpace(r) }) < 0
}

var standardBase64 = strings.NewReplacer("\n", "", "\r", "", "-", "+", "_", "/")

// fromBase64 decodes s if it is base64 of either alphabet, also with line breaks.
func fromBase64(s string) ([]byte, bool) {
	s = strings.TrimRight(standardBase64.Replace(s), "=")
	decoded, err := base64.RawStdEncoding.DecodeString(s)
	return decoded, err == nil
}
