package pasted

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/internal/httptext"
)

var bom = []byte("\xef\xbb\xbf")

// lines are taken from a text one by one, whether they end in LF or in CR LF.
type lines struct {
	rest    []byte
	number  int
	comment bool // there was one
}

func (l *lines) next() (string, bool) {
	if len(l.rest) == 0 {
		return "", false
	}
	line, rest, _ := bytes.Cut(l.rest, []byte("\n"))
	l.rest = rest
	l.number++
	return string(bytes.TrimSuffix(line, []byte("\r"))), true
}

// first is the first line that is neither empty nor an editor's own.
func (l *lines) first() (string, bool) {
	for {
		line, ok := l.next()
		switch {
		case !ok:
			return "", false
		case isComment(line):
			l.comment = true
		case strings.TrimSpace(line) != "":
			return strings.TrimSpace(line), true
		}
	}
}

// isComment says whether a line of a head is for an editor: ### a name, # a comment, // a comment, @variable = value.
func isComment(line string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "##") || line == "#" || strings.HasPrefix(line, "//") ||
		strings.HasPrefix(line, "@") && strings.Contains(line, "=")
}

// Raw reads a request as HTTP/1.1 writes it: a request line, fields, an empty line, the body. It also takes what editors'
// .http files and browsers make of that: comments, no version, pseudo-fields in place of a request line, names and values on
// lines of their own. The body is every byte that follows, up to Content-Length, or a chunked one put together.
func Raw(text []byte) (*Request, error) {
	l := &lines{rest: bytes.TrimPrefix(text, bom)}
	first, ok := l.first()
	if !ok {
		return nil, errors.New("there is no request in it")
	}
	h := head{header: make(http.Header)}
	var err error
	if strings.HasPrefix(first, ":") {
		err = h.browser(l, first)
	} else if err = h.requestLine(first); err == nil {
		err = h.fields(l)
	}
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", l.number, err)
	}
	r := &Request{Method: h.method, URL: h.url(), Header: h.header, Body: l.rest}
	delete(h.header, "Host")
	if l.comment || h.editor {
		if err := r.cutEditors(); err != nil {
			return nil, err
		}
	}
	return r, r.measure()
}

// A head is what stands before the body.
type head struct {
	method, target, scheme, authority string
	header                            http.Header
	editor                            bool // written for an editor, without a version
}

func (h *head) requestLine(line string) error {
	if strings.HasPrefix(line, "HTTP/") {
		return errors.New("that is a response, not a request")
	}
	words := strings.Fields(line)
	if last := len(words) - 1; strings.HasPrefix(words[last], "HTTP/") {
		words = words[:last]
	} else {
		h.editor = true
	}
	if len(words) == 1 && strings.Contains(words[0], "://") {
		words = []string{http.MethodGet, words[0]}
	}
	if len(words) != 2 || !httptext.IsToken(words[0]) {
		return fmt.Errorf("%q is no request line", line)
	}
	h.method, h.target = words[0], words[1]
	return nil
}

// fields reads fields up to the empty line.
func (h *head) fields(l *lines) error {
	last := ""
	for {
		line, ok := l.next()
		switch {
		case !ok || strings.TrimSpace(line) == "":
			return nil
		case isComment(line):
		case line[0] == ' ' || line[0] == '\t': // the value goes on, as it once could
			if last == "" {
				return fmt.Errorf("%q is no header", line)
			}
			values := h.header[last]
			values[len(values)-1] += " " + strings.TrimSpace(line)
		default:
			pseudo := strings.HasPrefix(line, ":")
			name, value, ok := strings.Cut(strings.TrimPrefix(line, ":"), ":")
			if !ok {
				return fmt.Errorf("%q is no header", line)
			}
			if last, ok = h.field(name, value, pseudo); !ok {
				return fmt.Errorf("%q is no header", line)
			}
		}
	}
}

// browser reads what browsers copy: pseudo-fields of HTTP/2 in place of a request line, each a line, or a name and its value
// on two.
func (h *head) browser(l *lines, first string) error {
	name, value, _ := strings.Cut(first[1:], ":")
	paired := strings.TrimSpace(value) == ""
	if h.method = http.MethodPost; !paired {
		h.field(name, value, true)
		return h.fields(l)
	}
	for line, ok := first, true; ok && strings.TrimSpace(line) != ""; line, ok = l.next() {
		value, _ := l.next()
		name := strings.TrimSuffix(strings.TrimSpace(line), ":")
		if _, ok := h.field(strings.TrimPrefix(name, ":"), value, strings.HasPrefix(name, ":")); !ok {
			return fmt.Errorf("%q is no header", line)
		}
	}
	return nil
}

// field takes one field in, and gives its canonical name; that of a pseudo-field is empty.
func (h *head) field(name, value string, pseudo bool) (canonical string, ok bool) {
	name, value = strings.TrimRight(name, " \t"), strings.TrimSpace(value)
	if !httptext.IsToken(name) || !httptext.IsValue(value) {
		return "", false
	}
	if !pseudo {
		canonical = http.CanonicalHeaderKey(name)
		h.header[canonical] = append(h.header[canonical], value)
		return canonical, true
	}
	switch name {
	case "method":
		h.method = value
	case "path":
		h.target = value
	case "scheme":
		h.scheme = value
	case "authority":
		h.authority = value
	}
	return "", true
}

// url is the request's, with https where nothing says otherwise; empty without a host.
func (h *head) url() string {
	scheme, host := cmp.Or(h.scheme, "https"), cmp.Or(h.authority, h.header.Get("Host"))
	switch {
	case strings.Contains(h.target, "://"):
		return h.target
	case h.editor && !strings.HasPrefix(h.target, "/"): // a host and its path
		return scheme + "://" + h.target
	case host == "":
		return ""
	}
	return scheme + "://" + host + h.target
}

var separator = regexp.MustCompile(`(?m)^###`)

// cutEditors ends the body where an editor's file goes on with another request.
func (r *Request) cutEditors() error {
	if separator.Match(r.Body) {
		end := bodyEnd(r.Body, r.Header)
		if looksRaw(r.Body[end:]) || LooksCurl(r.Body[end:]) {
			r.note("the file has more than one request: this is the first")
		}
		r.Body = r.Body[:end]
	}
	if file, ok := bytes.CutPrefix(r.Body, []byte("< ")); ok {
		name, _, _ := bytes.Cut(file, []byte("\n"))
		return fmt.Errorf("the body is in another file, %s", bytes.TrimSpace(name))
	}
	return nil
}

// measure finds the body's end.
func (r *Request) measure() error {
	if httptext.HasToken(r.Header["Transfer-Encoding"], "chunked") {
		delete(r.Header, "Transfer-Encoding")
		if body, ok := unchunk(r.Body); ok {
			r.Body = body
			return nil
		}
		if len(r.Body) > 0 {
			r.note("Transfer-Encoding says chunked, but the body is not in chunks: it is taken as it stands")
		}
		r.loose = true
		return nil
	}
	said := r.Header.Get("Content-Length")
	if said == "" {
		r.loose = true
		return nil
	}
	length, err := strconv.Atoi(said)
	if err != nil || length < 0 {
		return fmt.Errorf("Content-Length: %q is no length", said)
	}
	var words string
	if r.Body, words = fit(r.Body, length); words != "" {
		r.note(words)
	}
	return nil
}
