package inspect

import (
	"bytes"
	"fmt"
	"iter"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"
)

// A Class says what a span of a rendered body is. How that looks, its reader decides.
type Class byte

// The classes of spans.
const (
	Plain       Class = iota
	Key               // of a JSON object or a form
	String            // a text in JSON, an attribute's value in XML, the value in a form
	Number            // in JSON
	Literal           // true, false and null
	Punctuation       // brackets, commas, colons
	Tag               // of XML, with its brackets
	Attribute         // of a tag, or the name of a part's header field
	Comment           // in XML, and what is as much beside the matter
	Offset            // in a hex dump
	Note              // hook's own words about the body
	Caution           // hook's own words about what is unusual in it
	Wrong             // hook's own words about what is wrong with it
)

// A Span is a piece of a line. Its text is as Printable makes it.
type Span struct {
	Text  string
	Class Class
}

// A Line is one line of a rendered body.
type Line struct {
	Indent int // columns, which stand in front of Spans and are not in them
	Spans  []Span
	Depth  int  // how many brackets or tags are open around it
	Opens  bool // it begins what ends with the next line of the same Depth that Closes: to be folded
	Closes bool
	At     int // bytes of the body before what it shows, or of the part that it stands in
}

// String is the line with its indentation, without its classes.
func (l Line) String() string {
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", l.Indent))
	for _, s := range l.Spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

const (
	lineBytes   = 4096      // of a body's line that are shown
	indentLimit = 40        // levels that are still indented: deeper ones would be all spaces
	checkLimit  = 512 << 10 // bytes of a body that are checked before anything of them is shown
	countLimit  = 256 << 10 // bytes of a body whose lines are counted beyond those that are shown
)

// A Rendering is a body made ready to be read: JSON and XML indented, with keys, numbers, attributes and entities as they
// were written; a form as one pair a line, decoded, with JSON in it indented below its key; the parts of multipart each
// by its own type; other text as it is, and anything else as a hex dump. Compressed bodies are decoded, up to DecodeLimit.
// What a body is follows from its Content-Type and, where that says too little, from the body.
//
// JSON and XML that do not parse are shown as the text that they are, after the place and the reason; in those of more
// than 512 KiB the fault is told where it stands. Nothing is expanded, fetched or run.
type Rendering struct {
	Masked int // values that were masked

	media  string
	params map[string]string
	body   []byte
	cut    bool // not all of the body is here
	notes  []Line
	said   shape // what it says that it is
	shape  shape
	fault  int // notes up to where the place of a fault is shown; 0 if there is none
}

// Render makes a body ready to be read that came with the header h. With mask, what looks like a secret is masked as
// Mask does it.
func Render(h http.Header, c Capture, mask bool) *Rendering {
	body, note, err := Decoded(h, c.Bytes, DecodeLimit)
	r := &Rendering{cut: !c.Complete}
	switch {
	case err != nil && !c.Complete && len(body) > 0: // cut off
		r.note(Note, note)
	case err != nil:
		r.note(Wrong, err.Error())
		if len(body) == 0 {
			body = c.Bytes
			break
		}
		r.cut = true
		r.note(Note, note)
	case note != "":
		r.note(Note, note)
	}
	r.cut = r.cut || len(body) == DecodeLimit
	r.read(h.Get("Content-Type"), body)
	if mask {
		r.mask(h.Get("Content-Type"))
	}
	return r
}

// mask masks the body, after what is to be told of it was read from it as it is. The place of a fault is shown masked.
func (r *Rendering) mask(contentType string) {
	r.body, r.Masked = MaskBody(contentType, r.body)
	if r.fault == 0 || r.Masked == 0 {
		return
	}
	fault := r.jsonOrXMLFault()
	if fault == nil {
		r.notes = r.notes[:r.fault]
		return
	}
	r.notes = append(r.notes[:r.fault], fault.place(r.body)...)
}

// read finds out what body is.
func (r *Rendering) read(contentType string, body []byte) {
	var err error
	if r.media, r.params, err = mime.ParseMediaType(contentType); err != nil { // what can't be read is decided by the body alone
		r.media, r.params = "", nil
	}
	if rest, ok := bytes.CutPrefix(body, []byte("\xef\xbb\xbf")); ok {
		r.note(Caution, "it begins with a byte order mark, which many parsers refuse")
		body = rest
	}
	r.body = body
	if charset := strings.ToLower(r.params["charset"]); charset != "" && charset != "utf-8" && charset != "utf8" && charset != "us-ascii" && !utf8.Valid(body) {
		r.note(Caution, "it is in "+charset+": bytes that are no UTF-8 are shown as \\x and their value")
	}
	r.shape = r.shapeOf()
	r.said = r.shape
	switch r.shape {
	case shapeJSON, shapeXML:
		r.check()
	case shapeBinary:
		if bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.HasPrefix(body, []byte("\xfe\xff")) {
			r.note(Caution, "it is UTF-16, by its first two bytes")
		}
	}
}

// check looks for faults before anything is shown, if that is quick. What has one is shown as text.
func (r *Rendering) check() {
	if len(r.body) > checkLimit {
		return
	}
	kind := "JSON"
	if r.said == shapeXML {
		kind = "XML"
	}
	if fault := r.jsonOrXMLFault(); fault != nil {
		r.shape = shapeText
		r.notes = append(r.notes, fault.words(kind, r.body))
		r.fault = len(r.notes)
		r.notes = append(r.notes, fault.place(r.body)...)
	} else if kind == "JSON" {
		r.noteDoubleKey()
	}
}

// jsonOrXMLFault is the first fault of what says that it is one of them.
func (r *Rendering) jsonOrXMLFault() *syntaxError {
	if r.said == shapeXML {
		return xmlFault(r.body, r.cut)
	}
	return jsonFault(r.body, isJSONLines(r.media), r.cut)
}

func (r *Rendering) note(class Class, text string) {
	r.notes = append(r.notes, Line{Spans: []Span{{Printable(text), class}}})
}

// Lines are the body's lines, each made when it is asked for; notes about the body come first.
func (r *Rendering) Lines() iter.Seq[Line] {
	return func(yield func(Line) bool) {
		for _, note := range r.notes {
			if !yield(note) {
				return
			}
		}
		p := &painter{yield: yield}
		p.begin()
		p.body(r)
	}
}

// First are the first lines, max at most, the last of which then says how much more there is; a max below 1 is no limit.
func (r *Rendering) First(max int) []Line {
	var kept []Line
	more := 0
	for line := range r.Lines() {
		if max < 1 || len(kept) < max {
			kept = append(kept, line)
			continue
		}
		if len(r.body) > countLimit {
			left := sizeWords(len(r.body) - kept[max-1].At)
			kept[max-1] = Line{Spans: []Span{{"… " + left + " more", Note}}, At: kept[max-1].At}
			return kept
		}
		more++
	}
	if more > 0 {
		kept[max-1] = Line{Spans: []Span{{fmt.Sprintf("… %d more lines", more+1), Note}}, At: kept[max-1].At}
	}
	return kept
}

// body paints what r has.
func (p *painter) body(r *Rendering) {
	switch r.shape {
	case shapeJSON:
		p.json(r.body, 0, isJSONLines(r.media), r.cut)
	case shapeXML:
		p.xml(r.body, r.cut)
	case shapeForm:
		p.form(r.body)
	case shapeParts:
		p.parts(r.params["boundary"], r.body, r.cut)
	case shapeText:
		p.text(r.body, 0)
	case shapeBinary:
		p.hex(r.body, len(r.body))
	}
}
