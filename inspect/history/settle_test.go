package history

import (
	"path/filepath"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// crash ends s as if its process were killed: what is under way stays so, under the name of a writer without a lock.
func crash(t *testing.T, s *Store) {
	t.Helper()
	err := s.do(t.Context(), "forget who writes", func(tx *transaction) error {
		return tx.conn.exec("UPDATE writer SET name = name || '-gone' WHERE name = ?", tx.instance)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// Of all attempts only those that are pending are interrupted, after Close as after a crash, whoever added the delivery.
func TestSettlePending(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *Store){
		"closed": func(t *testing.T, s *Store) { s.Close() }, "crashed": crash,
	} {
		path := filepath.Join(t.TempDir(), "history.db")
		s, others := openTest(t, path, Options{}), openTest(t, path, Options{})
		old, ended, early := simple(0), simple(1), simple(2)
		store(t, others.Add(old))
		store(t, others.AddAttempt(old.ID, inspect.Attempt{Number: 1, Outcome: inspect.OutcomeTimeout}))
		s.Add(ended)
		s.Add(early)
		answered := inspect.Attempt{Number: 1, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 204}}
		s.AddAttempt(old.ID, inspect.Attempt{Number: 2, Target: "http://two"})
		s.AddAttempt(ended.ID, inspect.Attempt{Number: 1})
		s.AddAttempt(ended.ID, answered)
		s.AddAttempt(early.ID, inspect.Attempt{Number: 2, Target: "http://two"})
		s.AddAttempt(early.ID, answered)
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		cursor, err := others.Cursor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		end(t, s)
		if err := others.settleGone(t.Context()); err != nil {
			t.Fatal(err)
		}
		const interrupted = inspect.OutcomeInterrupted
		for id, want := range map[string][]inspect.Outcome{
			old.ID:   {inspect.OutcomeTimeout, interrupted},
			ended.ID: {inspect.OutcomeAnswered},
			early.ID: {inspect.OutcomeAnswered, interrupted},
		} {
			d, err := others.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Attempts) != len(want) {
				t.Fatalf("%s: got the attempts %+v, want %v", name, d.Attempts, want)
			}
			for i, a := range d.Attempts {
				if a.Outcome != want[i] || a.Number != i+1 {
					t.Errorf("%s: got %+v, want attempt %d to be %s", name, a, i+1, want[i])
				}
				if a.Outcome == interrupted && (a.Target != "http://two" || a.Err != settledErr) {
					t.Errorf("%s: got %+v, want the target that it had, and why", name, a)
				}
			}
		}
		w := watcher{store: others, after: int64(cursor)}
		batch, _, err := w.next(t.Context())
		w.disconnect()
		if err != nil || len(batch) != 2 || batch[0].Outcome != interrupted || batch[1].Outcome != interrupted {
			t.Errorf("%s: got the changes %+v, %v; want the two that were settled", name, batch, err)
		}
		others.Close()
	}
}

// What is under way here may be deleted elsewhere, and is then missing like any other.
func TestUnderWayDeleted(t *testing.T) {
	s := newTest(t)
	d := simple(0)
	store(t, s.Add(d))
	if n, err := openTest(t, s.path, Options{}).Delete(t.Context(), d.ID); n != 1 || err != nil {
		t.Fatalf("got %d deleted, %v; want 1", n, err)
	}
	for range 2 {
		p := s.AddAttempt(d.ID, inspect.Attempt{Number: 1, Outcome: inspect.OutcomeAnswered})
		<-p.Stored()
		if !isOwn(p.Err()) {
			t.Errorf("got %v, want a NotFoundError", p.Err())
		}
	}
}

// More may be under way than is remembered, and all of it is settled.
func TestUnderWayForgets(t *testing.T) {
	var u underWay
	if got := u.since(7); got != 7 {
		t.Errorf("nothing under way: got %d, want the end, 7", got)
	}
	for i := range int64(maxUnderWay) {
		u.put(inspect.NewID(), i+3, i+3)
	}
	if got := u.since(1 << 20); got != 3 {
		t.Errorf("much under way: got since %d, want 3", got)
	}
	u.put(inspect.NewID(), 1, 1)
	if got := u.since(1 << 20); got != 0 || len(u.known) != 1 {
		t.Errorf("too much under way: got since %d with %d known, want 0 with 1", got, len(u.known))
	}
}
