package faults

import (
	"sync"
	"time"
)

// A Stopwatch measures how long something takes on a machine that may stand still meanwhile: for that it counts no more than a
// moment. Make it with StartStopwatch and Stop it.
type Stopwatch struct {
	over    chan struct{}
	running sync.WaitGroup

	mu      sync.Mutex
	seen    time.Time // when the time was counted last
	counted time.Duration
}

const (
	countEvery = 10 * time.Millisecond
	moment     = 10 * countEvery // a busy machine may be that late, and count it all
)

// StartStopwatch begins to count.
func StartStopwatch() *Stopwatch {
	w := &Stopwatch{over: make(chan struct{}), seen: time.Now()}
	w.running.Go(func() {
		ticker := time.NewTicker(countEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				_ = w.Elapsed()
			case <-w.over:
				return
			}
		}
	})
	return w
}

// Elapsed is how long it has run for, without the time in which this process stood still.
func (w *Stopwatch) Elapsed() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	w.counted += min(now.Sub(w.seen), moment)
	w.seen = now
	return w.counted
}

// Stop ends it.
func (w *Stopwatch) Stop() {
	close(w.over)
	w.running.Wait()
}
