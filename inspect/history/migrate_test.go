package history

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// undo4 makes of a history what it was before the fourth schema, and undo3 what it was before the third.
const (
	undo4 = "ALTER TABLE delivery DROP COLUMN skew;"
	undo3 = undo4 + `DROP TABLE word; DROP TRIGGER delivery_adopted;
		DROP INDEX delivery_received; DROP INDEX delivery_project; DROP INDEX delivery_event; DROP INDEX delivery_status;
		DROP INDEX delivery_redelivered; CREATE INDEX delivery_received ON delivery (received, project);
		ALTER TABLE delivery DROP COLUMN edited; ALTER TABLE delivery DROP COLUMN masked; ALTER TABLE delivery DROP COLUMN redelivered; ALTER TABLE delivery DROP COLUMN fresh;
		`
)

// makeOld makes of a history what it was before long bodies were outside.
func makeOld(t *testing.T, path string) {
	t.Helper()
	execFile(t, path, undo3+"DROP TABLE body; PRAGMA user_version = 1")
}

// A history of the first schema, with its long bodies inside and with what a process left in its journal, is brought up
// to date and loses nothing.
func TestFromSchema1(t *testing.T) {
	s := newTest(t)
	s.segments.close() // nothing goes outside
	old := addLong(t, s, 3)
	s.Close()
	makeOld(t, s.path)
	for _, d := range old {
		wantEqual(t, openFile(t, s.path), d)
	}
	left := long(9)
	left.Attempts = nil
	j := new(journal)
	if !j.append(s.lockDir(), &record{testProject, *left, place{}}) {
		t.Fatal("could not be kept")
	}
	j.lock.release()

	again := openTest(t, s.path, Options{})
	for _, d := range old {
		wantEqual(t, again, d)
	}
	left.Attempts = []inspect.Attempt{
		{Number: 1, Started: left.ReceivedAt, Outcome: inspect.OutcomeInterrupted, Err: settledErr},
	}
	wantEqual(t, again, left)
	again.segments.inside = firstInside
	wantEqual(t, again, addLong(t, again, 1)[0])
	if n := count(t, again, "SELECT count(*) FROM body"); n != 2 {
		t.Errorf("got %d bodies outside, want the two of the new delivery", n)
	}
	checkIntegrity(t, again)
}

// A history of the second schema keeps what it has outside.
func TestFromSchema2(t *testing.T) {
	s := newOutside(t)
	old := addLong(t, s, 3)
	s.Close()
	execFile(t, s.path, undo3+"PRAGMA user_version = 2")
	for _, d := range old {
		wantEqual(t, openFile(t, s.path), d)
	}
	again := openTest(t, s.path, Options{})
	for _, d := range append(old, addLong(t, again, 1)...) {
		wantEqual(t, again, d)
	}
	checkIntegrity(t, again)
}

// A history of the third schema says of no clock how far ahead it was, and remembers that from then on.
func TestFromSchema3(t *testing.T) {
	s := newTest(t)
	s.segments.close() // nothing goes outside
	old := addLong(t, s, 1)[0]
	s.Close()
	execFile(t, s.path, undo4+"PRAGMA user_version = 3")
	wantEqual(t, openFile(t, s.path), old)
	again := openTest(t, s.path, Options{})
	skewed := long(2)
	skewed.Skew = -3 * time.Minute
	store(t, again.Add(skewed))
	store(t, again.AddAttempt(skewed.ID, skewed.Attempts[0]))
	if all, err := again.List(t.Context(), Query{}); err != nil || len(all) != 2 || all[0].Skew != skewed.Skew || all[1].Skew != 0 {
		t.Errorf("got %+v, %v", all, err)
	}
	for _, d := range []*inspect.Delivery{old, skewed} {
		wantEqual(t, again, d)
	}
	checkIntegrity(t, again)
}

// Whoever knows only the rows of the first schema reads a body that is outside as not kept, and never as empty.
func TestRowsAloneAreHonest(t *testing.T) {
	s := newOutside(t)
	addLong(t, s, 1)
	for _, table := range []string{"request", "attempt"} {
		if n := count(t, s, "SELECT count(*) FROM "+table+" WHERE complete = 0 AND body IS NULL"); n != 1 {
			t.Errorf("%s: got %d rows that say so, want 1", table, n)
		}
	}
}

// Whoever is killed while it brings a history up to date leaves it as it was, or as it is to be.
func TestMigrationKilled(t *testing.T) {
	rounds := 4
	if os.Getenv("HOOK_SLOW") != "" {
		rounds = 50
	}
	s := newTest(t)
	s.segments.close() // nothing goes outside
	var all []*inspect.Delivery
	for i := range 2000 {
		d := simple(i)
		d.Attempts = []inspect.Attempt{{Number: 1, Started: d.ReceivedAt, Outcome: inspect.OutcomeAnswered}}
		s.Add(d)
		s.AddAttempt(d.ID, d.Attempts[0])
		all = append(all, d)
	}
	s.Close()
	makeOld(t, s.path)
	for round := range rounds {
		path := copyHistory(t, s.path)
		c, out := startChild(t, "open", path)
		if !out.Scan() || out.Text() != "opening" {
			t.Fatalf("got %q, want it to open", out.Text())
		}
		<-time.After(time.Duration(round) * 2 * time.Millisecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for out.Scan() {
		}
		_ = c.Wait()
		again := openTest(t, path, Options{})
		for _, d := range []*inspect.Delivery{all[0], all[1000], all[1999]} {
			wantEqual(t, again, d)
		}
		if n := count(t, again, "SELECT count(*) FROM delivery"); n != len(all) {
			t.Errorf("round %d: got %d deliveries, want %d", round, n, len(all))
		}
		checkIntegrity(t, again)
	}
}

// A newer history is refused as it is, to whoever wants to read or write, and so is what a listener keeps trying.
func TestNewerIsRefused(t *testing.T) {
	s := newTest(t)
	s.Close()
	execFile(t, s.path, "PRAGMA user_version = 999")
	before := contents(t, filepath.Dir(s.path))
	for _, o := range []Options{{}, {ReadOnly: true}, {KeepTrying: true}} {
		o.Project = testProject
		_, err := Open(t.Context(), s.path, o)
		if e, ok := errors.AsType[*NewerError](err); !ok || e.Found != 999 {
			t.Errorf("%+v: got %v, want a NewerError", o, err)
		}
	}
	if after := contents(t, filepath.Dir(s.path)); !reflect.DeepEqual(after, before) {
		t.Errorf("got the files %v, want %v", after, before)
	}
}
