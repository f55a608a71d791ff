package signature

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// A slot is one place in a request that holds a value: a header, a parameter of the URL's query, a member of the JSON
// body, or a field of the form. Its zero value is nowhere.
type slot struct {
	kind slotKind
	name string   // of the header (canonical), the parameter, the member (dotted) or the field
	path []string // of a member
}

type slotKind int

const (
	nowhere slotKind = iota
	headerSlot
	querySlot
	memberSlot
	fieldSlot
)

func headerAt(name string) slot { return slot{kind: headerSlot, name: name} }
func queryAt(name string) slot  { return slot{kind: querySlot, name: name} }
func fieldAt(name string) slot  { return slot{kind: fieldSlot, name: name} }

// memberAt is a member of the JSON body; the path is dotted, and 0 leads into the first element of an array.
func memberAt(path string) slot {
	return slot{kind: memberSlot, name: path, path: strings.Split(path, ".")}
}

// String names the slot for people.
func (s slot) String() string {
	switch s.kind {
	case headerSlot:
		return s.name
	case querySlot:
		return "the query's " + s.name
	case memberSlot:
		return "the body's " + s.name
	case fieldSlot:
		return "the form's " + s.name
	default:
		return "nowhere"
	}
}

// get is the slot's value. It is missing when it is empty too.
func (s slot) get(r Request) (string, Reason) {
	value := ""
	switch s.kind {
	case headerSlot:
		return single(r.Header, s.name)
	case querySlot:
		raw, _ := queryValue(r.URL, s.name)
		value = unescape(raw)
	case memberSlot:
		value = pickUpTo(maxHeader, r.Body, s.path...)
	case fieldSlot:
		value = formValue(r.Body, s.name)
	}
	switch {
	case value == "":
		return "", ReasonMissing
	case len(value) > maxHeader, s.unclear(r.Body):
		return value, ReasonMalformed
	default:
		return value, ReasonOK
	}
}

// set puts value into the slot. A member must be there already: the place of a new one can't be guessed.
func (s slot) set(r *Request, value string) error {
	switch s.kind {
	case headerSlot:
		r.Header[s.name] = []string{value}
	case querySlot:
		r.URL = setQuery(r.URL, s.name, url.QueryEscape(value))
	case memberSlot:
		return s.setMember(r, value)
	case fieldSlot:
		if !isForm(r.Header) && len(r.Body) > 0 {
			return errors.New("the body is no form")
		}
		r.Body = setField(r.Body, s.name, url.QueryEscape(value))
	case nowhere:
	}
	return nil
}

func (s slot) setMember(r *Request, value string) error {
	scan := jsonScanner{doc: r.Body}
	for _, name := range s.path {
		if !scan.enter(name) {
			return fmt.Errorf("the body has no %s, where the provider has it", s.name)
		}
	}
	quoted := scan.next() == '"'
	start := scan.at
	if !scan.skip() {
		return fmt.Errorf("the body's %s can't be read", s.name)
	}
	text := []byte(value)
	if quoted || !json.Valid(text) {
		text, _ = json.Marshal(value) // a string can always be written
	}
	r.Body = bytes.Join([][]byte{r.Body[:start], text, r.Body[scan.at:]}, nil)
	return nil
}

// setField sets a field of a form to an escaped value, at the end if it was not there.
func setField(form []byte, name, value string) []byte {
	var fields []string
	if len(form) > 0 {
		fields = strings.Split(string(form), "&")
	}
	for i, field := range fields {
		if strings.HasPrefix(field, name+"=") {
			fields[i] = name + "=" + value
			return []byte(strings.Join(fields, "&"))
		}
	}
	return []byte(strings.Join(append(fields, name+"="+value), "&"))
}

// slots is the carrier that looks anywhere: for providers that put the signature, the time or the id into the body or
// the URL, and for declared schemes.
type slots struct {
	signature slot
	before    string // the signature's label
	separator string // between several signatures; empty if there is only one
	time, id  slot   // nowhere if there is none
}

func (s slots) label() string { return s.before }

func (s slots) headers() []string {
	var names []string
	for _, at := range []slot{s.signature, s.time, s.id} {
		if at.kind == headerSlot {
			names = append(names, at.name)
		}
	}
	return names
}

func (s slots) form(signature string) string {
	text := s.signature.String() + ": " + signature
	for _, at := range []slot{s.time, s.id} {
		if at.kind != nowhere {
			text += " beside " + at.String()
		}
	}
	return text
}

func (s slots) read(r Request) (claims, Reason) {
	value, reason := s.signature.get(r)
	id, idReason := s.id.get(r)
	c := claims{got: value, id: id}
	if reason != ReasonOK {
		c.unclear = reason == ReasonMalformed && s.signature.unclear(r.Body)
		return c, reason
	}
	c.addAll(value, s.before, s.separator)
	if len(c.signatures) == 0 {
		return c, ReasonMalformed
	}
	if s.id.kind != nowhere && idReason != ReasonOK {
		c.unclear = idReason == ReasonMalformed && s.id.unclear(r.Body)
		return c, idReason
	}
	if s.time.kind != nowhere {
		c.timestamp, reason = s.time.get(r)
		reason = aboutTime(reason)
	}
	return c, reason
}

func (s slots) stamp(r *Request, c claims) error {
	if err := s.time.set(r, c.timestamp); err != nil {
		return err
	}
	return s.id.set(r, c.id)
}

func (s slots) put(r *Request, _ claims, signature string) error {
	return s.signature.set(r, signature)
}

func (s slot) inBody() bool { return s.kind == memberSlot || s.kind == fieldSlot }

func (s slots) inBody() bool { return s.signature.inBody() || s.time.inBody() || s.id.inBody() }
