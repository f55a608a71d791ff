//go:build !linux

package main

import "time"

// ticks come at a constant interval, as exactly as Go's timers are here.
type ticks struct {
	began    time.Time
	interval time.Duration
	told     int
}

// newTicks begins them: the first comes after one interval.
func newTicks(interval time.Duration) (*ticks, error) {
	return &ticks{began: time.Now(), interval: interval}, nil
}

// wait waits for the next tick and returns how many have come since it was called last.
func (t *ticks) wait() (int, error) {
	time.Sleep(time.Until(t.began.Add(time.Duration(t.told+1) * t.interval)))
	passed := int(time.Since(t.began)/t.interval) - t.told
	t.told += passed
	return passed, nil
}

func (t *ticks) close() {}
