package history

import (
	"database/sql"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// makeOld makes of a history what it was before long bodies were outside.
func makeOld(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`DROP TABLE body; DROP TABLE word; DROP TRIGGER delivery_adopted;
		DROP INDEX delivery_received; DROP INDEX delivery_project; DROP INDEX delivery_event; DROP INDEX delivery_status;
		DROP INDEX delivery_redelivered; CREATE INDEX delivery_received ON delivery (received, project);
		ALTER TABLE delivery DROP COLUMN edited; ALTER TABLE delivery DROP COLUMN masked; ALTER TABLE delivery DROP COLUMN redelivered;
		PRAGMA user_version = 1`); err != nil {
		t.Fatal(err)
	}
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
