package cmd

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect"
)

// The objects that --json prints, one a line. docs/json.md publishes them: fields are added, never renamed.

type deliveryJSON struct {
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

func summaryJSON(s inspect.Summary) deliveryJSON {
	outcome := string(s.Outcome)
	if s.Outcome == inspect.OutcomePending {
		outcome = "pending"
	}
	return deliveryJSON{
		Type: "delivery", ID: s.ID, ReplayOf: s.ReplayOf, RedeliveryOf: s.RedeliveryOf, Endpoint: s.Endpoint,
		ReceivedAt: stamp(s.ReceivedAt), Provider: s.Provider, Event: s.EventType, ProviderID: s.ProviderID,
		Method: s.Method, Path: s.Path, BodySize: s.BodySize, Change: s.Change, Masked: s.Masked, Verdict: string(s.Verdict), Reason: string(s.Reason),
		Target: s.Target, Status: s.Status, Outcome: outcome, Error: s.Err, DurationMS: milliseconds(s.Duration), Attempts: s.Attempts,
	}
}

// wholeJSON is a delivery with all that is known of it.
type wholeJSON struct {
	deliveryJSON
	URL       string        `json:"url"`
	Host      string        `json:"host,omitempty"`
	Remote    string        `json:"remote,omitempty"`
	Proto     string        `json:"proto,omitempty"`
	Header    http.Header   `json:"header"`
	Body      bodyJSON      `json:"body"`
	Signature signatureJSON `json:"signature"`
	Tries     []attemptJSON `json:"tries"`
}

type signatureJSON struct {
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason"`
	Secret   string `json:"secret,omitempty"` // where it was found, never what it is
	Signed   string `json:"signed_at,omitempty"`
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
}

// bodyJSON has either Text or, for bytes that are no UTF-8, Base64.
type bodyJSON struct {
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256"`
	Complete bool   `json:"complete"`
	Text     string `json:"text,omitempty"`
	Base64   string `json:"base64,omitempty"`
}

type attemptJSON struct {
	Number     int           `json:"number"`
	Target     string        `json:"target"`
	Started    string        `json:"started"`
	ConnectMS  float64       `json:"connect_ms"`
	WaitMS     float64       `json:"wait_ms"`
	DurationMS float64       `json:"duration_ms"`
	Outcome    string        `json:"outcome"`
	Error      string        `json:"error,omitempty"`
	Response   *responseJSON `json:"response,omitempty"`
}

type responseJSON struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   bodyJSON    `json:"body"`
}

func fullJSON(d *inspect.Delivery) wholeJSON {
	w := wholeJSON{
		deliveryJSON: summaryJSON(d.Summary()), URL: d.URL, Host: d.Host, Remote: d.Remote, Proto: d.Proto, Header: d.Header,
		Body: captureJSON(d.Body),
		Signature: signatureJSON{
			Verdict: string(d.Signature.Verdict), Reason: string(d.Signature.Reason), Secret: d.Signature.Secret,
			Signed: stamp(d.Signature.Signed), Expected: d.Signature.Expected, Got: d.Signature.Got,
		},
		Tries: []attemptJSON{},
	}
	for _, a := range d.Attempts {
		try := attemptJSON{
			Number: a.Number, Target: a.Target, Started: stamp(a.Started), ConnectMS: milliseconds(a.Stages.Connect),
			WaitMS: milliseconds(a.Stages.Wait), DurationMS: milliseconds(a.Stages.Total), Outcome: string(a.Outcome), Error: a.Err,
		}
		if r := a.Response; r != nil {
			try.Response = &responseJSON{r.Status, r.Header, captureJSON(r.Body)}
		}
		w.Tries = append(w.Tries, try)
	}
	return w
}

func captureJSON(c inspect.Capture) bodyJSON {
	sum := c.SHA256()
	b := bodyJSON{Size: c.Size, SHA256: hex.EncodeToString(sum[:]), Complete: c.Complete}
	if utf8.Valid(c.Bytes) {
		b.Text = string(c.Bytes)
	} else {
		b.Base64 = base64.StdEncoding.EncodeToString(c.Bytes)
	}
	return b
}

// stamp is a time as JSON has it: RFC 3339 in UTC, to the nanosecond.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// printJSON prints v on a line of its own, of which a terminal shows every character and acts on none.
func printJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	line := strings.TrimSuffix(b.String(), "\n")
	_, err := io.WriteString(w, visibleJSON(line)+"\n")
	return err
}

// visibleJSON writes what inspect.Printable would not show as it is in JSON's own escapes: the same value. encoding/json
// does that for C0 and not for DEL, C1, bidirectional controls and the like, which can only be within strings.
func visibleJSON(s string) string {
	if inspect.Printable(s) == s {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch end := i + utf8.RuneLen(r); {
		case r < 0x7f || strings.HasSuffix(inspect.Printable(lastRunes(s[:end], 5)), s[i:end]): // a fifth mark in a row isn't shown
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// lastRunes is the last n characters of s.
func lastRunes(s string, n int) string {
	start := len(s)
	for ; n > 0 && start > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:start])
		start -= size
	}
	return s[start:]
}
