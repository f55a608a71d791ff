package filter

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A Record is a delivery as expressions see it. What is costly is read when it is asked for, and once. It is for one
// goroutine.
type Record struct {
	sum   inspect.Summary
	whole *inspect.Delivery // nil if only the summary is known

	body, response *content
}

// RecordOf is the record of a whole delivery.
func RecordOf(d *inspect.Delivery) *Record {
	return &Record{sum: d.Summary(), whole: d}
}

// RecordOfSummary is the record of a delivery of which only the summary is known: fields that are Whole are nil.
func RecordOfSummary(s inspect.Summary) *Record { return &Record{sum: s} }

// Get is the value at a path such as "body", "data", "object": see Value.Of. It is nil if the record does not have it.
func (r *Record) Get(path ...string) any {
	if len(path) == 0 {
		return nil
	}
	f := fieldNamed(path[0])
	if f == nil {
		return nil
	}
	return plain(memberPath(f.of(r), path[1:]))
}

// MarshalJSON is all that the record has, by the names of Fields.
func (r *Record) MarshalJSON() ([]byte, error) {
	all := make(map[string]any)
	for _, name := range fieldNames() {
		if v := r.Get(name); v != nil {
			all[name] = v
		}
	}
	delete(all, "age") // changes with every look
	return json.Marshal(all)
}

// request is the content of the delivery's own body.
func (r *Record) request() *content {
	if r.body == nil {
		r.body = &content{header: r.whole.Header, bytes: r.whole.Body.Bytes}
	}
	return r.body
}

// answer is the app's last answer, or nil.
func (r *Record) answer() any {
	a := r.whole.Last()
	if a == nil || a.Response == nil {
		return nil
	}
	if r.response == nil {
		r.response = &content{header: a.Response.Header, bytes: a.Response.Body.Bytes}
	}
	return answer{a.Response.Status, r.response}
}

// An object has members by name; nil is none.
type object interface {
	member(name string) any
	plain() any
}

// An answer is the object response.
type answer struct {
	status int
	*content
}

func (a answer) member(name string) any {
	switch name {
	case "status":
		return a.status
	case "header":
		return header(a.header)
	case "body":
		return a.value()
	case "text":
		return a.text()
	}
	return nil
}

func (a answer) plain() any {
	all := map[string]any{"status": a.status, "header": header(a.header).plain(), "text": a.text()}
	if body := plain(a.value()); body != nil {
		all["body"] = body
	}
	return all
}

// A header is the object of that name. Its members are found in any case, with _ for -.
type header http.Header

func (h header) member(name string) any {
	if strings.Contains(name, "_") && len(h[name]) == 0 {
		name = strings.ReplaceAll(name, "_", "-")
	}
	if values := h[http.CanonicalHeaderKey(name)]; len(values) > 0 {
		return joined(values)
	}
	for other, values := range h {
		if len(values) > 0 && strings.EqualFold(strings.ReplaceAll(other, "_", "-"), name) {
			return joined(values)
		}
	}
	return nil
}

// MarshalJSON is the header with the values of a name joined.
func (h header) MarshalJSON() ([]byte, error) { return json.Marshal(h.plain()) }

func joined(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values, ", ")
}

func (h header) plain() any {
	all := make(map[string]any, len(h))
	for name, values := range h {
		all[name] = joined(values)
	}
	return all
}

// maxPairs is how many pairs of a form or a query are read.
const maxPairs = 10_000

// queryOf is the parameters of a path's query.
func queryOf(path string) any {
	_, query, _ := strings.Cut(path, "?")
	return pairs(query)
}

// pairs is what a form or a query says. Of what is badly encoded as much is kept as can be read; of more than maxPairs nothing.
func pairs(encoded string) map[string]any {
	if strings.Count(encoded, "&") >= maxPairs {
		return nil
	}
	values, _ := url.ParseQuery(encoded)
	all := make(map[string]any, len(values))
	for name, list := range values {
		all[name] = single(list)
	}
	return all
}

// single is the value of a field that was given once, or the list of its values, with JSON in them read.
func single(list []string) any {
	if len(list) == 1 {
		return embedded(list[0])
	}
	values := make([]any, len(list))
	for i, s := range list {
		values[i] = embedded(s)
	}
	return values
}
