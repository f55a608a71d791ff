package diff

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

func parseMedia(s string) (string, map[string]string, error) { return mime.ParseMediaType(s) }

// Deliveries compares two requests: method, path and query, header fields, body. What came of them is not compared; see
// Responses.
//
// If both are of one event, as a replay and its original or two tries of a provider are, nothing but signatures and what
// the way there adds is volatile: another id or time is then a difference.
func Deliveries(a, b *inspect.Delivery) Report {
	request := requestLines(a, b)
	fields := headers(a.Header, b.Header)
	body := bodies(bodyOf(a.Header, a.Body), bodyOf(b.Header, b.Body))
	for i, d := range []*inspect.Delivery{a, b} {
		if d.Masked {
			body.Notes = append(body.Notes, "secrets in the "+which(i)+" were masked before it got here: what is masked can't be compared")
		}
	}
	finish(request, fields, body.Changes)
	if sameEvent(a, b) {
		unfold(request)
		unfold(body.Changes)
	}
	var r Report
	r.add("request", Result{Changes: request})
	r.add("headers", Result{Changes: fields})
	r.add("body", body)
	return r
}

// Responses compares two answers of apps: status, header fields, body. Either may be nil, if there was none.
func Responses(a, b *inspect.Response) Report {
	var r Report
	if a == nil || b == nil {
		if a != b {
			r.add("status", Result{Changes: []Change{{Path: "status", Kind: Changed, Before: statusOf(a), After: statusOf(b)}}})
		}
		return r
	}
	var status []Change
	if a.Status != b.Status {
		status = []Change{{Path: "status", Kind: Changed, Before: statusOf(a), After: statusOf(b)}}
	}
	fields := headers(a.Header, b.Header)
	body := bodies(bodyOf(a.Header, a.Body), bodyOf(b.Header, b.Body))
	finish(fields, body.Changes)
	r.add("status", Result{Changes: status})
	r.add("headers", Result{Changes: fields})
	r.add("body", body)
	return r
}

func statusOf(r *inspect.Response) string {
	if r == nil {
		return quote("no answer")
	}
	return strconv.Itoa(r.Status)
}

func bodyOf(h http.Header, c inspect.Capture) Body {
	return Body{ContentType: h.Get("Content-Type"), Encoding: strings.Join(h["Content-Encoding"], ", "), Bytes: c.Bytes, Size: c.Size}
}

// requestLines compares what stands in front of the header: method, path, and each parameter of the query.
func requestLines(a, b *inspect.Delivery) []Change {
	var changes []Change
	if a.Method != b.Method {
		changes = append(changes, Change{Path: "method", Kind: Changed, Before: quote(a.Method), After: quote(b.Method)})
	}
	before, queryBefore := target(a)
	after, queryAfter := target(b)
	if before != after {
		changes = append(changes, Change{Path: "path", Kind: Changed, Before: quote(before), After: quote(after)})
	}
	x, y := formDocument(queryBefore), formDocument(queryAfter)
	if !bytes.Equal(x, y) {
		c := newComparer(x, y)
		c.listish = true
		c.path = []step{{"query", -1}}
		c.compare(x, y)
		changes = append(changes, c.changes...)
	}
	return changes
}

// target is the path and the query of a request: behind the endpoint's own URL if it crossed a relay, else of its URL.
func target(d *inspect.Delivery) (path, query string) {
	if d.Path != "" || d.Endpoint != "" {
		path, query, _ = strings.Cut(d.Path, "?")
	} else if u, err := url.Parse(d.URL); err == nil {
		path, query = u.EscapedPath(), u.RawQuery
	}
	if path == "" {
		path = "/"
	}
	return path, query
}

// sameEvent says whether two deliveries are of one event.
func sameEvent(a, b *inspect.Delivery) bool {
	switch {
	case a.ID != "" && (a.ID == b.ReplayOf || b.ID == a.ReplayOf || a.ID == b.ID):
		return true
	case a.ReplayOf != "" && a.ReplayOf == b.ReplayOf:
		return true
	}
	return a.Provider != "" && a.Provider == b.Provider && a.ProviderID != "" && a.ProviderID == b.ProviderID
}

// unfold takes the mark off what differs for no other reason than that it is an id or a time.
func unfold(changes []Change) {
	for i := range changes {
		if ch := &changes[i]; ch.Why == WhyID || ch.Why == WhyTime {
			ch.Volatile, ch.Why = false, ""
		}
	}
}
