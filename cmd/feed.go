package cmd

import (
	"context"
	"sync"
)

// A feed hands things from goroutines that must not wait to one that takes all there is at once.
type feed[T any] struct {
	mu      sync.Mutex
	waiting []T
	dropped int
	news    chan struct{} // capacity 1
}

const feedLimit = 100_000 // beyond it the newest are dropped and counted: whoever reads has stopped

func newFeed[T any]() *feed[T] { return &feed[T]{news: make(chan struct{}, 1)} }

func (f *feed[T]) put(v T) {
	f.mu.Lock()
	if len(f.waiting) < feedLimit {
		f.waiting = append(f.waiting, v)
	} else {
		f.dropped++
	}
	f.mu.Unlock()
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// pending is all that waits now, in order, and how many were dropped since it was last asked.
func (f *feed[T]) pending() (all []T, dropped int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all, dropped = f.waiting, f.dropped
	f.waiting, f.dropped = nil, 0
	return all, dropped
}

// take waits until something is there, or ctx ends.
func (f *feed[T]) take(ctx context.Context) ([]T, error) {
	for {
		if all, _ := f.pending(); len(all) > 0 {
			return all, nil
		}
		select {
		case <-f.news:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
