package relay

import (
	"sync"
	"time"
)

// An admission bounds how many clients may come in a second: after a restart all of them come at once.
type admission struct {
	mu   sync.Mutex
	left float64   // how many may come now
	at   time.Time // when left was true
}

const (
	admitted      = 250 // clients a second
	admittedBurst = 250 // clients at once
)

// admit says whether one more client may come now.
func (a *admission) admit(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.at.IsZero() {
		a.left = admittedBurst
	} else if passed := now.Sub(a.at); passed > 0 {
		a.left = min(admittedBurst, a.left+passed.Seconds()*admitted)
	}
	a.at = now
	if a.left < 1 {
		return false
	}
	a.left--
	return true
}
