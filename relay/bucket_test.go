package relay

import (
	"math"
	"testing"
	"time"
)

func TestBucket(t *testing.T) {
	var b bucket
	p, now := pace{rate: 2, burst: 3}, time.Unix(1_700_000_000, 0)
	for i, c := range []struct {
		after time.Duration
		wait  time.Duration
	}{
		{0, 0}, {0, 0}, {0, 0}, // all that it holds
		{0, time.Second / 2},
		{time.Second / 4, time.Second / 4},
		{time.Second / 4, 0},
		{0, time.Second / 2},
		{-time.Hour, time.Second / 2}, // the clock was set back
		{time.Second, 0}, {0, 0}, {0, time.Second / 2},
		{24 * time.Hour, 0}, {0, 0}, {0, 0}, {0, time.Second / 2}, // it never holds more
	} {
		now = now.Add(c.after)
		if got := b.take(now, p); math.Abs(float64(got-c.wait)) > float64(time.Microsecond) {
			t.Errorf("step %d: got %v, want %v", i, got, c.wait)
		}
	}
}

// Whoever looks takes nothing.
func TestBucketWaits(t *testing.T) {
	var b bucket
	p, now := perMinute(1), time.Unix(1_700_000_000, 0)
	for range 3 {
		if got := b.wait(now, p); got != 0 {
			t.Fatalf("got %v", got)
		}
	}
	b.take(now, p)
	for range 3 {
		if got := b.wait(now, p); got != time.Minute {
			t.Errorf("got %v, want a minute", got)
		}
	}
}
