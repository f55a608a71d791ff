package inspect

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A shape is how a body is written.
type shape byte

const (
	shapeNone shape = iota
	shapeText
	shapeJSON
	shapeXML
	shapeForm
	shapeParts
	shapeBinary
)

// shapeOf is how the body is written.
func (r *Rendering) shapeOf() shape {
	start := bytes.TrimLeft(r.body, " \t\r\n")
	switch {
	case len(r.body) == 0:
		return shapeNone
	case r.media == "application/x-www-form-urlencoded":
		return shapeForm
	case strings.HasPrefix(r.media, "multipart/") && hasParts(r.params["boundary"], r.body):
		return shapeParts
	case isJSONType(r.media) && isText(r.body), isJSON(start):
		return shapeJSON
	case isXMLType(r.media) && isText(r.body), bytes.HasPrefix(start, []byte("<?xml")) && r.media != "text/html":
		return shapeXML
	case strings.HasPrefix(r.media, "text/") || isText(r.body):
		return shapeText
	}
	return shapeBinary
}

func isJSONType(media string) bool {
	return media == "application/json" || media == "text/json" || strings.HasSuffix(media, "+json") || isJSONLines(media)
}

// isJSONLines says whether values may follow one another.
func isJSONLines(media string) bool {
	return strings.Contains(media, "ndjson") || strings.Contains(media, "jsonl") || strings.Contains(media, "json-lines")
}

func isXMLType(media string) bool {
	return media == "application/xml" || media == "text/xml" || strings.HasSuffix(media, "+xml")
}

// isJSON says whether text, of which nothing says what it is, is a JSON object or list: a lone number or word is better
// shown as the text that it is. Of a long one the beginning tells.
func isJSON(text []byte) bool {
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return false
	}
	return jsonFault(text[:min(len(text), checkLimit)], false, len(text) > checkLimit) == nil
}

// isText says whether the beginning of body is UTF-8 without NUL: a capture may end amid a character.
func isText(body []byte) bool {
	head := body[:min(len(body), lineBytes)]
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		if r == utf8.RuneError && size == 1 && utf8.FullRune(head) {
			return false
		}
		head = head[size:]
	}
	return true
}
