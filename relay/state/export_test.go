package state

import (
	"context"
	"time"
)

// SetNow puts a clock in the place of the real one. It is to be called while nothing goes on.
func (s *Store) SetNow(now func() time.Time) { s.now = now }

// Operations is how many messages the engine was sent so far: no operation takes less than one.
func (s *Store) Operations() (int64, error) {
	v, err := s.engine.server.Varz(nil)
	if err != nil {
		return 0, err
	}
	return v.InMsgs, nil
}

// Notes is how much is noted of deliveries, whether they are still held or not.
func (s *Store) Notes() int { return len(s.inbox.tries.all()) + len(s.inbox.marks.all()) }

// Restart starts the engine anew, as after a write that failed, and says whether it works then.
func (s *Store) Restart(ctx context.Context) error {
	if err := s.engine.restart(ctx); err != nil {
		return err
	}
	return s.probed(ctx)
}

// SetReadWithin sets how long the engine may take to give what it has stored. It is to be called while no store is opened.
func SetReadWithin(d time.Duration) { readWithin = d }

// SetLeastFree sets how much room makes it worth a try, and gives what it was. It is to be called while no store is open.
func SetLeastFree(n int64) (was int64) {
	was, leastFree = leastFree, n
	return was
}
