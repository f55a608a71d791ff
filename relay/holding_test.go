package relay

import "testing"

// No address takes all the memory that there is for bodies which are to be held, and all of it comes back.
func TestMemoryOfHeldBodies(t *testing.T) {
	var all holding
	var one, other load
	shares := []*share{{of: &all, from: &one}, {of: &all, from: &one}, {of: &all, from: &other}, {of: &all}}
	for i, c := range []struct {
		share int
		to    int64
		taken bool
	}{
		{0, 1 << 20, true}, {0, maxHoldingEach, true}, {1, 1, false}, {2, maxHoldingEach, false},
	} {
		if err := shares[c.share].grow(c.to); (err == nil) != c.taken {
			t.Errorf("%d: to %d: %v", i, c.to, err)
		}
	}
	shares[1].leave()
	if err := shares[3].grow(1); err == nil {
		t.Error("there is more than there is")
	}
	for _, i := range []int{0, 2, 3} {
		shares[i].leave()
	}
	if all.bytes.Load() != 0 || one.holding.Load() != 0 || other.holding.Load() != 0 {
		t.Errorf("left: %d, %d and %d", all.bytes.Load(), one.holding.Load(), other.holding.Load())
	}
}
