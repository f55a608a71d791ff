package cmd

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A filter of the screen over a full list: the first answer, and all of them.
func BenchmarkSearch(b *testing.B) {
	const deliveries, first, batch = 100_000, 500, 8_000
	store, err := history.Open(b.Context(), b.TempDir()+"/history.db", history.Options{Project: "/project", MaxCount: -1})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	var last *history.Pending
	all := make([]inspect.Summary, deliveries)
	events := []string{"invoice.paid", "invoice.voided", "charge.refunded", "payment_intent.succeeded"}
	for i := range all {
		d := &inspect.Delivery{
			ID: inspect.NewID(), Method: "POST", URL: "http://localhost/stripe", Path: "/stripe", Provider: "stripe", EventType: events[i%len(events)],
			ReceivedAt: time.Now().Add(time.Duration(i-deliveries) * time.Second), Header: http.Header{"Content-Type": {"application/json"}},
			Body:      inspect.CaptureOf(fmt.Appendf(nil, `{"id":"evt_%d","customer":"cus_%d","amount":%d,"text":"some words that all have"}`, i, i%97, i%5000)),
			Signature: signature.Result{Verdict: signature.Valid},
		}
		for store.Add(d).Err() != nil {
			<-last.Stored()
		}
		a := inspect.Attempt{Number: 1, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: []int{200, 200, 500}[i%3]}}
		last = store.AddAttempt(d.ID, a)
		if i%5000 == 0 {
			<-last.Stored()
		}
		d.Attempts = []inspect.Attempt{a}
		all[deliveries-1-i] = d.Summary()
	}
	<-last.Stored()
	if err := store.Index(b.Context()); err != nil {
		b.Fatal(err)
	}
	for _, typed := range []string{"--failed", "status >= 400 && event startsWith \"invoice.\"", "cus_42", "words", "some words that all have", "body.amount > 4000"} {
		read := func() func(all []inspect.Summary) {
			f, err := place{}.searching(store, nil)(typed)
			if err != nil {
				b.Fatal(err)
			}
			return func(all []inspect.Summary) {
				if _, err := f.Match(b.Context(), all); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.Run(typed+"/first", func(b *testing.B) {
			for b.Loop() {
				read()(all[:first])
			}
		})
		b.Run(typed+"/all", func(b *testing.B) {
			for b.Loop() {
				match := read()
				for from, size := 0, first; from < len(all); size = min(2*size, batch) {
					to := min(from+size, len(all))
					match(all[from:to])
					from = to
				}
			}
		})
	}
}
