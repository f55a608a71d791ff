package history

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Watch sees what this process, another Store and another process add, and each change of an outcome.
func TestWatch(t *testing.T) {
	s := newTest(t)
	old := simple(0)
	store(t, s.Add(old))
	store(t, openTest(t, s.path, Options{Project: "/other"}).Add(simple(1)))
	cursor, err := s.Cursor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, out := startChild(t, "some", s.path)
	want := make(map[string]int) // id to attempts
	for out.Scan() {
		kind, id, _ := strings.Cut(out.Text(), " ")
		switch kind {
		case "delivery":
			want[id] = 1 // what is not attempted is interrupted when the child closes
		case "error":
			t.Error(out.Text())
		}
	}
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	own := simple(2)
	got := make(map[string]int)
	for batch, err := range s.Watch(ctx, cursor) {
		if err != nil {
			t.Fatal(err)
		}
		for _, summary := range batch {
			got[summary.ID] = summary.Attempts
		}
		switch {
		case got[own.ID] == 1:
			cancel()
		case len(got) == len(want)+1:
			s.AddAttempt(own.ID, inspect.Attempt{Number: 1, Outcome: inspect.OutcomeAnswered})
		case len(got) == len(want):
			s.Add(own)
		}
	}
	want[own.ID] = 1
	if len(got) != len(want) {
		t.Errorf("got %d deliveries, want %d", len(got), len(want))
	}
	for id, attempts := range want {
		if got[id] != attempts {
			t.Errorf("%s: got %d attempts, want %d", id, got[id], attempts)
		}
	}
}

// From the zero Cursor everything comes, also more than one batch.
func TestWatchAll(t *testing.T) {
	s := newTest(t)
	const count = watchBatch + 10
	for i := range count {
		s.Add(simple(i))
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := 0
	for batch, err := range s.Watch(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if got += len(batch); got >= count {
			break
		}
	}
	if got != count {
		t.Errorf("got %d deliveries, want %d", got, count)
	}
}

// An error is yielded, and the loop may go on or end.
func TestWatchError(t *testing.T) {
	s := newTest(t)
	if err := s.reads.Close(); err != nil {
		t.Fatal(err)
	}
	errs := 0
	for _, err := range s.Watch(t.Context(), 0) {
		if err == nil {
			t.Error("got no error")
		}
		if errs++; errs == 2 {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range s.Watch(ctx, 0) {
		t.Errorf("got %v after the context's end", err)
	}
	if _, err := s.Cursor(ctx); !errors.Is(err, context.Canceled) && err == nil {
		t.Error("Cursor: got no error")
	}
}
