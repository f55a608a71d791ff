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

// NewHeart makes a Heart that has each session send PING that often.
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

// looksPerBeat is how often in each heartbeat a session is looked at; it sends PING at the first look.
const looksPerBeat = 2

// look looks after the session's life. The relay's side sends PING; the client answers that, and asks for itself only to
// know the round trip. It is called by one goroutine at a time.
func (s *Session) look() {
	if s.since()-time.Duration(s.heard.Load()) > s.cfg.Heartbeat*5/2 {
		go s.end(ErrSilent) // to close a connection may take a while, and others wait for their turn
		return
	}
	if s.out.stuck(s.cfg.Heartbeat * 6) { // it answers PINGs perhaps, and reads nothing
		go s.end(errNotReading)
		return
	}
	every := looksPerBeat
	if s.cfg.Accept != nil {
		every *= beatsPerTrip
	}
	if s.looks%every == 0 {
		s.beat()
	}
	s.looks++
}

// beatsPerTrip is how many heartbeats there are between two PINGs of the client.
const beatsPerTrip = 6

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
