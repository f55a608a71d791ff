package history

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// held is a journal with what was appended to it and not stored.
func held(t *testing.T, deliveries ...*inspect.Delivery) (dir string, j *journal) {
	t.Helper()
	dir, j = filepath.Join(t.TempDir(), "locks"), &journal{}
	for _, d := range deliveries {
		if !j.append(dir, &record{testProject, *d, place{}}) {
			t.Fatal("could not be kept")
		}
	}
	return dir, j
}

func TestJournalIsReadBack(t *testing.T) {
	one, two := simple(1), simple(2)
	two.Header = map[string][]string{"X-Odd": {"\xff\x00", ""}}
	_, j := held(t, one, two)
	got, err := readJournal(j.lock.file)
	if err != nil || len(got) != 2 || got[0].Project != testProject || got[0].Delivery.ID != one.ID {
		t.Fatalf("got %+v", got)
	}
	if !reflect.DeepEqual(got[1].Delivery.Header, two.Header) || !reflect.DeepEqual(got[1].Delivery.Body, two.Body) {
		t.Errorf("got %+v, want %+v", got[1].Delivery, *two)
	}
	j.lock.remove()
}

// A write that was cut off, or bytes that changed, end the journal: what stands before still counts.
func TestJournalWithABrokenTail(t *testing.T) {
	for name, damage := range map[string]func(f *os.File, end int64) error{
		"cut off": func(f *os.File, end int64) error { return f.Truncate(end - 3) },
		"changed": func(f *os.File, end int64) error { _, err := f.WriteAt([]byte{0x55}, end-3); return err },
		"garbage": func(f *os.File, end int64) error {
			_, err := f.WriteAt([]byte("\xff\xff\xff\xff more"), end)
			return err
		},
	} {
		_, j := held(t, simple(1), simple(2))
		if err := damage(j.lock.file, j.size); err != nil {
			t.Fatal(err)
		}
		want := 1
		if name == "garbage" {
			want = 2
		}
		if got, err := readJournal(j.lock.file); err != nil || len(got) != want {
			t.Errorf("%s: got %d records, %v; want %d", name, len(got), err, want)
		}
		j.lock.remove()
	}
}

func TestJournalIsEmptiedOnceAllIsStored(t *testing.T) {
	dir, j := held(t, simple(1), simple(2))
	j.stored(1)
	if !journalsWait(dir) {
		t.Error("emptied with a record left")
	}
	j.stored(1)
	if journalsWait(dir) {
		t.Error("not emptied")
	}
	if !j.append(dir, &record{testProject, *simple(3), place{}}) {
		t.Error("it can't be used again")
	}
	if got, err := readJournal(j.lock.file); err != nil || len(got) != 1 {
		t.Errorf("used again it has %d records, %v", len(got), err)
	}
	j.lock.remove()
}

// A journal that could not be written, as on a full disk, is used again when it can be.
func TestJournalRecovers(t *testing.T) {
	dir, j := held(t)
	if _, err := j.claim(dir); err != nil {
		t.Fatal(err)
	}
	j.size = maxJournal + 1
	if !j.append(dir, &record{testProject, *simple(1), place{}}) {
		t.Error("not used again")
	}
	j.lock.remove()
}
