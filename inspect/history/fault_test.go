package history

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// openTrying opens a history as a listener does, and looks after it until the test ends.
func openTrying(t *testing.T, path string) *Store {
	t.Helper()
	s := openTest(t, path, Options{KeepTrying: true, MaxAge: -1})
	s.quiet = 10 * time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.RunUpkeep(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

// await waits until the history can be written, or can't be.
func await(t *testing.T, s *Store, writable bool) {
	t.Helper()
	for late := time.Now().Add(longEnough); ; {
		if _, err := s.Failed(); (err == nil) == writable {
			return
		} else if time.Now().After(late) {
			t.Fatalf("after %v: %v", longEnough, err)
		}
		<-time.After(time.Millisecond)
	}
}

// keep stores a delivery with its attempt, and says whether that was possible.
func keep(s *Store, i int) (*inspect.Delivery, error) {
	d := simple(i)
	d.Attempts = []inspect.Attempt{{Number: 1, Started: d.ReceivedAt, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 200}}}
	d.Attempts[0].Response.Body.Complete = true
	p := s.Add(d)
	q := s.AddAttempt(d.ID, d.Attempts[0])
	<-p.Stored()
	<-q.Stored()
	return d, errors.Join(p.Err(), q.Err())
}

func mustKeep(t *testing.T, s *Store, i int) *inspect.Delivery {
	t.Helper()
	d, err := keep(s, i)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What stands in the way of a history at first: each is taken away, and then the history is there without a restart.
func TestOpenLater(t *testing.T) {
	for name, obstacle := range map[string]func(t *testing.T, path string) (clear func() error){
		"its folder is a file": func(t *testing.T, path string) func() error {
			dir := filepath.Dir(path)
			if err := os.WriteFile(dir, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return func() error { return os.Remove(dir) }
		},
		"garbage": func(t *testing.T, path string) func() error {
			write(t, path, bytes.Repeat([]byte("garbage "), 5000))
			return func() error { return os.Rename(path, path+".damaged") }
		},
		"lost its content": func(t *testing.T, path string) func() error {
			write(t, path, nil)
			write(t, path+"-wal", []byte("something"))
			return func() error { return errors.Join(os.Rename(path, path+".damaged"), os.Remove(path+"-wal")) }
		},
		"no database": func(t *testing.T, path string) func() error {
			if err := os.MkdirAll(path, 0o700); err != nil {
				t.Fatal(err)
			}
			return func() error { return os.Remove(path) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "data", "history.db")
			clear := obstacle(t, path)
			if _, err := Open(t.Context(), path, Options{Project: testProject}); err == nil {
				t.Error("opened by others: got no error")
			}
			s := openTrying(t, path)
			await(t, s, false)
			if _, err := keep(s, 1); err == nil {
				t.Error("add: got no error")
			}
			if _, err := s.List(t.Context(), Query{}); err == nil {
				t.Error("list: got no error")
			}
			if err := clear(); err != nil {
				t.Fatal(err)
			}
			await(t, s, true)
			wantEqual(t, s, mustKeep(t, s, 2))
			other := openTest(t, path, Options{})
			if list, err := other.List(t.Context(), Query{}); err != nil || len(list) == 0 {
				t.Errorf("others list %d, %v", len(list), err)
			}
		})
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Of a history that could not be opened nothing is changed.
func TestOpenChangesNothingDamaged(t *testing.T) {
	path, _ := filled(t, 50, func(int) int { return 5000 })
	damage(t, path, 1, func(b []byte) { clear(b[:50]) })
	before := contents(t, filepath.Dir(path))
	if _, err := Open(t.Context(), path, Options{Project: testProject}); !errors.Is(err, ErrNotHistory) {
		t.Errorf("got %v, want ErrNotHistory", err)
	}
	s := openTrying(t, path)
	if _, err := keep(s, 1); err == nil {
		t.Error("add: got no error")
	}
	after := contents(t, filepath.Dir(path))
	delete(after, "history.db.locks")
	delete(before, "history.db.locks")
	if !reflect.DeepEqual(before, after) {
		t.Errorf("got the files %v, want %v", after, before)
	}
}

// Somebody takes the database away while a listener writes: what comes then is in a new one, which all others see too.
func TestDatabaseReplaced(t *testing.T) {
	for name, remove := range map[string]func(t *testing.T, path string) error{
		"deleted": func(_ *testing.T, path string) error { return os.Remove(path) },
		"deleted, with all": func(_ *testing.T, path string) error { // at once: the listener makes what it misses while the rest goes
			gone := filepath.Dir(path) + ".gone"
			return errors.Join(os.Rename(filepath.Dir(path), gone), os.RemoveAll(gone))
		},
		"moved with its own": func(_ *testing.T, path string) error {
			return os.Rename(filepath.Dir(path), filepath.Dir(path)+".damaged")
		},
		"another in its place": func(t *testing.T, path string) error {
			session := writeTestSession(t, simple(77))
			for _, suffix := range []string{"-wal", "-shm"} {
				if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
			return os.Rename(session, path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "data", "history.db")
			s := openTrying(t, path)
			watched := make(chan string, 1000)
			ctx, cancel := context.WithCancel(t.Context())
			watching := make(chan struct{})
			go func() {
				defer close(watching)
				for batch := range s.Watch(ctx, 0) {
					for _, d := range batch {
						watched <- d.ID
					}
				}
			}()
			defer func() { cancel(); <-watching }()
			for i := range 20 {
				mustKeep(t, s, i)
			}
			addLong(t, s, firstInside+2) // its segment is elsewhere then, too
			if err := remove(t, path); err != nil {
				t.Fatal(err)
			}
			after := mustKeep(t, s, 50)
			long := addLong(t, s, 2)
			other := openTest(t, path, Options{})
			for _, d := range append(long, after) {
				wantEqual(t, s, d)
				wantEqual(t, other, d)
			}
			checkIntegrity(t, other)
			for {
				select {
				case id := <-watched:
					if id == after.ID {
						return
					}
				case <-time.After(longEnough):
					t.Fatal("who watches didn't see what came")
				}
			}
		})
	}
}

// A segment that somebody deleted is not written to any more.
func TestSegmentDeleted(t *testing.T) {
	s := openTrying(t, filepath.Join(t.TempDir(), "history.db"))
	s.segments.inside = firstInside
	addLong(t, s, 2)
	if err := os.RemoveAll(s.bodyDir()); err != nil {
		t.Fatal(err)
	}
	s.segments.renew()
	wantEqual(t, s, addLong(t, s, 1)[0])
}

// What reached the journal while the database could not be written is stored as soon as it can be.
func TestJournalIsStoredLater(t *testing.T) {
	s := openTrying(t, filepath.Join(t.TempDir(), "history.db"))
	mustKeep(t, s, 0)
	err := s.do(t.Context(), "fill the disk", func(tx *transaction) error {
		return tx.conn.exec("CREATE TRIGGER full BEFORE INSERT ON delivery BEGIN SELECT raise(ABORT, 'full'); END")
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := keep(s, 1)
	if err == nil {
		t.Fatal("got no error")
	}
	await(t, s, true) // the rest can be written
	if err := s.do(t.Context(), "make room", func(tx *transaction) error { return tx.conn.exec("DROP TRIGGER full") }); err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(longEnough); ; {
		got, err := s.Get(t.Context(), d.ID)
		if err == nil {
			if last := got.Last(); last == nil || last.Outcome != inspect.OutcomeInterrupted || last.Err != lostAnswer {
				t.Errorf("got the attempt %+v, want it interrupted", last)
			}
			break
		}
		if time.Now().After(late) {
			t.Fatal(err)
		}
		<-time.After(time.Millisecond)
	}
	for late := time.Now().Add(longEnough); s.journal.left() != 0; { // it is emptied behind the transaction
		if time.Now().After(late) {
			t.Fatalf("got %d left in the journal", s.journal.left())
		}
		<-time.After(time.Millisecond)
	}
}

// A damaged index of words loses no delivery: it is made anew.
func TestIndexDamaged(t *testing.T) {
	s := newTest(t)
	var all []*inspect.Delivery
	for i := range 50 {
		all = append(all, mustKeep(t, s, i))
	}
	if err := s.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := s.path
	s.Close()
	execFile(t, path, "UPDATE search_data SET block = x'00ff00ff' WHERE id > 10")
	s = openTest(t, path, Options{})
	_, err := s.List(t.Context(), Query{Words: []string{"stripe"}})
	if !IsIndexDamaged(err) {
		t.Fatalf("got %v, want a damaged index", err)
	}
	if err := s.ForgetIndex(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, indexed := range []bool{false, true} {
		if list, err := s.List(t.Context(), Query{Words: []string{"stripe"}, Limit: -1}); err != nil || len(list) != len(all) {
			t.Errorf("indexed %v: got %d found, %v; want %d", indexed, len(list), err, len(all))
		}
		if err := s.Index(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	checkIntegrity(t, s)
}

// Damage that SQLite finds only while it reads is told, by whatever is read, and a listener's writing too.
func TestDamageIsFound(t *testing.T) {
	path, all := filled(t, 500, func(int) int { return 300 })
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for page := 2; page <= int(info.Size()/pageSize); page++ {
		damage(t, path, page, func(b []byte) { clear(b) })
	}
	s := openTest(t, path, Options{KeepTrying: true})
	if _, err := s.List(t.Context(), Query{}); !IsDamaged(err) {
		t.Errorf("list: got %v", err)
	}
	for id := range all {
		if _, err := s.Get(t.Context(), id); !IsDamaged(err) {
			t.Errorf("get: got %v", err)
		}
		break
	}
	if _, err := keep(s, 1); !IsDamaged(err) {
		t.Errorf("add: got %v", err)
	}
	if _, err := s.Failed(); !IsDamaged(err) {
		t.Errorf("failed: got %v", err)
	}
}
