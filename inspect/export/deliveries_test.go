package export

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// when is a time with all its digits.
var when = time.Date(2026, 11, 20, 14, 3, 2, 123456789, time.UTC)

// someDeliveries are deliveries with all that can be in them.
func someDeliveries() []*inspect.Delivery {
	truncated := &inspect.Delivery{
		ID: "d_truncatedbbb", Method: "PUT", URL: "http://127.0.0.1:4400/e/otter/big?x=1&y", Host: "127.0.0.1:4400", Path: "/big?x=1&y", ReceivedAt: when.Add(time.Second),
		Header: http.Header{"Content-Type": {"text/plain"}, "Content-Length": {"1000"}}, Body: inspect.Capture{Bytes: []byte("the first"), Size: 1000},
		Masked: true,
	}
	multipart := strings.ReplaceAll("--b\nContent-Disposition: form-data; name=\"f\"; filename=\"a.bin\"\n\n\x00\x01\xff\n--b--\n", "\n", "\r\n")
	return []*inspect.Delivery{
		{
			ID: "d_fullaaaaaaaa", RedeliveryOf: "d_truncatedbbb", Endpoint: "otter", Remote: "203.0.113.9", Proto: "HTTP/2.0", Host: "relay.example", Method: "POST",
			URL: "https://relay.example/e/otter/stripe?a=%20b&c", Path: "/stripe?a=%20b&c", ReceivedAt: when,
			Header:   http.Header{"Content-Type": {"application/json"}, "X-Twice": {"one", "", "three"}, "X-Odd": {"gr\u00fc\u00dfe \u202e"}, "Cookie": {"a=b; c=d"}},
			Body:     inspect.CaptureOf([]byte("{\"id\":\"evt_1\",\"n\":1.0,\"s\":\"it's $HOME `x` \\\\ \u009b31m\"}\n")),
			Provider: "stripe", EventType: "invoice.paid", ProviderID: "evt_1",
			Signature: signature.Result{
				Provider: "stripe", Verdict: signature.Valid, Reason: signature.ReasonOK, Secret: ".env (STRIPE_WEBHOOK_SECRET)", Test: true,
				Signed: when.Truncate(time.Second), Expected: "t=1,v1=aa", Got: "t=1,v1=aa",
			},
			Attempts: []inspect.Attempt{
				{Number: 1, Target: "http://localhost:3000/stripe?a=%20b&c", Started: when, Stages: inspect.Stages{Connect: 1, Wait: 0, Total: 1234567}, Err: "the app closed", Outcome: inspect.OutcomeClosed},
				{
					Number: 2, Target: "http://localhost:3000/stripe?a=%20b&c", Started: when.Add(3), Stages: inspect.Stages{Connect: 12345, Wait: 2 * time.Millisecond, Total: 61*time.Second + 1},
					Response: &inspect.Response{
						Status: 302, Body: inspect.CaptureOf([]byte("\x1f\x8b\x00binary")),
						Header: http.Header{"Location": {"/there"}, "Set-Cookie": {"s=1; Path=/; HttpOnly", "t=2; Secure"}, "Content-Type": {"image/png"}},
					},
					Outcome: inspect.OutcomeAnswered,
				},
			},
		},
		truncated,
		{ID: "d_emptyccccccc", Method: "GET", URL: "https://relay.example/e/otter", Host: "relay.example", ReceivedAt: when.Add(2 * time.Second), Header: http.Header{}},
		{
			ID: "d_binarydddddd", ReplayOf: "d_fullaaaaaaaa", Change: "body.amount: 1 → 2", Method: "PATCH", URL: "https://relay.example/e/\xff\xfe", Path: "/\xff\xfe", ReceivedAt: when.Add(3 * time.Second),
			Header: http.Header{"X-Latin": {"caf\xe9", "plain"}}, Body: inspect.CaptureOf([]byte("\x00\xff\xfe\n\nplain")),
			Attempts: []inspect.Attempt{{Number: 1, Target: "http://localhost:3000/\xff", Started: when, Outcome: inspect.OutcomeRefused, Err: "caf\xe9"}},
		},
		{
			ID: "d_multieeeeeee", Method: "POST", URL: "https://relay.example/up", Path: "/up", ReceivedAt: when.Add(4 * time.Second),
			Header: http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}, Body: inspect.CaptureOf([]byte(multipart)),
			Attempts: []inspect.Attempt{
				{Number: 1, Target: "unix:/run/app.sock:/up", Started: when, Outcome: inspect.OutcomePending},
			},
		},
		{
			ID: "d_hashesffffff", Method: "POST", URL: "https://relay.example/md", Path: "/md", ReceivedAt: when.Add(5 * time.Second), Provider: "made-up", EventType: "a\nb",
			Header: http.Header{"Content-Type": {"text/markdown"}}, Body: inspect.CaptureOf([]byte("# title\n### POST /x HTTP/1.1\n\nmore\n")),
		},
	}
}

// written is deliveries in a format.
func written(t testing.TB, format string, o Options, deliveries ...*inspect.Delivery) []byte {
	t.Helper()
	f, ok := Lookup(format)
	if !ok {
		t.Fatalf("there is no format %s", format)
	}
	var b bytes.Buffer
	e := f.New(&b, o)
	for _, d := range deliveries {
		if err := e.Add(d); err != nil {
			t.Fatalf("%s: %v", d.ID, err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readAll reads a file that has nothing wrong in it.
func readAll(t testing.TB, in io.Reader) []*inspect.Delivery {
	t.Helper()
	var all []*inspect.Delivery
	for f, err := range Read(in, nil) {
		if err = errors.Join(err, f.Err); err != nil {
			t.Fatalf("%s: %v", f.At, err)
		}
		all = append(all, f.Delivery)
	}
	return all
}

// same compares deliveries; a header without fields is as good as none.
func same(t testing.TB, got, want *inspect.Delivery) {
	t.Helper()
	plain := func(d *inspect.Delivery) inspect.Delivery {
		c := *d
		if len(c.Header) == 0 {
			c.Header = nil
		}
		c.Attempts = slices.Clone(c.Attempts)
		for i := range c.Attempts {
			if r := c.Attempts[i].Response; r != nil && len(r.Header) == 0 {
				c.Attempts[i].Response = &inspect.Response{Status: r.Status, Body: r.Body}
			}
		}
		return c
	}
	if g, w := plain(got), plain(want); !reflect.DeepEqual(g, w) {
		t.Errorf("%s: got\n%+v\nwant\n%+v", want.ID, g, w)
	}
}
