package relay

import "testing"

// It has room for so many, and forgets what was not used for the longest time.
func TestRecentForgets(t *testing.T) {
	var r recent[int, int]
	r.mu.Lock()
	defer r.mu.Unlock()
	for key := range mostRecent {
		*r.at(key) = key + 1
	}
	for _, key := range []int{0, mostRecent / 2, mostRecent - 1} { // the oldest, one in the middle, the newest
		if got := *r.at(key); got != key+1 {
			t.Fatalf("%d: got %d", key, got)
		}
	}
	for key := mostRecent; key < 2*mostRecent-3; key++ { // all but the three that were used
		*r.at(key) = key + 1
	}
	for _, key := range []int{0, mostRecent / 2, mostRecent - 1, mostRecent, 2*mostRecent - 4} {
		if r.entries[key] == nil || r.entries[key].value != key+1 {
			t.Errorf("%d was forgotten", key)
		}
	}
	if r.entries[1] != nil || r.entries[mostRecent-2] != nil {
		t.Error("it forgets nothing")
	}
	if got := *r.at(1); got != 0 {
		t.Errorf("what was forgotten has the value %d", got)
	}
	if r.entries[0] != nil || len(r.entries) != mostRecent {
		t.Errorf("the oldest is still there, and %d in all", len(r.entries))
	}
	n := 0
	for e := r.newest; e != nil; e = e.older {
		if e.older == nil && e != r.oldest || e.older != nil && e.older.newer != e {
			t.Fatal("the order is broken")
		}
		n++
	}
	if n != mostRecent {
		t.Errorf("the order has %d entries, want %d", n, mostRecent)
	}
}
