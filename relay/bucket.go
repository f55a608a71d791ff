package relay

import "time"

// A pace is how often something may be done: so often a second, and so often at once.
type pace struct{ rate, burst float64 }

// perMinute is the pace of n in a minute, all of which may come at once.
func perMinute(n int) pace { return pace{float64(n) / 60, float64(n)} }

// A bucket holds what may still be done at a pace. The zero bucket is full. It has no lock of its own.
type bucket struct {
	spent float64   // what it lacks
	at    time.Time // when that was true
}

// wait is how long it takes until there is one to take; 0: there is.
func (b *bucket) wait(now time.Time, p pace) time.Duration {
	if passed := now.Sub(b.at); b.spent > 0 && passed > 0 {
		b.spent = max(0, b.spent-passed.Seconds()*p.rate)
	}
	b.at = now
	lacks := b.spent + 1 - p.burst
	if lacks <= 0 {
		return 0
	}
	return max(1, time.Duration(lacks/p.rate*float64(time.Second)))
}

// take takes one, or says how long it takes until there is one; 0: it is taken.
func (b *bucket) take(now time.Time, p pace) time.Duration {
	wait := b.wait(now, p)
	if wait == 0 {
		b.spent++
	}
	return wait
}
