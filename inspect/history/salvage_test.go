package history

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// collect reads all that can be read of the history at path.
func collect(t testing.TB, path string) map[string]*inspect.Delivery {
	t.Helper()
	return collecting(t)(path)
}

// collecting is collect, for many.
func collecting(t testing.TB) func(path string) map[string]*inspect.Delivery {
	t.Helper()
	shapes, err := shapesOf(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func(path string) map[string]*inspect.Delivery {
		t.Helper()
		all := make(map[string]*inspect.Delivery)
		err := salvaged(t.Context(), path, shapes, func(d *inspect.Delivery, _ error) bool {
			if all[d.ID] != nil {
				t.Errorf("%s comes twice", d.ID)
			}
			all[d.ID] = d
			return true
		})
		if err != nil && !errors.Is(err, ErrNotHistory) { // which it is when nothing is left
			t.Fatal(err)
		}
		return all
	}
}

// filled is the path of a closed history with n deliveries, of which each has one attempt and a body of its own, and what they are.
func filled(t testing.TB, n int, size func(i int) int) (string, map[string]*inspect.Delivery) {
	t.Helper()
	s := newOutside(t)
	all := make(map[string]*inspect.Delivery, n)
	for i := range n {
		d := simple(i)
		d.Body = inspect.CaptureOf(bytes.Repeat([]byte(d.ID), size(i)/len(d.ID)+1))
		d.Attempts = []inspect.Attempt{{
			Number: 1, Target: "http://localhost:3000", Started: d.ReceivedAt, Outcome: inspect.OutcomeAnswered,
			Response: &inspect.Response{Status: 200, Body: inspect.CaptureOf([]byte(d.ID))},
		}}
		s.Add(d)
		p := s.AddAttempt(d.ID, d.Attempts[0])
		if i%500 == 499 {
			<-p.Stored()
		}
		all[d.ID] = d
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Failed(); n > 0 {
		t.Fatal(n, err)
	}
	return s.path, all
}

// wantTrue checks that what was read is what was there: less perhaps, but nothing else. It returns how many came back with
// all they had.
func wantTrue(t testing.TB, got, want map[string]*inspect.Delivery) (whole int) {
	t.Helper()
	for id, d := range got {
		was := want[id]
		switch {
		case was == nil:
			t.Errorf("%s was never there", id)
		case reflect.DeepEqual(d, was):
			whole++
		case d.Body.Complete && !bytes.Equal(d.Body.Bytes, was.Body.Bytes), !d.ReceivedAt.Equal(was.ReceivedAt), d.Method != was.Method:
			t.Errorf("%s has changed: %+v", id, d)
		}
	}
	return whole
}

// Of a history that isn't damaged all comes back: what is in its log too, and what is in segments and journals.
func TestSalvageWhole(t *testing.T) {
	s := newOutside(t)
	want := make(map[string]*inspect.Delivery)
	for _, d := range append(addLong(t, s, 3), full(), simple(7)) {
		if d.ReceivedAt = d.ReceivedAt.UTC(); len(d.Attempts) != 1 { // else it is there already
			s.Add(d)
			for _, a := range d.Attempts {
				s.AddAttempt(d.ID, a)
			}
		}
		want[d.ID] = d
	}
	for i := range 200 { // several pages
		d := simple(i)
		d.Attempts = []inspect.Attempt{{Number: 1, Outcome: inspect.OutcomeAnswered}}
		s.Add(d)
		s.AddAttempt(d.ID, inspect.Attempt{Number: 1})
		s.AddAttempt(d.ID, d.Attempts[0])
		want[d.ID] = d
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := simple(9)
	j := new(journal)
	if !j.append(s.lockDir(), &record{testProject, *left, place{}}) {
		t.Fatal("could not be kept")
	}
	j.lock.release()
	want[left.ID] = left
	for _, d := range want {
		settleSalvaged(d)
	}
	got := collect(t, s.path) // while it is open, with its log
	for id, d := range want {
		if !reflect.DeepEqual(got[id], d) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", id, got[id], d)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d deliveries, want %d", len(got), len(want))
	}
}

// damage overwrites the page with that number, from 1.
func damage(t testing.TB, path string, page int, how func([]byte)) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	b := make([]byte, pageSize)
	if _, err := file.ReadAt(b, int64(page-1)*pageSize); err != nil {
		t.Fatal(err)
	}
	how(b)
	if _, err := file.WriteAt(b, int64(page-1)*pageSize); err != nil {
		t.Fatal(err)
	}
}

// With pages of 5,000 deliveries damaged, whichever they are, only what was on them is lost, and nothing is made up.
func TestSalvageDamagedPages(t *testing.T) {
	const count = 5000
	path, want := filled(t, count, func(i int) int { return 100 + i%4000 })
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	pages := int(info.Size() / pageSize)
	random := rand.New(rand.NewPCG(1, 2))
	zeros := func(b []byte) { clear(b) }
	noise := func(b []byte) {
		for i := range b {
			b[i] = byte(random.Uint32())
		}
	}
	few := func(b []byte) { // the beginning, where the page says what it is
		for range 8 {
			b[random.IntN(64)] ^= 1 << random.IntN(8)
		}
	}
	for name, how := range map[string]func([]byte){"zeros": zeros, "noise": noise, "flipped bits": few} {
		t.Run(name, func(t *testing.T) {
			copied := copyHistory(t, path)
			const damaged = 40
			for range damaged {
				damage(t, copied, 2+random.IntN(pages-1), how)
			}
			got := collect(t, copied)
			whole := wantTrue(t, got, want)
			t.Logf("%d of %d pages damaged: got %d of %d, %d of them whole", damaged, pages, len(got), count, whole)
			if whole < count-damaged*40 { // rows of lists are small
				t.Errorf("got %d whole ones of %d, want more", whole, count)
			}
		})
	}
}

// Wherever a single page is damaged, the way to others too, the most comes back.
func TestSalvageAnyPage(t *testing.T) {
	path, want := filled(t, 300, func(int) int { return 1000 })
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	read := collecting(t)
	for page := 1; page <= int(info.Size()/pageSize); page++ {
		copied := copyHistory(t, path)
		damage(t, copied, page, func(b []byte) { clear(b) })
		if whole := wantTrue(t, read(copied), want); whole < 150 { // a page of the list has a hundred
			t.Errorf("without page %d: got %d of 300", page, whole)
		}
	}
}

// copyHistory copies the database and what is beside it into a folder of its own.
func copyHistory(t testing.TB, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "history.db")
	if err := copyFile(path, to); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to+".bodies", os.DirFS(path+".bodies")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return to
}

// A file that was cut off has what is left of it; a log that is damaged what came before.
func TestSalvageCutOff(t *testing.T) {
	path, want := filled(t, 1000, func(int) int { return 500 })
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()*2/3+100); err != nil {
		t.Fatal(err)
	}
	got := collect(t, path)
	if whole := wantTrue(t, got, want); whole < 300 {
		t.Errorf("got %d whole ones of 1000", whole)
	}
	t.Logf("two thirds of the file: got %d of 1000", len(got))
}

// What was deleted doesn't come back.
func TestSalvageDeleted(t *testing.T) {
	s := newTest(t)
	var ids []string
	kept := make(map[string]*inspect.Delivery)
	for i := range 400 {
		d := simple(i)
		s.Add(d)
		if i%2 == 0 || i < 300 {
			ids = append(ids, d.ID)
		} else {
			kept[d.ID] = d
		}
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Delete(t.Context(), ids...); err != nil {
		t.Fatal(err)
	}
	s.Close()
	info, err := os.Stat(s.path)
	if err != nil {
		t.Fatal(err)
	}
	read := collecting(t)
	for page := 2; page <= int(info.Size()/pageSize); page++ {
		copied := copyHistory(t, s.path)
		damage(t, copied, page, func(b []byte) { clear(b) })
		wantTrue(t, read(copied), kept)
	}
}

func TestSalvageNothing(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "text": "hello", "noise": fmt.Sprint(rand.Perm(20_000))} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, err := range Salvage(t.Context(), path) {
			if !errors.Is(err, ErrNotHistory) {
				t.Errorf("%s: got %v, want ErrNotHistory", name, err)
			}
		}
	}
	for _, err := range Salvage(t.Context(), filepath.Join(dir, "none")) {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v, want fs.ErrNotExist", err)
		}
	}
}

// Whatever a file holds, reading what is left of it ends, and yields ids once.
func FuzzSalvage(f *testing.F) {
	path, _ := filled(f, 20, func(int) int { return 300 })
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, uint32(0), byte(0))
	f.Add(b, uint32(pageSize+3), byte(0xff))
	f.Add(b[:len(b)/2], uint32(30), byte(0x80))
	shapes, err := shapesOf(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte, at uint32, flip byte) {
		if len(b) > 0 {
			b[int(at)%len(b)] ^= flip
		}
		path := filepath.Join(dir, "history.db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		_ = salvaged(t.Context(), path, shapes, func(d *inspect.Delivery, err error) bool {
			if err != nil || seen[d.ID] {
				t.Errorf("got %v, %v; want each once", d, err)
			}
			seen[d.ID] = true
			return true
		})
	})
}

// A long body in the database whose last page is wiped or cut off is not taken for one with zeros.
func TestSalvageLongBodyInside(t *testing.T) {
	s := newTest(t)
	d := simple(1)
	d.Body = inspect.CaptureOf(bytes.Repeat([]byte("body "), 10_000))
	store(t, s.Add(d))
	s.Close()
	info, err := os.Stat(s.path)
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	read := collecting(t)
	for page := 2; page <= int(info.Size()/pageSize); page++ {
		copied := copyHistory(t, s.path)
		damage(t, copied, page, func(b []byte) { clear(b) })
		got := read(copied)[d.ID]
		if got == nil {
			continue
		}
		if got.Body.Complete && !bytes.Equal(got.Body.Bytes, d.Body.Bytes) {
			t.Errorf("without page %d: got another body", page)
		}
		if !got.Body.Complete {
			lost++
		}
	}
	if lost < 50_000/pageSize {
		t.Errorf("got the body lost %d times, want it at each of its pages", lost)
	}
}
