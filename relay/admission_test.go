package relay

import (
	"testing"
	"time"
)

func TestAdmissionIsBounded(t *testing.T) {
	var a admission
	now := time.Unix(1_700_000_000, 0)
	come := func(n int) (in int) {
		for range n {
			if a.admit(now) {
				in++
			}
		}
		return in
	}
	if got := come(1000); got != admittedBurst {
		t.Errorf("of 1000 at once %d came in, want %d", got, admittedBurst)
	}
	now = now.Add(time.Second / 2)
	if got := come(1000); got != admitted/2 {
		t.Errorf("half a second later %d came in, want %d", got, admitted/2)
	}
	now = now.Add(time.Hour)
	if got := come(1000); got != admittedBurst {
		t.Errorf("an hour later %d came in, want %d", got, admittedBurst)
	}
	now = now.Add(-time.Minute) // the clock was set back
	if got := come(1); got != 0 {
		t.Error("a clock that was set back lets one in")
	}
}
