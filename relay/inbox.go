package relay

import (
	"context"
	"time"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A Held is a delivery that was answered 202 and waits for its endpoint's client.
type Held struct {
	Key      uint64 // a later one has a higher key
	Name     string // the endpoint's
	Head     *wire.RequestHead
	Body     []byte
	Attempts int       // how often it was handed to a tunnel
	Failures int       // how often the app had it and failed
	Tried    time.Time // the last attempt; zero: none
	Why      string    // why the last attempt failed
}

// An Inbox keeps deliveries for endpoints whose clients are away, in the order in which they came. It is safe for concurrent
// use; of one endpoint's deliveries only one is handed over at a time.
type Inbox interface {
	// Hold stores a delivery behind those that its endpoint has. Once it returns nil the delivery is on the disk. Its error is
	// a *FullError where a limit is the reason.
	Hold(ctx context.Context, name string, head *wire.RequestHead, body []byte) error
	// Waiting is how many deliveries are held for an endpoint, dead letters aside. It costs next to nothing.
	Waiting(name string) int
	// Dead is how many dead letters an endpoint has. It costs next to nothing.
	Dead(name string) int
	// Next is the one that has waited longest; nil if there is none.
	Next(ctx context.Context, name string) (*Held, error)
	// Try notes that h is handed to a tunnel now, and counts it in h.Attempts. It is on the disk before it returns, so that
	// no app gets a delivery twice as the same attempt.
	Try(ctx context.Context, h *Held) error
	// Done takes out what the app has answered.
	Done(ctx context.Context, h *Held) error
	// Fail notes why an attempt failed. reached says whether the app had it: only such attempts count, and after some of
	// them the delivery goes to the dead-letter list.
	Fail(ctx context.Context, h *Held, why string, reached bool) (dead bool, err error)
}

// A FullError says that a delivery can't be held because of a limit.
type FullError struct {
	What  string        // which limit: "1000 deliveries are held for this endpoint"
	Disk  bool          // the relay has no room for anybody's; else only the endpoint's share is used up
	After time.Duration // when to try again
}

func (e *FullError) Error() string { return e.What }
