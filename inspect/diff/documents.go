package diff

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxXMLDepth    = 200
	maxXMLElements = 500_000
	maxParts       = 10_000
)

// A record gathers named values as one JSON object. A name that comes again makes an array of its values.
type record struct {
	names  []string
	values map[string][][]byte
}

func (r *record) add(name string, value []byte) {
	if r.values == nil {
		r.values = make(map[string][][]byte)
	}
	if _, ok := r.values[name]; !ok {
		r.names = append(r.names, name)
	}
	r.values[name] = append(r.values[name], value)
}

func (r *record) json() []byte {
	b := []byte{'{'}
	for i, name := range r.names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendQuoted(b, name), ':')
		values := r.values[name]
		if len(values) == 1 {
			b = append(b, values[0]...)
			continue
		}
		b = append(append(append(b, '['), bytes.Join(values, []byte{','})...), ']')
	}
	return append(b, '}')
}

// formDocument is a form or a query as a JSON object of texts.
func formDocument(form string) []byte {
	var r record
	for pair := range strings.SplitSeq(strings.TrimSpace(form), "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		r.add(unescaped(key), []byte(quote(unescaped(value))))
	}
	return r.json()
}

func unescaped(s string) string {
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	return s
}

// linesDocument is a text as a JSON array of its lines.
func linesDocument(body []byte) []byte {
	b := []byte{'['}
	body = bytes.TrimSuffix(body, []byte("\n"))
	if len(body) == 0 {
		return append(b, ']')
	}
	for i := 0; len(body) > 0 || i == 0; i++ {
		line, rest, more := bytes.Cut(body, []byte("\n"))
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, string(bytes.TrimSuffix(line, []byte("\r"))))
		if body = rest; more && len(rest) == 0 {
			b = append(b, `,""`...)
		}
	}
	return append(b, ']')
}

// An element is one of XML while it is read.
type element struct {
	name string
	record
	text strings.Builder
}

// json is a text for an element that is nothing else, else an object: attributes with an @ in front, children by name, and
// what stands between them as #text.
func (e *element) json() []byte {
	text := strings.TrimSpace(e.text.String())
	if len(e.names) == 0 {
		return []byte(quote(text))
	}
	if text != "" {
		e.add("#text", []byte(quote(text)))
	}
	return e.record.json()
}

// xmlDocument is XML as JSON. Comments, instructions and the white space around texts don't count, and no entity but XML's own
// is known.
func xmlDocument(body []byte) ([]byte, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	stack := []*element{{}}
	for n := 0; ; {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			e := &element{name: rawName(t.Name)}
			for _, a := range t.Attr {
				e.add("@"+rawName(a.Name), []byte(quote(a.Value)))
			}
			if stack = append(stack, e); len(stack) > maxXMLDepth {
				return nil, errors.New("nested too deeply")
			}
			if n++; n > maxXMLElements {
				return nil, errors.New("too many elements")
			}
		case xml.EndElement:
			if len(stack) == 1 || top.name != rawName(t.Name) {
				return nil, errors.New("an element ends that did not begin")
			}
			stack = stack[:len(stack)-1]
			stack[len(stack)-1].add(top.name, top.json())
		case xml.CharData:
			top.text.Write(t)
		}
	}
	if len(stack) != 1 || len(stack[0].names) != 1 || strings.TrimSpace(stack[0].text.String()) != "" {
		return nil, errors.New("an element has no end, or there are several")
	}
	return stack[0].record.json(), nil
}

func rawName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// partsDocument is a multipart body as a JSON object of its parts by name. The boundary doesn't count.
func partsDocument(body []byte, boundary string) ([]byte, error) {
	var r record
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for n := 1; ; n++ {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return r.json(), nil
		}
		if err != nil {
			return nil, err
		}
		if n > maxParts {
			return nil, errors.New("more than " + strconv.Itoa(maxParts) + " parts")
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		name := part.FormName()
		if name == "" {
			name = "part " + strconv.Itoa(n)
		}
		r.add(name, partJSON(part.Header, part.FileName(), content))
	}
}

// partJSON is a field's text, or of a file its name, type and content.
func partJSON(h textproto.MIMEHeader, file string, content []byte) []byte {
	value := []byte(quote(string(content)))
	if !isText(content) {
		value = []byte(quote(bytesOf(len(content)) + ", " + fingerprint(content)))
	}
	if file == "" {
		return value
	}
	var r record
	r.add("filename", []byte(quote(file)))
	if t := h.Get("Content-Type"); t != "" {
		r.add("type", []byte(quote(t)))
	}
	r.add("content", value)
	return r.json()
}

// isText says whether a body is UTF-8 that people may read.
func isText(body []byte) bool { return utf8.Valid(body) && bytes.IndexByte(body, 0) < 0 }
