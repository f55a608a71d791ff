package tunnel

import (
	"context"
	"time"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

const (
	lookEvery = time.Second
	asleep    = 5 * time.Second // less than that is a clock that was set, or a busy machine
	answersIn = 3 * time.Second // how long a relay may take to answer who has slept
)

// A clock tells the time of day, and how much of it this machine was awake for since some moment.
type clock func() (wall time.Time, awake time.Duration)

func newClock() clock {
	began := time.Now()
	return func() (time.Time, time.Duration) {
		now := time.Now()
		return now.Round(0), now.Sub(began) // Round takes the monotonic reading out
	}
}

// watchSleep notices when this machine has slept: a relay that was waited for is dialled at once then, and a connection
// that may have died meanwhile is asked for a sign of life. It returns when ctx ends.
func (c *Client) watchSleep(ctx context.Context, now clock) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	wall, awake := now()
	for n := 1; ; n++ {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		lastWall, lastAwake := wall, awake
		wall, awake = now()
		if slept := wall.Sub(lastWall) - (awake - lastAwake); slept < asleep {
			continue
		}
		c.log().Info("this machine was asleep", "relay", c.Relay)
		if s := c.live.Load(); s != nil {
			s.Probe(answersIn)
		}
		c.woken.Set(n)
	}
}

// serve runs a session while watchSleep knows of it.
func (c *Client) serve(ctx context.Context, s *wire.Session) error {
	c.live.Store(s)
	defer c.live.Store(nil)
	return s.Run(ctx)
}
