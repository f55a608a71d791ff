package history

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// wantFailure waits for p and checks that it failed and was counted.
func wantFailure(t *testing.T, s *Store, p *Pending, count int64) {
	t.Helper()
	<-p.Stored()
	if p.Err() == nil {
		t.Fatal("got no error")
	}
	if n, err := s.Failed(); n != count || err == nil {
		t.Errorf("Failed: got %d, %v; want %d and the error", n, err, count)
	}
}

// wantRecovery checks that the next write succeeds and the state says so.
func wantRecovery(t *testing.T, s *Store, count int64) {
	t.Helper()
	d := simple(99)
	store(t, s.Add(d))
	if n, err := s.Failed(); n != count || err != nil {
		t.Errorf("Failed after recovery: got %d, %v; want %d, nil", n, err, count)
	}
	if _, err := s.Get(t.Context(), d.ID); err != nil {
		t.Error(err)
	}
}

// stall has s's writer hold the database's lock until release is called.
func stall(t *testing.T, s *Store) (release func()) {
	t.Helper()
	hold, held := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		done <- s.do(context.Background(), "stall", func(*transaction) error {
			close(held)
			<-hold
			return nil
		})
	}()
	<-held
	return func() {
		close(hold)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// withoutSegments has all bodies go into the database, as when no segment can be written.
func withoutSegments(s *Store) *Store {
	s.segments.mu.Lock()
	defer s.segments.mu.Unlock()
	s.segments.closed = true
	return s
}

func TestDiskFull(t *testing.T) {
	s := withoutSegments(newTest(t))
	before := simple(0)
	store(t, s.Add(before))
	// A limit on the pages is to SQLite what a full disk is. It ends with the connection.
	err := s.do(t.Context(), "fill the disk", func(tx *transaction) error {
		return tx.conn.exec("PRAGMA max_page_count = 1")
	})
	if err != nil {
		t.Fatal(err)
	}
	large := simple(1)
	large.Body = inspect.CaptureOf(bytes.Repeat([]byte("x"), 1<<20))
	p := s.Add(large)
	wantFailure(t, s, p, 1)
	wantRecovery(t, s, 1)
	if _, err := s.Get(t.Context(), large.ID); err == nil {
		t.Error("what failed is there")
	}
	checkIntegrity(t, s)
}

func TestLockedForLong(t *testing.T) {
	s := newTest(t)
	s.busy = 20 * time.Millisecond
	other := openTest(t, s.path, Options{})
	release := stall(t, other)
	p := s.Add(simple(0))
	wantFailure(t, s, p, 1)
	if !isBusy(p.Err()) {
		t.Errorf("got %v, want SQLite's busy", p.Err())
	}
	if _, err := s.List(t.Context(), Query{}); err != nil {
		t.Errorf("reading while it is locked: %v", err)
	}
	release()
	wantRecovery(t, s, 1)
}

func TestQueueFull(t *testing.T) {
	s := withoutSegments(newTest(t))
	release := stall(t, s)
	large := inspect.CaptureOf(make([]byte, maxWaitingBytes/4))
	var pendings []*Pending
	for i := range 3 {
		d := simple(i)
		d.Body = large
		pendings = append(pendings, s.Add(d))
	}
	d := simple(3)
	d.Body = large
	p := s.Add(d)
	wantFailure(t, s, p, 1)
	if !errors.Is(p.Err(), ErrFull) {
		t.Errorf("got %v, want ErrFull", p.Err())
	}
	release()
	for _, p := range pendings {
		store(t, p)
	}
	wantRecovery(t, s, 1)
}

// The database's folder can't be written: what comes fails, and works again when it can.
func TestNoLockFolder(t *testing.T) {
	s := newTest(t)
	if err := os.WriteFile(s.lockDir(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, s, s.Add(simple(0)), 1)
	wantFailure(t, s, s.Add(simple(1)), 2)
	if err := os.Remove(s.lockDir()); err != nil {
		t.Fatal(err)
	}
	wantRecovery(t, s, 2)
}

// An error of one delivery is not that of the others in its transaction.
func TestErrorOfOne(t *testing.T) {
	s := newTest(t)
	first, second := simple(0), simple(1)
	jobs := []*Pending{s.Add(first), s.Add(first), s.Add(second), s.AddAttempt("d_none", inspect.Attempt{Number: 1})}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	store(t, jobs[0])
	store(t, jobs[2])
	if !errors.Is(jobs[1].Err(), ErrExists) {
		t.Errorf("the same again: got %v, want ErrExists", jobs[1].Err())
	}
	if _, ok := errors.AsType[*NotFoundError](jobs[3].Err()); !ok {
		t.Errorf("an attempt of none: got %v, want a NotFoundError", jobs[3].Err())
	}
}
