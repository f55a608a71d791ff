package signature

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// constants is a carrier with headers besides that always have the same value. Another value is malformed: it announces
// another scheme.
type constants struct {
	carrier
	values [][2]string // names, canonical, with their values
}

func (k constants) read(r Request) (claims, Reason) {
	c, reason := k.carrier.read(r)
	for _, v := range k.values {
		if got := header(r.Header, v[0]); got != "" && got != v[1] && reason == ReasonOK {
			reason = ReasonMalformed
		}
	}
	return c, reason
}

func (k constants) put(r *Request, c claims, signature string) error {
	for _, v := range k.values {
		r.Header[v[0]] = []string{v[1]}
	}
	return k.carrier.put(r, c, signature)
}

// escapedUnicode is the body with each character beyond ASCII written as its escape (\u00e9), as many libraries write JSON.
func escapedUnicode(r Request, _ claims) []byte {
	const del = 0x7f
	if !slices.ContainsFunc(r.Body, func(b byte) bool { return b >= del }) {
		return r.Body
	}
	text := make([]byte, 0, len(r.Body)*2)
	for rest := r.Body; len(rest) > 0; {
		char, size := utf8.DecodeRune(rest)
		rest = rest[size:]
		switch {
		case char < del:
			text = append(text, byte(char))
		case char > 0xffff:
			char -= 0x10000
			text = appendUnit(appendUnit(text, 0xd800+char>>10), 0xdc00+char&0x3ff)
		default:
			text = appendUnit(text, char)
		}
	}
	return text
}

func appendUnit(dst []byte, unit rune) []byte {
	digits := strconv.FormatInt(int64(unit)+0x10000, 16) // five digits, of which the first is for the width
	return append(append(dst, `\u`...), digits[1:]...)
}
