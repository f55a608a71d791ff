package history

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// typical is a delivery as Stripe sends them, with a body of 2 KiB, and the attempt at it.
func typical(i int) (*inspect.Delivery, inspect.Attempt) {
	d := simple(i)
	d.URL, d.Host, d.Remote, d.Proto = "https://relay.example/e/quiet-otter/webhooks", "relay.example", "1.2.3.4", "HTTP/1.1"
	d.ProviderID = fmt.Sprintf("evt_%020d", i)
	d.Body = inspect.CaptureOf(bytes.Repeat([]byte(`{"object":"event"},`), 108))
	d.Header = http.Header{
		"Accept": {"*/*; q=0.5, application/xml"}, "Cache-Control": {"no-cache"}, "Content-Type": {"application/json"},
		"Content-Length": {"2052"}, "User-Agent": {"Stripe/1.0 (+https://stripe.com/docs/webhooks)"},
		"Stripe-Signature": {"t=1492774577,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd"},
	}
	return d, inspect.Attempt{
		Number: 1, Target: "http://127.0.0.1:3000/webhooks", Started: d.ReceivedAt, Outcome: inspect.OutcomeAnswered,
		Response: &inspect.Response{
			Status: 200, Header: http.Header{"Content-Length": {"2"}}, Body: inspect.CaptureOf([]byte("ok")),
		},
	}
}

// One delivery after the other, each waited for; its attempt rides along with the next one.
func BenchmarkAdd(b *testing.B) {
	s := newTest(b)
	for i := 0; b.Loop(); i++ {
		d, a := typical(i)
		store(b, s.Add(d))
		s.AddAttempt(d.ID, a)
	}
}

// The same from 16 goroutines, as in `hook listen` under load.
func BenchmarkAddParallel(b *testing.B) { addParallel(b, 0) }

// The same with bodies of other lengths.
func BenchmarkAddParallelLong(b *testing.B) {
	for _, kib := range []int{4, 8, 16, 64, 512} {
		b.Run(fmt.Sprintf("%dKiB", kib), func(b *testing.B) { addParallel(b, kib<<10) })
	}
}

func addParallel(b *testing.B, length int) {
	s := newTest(b)
	body := inspect.CaptureOf(bytes.Repeat([]byte("x"), length))
	var next sync.Mutex
	left := b.N
	var workers sync.WaitGroup
	b.ResetTimer()
	for range 16 {
		workers.Go(func() {
			for {
				next.Lock()
				left--
				i := left
				next.Unlock()
				if i < 0 {
					return
				}
				d, a := typical(i)
				if length > 0 {
					d.Body = body
				}
				p := s.Add(d)
				if <-p.Done(); p.Err() != nil {
					b.Error(p.Err())
				}
				s.AddAttempt(d.ID, a)
			}
		})
	}
	workers.Wait()
	if err := s.Flush(b.Context()); err != nil {
		b.Error(err)
	}
}

// With 100,000 deliveries: lists, ids and words.
func BenchmarkRead(b *testing.B) {
	s := openTest(b, filepath.Join(b.TempDir(), "history.db"), Options{})
	ids := make([]string, 100_000)
	for i := range ids {
		d, a := typical(i)
		ids[i] = d.ID
		s.Add(d)
		if p := s.AddAttempt(d.ID, a); i%1000 == 0 {
			<-p.Done()
		}
	}
	if err := s.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	list := func(q Query) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				if _, err := s.List(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("List50", list(Query{}))
	b.Run("List50AllProjects", list(Query{AllProjects: true}))
	b.Run("List50OfNone", list(Query{Events: []string{"none"}}))
	b.Run("List100000", list(Query{Limit: -1}))
	b.Run("Get", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := s.Get(b.Context(), ids[i*7919%len(ids)]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("EachWhole10000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, err := range s.EachWhole(b.Context(), Query{OldestFirst: true, NoReplays: true, Limit: 10_000}) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("Resolve", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := s.Resolve(b.Context(), ids[i*7919%len(ids)][:10]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Short50", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Short(b.Context(), ids[:50]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("WordsNotIndexed", list(Query{Words: []string{"evt_00000000000000000777"}}))
	began := time.Now()
	if err := s.Index(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Logf("indexed in %v a delivery", time.Since(began)/time.Duration(len(ids)))
	b.Run("WordsIndexed", list(Query{Words: []string{"evt_00000000000000000777"}}))
	b.Run("WordsOfAll", list(Query{Words: []string{"charge"}}))
}

// What one look costs when nothing has changed.
func BenchmarkWatchIdle(b *testing.B) {
	s := newTest(b)
	d, _ := typical(0)
	store(b, s.Add(d))
	w := watcher{store: s}
	defer w.disconnect()
	for b.Loop() {
		if _, _, err := w.next(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	s := newTest(b)
	d, _ := typical(0)
	store(b, s.Add(d))
	for b.Loop() {
		again, err := Open(b.Context(), s.path, Options{Project: testProject})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := again.List(b.Context(), Query{}); err != nil {
			b.Fatal(err)
		}
		again.Close()
	}
}
