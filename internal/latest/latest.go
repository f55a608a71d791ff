// Package latest holds a value of which only the newest state matters.
package latest

import "sync"

// A Value holds the latest T. Whoever is slow sees fewer changes, never an old one. The zero Value holds the zero T; it is
// safe for concurrent use.
type Value[T any] struct {
	mu      sync.Mutex
	value   T
	changed chan struct{} // closed at the next change
}

// Get is the value, and a channel that is closed when another is set.
func (v *Value[T]) Get() (T, <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.changed == nil {
		v.changed = make(chan struct{})
	}
	return v.value, v.changed
}

// Set replaces the value.
func (v *Value[T]) Set(value T) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.value = value
	if v.changed != nil {
		close(v.changed)
		v.changed = nil
	}
}
