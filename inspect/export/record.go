package export

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect"
)

// The objects that hook prints as JSON and reads again, one a line. docs/json.md publishes them: fields are added, never
// renamed. Times are RFC 3339 in UTC, durations milliseconds, sizes bytes.

// A Line is a delivery as lists show it.
type Line struct {
	Type         string  `json:"type"` // "delivery"
	ID           string  `json:"id"`
	ReplayOf     string  `json:"replay_of,omitempty"`
	RedeliveryOf string  `json:"redelivery_of,omitempty"`
	Endpoint     string  `json:"endpoint,omitempty"`
	ReceivedAt   string  `json:"received_at"`
	Provider     string  `json:"provider,omitempty"`
	Event        string  `json:"event,omitempty"`
	ProviderID   string  `json:"provider_id,omitempty"`
	Method       string  `json:"method"`
	Path         string  `json:"path"`
	BodySize     int64   `json:"body_size"`
	Change       string  `json:"change,omitempty"` // what a replay changed
	Masked       bool    `json:"masked,omitempty"`
	Verdict      string  `json:"verdict,omitempty"`
	Reason       string  `json:"reason,omitempty"`
	Target       string  `json:"target,omitempty"`
	Status       int     `json:"status,omitempty"`
	Outcome      string  `json:"outcome"`
	Error        string  `json:"error,omitempty"`
	DurationMS   float64 `json:"duration_ms"`
	Attempts     int     `json:"attempts"`
}

// pending is how an outcome reads that is not there yet.
const pending = "pending"

// LineOf is the line of a summary.
func LineOf(s inspect.Summary) Line {
	outcome := string(s.Outcome)
	if s.Outcome == inspect.OutcomePending {
		outcome = pending
	}
	return Line{
		Type: "delivery", ID: s.ID, ReplayOf: s.ReplayOf, RedeliveryOf: s.RedeliveryOf, Endpoint: s.Endpoint,
		ReceivedAt: Stamp(s.ReceivedAt), Provider: s.Provider, Event: s.EventType, ProviderID: s.ProviderID,
		Method: s.Method, Path: s.Path, BodySize: s.BodySize, Change: s.Change, Masked: s.Masked, Verdict: string(s.Verdict), Reason: string(s.Reason),
		Target: s.Target, Status: s.Status, Outcome: outcome, Error: s.Err, DurationMS: Milliseconds(s.Duration), Attempts: s.Attempts,
	}
}

// A Record is a delivery with all that is known of it: what `hook show --json` prints, and ndjson has on each line.
type Record struct {
	Line
	URL       string      `json:"url"`
	Host      string      `json:"host,omitempty"`
	Remote    string      `json:"remote,omitempty"`
	Proto     string      `json:"proto,omitempty"`
	Header    http.Header `json:"header"`
	Body      Body        `json:"body"`
	Signature Signature   `json:"signature"`
	Tries     []Try       `json:"tries"`

	// Bytes has in base64 the texts that are no UTF-8, by where they stand: "path", "header/X-Name/0",
	// "tries/0/response/header/X-Name/1". In their own place they have U+FFFD for what is none.
	Bytes map[string]string `json:"bytes,omitempty"`
}

// A Signature is the verdict with its evidence.
type Signature struct {
	Provider string `json:"provider,omitempty"`
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason"`
	Secret   string `json:"secret,omitempty"` // where it was found, never what it is
	Test     bool   `json:"test,omitempty"`   // it is the project's test secret
	Signed   string `json:"signed_at,omitempty"`
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
}

// A Body has either Text or, for bytes that are no UTF-8, Base64.
type Body struct {
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256"` // of what was kept
	Complete bool   `json:"complete"`
	Text     string `json:"text,omitempty"`
	Base64   string `json:"base64,omitempty"`
}

// A Try is an attempt.
type Try struct {
	Number     int     `json:"number"`
	Target     string  `json:"target"`
	Started    string  `json:"started"`
	ConnectMS  float64 `json:"connect_ms"`
	WaitMS     float64 `json:"wait_ms"`
	DurationMS float64 `json:"duration_ms"`
	Outcome    string  `json:"outcome"`
	Error      string  `json:"error,omitempty"`
	Response   *Answer `json:"response,omitempty"`
}

// An Answer is what the app answered.
type Answer struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   Body        `json:"body"`
}

// RecordOf is the record of a delivery.
func RecordOf(d *inspect.Delivery) Record {
	g := d.Signature
	r := Record{
		Line: LineOf(d.Summary()), URL: d.URL, Host: d.Host, Remote: d.Remote, Proto: d.Proto, Header: cloneHeader(d.Header), Body: bodyOf(d.Body),
		Signature: Signature{
			Provider: g.Provider, Verdict: string(g.Verdict), Reason: string(g.Reason), Secret: g.Secret, Test: g.Test,
			Signed: Stamp(g.Signed), Expected: g.Expected, Got: g.Got,
		},
		Tries: make([]Try, 0, len(d.Attempts)),
	}
	for _, a := range d.Attempts {
		t := Try{
			Number: a.Number, Target: a.Target, Started: Stamp(a.Started), ConnectMS: Milliseconds(a.Stages.Connect),
			WaitMS: Milliseconds(a.Stages.Wait), DurationMS: Milliseconds(a.Stages.Total), Outcome: string(a.Outcome), Error: a.Err,
		}
		if answer := a.Response; answer != nil {
			t.Response = &Answer{answer.Status, cloneHeader(answer.Header), bodyOf(answer.Body)}
		}
		r.Tries = append(r.Tries, t)
	}
	r.keepBytes()
	return r
}

func bodyOf(c inspect.Capture) Body {
	sum := c.SHA256()
	b := Body{Size: c.Size, SHA256: hex.EncodeToString(sum[:]), Complete: c.Complete}
	if utf8.Valid(c.Bytes) {
		b.Text = string(c.Bytes)
	} else {
		b.Base64 = base64.StdEncoding.EncodeToString(c.Bytes)
	}
	return b
}

// Stamp is a time as JSON has it: RFC 3339 in UTC, to the nanosecond; empty for the zero time.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Milliseconds is a duration as JSON has it, exact to the nanosecond up to some months.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// keepBytes keeps the texts that JSON can't.
func (r *Record) keepBytes() {
	r.texts(func(at string, text *string) {
		if utf8.ValidString(*text) {
			return
		}
		if r.Bytes == nil {
			r.Bytes = make(map[string]string)
		}
		r.Bytes[at] = base64.StdEncoding.EncodeToString([]byte(*text))
	})
}

// bringBytes is the inverse of keepBytes. What isn't base64 is passed over.
func (r *Record) bringBytes() {
	if r.Bytes == nil {
		return
	}
	r.texts(func(at string, text *string) {
		if b, err := base64.StdEncoding.DecodeString(r.Bytes[at]); err == nil && len(b) > 0 {
			*text = string(b)
		}
	})
}

// texts visits each text of a stranger's, with its place.
func (r *Record) texts(visit func(at string, text *string)) {
	for _, t := range []struct {
		at   string
		text *string
	}{
		{"endpoint", &r.Endpoint}, {"event", &r.Event}, {"provider_id", &r.ProviderID}, {"method", &r.Method}, {"path", &r.Path},
		{"change", &r.Change}, {"url", &r.URL}, {"host", &r.Host}, {"remote", &r.Remote}, {"proto", &r.Proto},
		{"signature/expected", &r.Signature.Expected}, {"signature/got", &r.Signature.Got}, {"signature/secret", &r.Signature.Secret},
	} {
		visit(t.at, t.text)
	}
	headerTexts("header/", r.Header, visit)
	for i := range r.Tries {
		t, at := &r.Tries[i], fmt.Sprintf("tries/%d/", i)
		visit(at+"target", &t.Target)
		visit(at+"error", &t.Error)
		if t.Response != nil {
			headerTexts(at+"response/header/", t.Response.Header, visit)
		}
	}
}

func headerTexts(at string, h http.Header, visit func(at string, text *string)) {
	for name, values := range h {
		for i := range values {
			visit(fmt.Sprintf("%s%s/%d", at, name, i), &values[i])
		}
	}
}

// cloneHeader is h, not shared.
func cloneHeader(h http.Header) http.Header {
	c := maps.Clone(h)
	for name, values := range c {
		c[name] = slices.Clone(values)
	}
	return c
}
