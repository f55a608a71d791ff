package replay

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/internal/httptext"
)

// A requestError says what in a request would not arrive as what it is.
type requestError string

func (e requestError) Error() string { return string(e) }

// checkHead refuses what would end its line early, and so be read as other fields or as another request: target and
// fields come from strangers.
func checkHead(r *http.Request) error {
	switch {
	case !httptext.IsToken(r.Method):
		return requestError("its method is no token")
	case !strings.HasPrefix(r.RequestURI, "/") && r.RequestURI != "*":
		return requestError("its target doesn't begin with /")
	case !httptext.IsPlain(r.RequestURI):
		return requestError("its target has a space or a control character in it")
	case !httptext.IsPlain(r.Host):
		return requestError("its Host has a space or a control character in it")
	}
	for name, values := range r.Header {
		if !httptext.IsToken(name) {
			return requestError("the name of a field is no token")
		}
		for _, value := range values {
			if !httptext.IsValue(value) {
				return requestError("the value of " + name + " has a line break or a NUL in it")
			}
		}
	}
	return nil
}

// appendHead appends the request's line and fields, the names sorted.
func appendHead(b []byte, r *http.Request) []byte {
	b = append(append(append(append(b, r.Method...), ' '), r.RequestURI...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, r.Host...), "\r\n"...)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if isOurs(name) {
			continue
		}
		b = appendField(b, name, r.Header[name])
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

func appendField(b []byte, name string, values []string) []byte {
	for _, value := range values {
		b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
	}
	return b
}

// appendTrailer appends the fields behind a body, the names sorted. Those that would change where it ends, or that can't
// be written, are left out.
func appendTrailer(b []byte, trailer http.Header) []byte {
	for _, name := range slices.Sorted(maps.Keys(trailer)) {
		if !isOurs(name) && httptext.IsToken(name) && !slices.ContainsFunc(trailer[name], isNoValue) {
			b = appendField(b, name, trailer[name])
		}
	}
	return b
}

func isNoValue(s string) bool { return !httptext.IsValue(s) }

// isOurs says whether a field is written from what the request is, not from its Header, in whatever case that has it.
func isOurs(name string) bool {
	return strings.EqualFold(name, "Host") ||
		strings.EqualFold(name, "Content-Length") || strings.EqualFold(name, "Transfer-Encoding")
}
