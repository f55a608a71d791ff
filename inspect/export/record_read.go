package export

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/internal/httptext"
)

// Delivery is the delivery that a record is of. The record is not to be used any more. The error says what no delivery
// can be made of.
func (r *Record) Delivery() (*inspect.Delivery, error) {
	r.bringBytes()
	if err := r.check(); err != nil {
		return nil, err
	}
	g := r.Signature
	d := &inspect.Delivery{
		ID: r.ID, ReplayOf: r.ReplayOf, RedeliveryOf: r.RedeliveryOf, Endpoint: r.Endpoint, Remote: r.Remote, Proto: r.Proto, Host: r.Host,
		Method: r.Method, URL: r.URL, Path: r.Path, Header: r.Header, Provider: r.Provider, EventType: r.Event,
		ProviderID: r.ProviderID, Change: r.Change, Masked: r.Masked,
		Signature: signature.Result{
			Provider: g.Provider, Verdict: signature.Verdict(g.Verdict), Reason: signature.Reason(g.Reason), Secret: g.Secret, Test: g.Test,
			Expected: g.Expected, Got: g.Got,
		},
	}
	d.Signature.Signed, _ = moment(g.Signed) // a sender may name a year that no text has
	var err error
	if d.ReceivedAt, err = moment(r.ReceivedAt); err != nil {
		return nil, fmt.Errorf("received_at: %w", err)
	}
	if d.Body, err = r.Body.capture(); err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	for i := range r.Tries {
		a, err := r.Tries[i].attempt()
		if err != nil {
			return nil, fmt.Errorf("tries[%d]: %w", i, err)
		}
		d.Attempts = append(d.Attempts, a)
	}
	return d, nil
}

func (r *Record) check() error {
	switch {
	case r.Type != "" && r.Type != "delivery":
		return fmt.Errorf("its type is %q, not delivery", r.Type)
	case r.Method == "":
		return errors.New("it has no method")
	case r.Header == nil && r.Body == (Body{}) && r.URL == "":
		return errors.New("it is only the line of a list: `hook show ID --json` and `hook export --as ndjson` print all")
	}
	last := 0
	for i := range r.Tries {
		if n := r.Tries[i].Number; n <= last {
			return fmt.Errorf("tries[%d] has the number %d", i, n)
		}
		last = r.Tries[i].Number
		if answer := r.Tries[i].Response; answer != nil {
			if err := checkHeader(answer.Header); err != nil {
				return fmt.Errorf("tries[%d]: %w", i, err)
			}
		}
	}
	if !httptext.IsToken(r.Method) {
		return fmt.Errorf("%q is no method", r.Method)
	}
	return checkHeader(r.Header)
}

// checkHeader refuses what would be read as something else once it is sent.
func checkHeader(h http.Header) error {
	for name, values := range h {
		if !httptext.IsToken(name) {
			return fmt.Errorf("%q is no header's name", name)
		}
		for _, value := range values {
			if !httptext.IsValue(value) {
				return fmt.Errorf("the header %s has a line break or a NUL in it", name)
			}
		}
	}
	return nil
}

// capture is the body's bytes, nil if there are none.
func (b Body) capture() (inspect.Capture, error) {
	var kept []byte
	if b.Text != "" {
		kept = []byte(b.Text)
	}
	if b.Base64 != "" {
		var err error
		if kept, err = base64.StdEncoding.DecodeString(b.Base64); err != nil {
			return inspect.Capture{}, errors.New("its base64 can't be read")
		}
	}
	return b.of(kept), nil
}

// of is the capture of these bytes, of which b knows the rest. Bytes that are others than b speaks of were edited since, and
// count as they are; where all of them were taken away, that much is missing.
func (b Body) of(kept []byte) inspect.Capture {
	c := inspect.CaptureOf(kept)
	sum := c.SHA256()
	switch same := b.SHA256 == hex.EncodeToString(sum[:]); {
	case same && b.Size >= c.Size:
		c.Size, c.Complete = b.Size, b.Complete && b.Size == c.Size
	case !same && len(kept) == 0 && b.SHA256 != "":
		c.Size, c.Complete = max(b.Size, 0), false
	}
	return c
}

func (t *Try) attempt() (inspect.Attempt, error) {
	a := inspect.Attempt{
		Number: t.Number, Target: t.Target, Err: t.Error, Outcome: inspect.Outcome(t.Outcome),
		Stages: inspect.Stages{Connect: duration(t.ConnectMS), Wait: duration(t.WaitMS), Total: duration(t.DurationMS)},
	}
	if t.Outcome == pending {
		a.Outcome = inspect.OutcomePending
	}
	if !slices.Contains(outcomes(), a.Outcome) {
		return a, fmt.Errorf("%q is no outcome", t.Outcome)
	}
	var err error
	if a.Started, err = moment(t.Started); err != nil {
		return a, fmt.Errorf("started: %w", err)
	}
	if t.Response == nil {
		return a, nil
	}
	a.Response = &inspect.Response{Status: t.Response.Status, Header: t.Response.Header}
	if a.Response.Body, err = t.Response.Body.capture(); err != nil {
		return a, fmt.Errorf("response body: %w", err)
	}
	return a, nil
}

func outcomes() []inspect.Outcome {
	return []inspect.Outcome{
		inspect.OutcomePending, inspect.OutcomeAnswered, inspect.OutcomeByHand, inspect.OutcomeChallenge, inspect.OutcomeRefused, inspect.OutcomeRejected, inspect.OutcomeTimeout,
		inspect.OutcomeClosed, inspect.OutcomeUnreachable, inspect.OutcomeCanceled, inspect.OutcomeInterrupted,
	}
}

// moment reads what Stamp wrote.
func moment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time", s)
	}
	return t.UTC(), nil
}

// duration reads what Milliseconds wrote. What no attempt can have taken is zero.
func duration(ms float64) time.Duration {
	const longest = 1e9 // some days: beyond, a float64 doesn't tell nanoseconds apart
	if !(ms > 0 && ms < longest) {
		return 0
	}
	return time.Duration(math.Round(ms * float64(time.Millisecond)))
}
