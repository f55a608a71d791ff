// Package httptext knows the grammar of HTTP's heads, as far as those must know it who write heads that strangers had a
// hand in.
package httptext

import (
	"strings"
	"time"
)

// HopByHop are the fields that speak of one connection alone (RFC 9110 section 7.6.1; HTTP2-Settings: RFC 7540 section 3.2.1).
// Trailer is not among them: what it announces is passed on.
var HopByHop = [...]string{
	"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Transfer-Encoding", "Upgrade", "Http2-Settings",
}

// ExpectFor is how long a body waits for 100 Continue, before it is sent all the same as most apps never say it: RFC 9110
// section 10.1.1.
const ExpectFor = time.Second

// IsToken says whether s is a token, as methods and names of fields are: RFC 9110 section 5.6.2.
func IsToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || separators[c] {
			return false
		}
	}
	return s != ""
}

var separators = [128]bool{
	'(': true, ')': true, '<': true, '>': true, '@': true, ',': true, ';': true, ':': true, '\\': true, '"': true,
	'/': true, '[': true, ']': true, '?': true, '=': true, '{': true, '}': true,
}

// IsPlain says whether s has neither a space nor an ASCII control character, and so can't end what it stands in early.
func IsPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7f {
			return false
		}
	}
	return true
}

// IsValue says whether s can be a field's value: it has no CR, LF or NUL.
func IsValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == '\r' || c == '\n' || c == 0 {
			return false
		}
	}
	return true
}

// HasToken says whether a field that is a list, as Connection is, has that token in one of its values, in any case.
func HasToken(values []string, token string) bool {
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.Trim(part, " \t"), token) {
				return true
			}
		}
	}
	return false
}
