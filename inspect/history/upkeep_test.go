package history

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

func unindexed(t *testing.T, s *Store) int {
	t.Helper()
	var n int
	err := s.reads.QueryRow("SELECT count(*) FROM delivery WHERE n > (SELECT indexed FROM state)").Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRunUpkeep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := openTest(t, path, Options{MaxCount: 300, MaxAge: -1})
	s.quiet = 10 * time.Millisecond
	for i := range 400 {
		s.Add(simple(i))
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var upkeep sync.WaitGroup
	upkeep.Go(func() {
		if err := s.RunUpkeep(ctx); err != nil {
			t.Error(err)
		}
	})
	// The index and the trimming are changes, so watching tells when they are done.
	w := watcher{store: s}
	defer w.disconnect()
	for deadline := time.Now().Add(longEnough); ; {
		if _, _, err := w.next(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := s.List(t.Context(), Query{Limit: -1})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 300 && unindexed(t, s) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("got %d deliveries, %d of them not indexed; want 300 and none", len(list), unindexed(t, s))
		}
	}
	cancel()
	upkeep.Wait()
}

// Under load nothing is indexed, and a search finds all the same; when it is quiet the index catches up.
func TestIndexLagsUnderLoad(t *testing.T) {
	s := newTest(t)
	s.quiet = time.Hour
	for i := range 2 * indexRows {
		s.Add(simple(i))
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	find := func(when string, behind int) {
		t.Helper()
		if err := s.index(t.Context(), s.isQuiet); err != nil || unindexed(t, s) != behind {
			t.Errorf("%s: %d are not indexed, %v; want %d", when, unindexed(t, s), err, behind)
		}
		if n, err := s.Count(t.Context(), Query{Words: []string{"charge"}}); err != nil || n != 2*indexRows {
			t.Errorf("%s: found %d, %v; want all", when, n, err)
		}
	}
	find("under load", 2*indexRows)
	s.quiet = 0
	find("when it is quiet", 0)
}

// With the index far behind, what is found comes at once, the newest first, and not when all has been read.
func TestSearchFarBehind(t *testing.T) {
	s := newTest(t)
	s.limits.fresh, s.limits.pageTexts = 10, 50
	const all = 300
	for i := range all {
		d := simple(i)
		if i == 7 {
			d.Body = inspect.CaptureOf([]byte("needle"))
		}
		s.Add(d)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	read := 0
	q := Query{Words: []string{"charge"}, Limit: 20, Looked: func() { read++ }}
	list, err := s.List(t.Context(), q)
	if err != nil || len(list) != 20 || !list[0].ReceivedAt.Equal(simple(all-1).ReceivedAt) {
		t.Errorf("got %d deliveries, %v; want the 20 newest", len(list), err)
	}
	if read > firstWindow {
		t.Errorf("%d texts were read for 20 that all have the word", read)
	}
	read = 0
	q.Words = []string{"needle"}
	if list, err = s.List(t.Context(), q); err != nil || len(list) != 1 || read != all {
		t.Errorf("what is rare: got %v after %d texts, %v; want one after all of them", list, read, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	read = 0
	q.Looked = func() {
		if read++; read == 70 {
			cancel()
		}
	}
	if _, err := s.List(ctx, q); !errors.Is(err, context.Canceled) || read > 70+lastWindow {
		t.Errorf("canceled: got %v after %d texts", err, read)
	}
}

func TestIndexIsOneProcess(t *testing.T) {
	s := newTest(t)
	store(t, s.Add(simple(0)))
	lock, err := tryLock(s.lockDir(), indexLock, os.O_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Index(t.Context()); err != nil || unindexed(t, s) != 1 {
		t.Errorf("while another indexes: got %v, %d not indexed; want 1", err, unindexed(t, s))
	}
	lock.release()
	if err := s.Index(t.Context()); err != nil || unindexed(t, s) != 0 {
		t.Errorf("alone: got %v, %d not indexed; want 0", err, unindexed(t, s))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	store(t, s.Add(simple(1)))
	if err := s.Index(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: got %v, want context.Canceled", err)
	}
}

func TestTrimByAgeAndCount(t *testing.T) {
	s := newTest(t)
	now := time.Now()
	for i := range 500 {
		d := simple(0)
		d.ReceivedAt = now.Add(-time.Duration(499-i) * time.Hour)
		s.Add(d)
		s.AddAttempt(d.ID, inspect.Attempt{Number: 1})
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		age         time.Duration
		count, left int
	}{{-1, -1, 500}, {400*time.Hour - time.Minute, -1, 400}, {-1, 50, 50}, {time.Nanosecond, 50, 0}} {
		s.options.MaxAge, s.options.MaxCount = step.age, step.count
		if _, err := s.Trim(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := s.List(t.Context(), Query{Limit: -1})
		if err != nil || len(list) != step.left {
			t.Errorf("age %v, count %d: got %d left, %v; want %d", step.age, step.count, len(list), err, step.left)
		}
		if step.left > 0 && !list[0].ReceivedAt.Equal(now.UTC()) {
			t.Errorf("the newest is gone: got %v, want %v", list[0].ReceivedAt, now)
		}
	}
	for _, table := range []string{"request", "attempt", "search"} {
		var n int
		query := "SELECT count(*) FROM " + table
		if table == "search" {
			query += " WHERE search MATCH 'post'"
		}
		if err := s.reads.QueryRow(query).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s: got %d rows left, %v; want 0", table, n, err)
		}
	}
}

func TestTrimByBytes(t *testing.T) {
	s := newTest(t)
	body := inspect.CaptureOf(bytes.Repeat([]byte("x"), 100_000))
	for i := range 100 {
		d := simple(i)
		d.Body = body
		s.Add(d)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.options.MaxAge, s.options.MaxBytes = -1, 2_000_000
	if _, err := s.Trim(t.Context()); err != nil {
		t.Fatal(err)
	}
	size, err := s.size(t.Context())
	if err != nil || size > 2_000_000 {
		t.Errorf("got %d bytes, %v; want at most 2000000", size, err)
	}
	list, err := s.List(t.Context(), Query{Limit: -1})
	if err != nil || len(list) < 15 || len(list) > 20 {
		t.Errorf("got %d left, %v; want 15 to 20", len(list), err)
	}
}

func TestDelete(t *testing.T) {
	s := newTest(t)
	var ids []string
	for i := range deleteRows + 50 {
		d := simple(i)
		s.Add(d)
		ids = append(ids, d.ID)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	n, err := s.Delete(t.Context(), append([]string{"d_none"}, ids[1:]...)...)
	if err != nil || n != len(ids)-1 {
		t.Errorf("got %d, %v; want %d", n, err, len(ids)-1)
	}
	list, err := s.List(t.Context(), Query{})
	if err != nil || len(list) != 1 || list[0].ID != ids[0] {
		t.Errorf("got %v, %v; want only %s", list, err, ids[0])
	}
	// A number is not used again, or a watcher would miss the next delivery.
	cursor, err := s.Cursor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	store(t, s.Add(simple(1)))
	for batch, err := range s.Watch(t.Context(), cursor) {
		if err != nil || len(batch) != 1 {
			t.Errorf("got %v, %v; want the new delivery", batch, err)
		}
		break
	}
}
