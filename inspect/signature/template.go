package signature

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
)

// A template says what is signed: text as it is, and parts of the request in braces, as in "v0:{timestamp}:{body}".
type template []part

type part struct {
	field field
	text  string                           // of a literal; the argument of a field that takes one
	make  func(r Request, c claims) []byte // of a computed part
	reads template                         // of a computed part: what it takes from the body, if that is not all of it
}

// A field is a part of the request that can be signed.
type field int

const (
	literal        field = iota
	fieldBody            // {body}
	fieldBodyHash        // {body_sha256}: the body's SHA-256 in hexadecimal
	fieldBodyCRC         // {body_crc32}: the body's CRC-32 in decimal
	fieldTimestamp       // {timestamp}, as it was sent
	fieldID              // {id}, as it was sent
	fieldSecret          // {secret}, for plain digests
	fieldMethod          // {method}
	fieldURL             // {url}
	fieldHost            // {host}, without its port
	fieldPath            // {path}, as in the URL
	fieldQuery           // {query}, as in the URL, without its question mark
	fieldForm            // {form}: the body's parameters, sorted: see sortedForm
	fieldHeader          // {header:Name}
	fieldMember          // {json:path}
	fieldParameter       // {field:name} of the form
	fieldComputed        // what a function makes
)

var fieldNames = map[string]field{
	"body": fieldBody, "body_sha256": fieldBodyHash, "body_crc32": fieldBodyCRC, "timestamp": fieldTimestamp, "id": fieldID,
	"secret": fieldSecret, "method": fieldMethod, "url": fieldURL, "host": fieldHost, "path": fieldPath, "query": fieldQuery,
	"form": fieldForm, "header": fieldHeader, "json": fieldMember, "field": fieldParameter,
}

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
		inside, tail, closed := strings.Cut(after, "}")
		name, argument, _ := strings.Cut(inside, ":")
		f, known := fieldNames[name]
		switch {
		case !closed || !known:
			return nil, fmt.Errorf("template %q: unknown part {%s", text, inside)
		case (f >= fieldHeader) != (argument != ""):
			return nil, fmt.Errorf("template %q: {%s} and its name don't go together; {header:Name}, {json:path} and {field:name} take one", text, inside)
		}
		t, rest = append(t, part{field: f, text: argument}), tail
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

// computes is a template of one part that a function makes; text says for people what that is.
func computes(text string, make func(r Request, c claims) []byte) template {
	return template{{field: fieldComputed, text: text, make: make}}
}

// of names the parts of the body that a computed template reads, as signs has them.
func (t template) of(parts string) template {
	t[0].reads = signs(parts)
	return t
}

// has says whether the template signs f.
func (t template) has(f field) bool {
	return slices.ContainsFunc(t, func(p part) bool { return p.field == f })
}

// hasURL says whether the template signs anything of the URL.
func (t template) hasURL() bool {
	return slices.ContainsFunc(t, func(p part) bool { return p.field >= fieldURL && p.field <= fieldQuery })
}

// String is the template as it would be written.
func (t template) String() string {
	var b strings.Builder
	for _, p := range t {
		switch p.field {
		case literal:
			b.WriteString(p.text)
		case fieldComputed:
			b.WriteString("{" + p.text + "}")
		default:
			b.WriteString("{" + p.field.name())
			if p.text != "" {
				b.WriteString(":" + p.text)
			}
			b.WriteString("}")
		}
	}
	return strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(b.String())
}

func (f field) name() string {
	for name, other := range fieldNames {
		if other == f {
			return name
		}
	}
	return ""
}

// write feeds h with what is signed. Small parts are gathered in scratch, whose contents are lost, as a hash takes
// bytes only; the body is never copied.
func (t template) write(h hash.Hash, scratch []byte, r Request, c claims) {
	scratch = scratch[:0]
	for i := range t {
		if t[i].field != fieldBody {
			scratch = t[i].append(scratch, r, c)
			continue
		}
		_, _ = h.Write(scratch) // a hash never fails
		_, _ = h.Write(r.Body)
		scratch = scratch[:0]
	}
	_, _ = h.Write(scratch)
}

// append appends all that is signed to dst.
func (t template) append(dst []byte, r Request, c claims) []byte {
	for i := range t {
		dst = t[i].append(dst, r, c)
	}
	return dst
}

func (p *part) append(dst []byte, r Request, c claims) []byte {
	switch p.field {
	case literal:
		return append(dst, p.text...)
	case fieldBody:
		return append(dst, r.Body...)
	case fieldTimestamp:
		return append(dst, c.timestamp...)
	case fieldID:
		return append(dst, c.id...)
	case fieldSecret:
		return append(dst, c.secret...)
	case fieldForm:
		return append(dst, c.form...)
	case fieldMethod:
		return append(dst, r.Method...)
	case fieldURL:
		return append(dst, r.URL...)
	default:
		return p.appendRare(dst, r, c)
	}
}

func (p *part) appendRare(dst []byte, r Request, c claims) []byte {
	switch p.field {
	case fieldBodyHash:
		sum := sha256.Sum256(r.Body)
		return hex.AppendEncode(dst, sum[:])
	case fieldBodyCRC:
		return strconv.AppendUint(dst, uint64(crc32.ChecksumIEEE(r.Body)), 10)
	case fieldHost:
		return append(dst, splitURL(r.URL).host...)
	case fieldPath:
		return append(dst, cmp.Or(splitURL(r.URL).path, "/")...)
	case fieldQuery:
		return append(dst, splitURL(r.URL).query...)
	case fieldHeader:
		return append(dst, header(r.Header, p.text)...)
	case fieldMember:
		return append(dst, pickUpTo(maxHeader, r.Body, strings.Split(p.text, ".")...)...)
	case fieldParameter:
		return append(dst, formValue(r.Body, p.text)...)
	default:
		return append(dst, p.make(r, c)...)
	}
}
