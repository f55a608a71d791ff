package wire

import (
	"context"
	"sync"
	"time"
)

// A Heart beats for the sessions of a relay: one for all costs a fraction of one for each. Make it with NewHeart; Run must
// run for as long as there are sessions.
type Heart struct {
	every time.Duration
	mu    sync.Mutex
	slots [beatSlots]map[*Session]struct{} // each has its turn, so that not all sessions beat at once
	next  int                              // the slot of the session that comes next
}

const beatSlots = 10

// NewHeart makes a Heart for sessions whose Config.Heartbeat is every: it looks at each twice in that time.
func NewHeart(every time.Duration) *Heart {
	h := &Heart{every: every}
	for i := range h.slots {
		h.slots[i] = make(map[*Session]struct{})
	}
	return h
}

// Run beats until ctx ends.
func (h *Heart) Run(ctx context.Context) {
	ticker := time.NewTicker(max(h.every/looksPerBeat/beatSlots, time.Millisecond))
	defer ticker.Stop()
	var sessions []*Session
	for turn := 0; ; turn = (turn + 1) % beatSlots {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		sessions = sessions[:0]
		h.mu.Lock()
		for s := range h.slots[turn] {
			sessions = append(sessions, s)
		}
		h.mu.Unlock()
		for _, s := range sessions {
			s.look()
		}
		clear(sessions)
	}
}

// add has h beat for s until remove is called.
func (h *Heart) add(s *Session) (remove func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	slot := h.slots[h.next]
	slot[s] = struct{}{}
	h.next = (h.next + 1) % beatSlots
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(slot, s)
	}
}

// heartbeat is for a session without a Heart.
func (s *Session) heartbeat() {
	s.look()
	ticker := time.NewTicker(s.cfg.Heartbeat / looksPerBeat)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.look()
		case <-s.done:
			return
		}
	}
}
