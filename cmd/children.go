package cmd

import (
	"errors"
	"sync"
)

// families are the children that live, of all of hook: who ends it at once must end them first.
var families registry

// A registry is a set of children.
type registry struct {
	mu     sync.Mutex
	living map[*child]bool
	closed bool
}

var errEnding = errors.New("hook is ending")

// start starts the child's program and counts it among the living; not if they were all killed already.
func (r *registry) start(c *child) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errEnding
	}
	if err := c.family.start(c.cmd); err != nil {
		return err
	}
	if r.living == nil {
		r.living = make(map[*child]bool)
	}
	r.living[c] = true
	return nil
}

// gone is for a child that has ended, with all its family.
func (r *registry) gone(c *child) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.living, c)
}

// kill kills all that live, with their families. None can be started any more.
func (r *registry) kill() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for c := range r.living {
		c.family.kill(c.cmd)
	}
}
