package diff

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A Body is what is compared: bytes and what its header says of them.
type Body struct {
	ContentType string
	Encoding    string // Content-Encoding
	Bytes       []byte
	Size        int64 // of the whole body where only a part of it was kept; else 0 or len(Bytes)
}

// Bodies compares two bodies by what they say.
func Bodies(a, b Body) Result {
	r := bodies(a, b)
	finish(r.Changes)
	return r
}

// finish judges what is volatile, with all changes of a comparison at hand.
func finish(sections ...[]Change) {
	var all []*Change
	for _, changes := range sections {
		for i := range changes {
			if ch := &changes[i]; !ch.Volatile {
				judge(ch, leaf(ch.Path))
			}
			all = append(all, &changes[i])
		}
	}
	renamed(all)
}

// bodies is Bodies without a judgement.
func bodies(a, b Body) Result {
	var notes []string
	for i, body := range []Body{a, b} {
		if body.Size > int64(len(body.Bytes)) {
			notes = append(notes, fmt.Sprintf("only the first %s of the %s's %s were kept: what follows may differ as well",
				bytesOf(len(body.Bytes)), which(i), bytesOf(int(body.Size))))
		}
	}
	if bytes.Equal(a.Bytes, b.Bytes) && a.Encoding == b.Encoding {
		return Result{Notes: notes}
	}
	x, y := read(a), read(b)
	for i, d := range []document{x, y} {
		if d.note != "" {
			notes = append(notes, "the "+which(i)+" "+d.note)
		}
	}
	r := x.compare(y)
	r.Notes = append(notes, r.Notes...)
	return r
}

func which(i int) string {
	if i == 0 {
		return "first"
	}
	return "second"
}

// A format is how a body is written.
type format string

const (
	empty     format = "nothing"
	asJSON    format = "JSON"
	asForm    format = "a form"
	asXML     format = "XML"
	asParts   format = "multipart"
	asLines   format = "text"
	asNothing format = "binary"
)

// A document is a body that was read.
type document struct {
	format format
	doc    []byte // as JSON; nil for what is binary
	plain  []byte // decoded
	note   string // how it isn't what its header says
}

// read finds out what a body is, from its type and from itself.
func read(b Body) document {
	d := document{plain: b.Bytes}
	if len(b.Bytes) == 0 {
		d.format = empty
		return d
	}
	if b.Encoding != "" && !strings.EqualFold(b.Encoding, "identity") {
		plain, note, err := inspect.Decoded(http.Header{"Content-Encoding": {b.Encoding}}, b.Bytes, inspect.DecodeLimit)
		if err != nil {
			d.note = "can't be decoded (" + err.Error() + "): its bytes are compared"
		} else {
			d.plain = plain
			if len(plain) == inspect.DecodeLimit || strings.Contains(note, "only") {
				d.note = "is " + note
			}
		}
	}
	media, parameters, _ := mime.ParseMediaType(b.ContentType)
	if wrong := d.parse(media, parameters["boundary"]); wrong != "" {
		d.note = strings.TrimPrefix(d.note+"; "+wrong, "; ")
	}
	return d
}

// parse reads what is decoded; wrong says why it isn't what it is said to be.
func (d *document) parse(media, boundary string) (wrong string) {
	body := bytes.TrimSpace(bytes.TrimPrefix(d.plain, []byte("\ufeff")))
	saysJSON := strings.HasSuffix(media, "json") && !strings.Contains(media, "ndjson")
	saysXML := strings.HasSuffix(media, "xml")
	switch {
	case len(body) == 0:
	case media == "application/x-www-form-urlencoded":
		d.format, d.doc = asForm, formDocument(string(body))
		return ""
	case strings.HasPrefix(media, "multipart/") && boundary != "":
		doc, err := partsDocument(d.plain, boundary)
		if err == nil {
			d.format, d.doc = asParts, doc
			return ""
		}
		wrong = "is no valid multipart body (" + err.Error() + ")"
	case (saysJSON || body[0] == '{' || body[0] == '[') && json.Valid(body):
		d.format, d.doc = asJSON, body
		return ""
	case saysXML || bytes.HasPrefix(body, []byte("<?xml")):
		doc, err := xmlDocument(body)
		if err == nil {
			d.format, d.doc = asXML, doc
			return ""
		}
		wrong = "can't be read as XML (" + err.Error() + ")"
	case saysJSON:
		wrong = "is no valid JSON"
	}
	if !isText(d.plain) {
		d.format = asNothing
		return wrong
	}
	d.format, d.doc = asLines, linesDocument(d.plain)
	return wrong
}

// compare compares two bodies that were read.
func (d document) compare(other document) Result {
	if d.format != other.format && d.doc != nil && other.doc != nil && (d.note != "" || other.note != "") { // one isn't what it says
		d.format, d.doc = asLines, linesDocument(d.plain)
		other.format, other.doc = asLines, linesDocument(other.plain)
	}
	switch {
	case d.format != other.format:
		return Result{Changes: []Change{{Kind: Changed, Before: quote(d.describe()), After: quote(other.describe())}}}
	case d.format == asNothing:
		return binary(d.plain, other.plain)
	}
	c := newComparer(d.doc, other.doc)
	c.listish = d.format == asForm || d.format == asXML || d.format == asParts
	c.lines = d.format == asLines
	c.compare(d.doc, other.doc)
	return c.result()
}

func (d document) describe() string {
	if d.format == empty {
		return string(empty)
	}
	return string(d.format) + ", " + bytesOf(len(d.plain))
}

// binary compares what nobody can read: sizes, and where the first difference is.
func binary(a, b []byte) Result {
	if bytes.Equal(a, b) {
		return Result{}
	}
	at := 0
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	show := func(body []byte) string {
		s := bytesOf(len(body))
		if at < len(body) {
			s += ", at " + strconv.Itoa(at) + ": " + fmt.Sprintf("% x", body[at:min(at+8, len(body))])
		}
		return quote(s)
	}
	return Result{Changes: []Change{{Kind: Changed, Before: show(a), After: show(b)}}}
}

// bytesOf is a size in words.
func bytesOf(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if n == 1 {
		return "1 byte"
	}
	return s + " bytes"
}

func fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256 " + hex.EncodeToString(sum[:8])
}

// leaf is the name that a path ends with, without indexes.
func leaf(path string) string {
	if strings.HasPrefix(path, "line ") {
		return ""
	}
	for path != "" {
		i := len(path) - 1
		for i >= 0 && (path[i] != '.' || i > 0 && path[i-1] == '\\') {
			i--
		}
		if last := path[i+1:]; !digits(last) || i < 0 {
			return strings.ReplaceAll(last, `\.`, ".")
		}
		path = path[:i]
	}
	return ""
}
