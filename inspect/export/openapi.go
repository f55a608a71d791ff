package export

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

const (
	maxEvents   = 2000    // that are described
	maxExample  = 8 << 10 // bytes of a body that is shown as an example
	maxReadBody = 4 << 20 // bytes of a body that its schema is made of, decompressed
	maxHeaders  = 200     // of an event that are told apart
)

// openAPI gathers what is known of each event, and writes a description at the end. Its memory depends on how many events
// there are and what their bodies are like.
type openAPI struct {
	w      io.Writer
	events map[eventKey]*operation
	count  int
	more   int // deliveries of events beyond maxEvents
	masked bool
}

// An eventKey is what a description tells apart.
type eventKey struct{ provider, event, method string }

func newOpenAPI(w io.Writer, _ Options) Encoder {
	return &openAPI{w: w, events: make(map[eventKey]*operation)}
}

// openAPIMethods are those that a path item of OpenAPI has, and webhooks use.
func openAPIMethods() []string {
	return []string{http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete, http.MethodPatch, http.MethodHead, http.MethodOptions}
}

func (o *openAPI) Add(d *inspect.Delivery) error {
	if !slices.Contains(openAPIMethods(), d.Method) {
		return fmt.Errorf("OpenAPI has no method %.20q", d.Method)
	}
	o.count++
	o.masked = o.masked || d.Masked
	key := eventKey{d.Provider, d.EventType, d.Method}
	op, known := o.events[key]
	if !known && len(o.events) >= maxEvents {
		o.more++
		return nil
	}
	if !known {
		left := budget(maxSchemas)
		op = &operation{provider: signature.Lookup(d.Provider), headers: make(map[string]*header), bodies: make(map[string]*media), answers: make(map[int]int), left: &left}
		o.events[key] = op
	}
	op.see(d)
	return nil
}

func (o *openAPI) Close() error {
	var b strings.Builder
	b.WriteString("openapi: 3.1.0\n")
	for _, section := range []struct {
		name  string
		value *mapping
	}{{"info", o.info()}, {"webhooks", o.webhooks()}} {
		b.WriteString(section.name + ":")
		writeYAML(&b, section.value, 1)
	}
	_, err := io.WriteString(o.w, b.String())
	return err
}

func (o *openAPI) info() *mapping {
	about := fmt.Sprintf("What hook captured in %s: what is required here was there each time, and what else there may be is not known.", counted(o.count, "delivery", "deliveries"))
	if o.masked {
		about += " Secrets in the examples are masked."
	}
	if o.more > 0 {
		about += fmt.Sprintf(" Further events, of %s, are left out.", counted(o.more, "delivery", "deliveries"))
	}
	return new(mapping).add("title", "Captured webhooks").add("version", "1.0.0").add("description", about)
}

// webhooks has an entry for each event, which also names the provider where two have one of that name.
func (o *openAPI) webhooks() *mapping {
	senders := make(map[string]map[string]bool)
	for key := range o.events {
		if senders[key.event] == nil {
			senders[key.event] = make(map[string]bool)
		}
		senders[key.event][key.provider] = true
	}
	items, ids := make(map[string]*mapping), make(map[string]bool)
	for _, key := range slices.SortedFunc(maps.Keys(o.events), compareEvents) {
		name := cmp.Or(key.event, key.provider, "webhook")
		if key.event != "" && len(senders[key.event]) > 1 {
			name = cmp.Or(key.provider, "webhook") + "." + key.event
		}
		for items[name] != nil && items[name].has(strings.ToLower(key.method)) {
			name += "_"
		}
		if items[name] == nil {
			items[name] = new(mapping)
		}
		id := operationID(name, key.method)
		for n := 2; ids[id]; n++ {
			id = operationID(name, key.method) + "_" + strconv.Itoa(n)
		}
		ids[id] = true
		items[name].add(strings.ToLower(key.method), o.events[key].yaml(id, key))
	}
	all := new(mapping)
	for _, name := range slices.Sorted(maps.Keys(items)) {
		all.add(name, items[name])
	}
	return all
}

func compareEvents(a, b eventKey) int {
	return cmp.Or(strings.Compare(a.event, b.event), strings.Compare(a.provider, b.provider), strings.Compare(a.method, b.method))
}
