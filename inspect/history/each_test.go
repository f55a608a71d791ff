package history

import (
	"bytes"
	"fmt"
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

// What came at once is stored in another order than it is listed in, and others' deliveries lie between.
func TestEachWholeAmongOthers(t *testing.T) {
	s := newTest(t)
	const n = 3*wholeRows + 5
	var want []string
	for i := range n {
		at := i - i%8 + (i*5+3)%8 // of eight that came at once
		d := simple(at)
		d.ID = fmt.Sprintf("d_%012d", at)
		if at%40 < 3 || at > n/2 && at%3 > 0 {
			d.Provider = "others"
		}
		if at == 3 || at%32 == 7 {
			d.ReplayOf = "d_aaaabbbbcccc"
		}
		if d.Provider != "others" && d.ReplayOf == "" {
			want = append(want, d.ID)
		}
		s.Add(d)
		if i%3 > 0 {
			s.AddAttempt(d.ID, inspect.Attempt{Number: 1, Outcome: inspect.OutcomeRefused})
		}
		if i%20 == 0 {
			if err := s.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	for _, oldest := range []bool{true, false} {
		var got []string
		for d, err := range s.EachWhole(t.Context(), Query{OldestFirst: oldest, NoReplays: true, Providers: []string{"stripe"}}) {
			if err != nil {
				t.Fatal(err)
			}
			again, err := s.Get(t.Context(), d.ID)
			if err != nil || !reflect.DeepEqual(d, again) {
				t.Errorf("got %+v, %v, want %+v", d, err, again)
			}
			got = append(got, d.ID)
		}
		if !oldest {
			slices.Reverse(got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("oldest first: %t: got %q, want %q", oldest, got, want)
		}
	}
}

// Deliveries are read as they are listed and as many as fit, in whatever order they lie.
func TestEachWholeLongAndOutOfOrder(t *testing.T) {
	s := newTest(t)
	s.segments.close() // all bodies are in their rows
	body := inspect.CaptureOf(bytes.Repeat([]byte("x"), wholeBytes/3))
	var ids []string // by their numbers
	for i := range 12 {
		d := simple(i)
		d.Body = body
		store(t, s.Add(d))
		ids = append(ids, d.ID)
	}
	for _, listed := range [][]int64{
		{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {1, 12, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, {5, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12},
		{12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, {2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11}, {7},
	} {
		var at []rowPlace
		var got, want []string
		for _, n := range listed {
			at = append(at, rowPlace{n: n})
			want = append(want, ids[n-1])
		}
		err := s.readingWhole(t.Context(), func(r *wholeReader) error {
			for len(at) > 0 {
				some, n, err := r.all(t.Context(), at, true)
				if err != nil {
					return err
				}
				if n < 1 || n > 4 || len(some) != n {
					return fmt.Errorf("got %d of %d at once", len(some), n)
				}
				for _, d := range some {
					got = append(got, d.ID)
				}
				at = at[n:]
			}
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v: got %q, %v, want %q", listed, got, err, want)
		}
	}
}
