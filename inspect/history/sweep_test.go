package history

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// deleteAll deletes the deliveries, which must be there.
func deleteAll(t *testing.T, s *Store, all ...*inspect.Delivery) {
	t.Helper()
	var ids []string
	for _, d := range all {
		ids = append(ids, d.ID)
	}
	if n, err := s.Delete(t.Context(), ids...); n != len(ids) || err != nil {
		t.Errorf("got %d deleted, %v; want %d", n, err, len(ids))
	}
}

// What is deleted is nowhere to be found, what is not stays, and a segment goes with the last of its rows.
func TestDeleteErases(t *testing.T) {
	s := newOutside(t)
	all := addLong(t, s, 3)
	path := segmentsOf(t, s)[0]
	s.Close()
	other := openTest(t, s.path, Options{})
	deleteAll(t, other, all[0], all[2])
	wantEqual(t, other, all[1])
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range all {
		if there := bytes.Contains(content, []byte(d.ID)); there != (i == 1) {
			t.Errorf("delivery %d: got its body in the file: %v", i, there)
		}
	}
	deleteAll(t, other, all[1])
	if paths := segmentsOf(t, other); len(paths) != 0 {
		t.Errorf("got the segments %v, want none", paths)
	}
}

// Where no holes can be made zeros are written.
func TestBlank(t *testing.T) {
	path := filepath.Join(t.TempDir(), "segment")
	body := bytes.Repeat([]byte("x"), 200_000)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := blank(file, 10, 150_000); err != nil {
		t.Fatal(err)
	}
	clear(body[10:150_010])
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, body) {
		t.Errorf("got another content, %v", err)
	}
}

// The segment that an instance still writes to stays, those before it go.
func TestSweepOwn(t *testing.T) {
	s := newOutside(t)
	all := addLong(t, s, 2)
	first := segmentsOf(t, s)[0]
	s.segments.end = segmentSize
	all = append(all, addLong(t, s, 1)...)
	deleteAll(t, s, all...)
	if paths := segmentsOf(t, s); len(paths) != 1 || paths[0] == first {
		t.Errorf("got the segments %v, want the second", paths)
	}
	wantEqual(t, s, addLong(t, s, 1)[0])
}

// Nobody removes what is on its way to the database: neither from an instance that lives, nor from one that has left it in
// its journal.
func TestSweepSparesWhatIsOnItsWay(t *testing.T) {
	s := newOutside(t)
	other := openTest(t, s.path, Options{})
	d, next := long(0), long(1)
	d.Attempts = nil
	release := stall(t, other)
	<-s.Add(d).Done()
	s.segments.end = segmentSize
	<-s.Add(next).Done() // goes to a segment of its own
	for _, sweeper := range []*Store{s, other} {
		if err := sweeper.sweep(t.Context()); err != nil {
			t.Error(err)
		}
	}
	release()
	wantEqual(t, s, d)

	lock := filepath.Join(s.lockDir(), s.ownInstance())
	deleteAll(t, other, d, next)
	if err := os.Rename(lock, lock+unreadable); err != nil {
		t.Skip(err) // Windows renames no file that is open
	}
	if err := other.sweep(t.Context()); err != nil || len(segmentsOf(t, s)) != 2 {
		t.Errorf("with an unreadable journal: got the segments %v, %v; want two", segmentsOf(t, s), err)
	}
	if err := os.Remove(lock + unreadable); err != nil {
		t.Fatal(err)
	}
	if err := other.sweep(t.Context()); err != nil || len(segmentsOf(t, s)) != 0 {
		t.Errorf("with no journal: got the segments %v, %v; want none", segmentsOf(t, s), err)
	}
}

// What others put into the folder is none of ours.
func TestSweepSparesOthers(t *testing.T) {
	s := newOutside(t)
	deleteAll(t, s, addLong(t, s, 1)...)
	want := filepath.Join(s.bodyDir(), "notes.txt")
	if err := os.WriteFile(want, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.Close()
	again := openTest(t, s.path, Options{})
	if _, err := again.Trim(t.Context()); err != nil {
		t.Fatal(err)
	}
	if paths := segmentsOf(t, s); len(paths) != 1 || paths[0] != want {
		t.Errorf("got %v, want only %s", paths, want)
	}
}

func TestTrimByBytesOutside(t *testing.T) {
	s := newOutside(t)
	all := addLong(t, s, 40) // 128 KiB each
	s.options.MaxAge, s.options.MaxBytes = -1, 2_000_000
	if _, err := s.Trim(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := s.List(t.Context(), Query{Limit: -1})
	if err != nil || len(list) < 10 || len(list) > 15 {
		t.Errorf("got %d left, %v; want 10 to 15", len(list), err)
	}
	for _, d := range all[len(all)-len(list):] {
		wantEqual(t, s, d)
	}
	if n := count(t, s, "SELECT count(*) FROM body"); n != 2*len(list) {
		t.Errorf("got %d bodies outside, want %d", n, 2*len(list))
	}
}
