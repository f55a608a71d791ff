package history

import (
	"bytes"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Whole deliveries are read some bytes at a time, however large they and their attempts are, and are equal to what was stored.
func TestEachWholeInParts(t *testing.T) {
	s := newTest(t)
	s.segments.close() // all bodies are in their rows
	body := inspect.CaptureOf(bytes.Repeat([]byte("x"), 3<<20))
	var want []*inspect.Delivery
	for i := range 12 {
		d := simple(i)
		answer := inspect.Attempt{Number: 1, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 200}}
		refused := inspect.Attempt{Number: 1, Outcome: inspect.OutcomeRefused}
		switch i % 4 {
		case 0:
			d.Body, d.Attempts = body, []inspect.Attempt{refused}
		case 1:
			answer.Response.Body = body
			d.Attempts = []inspect.Attempt{answer}
		case 2:
			second := answer
			second.Number, d.Attempts = 2, []inspect.Attempt{refused}
			second.Response = &inspect.Response{Status: 500, Body: body}
			d.Attempts = append(d.Attempts, second)
		default: // none yet
		}
		store(t, s.Add(d))
		for _, a := range d.Attempts {
			pending := a
			pending.Outcome, pending.Response = inspect.OutcomePending, nil
			s.AddAttempt(d.ID, pending) // is replaced
			store(t, s.AddAttempt(d.ID, a))
		}
		want = append(want, d)
	}
	for _, oldest := range []bool{true, false} {
		var got []*inspect.Delivery
		for d, err := range s.EachWhole(t.Context(), Query{OldestFirst: oldest}) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, d)
		}
		if !oldest {
			slices.Reverse(got)
		}
		if len(got) != len(want) {
			t.Fatalf("got %d deliveries, want %d", len(got), len(want))
		}
		for i := range want {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Errorf("delivery %d: got %d attempts, %d bytes; want %d and %d", i, len(got[i].Attempts), len(got[i].Body.Bytes),
					len(want[i].Attempts), len(want[i].Body.Bytes))
			}
		}
	}
}

// What is deleted while deliveries are read is left out, and nothing else is.
func TestEachWhileDeleting(t *testing.T) {
	s := newTest(t)
	var ids []string
	for i := range 2*wholeRows + 10 {
		d := simple(i)
		s.Add(d)
		ids = append(ids, d.ID)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for d, err := range s.EachWhole(t.Context(), Query{OldestFirst: true}) {
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 {
			if _, err := s.Delete(t.Context(), ids[wholeRows:2*wholeRows]...); err != nil {
				t.Fatal(err)
			}
		}
		got = append(got, d.ID)
	}
	if want := slices.Concat(ids[:wholeRows], ids[2*wholeRows:]); !slices.Equal(got, want) {
		t.Errorf("got %d deliveries, want the %d that are left", len(got), len(want))
	}
}

// Reading all takes no more memory than reading some.
func TestEachWholeMemory(t *testing.T) {
	s := newTest(t)
	s.segments.close()
	body := inspect.CaptureOf(bytes.Repeat([]byte("x"), 1<<20))
	for i := range 64 {
		d := simple(i)
		d.Body = body
		s.Add(d)
		if i%8 == 0 {
			if err := s.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var most uint64
	n := 0
	for _, err := range s.EachWhole(t.Context(), Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%8 == 0 {
			runtime.GC()
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	if n != 64 || most > 3*wholeBytes {
		t.Errorf("%d deliveries of 1 MiB took %d MiB of memory, want at most %d", n, most>>20, 3*wholeBytes>>20)
	}
}

// Replays are left out alike, whether their places are looked at first or not.
func TestEachWholeWithoutReplays(t *testing.T) {
	s := newTest(t)
	var live, all []string
	for i := range 3 * wholeRows {
		d := simple(i)
		if i%3 == 1 {
			d.ReplayOf = live[0]
		} else {
			live = append(live, d.ID)
		}
		s.Add(d)
		all = append(all, d.ID)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		q    Query
		want []string
	}{
		{"all", Query{}, all},
		{"live", Query{NoReplays: true}, live},
		{"some of the live", Query{NoReplays: true, Limit: len(live) - 1}, live[:len(live)-1]},
		{"those of a provider", Query{NoReplays: true, Providers: []string{"stri*"}}, live},
		{"one that is a replay", Query{NoReplays: true, IDs: all[1:2]}, nil},
	} {
		c.q.OldestFirst = true
		var got []string
		for d, err := range s.EachWhole(t.Context(), c.q) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, d.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %d deliveries, want %d", c.name, len(got), len(c.want))
		}
	}
}

// A text that stands in one delivery does not get into the next one.
func TestEachWholeTexts(t *testing.T) {
	s := newTest(t)
	for i, path := range []string{"/a", "", "/a", "/ab", "/a", "\xff", ""} {
		d := simple(i)
		d.Path, d.EventType, d.Host = path, path, path+"x"
		store(t, s.Add(d))
	}
	var got []string
	for d, err := range s.EachWhole(t.Context(), Query{OldestFirst: true}) {
		if err != nil {
			t.Fatal(err)
		}
		if d.EventType != d.Path || d.Host != d.Path+"x" {
			t.Errorf("path %q, event %q, host %q", d.Path, d.EventType, d.Host)
		}
		got = append(got, d.Path)
	}
	if want := []string{"/a", "", "/a", "/ab", "/a", "\xff", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
