package state

import (
	"sync"
	"time"
)

// room is how much the disk has left, looked at now and then.
type room struct {
	dir string

	mu     sync.Mutex
	looked time.Time
	free   int64
	err    error
}

// lookEvery is for how long an answer holds. A disk loses in that time what the relay writes at most, which is far less than
// any sensible reserve.
const lookEvery = 250 * time.Millisecond

func (r *room) left() (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.looked) > lookEvery {
		r.looked = now
		r.free, r.err = freeBytes(r.dir)
	}
	return r.free, r.err
}
