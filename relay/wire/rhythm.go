package wire

import "time"

// How often things happen, in heartbeats.
const (
	looksPerBeat  = 2 // a session is looked at so often in each heartbeat
	beatsPerTrip  = 6 // between two PINGs of a client, which wants to know the round trip
	beatsTillIdle = 6 // without a stream
)

// A rhythm is what look remembers.
type rhythm struct {
	at   time.Duration // when the last look was, since the session began
	last uint32        // the highest stream number at the last look
	used time.Duration // when there was a stream the last time, since the session began; 0: never
}

// look looks after the session's life. The relay's side sends PING; the client answers that, and asks for itself only
// where it misses the relay's PING, or wants to know the round trip. A look that comes late judges nobody: this machine stood
// still, and what the peer said meanwhile may not have been read yet. It is called by one goroutine at a time.
func (s *Session) look() {
	now := s.since()
	idle, late := s.idleAt(now), now-s.rhythm.at > s.cfg.Heartbeat
	s.rhythm.at = now
	switch {
	case !late && s.silentAt(now):
		go s.end(ErrSilent) // to close a connection may take a while, and others wait for their turn
	case !late && s.out.stuck(s.cfg.Heartbeat*6): // it answers PINGs perhaps, and reads nothing
		go s.end(errNotReading)
	case s.dueAt(now, idle):
		s.beat()
	}
}

// idleAt says whether no stream is open, nor was lately.
func (s *Session) idleAt(now time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.streams) > 0 || s.last != s.rhythm.last {
		s.rhythm.last, s.rhythm.used = s.last, now
	}
	return s.rhythm.used == 0 || now-s.rhythm.used > beatsTillIdle*s.cfg.Heartbeat
}

// silentAt says whether the peer is gone: nothing was heard for two heartbeats and a half, although it was asked a
// heartbeat ago. Looks come a little early at times.
func (s *Session) silentAt(now time.Duration) bool {
	heard, asked, beat := time.Duration(s.heard.Load()), time.Duration(s.asked.Load()), s.cfg.Heartbeat
	return asked > heard && now-asked > beat*3/4 && now-heard > beat*5/2
}

// dueAt says whether to send PING. A webhook that comes for an idle session ends its idleness, so PING goes at the next look:
// its sender waits for no more than two heartbeats to hear that the client is gone.
func (s *Session) dueAt(now time.Duration, idle bool) bool {
	beat, every := s.cfg.Heartbeat, s.cfg.Heartbeat
	if idle && s.cfg.Idle > beat {
		every = s.cfg.Idle
	}
	pinged := time.Duration(s.pinged.Load())
	if pinged == 0 {
		return true
	}
	if s.cfg.Accept == nil {
		return now-pinged > every-beat/4
	}
	heard := time.Duration(s.heard.Load())
	missed := now-heard > every+beat/2 && time.Duration(s.asked.Load()) <= heard
	return missed || !idle && now-pinged > beatsPerTrip*beat
}
