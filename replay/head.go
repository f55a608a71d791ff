package replay

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A requestError says what in a request would not arrive as what it is.
type requestError string

func (e requestError) Error() string { return string(e) }

// checkHead refuses what would end its line early, and so be read as other fields or as another request: target and
// fields come from strangers.
func checkHead(r *http.Request) error {
	switch {
	case !isToken(r.Method):
		return requestError("its method is no token")
	case !strings.HasPrefix(r.RequestURI, "/") && r.RequestURI != "*":
		return requestError("its target doesn't begin with /")
	case !isPlain(r.RequestURI):
		return requestError("its target has a space or a control character in it")
	case !isPlain(r.Host):
		return requestError("its Host has a space or a control character in it")
	}
	for name, values := range r.Header {
		if !isToken(name) {
			return requestError("the name of a field is no token")
		}
		for _, value := range values {
			if !isLine(value) {
				return requestError("the value of " + name + " has a line break or a NUL in it")
			}
		}
	}
	return nil
}

// isToken: RFC 9110 section 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || '9' < c) && strings.IndexByte("-_.!#$%&'*+^`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

func isLine(s string) bool {
	return strings.IndexByte(s, '\r') < 0 && strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, 0) < 0
}

// appendHead appends the request's line and fields, the names sorted.
func appendHead(b []byte, r *http.Request) []byte {
	b = append(append(append(append(b, r.Method...), ' '), r.RequestURI...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, r.Host...), "\r\n"...)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if isOurs(name) {
			continue
		}
		for _, value := range r.Header[name] {
			b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
		}
	}
	_, said := r.Header["Content-Length"]
	switch {
	case r.ContentLength < 0:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	case r.ContentLength > 0 || said:
		b = append(strconv.AppendInt(append(b, "Content-Length: "...), r.ContentLength, 10), "\r\n"...)
	}
	return append(b, "\r\n"...)
}

// isOurs says whether a field is written from what the request is, not from its Header, in whatever case that has it.
func isOurs(name string) bool {
	return strings.EqualFold(name, "Host") ||
		strings.EqualFold(name, "Content-Length") || strings.EqualFold(name, "Transfer-Encoding")
}
