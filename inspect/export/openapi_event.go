package export

import (
	"cmp"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// An operation is what is known of an event's requests with one method.
type operation struct {
	provider *signature.Provider
	count    int
	headers  map[string]*header
	bodies   map[string]*media
	empty    int         // requests without a body
	answers  map[int]int // how often the app answered with each status
	left     *budget
}

// A header is what is known of a header of that name.
type header struct {
	count int
	value schema
	shown string // the first value
}

// media is what is known of the bodies of one media type.
type media struct {
	count   int
	value   *schema
	tree    bool // all of them are JSON or forms
	example any
	shown   bool
}

func (op *operation) see(d *inspect.Delivery) {
	op.count++
	for name, values := range d.Header {
		h := op.headers[name]
		if h == nil {
			if len(op.headers) >= maxHeaders || len(values) == 0 {
				continue
			}
			h = &header{shown: values[0]}
			op.headers[name] = h
		}
		h.count++
		for _, value := range values {
			h.value.see(value, schemaDepth, op.left)
		}
	}
	if a := d.Last(); a != nil && a.Response != nil {
		op.answers[a.Response.Status]++
	}
	if d.Body.Size == 0 && len(d.Body.Bytes) == 0 {
		op.empty++
		return
	}
	op.seeBody(d)
}

func (op *operation) seeBody(d *inspect.Delivery) {
	name, tree, ok := readBody(d)
	const maxMedia = 20
	m := op.bodies[name]
	if m == nil {
		if len(op.bodies) >= maxMedia {
			return
		}
		m = &media{value: new(schema), tree: true}
		op.bodies[name] = m
	}
	m.count++
	if m.tree = m.tree && ok; !m.tree {
		m.value, m.example, m.shown = nil, nil, false
		return
	}
	m.value.see(tree, 0, op.left)
	if !m.shown && len(d.Body.Bytes) <= maxExample && showable(tree, 0) {
		m.example, m.shown = tree, true
	}
}

// readBody is a body's media type and the tree of what can be read.
func readBody(d *inspect.Delivery) (name string, tree any, ok bool) {
	name, _, err := mime.ParseMediaType(d.Header.Get("Content-Type"))
	body, _, broken := inspect.Decoded(d.Header, d.Body.Bytes, maxReadBody)
	whole := d.Body.Complete && broken == nil && len(body) < maxReadBody
	if name == "application/x-www-form-urlencoded" {
		tree, ok = readForm(body)
		return name, tree, ok && whole
	}
	tree, ok = readJSON(body)
	if err != nil || name == "" {
		name = "application/octet-stream"
		if ok {
			name = "application/json"
		}
	}
	return name, tree, ok && whole
}

// showable says whether YAML holds a tree well: neither names that are too long for keys nor levels beyond number.
func showable(tree any, depth int) bool {
	if depth > schemaDepth {
		return false
	}
	switch v := tree.(type) {
	case []any:
		return !slices.ContainsFunc(v, func(one any) bool { return !showable(one, depth+1) })
	case *mapping:
		return !slices.ContainsFunc(v.keys, func(key string) bool { return len(key) > longestName }) &&
			!slices.ContainsFunc(v.values, func(one any) bool { return !showable(one, depth+1) })
	default:
		return true
	}
}

func (m *mapping) has(key string) bool { return slices.Contains(m.keys, key) }

// yaml is the operation.
func (op *operation) yaml(id string, key eventKey) *mapping {
	out := new(mapping).add("operationId", id)
	title := cmp.Or(key.provider, "an unknown sender")
	if op.provider != nil {
		title = op.provider.Title
		out.add("tags", []any{op.provider.Title})
	}
	summary := title + " sends this"
	if key.event != "" {
		summary = title + " sends " + key.event
	}
	out.add("summary", summary).add("description", op.about())
	if op.provider != nil && op.provider.Docs != "" {
		out.add("externalDocs", new(mapping).add("url", op.provider.Docs))
	}
	if parameters := op.parameters(); len(parameters) > 0 {
		out.add("parameters", parameters)
	}
	if len(op.bodies) > 0 {
		content := new(mapping)
		for _, name := range slices.Sorted(maps.Keys(op.bodies)) {
			content.add(name, op.bodies[name].yaml())
		}
		out.add("requestBody", new(mapping).add("required", op.empty == 0).add("content", content))
	}
	return out.add("responses", op.responses())
}

// about says how many there were and how they are signed.
func (op *operation) about() string {
	text := "Captured " + counted(op.count, "time", "times") + "."
	for i, way := range op.provider.Outlines() {
		if i > 0 {
			break
		}
		text += " Its signature is to be verified before anything else: " + way.Algorithm
		if way.Signs != "" {
			text += " of " + way.Signs
		}
		text += ", in the form " + way.Form + "."
	}
	return text
}

func (op *operation) parameters() []any {
	signing := op.provider.Headers()
	var all []any
	for _, name := range slices.Sorted(maps.Keys(op.headers)) {
		h := op.headers[name]
		if !describes(name) {
			continue
		}
		p := new(mapping).add("name", name).add("in", "header").add("required", h.count == op.count)
		if slices.Contains(signing, name) {
			p.add("description", "Verified with the signing secret.")
		}
		p.add("schema", h.value.yaml())
		if !slices.Contains(signing, name) && len(h.shown) <= maxExample {
			p.add("example", h.shown)
		}
		all = append(all, p)
	}
	return all
}

// describes says whether a header is one of the webhook's. OpenAPI has other places for some, and others are of the
// connection.
func describes(name string) bool {
	switch name {
	case "Accept", "Content-Type", "Authorization", "Host", "Content-Length", "Content-Encoding", "Connection", "Accept-Encoding",
		"Transfer-Encoding", "Te", "Trailer", "Upgrade", "Expect", "Forwarded", "X-Real-Ip", "Cookie":
		return false
	}
	return !strings.HasPrefix(name, "X-Forwarded-") && !strings.HasPrefix(name, "Hook-")
}

func (m *media) yaml() *mapping {
	out := new(mapping)
	if !m.tree {
		return out.add("schema", new(mapping))
	}
	out.add("schema", m.value.yaml())
	if m.shown {
		out.add("example", m.example)
	}
	return out
}

func (op *operation) responses() *mapping {
	all := new(mapping)
	for _, status := range slices.Sorted(maps.Keys(op.answers)) {
		if status < 100 || status > 599 {
			continue
		}
		words := cmp.Or(http.StatusText(status), "an answer")
		all.add(strconv.Itoa(status), new(mapping).add("description", words+": what the app answered "+counted(op.answers[status], "time", "times")+"."))
	}
	if len(all.keys) == 0 {
		success := "2xx"
		if op.provider != nil && op.provider.Success != "" {
			success = op.provider.Success
		}
		all.add("2XX", new(mapping).add("description", "What the sender takes for success: "+success+"."))
	}
	return all
}

// operationID is a name for programs.
func operationID(name, method string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r > 'z' || !isWord(byte(r)) })
	id := strings.ToLower(method) + camel(words)
	return id[:min(len(id), 100)]
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + more
}
