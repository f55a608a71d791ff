package relay

import (
	"sync"
	"time"
)

// An admission bounds how many clients may come in a second: after a restart all of them come at once.
type admission struct {
	mu sync.Mutex
	bucket
}

const (
	admitted      = 250 // clients a second
	admittedBurst = 250 // clients at once
)

// admit says whether one more client may come now.
func (a *admission) admit(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.take(now, pace{admitted, admittedBurst}) == 0
}
