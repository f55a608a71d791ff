package history

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// these yields the deliveries one by one.
func these(all ...*inspect.Delivery) iter.Seq2[*inspect.Delivery, error] {
	return func(yield func(*inspect.Delivery, error) bool) {
		for _, d := range all {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// writeTestSession writes the deliveries to a file in a folder of its own.
func writeTestSession(t testing.TB, all ...*inspect.Delivery) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bug 1.hook")
	if err := WriteSession(t.Context(), path, these(all...), SessionOptions{Project: "shop"}); err != nil {
		t.Fatal(err)
	}
	wantAlone(t, path)
	return path
}

// wantAlone checks that path is the only file in its folder.
func wantAlone(t testing.TB, path string) {
	t.Helper()
	if names := filesIn(t, filepath.Dir(path)); !slices.Equal(names, []string{filepath.Base(path)}) {
		t.Errorf("got the files %q, want the session alone", names)
	}
}

func filesIn(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// openFile opens a file for reading as people do: knowing nothing of its project.
func openFile(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// What was in a history, with bodies inside and outside of it, is in the session, and there is nothing beside it: whoever may
// only read it reads all.
func TestSession(t *testing.T) {
	from := newOutside(t)
	all := addLong(t, from, 3)
	rich, never, again := full(), simple(8), simple(9)
	rich.ReceivedAt = start.Add(7)
	again.ProviderID, again.Provider, again.EventType, again.RedeliveryOf = rich.ProviderID, rich.Provider, rich.EventType, rich.ID
	for _, d := range []*inspect.Delivery{rich, never, again} {
		store(t, from.Add(d))
		for _, a := range d.Attempts {
			store(t, from.AddAttempt(d.ID, a))
		}
	}
	all = append(all, rich, never, again)
	dir := t.TempDir()
	path := filepath.Join(dir, "bug 1.hook")
	err := WriteSession(t.Context(), path, from.EachWhole(t.Context(), Query{OldestFirst: true}), SessionOptions{Project: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	makeReadOnly(t, dir)

	s := openFile(t, path)
	for _, d := range all {
		wantEqual(t, s, d)
	}
	want, err := from.List(t.Context(), Query{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.List(t.Context(), Query{}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got another list: %+v, %v", got, err)
	}
	if got, err := s.List(t.Context(), Query{Words: []string{"application/json"}}); err != nil || len(got) == 0 {
		t.Errorf("words: got %d deliveries, %v; want some", len(got), err)
	}
	if id, err := s.Resolve(t.Context(), rich.ID[:8]); err != nil || id != rich.ID {
		t.Errorf("resolve: got %q, %v", id, err)
	}
	if n := unindexed(t, s); n != 0 {
		t.Errorf("got %d that are not indexed", n)
	}
	checkIntegrity(t, s)
	if p := s.Add(simple(1)); !errors.Is(p.Err(), ErrReadOnly) {
		t.Errorf("add: got %v, want ErrReadOnly", p.Err())
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wantAlone(t, path)
}

// makeReadOnly takes all rights to write in dir away, until the test ends. They don't bind root.
func makeReadOnly(t *testing.T, dir string) {
	t.Helper()
	names := append(filesIn(t, dir), ".")
	for _, name := range names {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, info.Mode()&^0o222); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(path, info.Mode()) })
	}
}

// A session that becomes somebody's history is one.
func TestSessionBecomesHistory(t *testing.T) {
	d := long(1)
	path := writeTestSession(t, d)
	s := openTest(t, path, Options{Project: "shop"})
	wantEqual(t, s, d)
	addLong(t, s, 6)
	var mode string
	if err := s.reads.QueryRow("PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("got journal mode %q, %v; want wal", mode, err)
	}
}

// What is there stays there.
func TestSessionOverNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteSession(t.Context(), path, these(simple(1)), SessionOptions{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "mine" {
		t.Errorf("got %q, %v", got, err)
	}
	wantAlone(t, path)
	d := simple(2)
	if err := WriteSession(t.Context(), path, these(d, d), SessionOptions{Overwrite: true}); err != nil {
		t.Fatal(err)
	}
	wantAlone(t, path)
	wantEqual(t, openFile(t, path), d)
}

// Whoever appears at the path meanwhile isn't overwritten either.
func TestSessionAppears(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.hook")
	late := func(yield func(*inspect.Delivery, error) bool) {
		if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
			t.Error(err)
		}
		yield(simple(1), nil)
	}
	if err := WriteSession(t.Context(), path, late, SessionOptions{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	wantAlone(t, path)
}

// A session that can't be finished leaves nothing.
func TestSessionBreaksOff(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s.hook")
	broken := errors.New("broken")
	ctx, cancel := context.WithCancel(t.Context())
	for _, c := range []struct {
		want error
		then func() error
	}{{broken, func() error { return broken }}, {context.Canceled, func() error { cancel(); return nil }}} {
		deliveries := func(yield func(*inspect.Delivery, error) bool) {
			_ = yield(simple(1), nil) && yield(simple(2), c.then())
		}
		if err := WriteSession(ctx, path, deliveries, SessionOptions{}); !errors.Is(err, c.want) {
			t.Errorf("got %v, want %v", err, c.want)
		}
	}
	if names := filesIn(t, dir); len(names) != 0 {
		t.Errorf("got the files %q, want none", names)
	}
	if err := WriteSession(t.Context(), filepath.Join(dir, "none", "s"), these(), SessionOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that isn't there: got %v", err)
	}
}

// Memory doesn't grow with the session.
func TestSessionMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	const rows, size = 300, 128 << 10
	body := make([]byte, size)
	var peak uint64
	many := func(yield func(*inspect.Delivery, error) bool) {
		var m runtime.MemStats
		for i := range rows {
			d := simple(i)
			copy(body, d.ID)
			d.Body = inspect.CaptureOf(body)
			if i%30 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
			if !yield(d, nil) {
				return
			}
		}
	}
	path := filepath.Join(t.TempDir(), "s.hook")
	if err := WriteSession(t.Context(), path, many, SessionOptions{}); err != nil {
		t.Fatal(err)
	}
	if peak > rows*size/3 {
		t.Errorf("got %d bytes in use for a session of %d", peak, rows*size)
	}
	if n := count(t, openFile(t, path), "SELECT count(*) FROM delivery"); n != rows {
		t.Errorf("got %d deliveries, want %d", n, rows)
	}
}

// What is no session is called so, and a newer one is refused.
func TestOpenOtherFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	newer := writeTestSession(t, simple(1))
	execFile(t, newer, "PRAGMA user_version = 999")
	foreign := write("foreign", "")
	execFile(t, foreign, "CREATE TABLE t (x)")
	for path, want := range map[string]error{
		dir: ErrNotHistory, write("text", "hello"): ErrNotHistory, write("empty", ""): ErrNotHistory, foreign: ErrNotHistory,
		filepath.Join(dir, "none"): fs.ErrNotExist,
	} {
		if _, err := Open(t.Context(), path, Options{ReadOnly: true}); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", path, err, want)
		}
	}
	_, err := Open(t.Context(), newer, Options{ReadOnly: true})
	if e, ok := errors.AsType[*NewerError](err); !ok || e.Found != 999 {
		t.Errorf("got %v, want a NewerError", err)
	}
}

// execFile changes a database as another program does.
func execFile(t testing.TB, path, query string) {
	t.Helper()
	err := withConn(t.Context(), dsn(path, accessPrepare, 0), func(conn *sql.Conn) error {
		_, err := conn.ExecContext(t.Context(), query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The history of an older hook, or the copy of one that was in use, is read without a change to it.
func TestOpenOthersHistory(t *testing.T) {
	for name, makeOdd := range map[string]func(s *Store){
		"older": func(s *Store) { s.Close(); makeOld(t, s.path) },
		"in use, as it lies there": func(s *Store) {
			dir := t.TempDir()
			for _, suffix := range []string{"", "-wal"} {
				if err := copyFile(s.path+suffix, filepath.Join(dir, "history.db"+suffix)); err != nil {
					t.Fatal(err)
				}
			}
			s.path = filepath.Join(dir, "history.db")
		},
		"in use": func(*Store) {},
		"closed": func(s *Store) { s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			s := newTest(t)
			s.segments.close() // nothing goes outside
			d := addLong(t, s, 1)[0]
			original := s.path
			makeOdd(s)
			path := s.path
			s.path = original
			before := contents(t, filepath.Dir(path))
			read := openFile(t, path)
			wantEqual(t, read, d)
			if err := read.Close(); err != nil {
				t.Error(err)
			}
			if after := contents(t, filepath.Dir(path)); !reflect.DeepEqual(after, before) {
				t.Errorf("got the files %v, want %v", after, before)
			}
			if read.copied != "" {
				if _, err := os.Stat(read.copied); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("the copy is still there: %v", err)
				}
			}
		})
	}
}

// contents sums up the files in dir, but for the index of SQLite's log, which its readers note themselves in.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, name := range filesIn(t, dir) {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil && filepath.Ext(name) != ".db-shm" {
			all[name] = fmt.Sprintf("%d %x", len(b), sha256.Sum256(b))
		}
	}
	return all
}
