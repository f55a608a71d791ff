package wire

import (
	"encoding/binary"
	"time"
)

// How far windows grow where the round trip is the limit.
const (
	maxStreamWindow = 16 << 20 // of one body
	maxWidened      = 32 << 20 // all of a session together, beyond their first windows
	probeEvery      = 200 * time.Millisecond
)

// RTT is the connection's round trip, as short as it was lately; 0 before the first PONG.
func (s *Session) RTT() time.Duration { return time.Duration(s.rtt.Load()) }

func (s *Session) ping() {
	_, sent := s.ask()
	s.out.post(framePing, 0, sent[:])
}

// beat is ping for a session that is mostly idle: it costs less.
func (s *Session) beat() {
	now, sent := s.ask()
	s.beaten.Store(now)
	s.mark.Store(s.out.beat(sent[:], s.seen.Load()))
}

// ask notes that a PING goes now, and gives what it says.
func (s *Session) ask() (now int64, sent [8]byte) {
	now = int64(s.since())
	s.pinged.Store(now)
	if s.asked.Load() <= s.heard.Load() {
		s.asked.Store(now)
	}
	binary.BigEndian.PutUint64(sent[:], uint64(now))
	return now, sent
}

// receivePong notes the round trip. A PONG may have waited behind a big body, so one that took longer counts half.
func (s *Session) receivePong(sent time.Duration) {
	now := s.since()
	if sent <= 0 || sent >= now {
		return
	}
	if int64(sent) == s.beaten.Load() { // so the peer has read all that went before it
		s.seen.Store(s.mark.Load())
	}
	took, known := now-sent, s.RTT()
	if known != 0 && took > known {
		took = known + (took-known)/2
	}
	s.rtt.Store(int64(took))
}

// probe asks for the round trip, unless that was done lately.
func (s *Session) probe() {
	last := s.pinged.Load()
	if last != 0 && s.since()-time.Duration(last) < probeEvery {
		return
	}
	if s.pinged.CompareAndSwap(last, int64(s.since())) {
		s.ping()
	}
}

// Probe asks for a sign of life, and ends the session with ErrSilent if none comes within that time.
func (s *Session) Probe(within time.Duration) {
	asked := s.since()
	s.ping()
	time.AfterFunc(within, func() {
		if time.Duration(s.heard.Load()) < asked {
			s.end(ErrSilent)
		}
	})
}

// mayWiden takes n bytes of what the windows of the session may grow by, if that much is left.
func (s *Session) mayWiden(n int64) bool {
	if s.widened.Add(n) <= maxWidened {
		return true
	}
	s.widened.Add(-n)
	return false
}
