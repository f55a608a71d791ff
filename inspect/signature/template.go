package signature

import (
	"fmt"
	"hash"
	"strings"
)

// A template says what is signed: text as it is, and parts of the request in braces, as in "v0:{timestamp}:{body}".
type template []part

type part struct {
	field field
	text  string // of a literal
}

// A field is a part of the request that can be signed.
type field int

const (
	literal field = iota
	fieldBody
	fieldTimestamp // as the header carries it
	fieldID        // as the header carries it
	fieldURL
	fieldMethod
	fieldForm // the body's parameters, sorted: see sortedForm
)

// parseTemplate reads a template. An unknown field or a lone brace is an error.
func parseTemplate(text string) (template, error) {
	var t template
	for rest := text; rest != ""; {
		before, after, open := strings.Cut(rest, "{")
		if before != "" {
			t = append(t, part{text: before})
		}
		if !open {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		f := fieldNamed(name)
		if !closed || f == literal {
			return nil, fmt.Errorf("template %q: unknown part {%s", text, name)
		}
		t, rest = append(t, part{field: f}), tail
	}
	return t, nil
}

// signs is the template of a provider of our own, whose text is constant. It panics on a wrong one, which every test
// would meet.
func signs(text string) template {
	t, err := parseTemplate(text)
	if err != nil {
		panic(err)
	}
	return t
}

func fieldNamed(name string) field {
	switch name {
	case "body":
		return fieldBody
	case "timestamp":
		return fieldTimestamp
	case "id":
		return fieldID
	case "url":
		return fieldURL
	case "method":
		return fieldMethod
	case "form":
		return fieldForm
	default:
		return literal
	}
}

// has says whether the template signs f.
func (t template) has(f field) bool {
	for _, p := range t {
		if p.field == f {
			return true
		}
	}
	return false
}

// write feeds h with what is signed. Small parts are gathered in scratch, whose contents are lost, as a hash takes
// bytes only; the body is never copied.
func (t template) write(h hash.Hash, scratch []byte, r Request, c claims) {
	scratch = scratch[:0]
	for _, p := range t {
		switch p.field {
		case literal:
			scratch = append(scratch, p.text...)
		case fieldTimestamp:
			scratch = append(scratch, c.timestamp...)
		case fieldID:
			scratch = append(scratch, c.id...)
		case fieldURL:
			scratch = append(scratch, r.URL...)
		case fieldMethod:
			scratch = append(scratch, r.Method...)
		case fieldForm:
			scratch = append(scratch, c.form...)
		case fieldBody:
			_, _ = h.Write(scratch) // a hash never fails
			_, _ = h.Write(r.Body)
			scratch = scratch[:0]
		}
	}
	_, _ = h.Write(scratch)
}
