package signature

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A jsonStyle is a way of writing JSON.
type jsonStyle struct {
	name   string                         // for people: "written compact"
	indent string                         // of one level; empty for a single line
	spaced bool                           // a space behind each comma and colon, on a single line
	text   func(dst, token []byte) []byte // how a string or a name is written; nil to leave it as it is
	number func(dst, token []byte) []byte // how a number is written; nil to leave it as it is
}

// jsonStyles are the ways in which common libraries write JSON, the likeliest first; those that make no difference to
// the text of doc left out.
func jsonStyles(doc []byte) []jsonStyle {
	wide, escapes := !isASCII(doc), bytes.IndexByte(doc, '\\') >= 0
	marked, slashed := bytes.ContainsAny(doc, "<>&'+=`"), bytes.IndexByte(doc, '/') >= 0
	parts := `", " and ": " between its parts`
	all := []struct {
		differs bool
		jsonStyle
	}{
		{true, jsonStyle{name: "written compact"}},
		{true, jsonStyle{name: "indented by 2 spaces", indent: "  "}},
		{true, jsonStyle{name: "written with " + parts, spaced: true}},
		{true, jsonStyle{name: "written compact with no more escaped than JSON asks for, and numbers as JavaScript writes them", text: plain, number: asJavaScript}},
		{wide, jsonStyle{name: "written with " + parts + ", and non-ASCII text escaped", spaced: true, text: toASCII}},
		{wide, jsonStyle{name: "written compact with non-ASCII text escaped", text: toASCII}},
		{escapes, jsonStyle{name: "written compact with no more escaped than JSON asks for", text: plain}},
		{escapes, jsonStyle{name: "indented by 2 spaces with no more escaped than JSON asks for", indent: "  ", text: plain}},
		{slashed, jsonStyle{name: `written compact with "/" escaped`, text: toPHP}},
		{slashed && wide, jsonStyle{name: `written compact with "/" and non-ASCII text escaped`, text: both(toASCII, toPHP)}},
		{marked, jsonStyle{name: "written compact with <, > and & escaped", text: escaping("<>&\u2028\u2029", lowerDigits)}},
		{true, jsonStyle{name: "indented by 4 spaces", indent: "    "}},
		{true, jsonStyle{name: "indented by tabs", indent: "\t"}},
		{marked, jsonStyle{name: "written compact with <, >, &, = and ' escaped, as Gson does", text: escaping("<>&='\u2028\u2029", lowerDigits)}},
		{marked || wide, jsonStyle{name: "written compact as .NET writes it, with non-ASCII text and <, >, &, ' and + escaped", text: both(plain, dotNet)}},
		{escapes, jsonStyle{name: "written compact with capital letters in its escapes", text: upperEscapes}},
		{escapes && wide, jsonStyle{name: "written with " + parts + ", and no more escaped than JSON asks for", spaced: true, text: plain}},
	}
	var styles []jsonStyle
	for _, style := range all {
		if style.differs {
			styles = append(styles, style.jsonStyle)
		}
	}
	return styles
}

// rewrite appends doc in a style to dst. It does not validate: of what is no JSON it makes some text. It gives up, with ok
// false, where the text becomes far longer than doc, as deep JSON does when it is indented.
func (style *jsonStyle) rewrite(dst, doc []byte) (text []byte, ok bool) {
	limit, depth := len(dst)+4*len(doc)+1<<16, 0
	for at := 0; at < len(doc); {
		c := doc[at]
		at++
		switch c {
		case ' ', '\t', '\n', '\r':
		case '"':
			end := endOfString(doc, at)
			if end > len(doc) {
				return dst, false
			}
			dst = styled(dst, doc[at-1:end], style.text)
			at = end
		case '{', '[':
			dst = append(dst, c)
			s := jsonScanner{doc: doc, at: at}
			if next := s.next(); next == '}' || next == ']' {
				dst, at = append(dst, next), s.at+1
				continue
			}
			depth++
			dst = style.line(dst, depth)
		case '}', ']':
			depth--
			dst = append(style.line(dst, depth), c)
		case ',':
			if dst = append(dst, c); style.spaced {
				dst = append(dst, ' ')
			}
			dst = style.line(dst, depth)
		case ':':
			if dst = append(dst, c); style.spaced || style.indent != "" {
				dst = append(dst, ' ')
			}
		default:
			start := at - 1
			for at < len(doc) && !delimits(doc[at]) {
				at++
			}
			dst = styled(dst, doc[start:at], style.number)
		}
		if len(dst) > limit {
			return dst, false
		}
	}
	return dst, true
}

// endOfString is the place behind the string whose text begins at a place; beyond the document's end if it has no end.
func endOfString(doc []byte, at int) int {
	for at < len(doc) && doc[at] != '"' {
		if doc[at] == '\\' {
			at++
		}
		at++
	}
	return at + 1
}

func delimits(c byte) bool {
	switch c {
	case ',', ':', ']', '}', ' ', '\t', '\n', '\r':
		return true
	default:
		return false
	}
}

// line begins a new line where the style has lines.
func (style *jsonStyle) line(dst []byte, depth int) []byte {
	if style.indent == "" {
		return dst
	}
	dst = append(dst, '\n')
	for range depth {
		dst = append(dst, style.indent...)
	}
	return dst
}

func styled(dst, token []byte, how func(dst, token []byte) []byte) []byte {
	if how == nil {
		return append(dst, token...)
	}
	return how(dst, token)
}

// both is one way of writing after another.
func both(first, second func(dst, token []byte) []byte) func(dst, token []byte) []byte {
	return func(dst, token []byte) []byte { return second(dst, first(nil, token)) }
}

func isASCII(text []byte) bool {
	return !slices.ContainsFunc(text, func(b byte) bool { return b >= utf8.RuneSelf })
}

const (
	lowerDigits = "0123456789abcdef"
	upperDigits = "0123456789ABCDEF"
)

// appendEscape appends a unit of UTF-16 as an escape: \u00e9.
func appendEscape(dst []byte, unit rune, digits string) []byte {
	return append(dst, '\\', 'u', digits[unit>>12&15], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
}

// escaping writes some characters as escapes: \u00e9.
func escaping(characters, digits string) func(dst, token []byte) []byte {
	return func(dst, token []byte) []byte {
		if !bytes.ContainsAny(token, characters) {
			return append(dst, token...)
		}
		for _, r := range string(token) {
			if strings.ContainsRune(characters, r) {
				dst = appendEscape(dst, r, digits)
			} else {
				dst = utf8.AppendRune(dst, r)
			}
		}
		return dst
	}
}

// toASCII escapes what is not ASCII in UTF-16, in lower case: \u00e9.
func toASCII(dst, token []byte) []byte { return wideEscaped(dst, token, lowerDigits) }

func wideEscaped(dst, token []byte, digits string) []byte {
	if isASCII(token) {
		return append(dst, token...)
	}
	for _, r := range string(token) {
		switch {
		case r < utf8.RuneSelf:
			dst = append(dst, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = appendEscape(appendEscape(dst, high, digits), low, digits)
		default:
			dst = appendEscape(dst, r, digits)
		}
	}
	return dst
}

// dotNet escapes as System.Text.Json does by default.
func dotNet(dst, token []byte) []byte {
	marks := escaping("<>&'+`", upperDigits)(nil, bytes.ReplaceAll(token, []byte(`\"`), []byte(`\u0022`)))
	return wideEscaped(dst, marks, upperDigits)
}

// plain resolves all escapes that JSON does not ask for, as JavaScript writes strings.
func plain(dst, token []byte) []byte {
	if bytes.IndexByte(token, '\\') < 0 {
		return append(dst, token...)
	}
	var text string
	if json.Unmarshal(token, &text) != nil {
		return append(dst, token...)
	}
	const short = "\b\f\n\r\t\"\\"
	dst = append(dst, '"')
	for i := range len(text) {
		c := text[i]
		if at := strings.IndexByte(short, c); at >= 0 {
			dst = append(dst, '\\', `bfnrt"\`[at])
		} else if c < ' ' {
			dst = appendEscape(dst, rune(c), lowerDigits)
		} else {
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// upperEscapes writes the digits of escapes in capital letters.
func upperEscapes(dst, token []byte) []byte {
	start := len(dst)
	dst = append(dst, token...)
	for at := start; at+5 < len(dst); at++ {
		if dst[at] != '\\' {
			continue
		}
		if dst[at+1] == 'u' {
			copy(dst[at+2:], bytes.ToUpper(dst[at+2:at+6]))
		}
		at++
	}
	return dst
}

// toPHP escapes slashes as PHP's json_encode does by default.
func toPHP(dst, token []byte) []byte {
	for i, b := range token {
		if b == '/' && i > 0 && token[i-1] != '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, b)
	}
	return dst
}

// asJavaScript writes a number as JavaScript does: 1.0 as 1, 1e2 as 100.
func asJavaScript(dst, token []byte) []byte {
	if len(token) < 16 && !bytes.ContainsAny(token, ".eE") {
		return append(dst, token...)
	}
	n, err := strconv.ParseFloat(string(token), 64)
	size := max(n, -n)
	switch {
	case err != nil || n != n:
		return append(dst, token...)
	case n == 0:
		return append(dst, '0')
	case size >= 1e-6 && size < 1e21:
		return strconv.AppendFloat(dst, n, 'f', -1, 64)
	default:
		text := strconv.FormatFloat(n, 'e', -1, 64)
		return append(dst, strings.NewReplacer("e-0", "e-", "e+0", "e+").Replace(text)...)
	}
}
