package history

import "time"

// A clock that is wrong for a while must not cost a history: what is to go by age goes only after the clock was seen to run
// evenly. One that was set, or a machine that slept, begins anew.
const (
	steadyFor = 2 * time.Minute
	setClock  = time.Minute // that far from where it should be, it was set
)

// A steadiness watches the clock.
type steadiness struct {
	began time.Time // by the clock, when up was 0; zero before the first look
	since time.Duration
}

// look is told what the clock shows, and how long this process has been up by a clock that nobody sets. It says whether the
// clock has run evenly for long enough.
func (s *steadiness) look(shown time.Time, up time.Duration) bool {
	began := shown.Round(0).Add(-up)
	if off := began.Sub(s.began); s.began.IsZero() || off > setClock || off < -setClock {
		s.began, s.since = began, up
	}
	return up-s.since >= steadyFor
}
