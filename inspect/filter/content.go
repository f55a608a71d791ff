package filter

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A content is a body that is decoded and read when it is asked for.
type content struct {
	header http.Header
	bytes  []byte

	decoded, parsed bool
	asText          string
	asValue         any
}

// text is the body without its compression. What can't be decoded is the text that it came as.
func (c *content) text() string {
	if !c.decoded {
		c.decoded = true
		b := c.bytes
		if len(c.header["Content-Encoding"]) > 0 {
			if plain, _, err := inspect.Decoded(c.header, b, inspect.DecodeLimit); err == nil {
				b = plain
			}
		}
		c.asText = string(b)
	}
	return c.asText
}

// value is what the body says, or nil.
func (c *content) value() any {
	if !c.parsed {
		c.parsed = true
		c.asValue = parseBody(c.header.Get("Content-Type"), c.text())
	}
	return c.asValue
}

// parseBody reads JSON, whatever the type says that it is, forms, and multipart.
func parseBody(contentType, body string) any {
	media, parameters, _ := mime.ParseMediaType(contentType)
	if strings.HasPrefix(media, "multipart/") {
		return parts(parameters["boundary"], body)
	}
	if v, ok := parseJSON(strings.TrimPrefix(body, "\ufeff")); ok {
		return v
	}
	if media == "application/x-www-form-urlencoded" && body != "" {
		return pairs(strings.TrimSpace(body))
	}
	return nil
}

const (
	maxParts = 1000
	maxPart  = 1 << 20 // bytes of a part that are read
)

// parts is the fields of a multipart body. A file is an object with filename, type, size and text.
func parts(boundary, body string) any {
	if boundary == "" {
		return nil
	}
	r := multipart.NewReader(strings.NewReader(body), boundary)
	all := make(map[string]any)
	for range maxParts {
		p, err := r.NextRawPart()
		if err != nil {
			break
		}
		var b bytes.Buffer
		_, _ = io.Copy(&b, io.LimitReader(p, maxPart)) // of what is cut off as much as there is
		rest, _ := io.Copy(io.Discard, p)
		add(all, p, b.String(), b.Len()+int(rest))
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// add adds a part to what others of its name have said.
func add(all map[string]any, p *multipart.Part, s string, size int) {
	value := embedded(s)
	if file := p.FileName(); file != "" {
		value = map[string]any{"filename": file, "type": p.Header.Get("Content-Type"), "size": size, "text": s}
	}
	switch before := all[p.FormName()].(type) {
	case nil:
		all[p.FormName()] = value
	case []any:
		all[p.FormName()] = append(before, value)
	default:
		all[p.FormName()] = []any{before, value}
	}
}

// embedded is a text, or what it says if it is a JSON object or list.
func embedded(s string) any {
	if trimmed := strings.TrimSpace(s); trimmed != "" && (trimmed[0] == '{' || trimmed[0] == '[') {
		if v, ok := parseJSON(trimmed); ok {
			return v
		}
	}
	return s
}
