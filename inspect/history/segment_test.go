package history

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// newOutside is a history whose long bodies go into segments from the first on.
func newOutside(t testing.TB) *Store {
	t.Helper()
	s := newTest(t)
	s.segments.inside = firstInside
	return s
}

// long is a delivery with long bodies of its own: the request's, and the response's of its only attempt.
func long(i int) *inspect.Delivery {
	d := simple(i)
	d.Body = longOf(d.ID)
	d.Attempts = []inspect.Attempt{{
		Number: 1, Started: d.ReceivedAt, Outcome: inspect.OutcomeAnswered,
		Response: &inspect.Response{Status: 200, Body: longOf("answer to " + d.ID)},
	}}
	return d
}

// addLong stores n deliveries of long and returns them, the oldest first.
func addLong(t testing.TB, s *Store, n int) []*inspect.Delivery {
	t.Helper()
	var all []*inspect.Delivery
	for i := range n {
		d := long(i)
		store(t, s.Add(d))
		store(t, s.AddAttempt(d.ID, d.Attempts[0]))
		all = append(all, d)
	}
	return all
}

func wantEqual(t testing.TB, s *Store, want *inspect.Delivery) {
	t.Helper()
	got, err := s.Get(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %.500v\nwant %.500v", got, want)
	}
}

// segmentsOf are the files beside the database.
func segmentsOf(t testing.TB, s *Store) (paths []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.bodyDir(), "*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func count(t testing.TB, s *Store, query string) (n int) {
	t.Helper()
	if err := s.reads.QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLongBodiesAreOutside(t *testing.T) {
	s := newOutside(t)
	all := addLong(t, s, 3)
	cut := long(3) // only what was kept is long
	cut.Body.Size, cut.Body.Complete, cut.Attempts = 1<<40, false, nil
	pending := inspect.Attempt{Number: 1, Response: &inspect.Response{Body: longOf("so far")}}
	store(t, s.Add(cut))
	store(t, s.AddAttempt(cut.ID, pending))
	for _, d := range all {
		wantEqual(t, s, d)
	}
	if n := count(t, s, "SELECT count(body) FROM request") + count(t, s, "SELECT count(body) FROM attempt"); n != 0 {
		t.Errorf("got %d bodies in the database, want none", n)
	}
	if paths := segmentsOf(t, s); len(paths) != 1 {
		t.Errorf("got the segments %v, want one", paths)
	}
	s.Close()

	again := openTest(t, s.path, Options{ReadOnly: true})
	for _, d := range all {
		wantEqual(t, again, d)
	}
	// The one that was under way was interrupted, and keeps what it had.
	pending.Outcome, pending.Err = inspect.OutcomeInterrupted, settledErr
	cut.Attempts = []inspect.Attempt{pending}
	wantEqual(t, again, cut)
}

// A command that stores little makes no file for it.
func TestFirstLongBodiesAreInside(t *testing.T) {
	s := newTest(t)
	for i := range firstInside {
		d := long(i)
		store(t, s.Add(d))
	}
	if paths := segmentsOf(t, s); len(paths) != 0 {
		t.Errorf("got the segments %v, want none", paths)
	}
	addLong(t, s, 1)
	if paths := segmentsOf(t, s); len(paths) != 1 {
		t.Errorf("one more: got the segments %v, want one", paths)
	}
}

func TestSegmentModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no file modes")
	}
	s := newOutside(t)
	addLong(t, s, 1)
	for file, want := range map[string]fs.FileMode{s.bodyDir(): 0o700, segmentsOf(t, s)[0]: 0o600} {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: got mode %o, want %o", file, got, want)
		}
	}
}

// What can't be written to a segment goes into the database: if its folder can't be made, and if the disk ends half-way.
func TestSegmentFails(t *testing.T) {
	s := newOutside(t)
	if err := os.WriteFile(s.bodyDir(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	all := addLong(t, s, 1)
	if err := os.Remove(s.bodyDir()); err != nil {
		t.Fatal(err)
	}
	all = append(all, addLong(t, s, 1)...)
	path := segmentsOf(t, s)[0]
	writable := s.segments.file
	readable, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	s.segments.file = readable
	all = append(all, addLong(t, s, 1)...)
	readable.Close()
	s.segments.file = writable
	all = append(all, addLong(t, s, 1)...)
	for _, d := range all {
		wantEqual(t, s, d)
	}
	if n := count(t, s, "SELECT count(*) FROM body"); n != 4 {
		t.Errorf("got %d bodies outside, want those of two deliveries", n)
	}
	if n, err := s.Failed(); n != 0 || err != nil {
		t.Errorf("got %d failures, %v; want none", n, err)
	}
}

// A body that is not there as it was written counts as not kept.
func TestBodyLost(t *testing.T) {
	for name, damage := range map[string]func(s *Store, path string) error{
		"removed":   func(_ *Store, path string) error { return os.Remove(path) },
		"cut off":   func(_ *Store, path string) error { return os.Truncate(path, 64<<10-1) },
		"a folder":  func(_ *Store, path string) error { _ = os.Remove(path); return os.Mkdir(path, 0o700) },
		"changed":   func(_ *Store, path string) error { return overwrite(path, 100) },
		"elsewhere": set("segment = '../' || segment"), "no name": set("segment = ''"), "below": set("start = -1"),
		"negative": set("length = -5"), "endless": set("length = 1 << 62"), "overflow": set("start = 1 << 62, length = 1 << 62"),
	} {
		s := newOutside(t)
		d := addLong(t, s, 1)[0]
		if err := damage(s, segmentsOf(t, s)[0]); err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(t.Context(), d.ID)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		d.Body.Bytes, d.Body.Complete = nil, false
		if !reflect.DeepEqual(got.Body, d.Body) {
			t.Errorf("%s: got a body of %d bytes, complete %v; want it not kept", name, len(got.Body.Bytes), got.Body.Complete)
		}
		if list, err := s.List(t.Context(), Query{Words: []string{"stripe"}}); err != nil || len(list) != 1 {
			t.Errorf("%s: a search finds %v, %v; want it", name, list, err)
		}
		if n, err := s.Delete(t.Context(), d.ID); n != 1 || err != nil {
			t.Errorf("%s: got %d deleted, %v; want 1", name, n, err)
		}
	}
}

// overwrite changes one byte of the file.
func overwrite(path string, at int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt([]byte{0}, at)
	return err
}

// set changes where the database says that bodies are.
func set(assignments string) func(*Store, string) error {
	return func(s *Store, _ string) error {
		return s.do(context.Background(), "damage", func(tx *transaction) error { return tx.conn.exec("UPDATE body SET " + assignments) })
	}
}

func TestSearchOutside(t *testing.T) {
	s := newOutside(t)
	d := simple(0)
	d.Body = inspect.CaptureOf([]byte("begin " + strings.Repeat("- ", maxSearched/2) + " beyond"))
	store(t, s.Add(d))
	for _, when := range []string{"not indexed", "indexed"} {
		for word, want := range map[string]int{"begin": 1, "beyond": 0} {
			if list, err := s.List(t.Context(), Query{Words: []string{word}}); err != nil || len(list) != want {
				t.Errorf("%s: got %v, %v for %q; want %d", when, list, err, word, want)
			}
		}
		if err := s.Index(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Bodies are written, read and swept at once, over the end of a segment.
func TestSegmentsAreShared(t *testing.T) {
	s := newOutside(t)
	addLong(t, s, 1)
	s.segments.end = segmentSize - 1<<20
	passed := func() error {
		d := long(0)
		s.Add(d)
		p := s.AddAttempt(d.ID, d.Attempts[0])
		if <-p.Stored(); p.Err() != nil {
			return p.Err()
		}
		if err := s.sweep(t.Context()); err != nil {
			return err
		}
		got, err := s.Get(t.Context(), d.ID)
		if err == nil && !reflect.DeepEqual(got, d) {
			err = fmt.Errorf("got %.500v, want %.500v", got, d)
		}
		return err
	}
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range 10 {
				if err := passed(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	if paths := segmentsOf(t, s); len(paths) < 2 {
		t.Errorf("got the segments %v, want more than one", paths)
	}
}
