package state

import "time"

// SetNow puts a clock in the place of the real one. It is to be called while nothing goes on.
func (s *Store) SetNow(now func() time.Time) { s.now = now }
