package tunnel

import (
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// What a relay had for a while is told from what its clock shows.
func TestSkew(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		received     time.Duration // before now, by the relay's clock
		waited, want time.Duration
	}{
		"live, and the clocks agree":            {300 * time.Millisecond, 0, 0},
		"live, and its clock is behind":         {10 * time.Minute, 0, 10 * time.Minute},
		"live, and its clock is ahead":          {-10 * time.Minute, 0, -10 * time.Minute},
		"held, and the clocks agree":            {9 * time.Hour, 9 * time.Hour, 0},
		"held, and its clock is behind":         {9*time.Hour + time.Minute, 9 * time.Hour, time.Minute},
		"held, and its clock is ahead":          {time.Hour, 9 * time.Hour, -8 * time.Hour},
		"from a relay that doesn't say":         {9 * time.Hour, -1, 0},
		"on its way for as long as a way takes": {4 * time.Second, 0, 0},
	} {
		d := delivery(&wire.RequestHead{ReceivedAt: now.Add(-c.received), Waited: c.waited}, now)
		if d.Skew != c.want || !d.ReceivedAt.Equal(now.Add(-c.received)) {
			t.Errorf("%s: got a skew of %v, want %v", name, d.Skew, c.want)
		}
	}
}
