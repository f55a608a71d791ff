package history

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// again is d as a relay hands it over for another time, after that many attempts.
func again(d *inspect.Delivery, attempts int) *inspect.Delivery {
	later := *d
	later.Attempts, later.Earlier = nil, attempts
	return &later
}

// wantOutcomes checks a delivery's attempts, which are numbered from 1, and that the history has nothing else.
func wantOutcomes(t *testing.T, s *Store, id string, want ...inspect.Outcome) *inspect.Delivery {
	t.Helper()
	d, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Attempts) != len(want) {
		t.Fatalf("got the attempts %+v, want %v", d.Attempts, want)
	}
	for i, a := range d.Attempts {
		if a.Number != i+1 || a.Outcome != want[i] {
			t.Errorf("got the attempt %+v, want number %d to be %q", a, i+1, want[i])
		}
	}
	all, err := s.List(t.Context(), Query{})
	if err != nil || len(all) != 1 || all[0].ID != id || all[0].Attempts != len(want) || all[0].Outcome != want[len(want)-1] {
		t.Errorf("got the list %+v, %v; want this one alone", all, err)
	}
	return d
}

// What a relay hands over again, to another process than before, is the same delivery with an attempt more.
func TestHandedOverAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	before, now := openTest(t, path, Options{}), openTest(t, path, Options{})
	d := of("evt_1", 0)
	store(t, before.Add(d))
	store(t, before.AddAttempt(d.ID, inspect.Attempt{Number: 1, Target: "http://one", Outcome: inspect.OutcomeRefused, Err: "refused"}))
	if n, err := now.Attempts(t.Context(), d.ID); n != 1 || err != nil {
		t.Fatalf("got %d attempts, %v; want 1", n, err)
	}

	if err := wait(now.Add(d)); !errors.Is(err, ErrExists) {
		t.Errorf("the same delivery without attempts before: got %v, want ErrExists", err)
	}
	p := now.Add(again(d, 1))
	store(t, p)
	if p.RedeliveryOf() != "" {
		t.Errorf("it is a redelivery of %q, want of none", p.RedeliveryOf())
	}
	whole := wantOutcomes(t, before, d.ID, inspect.OutcomeRefused, inspect.OutcomePending)
	if a := whole.Attempts[1]; a.Target != "http://one" || a.Started.IsZero() {
		t.Errorf("under way: got %+v, want the target of before, and when it began", a)
	}
	answered := inspect.Attempt{Number: 2, Target: "http://two", Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 200}}
	store(t, now.AddAttempt(d.ID, answered))
	wantOutcomes(t, before, d.ID, inspect.OutcomeRefused, inspect.OutcomeAnswered)

	store(t, now.Add(again(d, 2)))
	crash(t, now)
	if err := before.settleGone(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantOutcomes(t, before, d.ID, inspect.OutcomeRefused, inspect.OutcomeAnswered, inspect.OutcomeInterrupted)
}

// A delivery and the attempt that follows at once are stored together, when it is known as when it isn't.
func TestHandedOverAgainAtOnce(t *testing.T) {
	s := newTest(t)
	redelivered := of("evt_1", 10)
	store(t, s.Add(of("evt_1", 0)))
	store(t, s.Add(redelivered))
	answered := inspect.Attempt{Number: 2, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 200}}
	p := s.Add(again(redelivered, 1))
	store(t, s.AddAttempt(redelivered.ID, answered))
	if p.RedeliveryOf() == "" || p.RedeliveryOf() == redelivered.ID {
		t.Errorf("it is a redelivery of %q, want of the first", p.RedeliveryOf())
	}

	elsewhere := again(simple(20), 2) // another machine had it twice
	s.Add(elsewhere)
	store(t, s.AddAttempt(elsewhere.ID, inspect.Attempt{Number: 3, Outcome: inspect.OutcomeTimeout}))
	d, err := s.Get(t.Context(), elsewhere.ID)
	if err != nil || len(d.Attempts) != 1 || d.Attempts[0].Number != 3 || d.Next() != 4 {
		t.Errorf("got %+v, %v; want the third attempt alone", d, err)
	}
	all, err := s.List(t.Context(), Query{Limit: 1})
	if err != nil || all[0].Attempts != 3 || all[0].Outcome != inspect.OutcomeTimeout || d.Summary().Attempts != 3 {
		t.Errorf("got the list %+v, %v, and %d attempts in the sum; want 3", all, err, d.Summary().Attempts)
	}
	if _, err := s.Attempts(t.Context(), "d_nosuchthing"); !isMissing(err) {
		t.Errorf("attempts of what isn't there: %v", err)
	}
}

func wait(p *Pending) error {
	<-p.Stored()
	return p.Err()
}
