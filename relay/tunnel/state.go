package tunnel

import (
	"time"

	"github.com/seed-4575fdc3/hook/relay/wire"
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
	Phase    Phase
	URL      string               // the endpoint's, while connected
	Public   bool                 // whether providers can reach that URL; while connected
	RTT      func() time.Duration // the last heartbeat's round trip, 0 before the first; nil unless connected
	Settings wire.Settings        // of the endpoint, while connected
	Err      error                // why it isn't connected; nil if nothing went wrong yet
	RetryAt  time.Time            // while waiting
	Backlog  int                  // how many held deliveries came when it connected
	Dead     int                  // how many dead letters there were then
	Lost     *Loss                // the last one; nil before the first
}

// A Loss is one time that the connection was lost, or couldn't be made, and was to be tried again. Whoever reads the State
// too late to see it waiting learns of it here: each has a pointer of its own.
type Loss struct {
	Err     error
	RetryAt time.Time
}
