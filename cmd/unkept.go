package cmd

import (
	"fmt"
	"sync"

	"github.com/seed-4575fdc3/hook/inspect"
)

// How much is remembered of what the history doesn't have.
const (
	maxUnkept      = 500
	maxUnkeptBytes = 64 << 20
)

// An unkept remembers the latest deliveries that the history doesn't have, so that the screen can show and replay them:
// nothing is kept with --no-store, and a full disk keeps nothing either. It is safe for concurrent use.
type unkept struct {
	mu    sync.Mutex
	known map[string]*inspect.Delivery
	ids   []string // of known, the oldest first
	bytes int64    // of their bodies
}

// put remembers d as it is now. What d's fields refer to must not change any more.
func (u *unkept) put(d *inspect.Delivery) {
	held := *d
	held.Attempts = append([]inspect.Attempt(nil), d.Attempts...)
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.known == nil {
		u.known = make(map[string]*inspect.Delivery)
	}
	if before := u.known[d.ID]; before != nil {
		u.bytes -= bodyBytes(before)
	} else {
		u.ids = append(u.ids, d.ID)
	}
	u.known[d.ID] = &held
	u.bytes += bodyBytes(&held)
	for len(u.ids) > 1 && (len(u.ids) > maxUnkept || u.bytes > maxUnkeptBytes) {
		u.bytes -= bodyBytes(u.known[u.ids[0]])
		delete(u.known, u.ids[0])
		u.ids = u.ids[1:]
	}
}

// get is a copy of the delivery with that id; nil if it isn't remembered.
func (u *unkept) get(id string) *inspect.Delivery {
	u.mu.Lock()
	defer u.mu.Unlock()
	d := u.known[id]
	if d == nil {
		return nil
	}
	held := *d
	return &held
}

func bodyBytes(d *inspect.Delivery) int64 {
	n := len(d.Body.Bytes)
	for i := range d.Attempts {
		if r := d.Attempts[i].Response; r != nil {
			n += len(r.Body.Bytes)
		}
	}
	return int64(n)
}

// errUnkept says why there is no such delivery.
func errUnkept(id string) error {
	return fail(exitFailed, "listen without --no-store", "%s: %w", id, errNoStore)
}

var errNoStore = fmt.Errorf("nothing is kept (--no-store), and only the latest %d are remembered", maxUnkept)
