package export

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// What is written is read back equal.
func TestRecordsComeBack(t *testing.T) {
	for _, format := range []string{"ndjson", "har"} {
		t.Run(format, func(t *testing.T) {
			all := someDeliveries()
			for range 200 {
				all = append(all, randomDelivery(rand.New(rand.NewPCG(1, uint64(len(all))))))
			}
			got := readAll(t, bytes.NewReader(written(t, format, Options{Version: "1"}, all...)))
			if len(got) != len(all) {
				t.Fatalf("%d come back, want %d", len(got), len(all))
			}
			for i := range all {
				same(t, got[i], all[i])
			}
		})
	}
}

// Writing changes nothing of what is written.
func TestWritingLeavesDeliveriesAlone(t *testing.T) {
	for _, format := range []string{"ndjson", "har", "curl", "http"} {
		all := someDeliveries()
		written(t, format, Options{}, all...)
		for i, want := range someDeliveries() {
			same(t, all[i], want)
		}
	}
}

// No control byte but line breaks is in what is written as JSON.
func TestRecordsAreVisible(t *testing.T) {
	for _, format := range []string{"ndjson", "har"} {
		for line := range bytes.Lines(written(t, format, Options{}, someDeliveries()...)) {
			if s := string(bytes.TrimSuffix(line, []byte("\n"))); inspect.Printable(s) != s {
				t.Errorf("%s has %q", format, s)
			}
		}
	}
}

// Requests come back as requests: without attempts and verdicts.
func TestRequestsComeBack(t *testing.T) {
	for _, format := range []string{"http", "curl"} {
		t.Run(format, func(t *testing.T) {
			var all []*inspect.Delivery
			for _, d := range someDeliveries() {
				if d.ID != "d_binarydddddd" { // its URL can't be in a request
					all = append(all, d)
				}
			}
			text := written(t, format, Options{}, all...)
			found := 0
			for f, err := range Read(bytes.NewReader(text), nil) {
				if err != nil || f.Err != nil {
					t.Fatalf("%s: %v %v", f.At, f.Err, err)
				}
				want, got := all[found], f.Delivery
				found++
				if got.ID != want.ID || !f.Own || !got.ReceivedAt.Equal(want.ReceivedAt) || got.Masked != want.Masked || got.Method != want.Method {
					t.Errorf("%s comes back as %s of %s, own %t, masked %t, %s", want.ID, got.ID, got.ReceivedAt, f.Own, got.Masked, got.Method)
				}
				if !bytes.Equal(got.Body.Bytes, want.Body.Bytes) || got.Body.Complete != want.Body.Complete && len(want.Body.Bytes) > 0 {
					t.Errorf("%s: the body is %q, complete %t", want.ID, got.Body.Bytes, got.Body.Complete)
				}
				if format == "http" && got.URL != want.URL {
					t.Errorf("%s: the URL is %s", want.ID, got.URL)
				}
				for name, values := range want.Header {
					if name != "Content-Length" && fmt.Sprint(got.Header[name]) != fmt.Sprint(values) {
						t.Errorf("%s: %s is %q, want %q", want.ID, name, got.Header[name], values)
					}
				}
			}
			if found != len(all) {
				t.Errorf("%d come back, want %d:\n%s", found, len(all), text)
			}
		})
	}
}

func randomDelivery(r *rand.Rand) *inspect.Delivery {
	text := func() string {
		b := make([]byte, r.IntN(40))
		for i := range b {
			if b[i] = byte(r.IntN(256)); b[i] == 0 || b[i] == '\n' || b[i] == '\r' {
				b[i] = 'x'
			}
		}
		return string(b)
	}
	header := func() http.Header {
		h := make(http.Header)
		for range r.IntN(5) + 1 {
			for range r.IntN(3) + 1 {
				name := fmt.Sprintf("X-%d", r.IntN(9))
				h[name] = append(h[name], text())
			}
		}
		return h
	}
	body := func() inspect.Capture {
		b := make([]byte, r.IntN(200))
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		if len(b) == 0 {
			b = nil
		}
		c := inspect.CaptureOf(b)
		if r.IntN(4) == 0 {
			c.Size, c.Complete = c.Size+1, false
		}
		return c
	}
	outcomes := outcomes()
	d := &inspect.Delivery{
		ID: inspect.NewID(), Endpoint: text(), Remote: text(), Proto: text(), Host: text(), Method: "POST", URL: "http://x/" + text(), Path: text(),
		ReceivedAt: time.Unix(r.Int64N(1e10), r.Int64N(1e9)).UTC(), Header: header(), Body: body(), EventType: text(), ProviderID: text(), Masked: r.IntN(2) == 0,
	}
	for n := range r.IntN(3) {
		a := inspect.Attempt{
			Number: n + 1, Target: text(), Started: time.Unix(r.Int64N(1e10), r.Int64N(1e9)).UTC(), Err: text(), Outcome: outcomes[r.IntN(len(outcomes))],
			Stages: inspect.Stages{Connect: time.Duration(r.Int64N(1e9)), Wait: time.Duration(r.Int64N(1e12)), Total: time.Duration(r.Int64N(1e14))},
		}
		if r.IntN(2) == 0 {
			a.Response = &inspect.Response{Status: 100 + r.IntN(500), Header: header(), Body: body()}
		}
		d.Attempts = append(d.Attempts, a)
	}
	return d
}
