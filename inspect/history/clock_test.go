package history

import (
	"testing"
	"time"
)

// A clock that is a year ahead for a minute is not believed, nor one that was just set right; one that is slowly corrected is.
func TestSteadiness(t *testing.T) {
	const year = 365 * 24 * time.Hour
	var s steadiness
	for _, c := range []struct {
		up, off time.Duration
		want    bool
	}{
		{0, 0, false},
		{time.Minute, 0, false},
		{steadyFor, 30 * time.Second, true},
		{steadyFor + time.Second, year, false},
		{steadyFor + time.Minute, year, false},
		{steadyFor + 2*time.Minute, 0, false},
		{2*steadyFor + time.Minute, 0, false},
		{2*steadyFor + 2*time.Minute, 0, true},
		{3 * steadyFor, -time.Hour, false},
	} {
		if got := s.look(start.Add(c.up+c.off), c.up); got != c.want {
			t.Errorf("after %v, off by %v: got %v, want %v", c.up, c.off, got, c.want)
		}
	}
}

// left are the numbers of the deliveries that are left of those.
func left(t *testing.T, s *Store, ids []string) (all []int) {
	t.Helper()
	for i, id := range ids {
		if _, err := s.Get(t.Context(), id); err == nil {
			all = append(all, i)
		} else if !isMissing(err) {
			t.Fatal(err)
		}
	}
	return all
}

// The clock was a year ahead for a while. What came then goes with what came before it, and nothing that came after is deleted
// before: neither by age nor by count. What an import brought stays as long as what was there.
func TestTrimWithAClockThatWasWrong(t *testing.T) {
	s := openTest(t, t.TempDir()+"/history.db", Options{MaxAge: 30 * 24 * time.Hour, MaxCount: -1})
	now := time.Now()
	var ids []string
	for _, age := range []time.Duration{40 * 24 * time.Hour, 35 * 24 * time.Hour, -365 * 24 * time.Hour, 24 * time.Hour, 0, 50 * 24 * time.Hour} {
		d := simple(0)
		d.ReceivedAt = now.Add(-age)
		ids = append(ids, d.ID)
		store(t, s.Add(d))
	}
	if n, err := s.Trim(t.Context()); n != 3 || err != nil {
		t.Errorf("by age: got %d trimmed, %v; want the first 3", n, err)
	}
	if got := left(t, s, ids); len(got) != 3 || got[0] != 3 {
		t.Errorf("by age: got %v left, want 3 to 5", got)
	}
	s.options.MaxCount = 2
	if n, err := s.Trim(t.Context()); n != 1 || err != nil {
		t.Errorf("by count: got %d trimmed, %v; want 1", n, err)
	}
	if got := left(t, s, ids); len(got) != 2 || got[0] != 4 {
		t.Errorf("by count: got %v left, want 4 and 5", got)
	}
}

// While the clock is not known to run evenly, nothing goes by age.
func TestUpkeepDoubtsTheClock(t *testing.T) {
	s := openTest(t, t.TempDir()+"/history.db", Options{MaxAge: time.Hour, MaxCount: 1})
	for i := range 3 {
		store(t, s.Add(simple(i))) // long ago
	}
	if n, err := s.trim(t.Context(), false); n != 2 || err != nil {
		t.Errorf("got %d trimmed, %v; want the 2 that are too many", n, err)
	}
	if n, err := s.trim(t.Context(), true); n != 1 || err != nil {
		t.Errorf("got %d trimmed, %v; want the one that is too old", n, err)
	}
}
