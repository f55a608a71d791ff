package pasted

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ansi takes in what is between $' and ', with the escapes of C.
func (s *splitter) ansi() error {
	s.put("", 2)
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch {
		case rest[0] == '\'':
			s.at++
			return nil
		case rest[0] == '\\' && len(rest) > 1:
			part, n := unescape(rest)
			s.put(part, n)
		default:
			s.put(rest[:1], 1)
		}
	}
	return errors.New("a quotation mark ($') is never closed")
}

// unescape reads the escape that s begins with, and says how long it is. One that bash doesn't know stands for itself.
func unescape(s string) (string, int) {
	const letters, meant = `abefnrtvE\'"?`, "\a\b\x1b\f\n\r\t\v\x1b\\'\"?"
	c := s[1]
	if i := strings.IndexByte(letters, c); i >= 0 {
		return meant[i : i+1], 2
	}
	switch {
	case c == 'c' && len(s) > 2:
		return string([]byte{s[2] & 0x1f}), 3
	case c == 'x':
		if n, digits := number(s[2:], 16, 2); digits > 0 {
			return string([]byte{byte(n)}), 2 + digits
		}
	case '0' <= c && c <= '7':
		n, digits := number(s[1:], 8, 3)
		return string([]byte{byte(n)}), 1 + digits
	case c == 'U':
		if n, digits := number(s[2:], 16, 8); digits > 0 {
			return string(rune(n)), 2 + digits
		}
	case c == 'u':
		n, digits := number(s[2:], 16, 4)
		if digits == 0 {
			break
		}
		r, end := rune(n), 2+digits
		if utf16.IsSurrogate(r) && strings.HasPrefix(s[end:], `\u`) { // as browsers write what is beyond 16 bits
			low, more := number(s[end+2:], 16, 4)
			if both := utf16.DecodeRune(r, rune(low)); both != utf8.RuneError {
				return string(both), end + 2 + more
			}
		}
		return string(r), end
	}
	return s[:2], 2
}

// number reads up to most digits.
func number(s string, base, most int) (n uint64, digits int) {
	for digits < min(most, len(s)) {
		next, err := strconv.ParseUint(s[:digits+1], base, 32)
		if err != nil {
			break
		}
		n, digits = next, digits+1
	}
	return n, digits
}
