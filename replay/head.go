package replay

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/seed-4575fdc3/hook/internal/httptext"
)

// A requestError says what in a request would not arrive as what it is.
type requestError string

func (e requestError) Error() string { return string(e) }

// A heading writes the heads of requests, one after the other.
type heading struct {
	own   []Field  // that stand in place of the request's, sorted by their names; set by whoever has any
	bytes []byte   // the head; a short body is put behind it
	names []string // of all fields, sorted: often those of the request before, which were looked at then
	lines int      // of the fields
}

var headings = sync.Pool{New: func() any { return new(heading) }}

// put gives it back, but no memory of a long body.
func (h *heading) put() {
	if cap(h.bytes) > 64<<10 {
		h.bytes = nil
	}
	headings.Put(h)
}

// write writes the request's line and fields, the names sorted. It refuses what would end its line early, and so be read as
// other fields or as another request: target and fields come from strangers.
func (h *heading) write(r *http.Request) error {
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
	b := append(append(append(append(h.bytes[:0], r.Method...), ' '), r.RequestURI...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, r.Host...), "\r\n"...)
	all, ok := h.appendFields(b, r.Header)
	if !ok {
		if err := h.learn(r.Header); err != nil {
			return err
		}
		all, _ = h.appendFields(b, r.Header)
	}
	if values := all[len(b):]; bytes.Count(values, []byte("\n")) != h.lines || bytes.Count(values, []byte("\r")) != h.lines || bytes.IndexByte(values, 0) >= 0 {
		return badValue(r.Header)
	}
	_, said := r.Header["Content-Length"]
	switch {
	case r.ContentLength < 0:
		all = append(all, "Transfer-Encoding: chunked\r\n"...)
	case r.ContentLength > 0 || said:
		all = append(strconv.AppendInt(append(all, "Content-Length: "...), r.ContentLength, 10), "\r\n"...)
	}
	all = append(all, "\r\n"...)
	h.bytes = all
	return nil
}

// learn makes h.names the names of the fields.
func (h *heading) learn(header http.Header) error {
	h.names = h.names[:0]
	for name := range header {
		if !httptext.IsToken(name) {
			h.names = nil
			return requestError("the name of a field is no token")
		}
		h.names = append(h.names, name)
	}
	for _, field := range h.own {
		if _, ok := header[field.Name]; !ok {
			h.names = append(h.names, field.Name)
		}
	}
	slices.Sort(h.names)
	return nil
}

// appendFields appends the fields in the order of h.names, and counts their lines. It gives up if these are not the names.
func (h *heading) appendFields(b []byte, header http.Header) (_ []byte, ok bool) {
	h.lines = 0
	own, found := h.own, 0
	for _, name := range h.names {
		values, ok := header[name]
		if ok {
			found++
		}
		switch {
		case len(own) > 0 && own[0].Name == name:
			b, own = appendField(b, name, own[0].Value), own[1:]
			h.lines++
		case !ok:
			return b, false
		case !isOurs(name):
			b = appendFields(b, name, values)
			h.lines += len(values)
		}
	}
	return b, len(own) == 0 && found == len(header)
}

// badValue says which field has a value that would end its line early.
func badValue(header http.Header) error {
	for name, values := range header {
		if slices.ContainsFunc(values, isNoValue) {
			return requestError("the value of " + name + " has a line break or a NUL in it")
		}
	}
	return requestError("a value has a line break or a NUL in it")
}

func appendFields(b []byte, name string, values []string) []byte {
	for _, value := range values {
		b = appendField(b, name, value)
	}
	return b
}

func appendField(b []byte, name, value string) []byte {
	return append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
}

// appendTrailer appends the fields behind a body, the names sorted. Those that would change where it ends, or that can't
// be written, are left out.
func appendTrailer(b []byte, trailer http.Header) []byte {
	for _, name := range slices.Sorted(maps.Keys(trailer)) {
		if !isOurs(name) && httptext.IsToken(name) && !slices.ContainsFunc(trailer[name], isNoValue) {
			b = appendFields(b, name, trailer[name])
		}
	}
	return b
}

func isNoValue(s string) bool { return !httptext.IsValue(s) }

// isOurs says whether a field is written from what the request is, not from its Header, in whatever case that has it.
func isOurs(name string) bool {
	switch len(name) {
	case len("Host"):
		return strings.EqualFold(name, "Host")
	case len("Content-Length"):
		return strings.EqualFold(name, "Content-Length")
	case len("Transfer-Encoding"):
		return strings.EqualFold(name, "Transfer-Encoding")
	}
	return false
}
