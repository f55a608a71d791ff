package tunnel

import (
	"sync"
	"time"
)

// A Phase is where the connection stands.
type Phase string

// The phases of a Client.
const (
	Connecting Phase = "connecting"
	Connected  Phase = "connected"
	Waiting    Phase = "waiting" // for the time to dial again
	Stopped    Phase = "stopped"
)

// A State is the truth about the connection at one moment.
type State struct {
	Phase   Phase
	URL     string               // the endpoint's, while connected
	Public  bool                 // whether providers can reach that URL; while connected
	RTT     func() time.Duration // the last heartbeat's round trip, 0 before the first; nil unless connected
	Err     error                // why it isn't connected; nil if nothing went wrong yet
	RetryAt time.Time            // while waiting
}

// A stateBox holds the latest State. Whoever is slow sees fewer changes, never an old one.
type stateBox struct {
	mu      sync.Mutex
	state   State
	changed chan struct{} // closed at the next change
}

func (b *stateBox) get() (State, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return b.state, b.changed
}

func (b *stateBox) set(s State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.state = s
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}
