package relay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// Drain has the relay take no more clients and tells those that are here to go; each one's connection is closed when what is in
// flight on it is over. It doesn't wait for that: Load tells. Resume undoes it, and Serve does the same when its ctx ends.
func (s *Server) Drain() {
	if s.Draining() {
		return
	}
	s.tunnels.goAway(drained)
	s.tunnels.mu.RLock()
	defer s.tunnels.mu.RUnlock()
	for _, t := range s.tunnels.byName { // which Serve waits for, so it waits for these too
		s.serving.Go(func() {
			if t.session.Drained(drainedBy) == nil {
				t.end()
			}
		})
	}
}

var drained = &wire.GoAway{Code: wire.CodeDraining, Message: "the relay is draining"}

// drainedBy is how long a connection that was told to go may have requests in flight: it ends with its last one.
const drainedBy = 24 * time.Hour

// Resume has the relay take clients again, unless it is stopping.
func (s *Server) Resume() {
	s.tunnels.mu.Lock()
	defer s.tunnels.mu.Unlock()
	if s.tunnels.away == drained {
		s.tunnels.away = nil
	}
}

// Draining says whether clients are told to go.
func (s *Server) Draining() bool {
	s.tunnels.mu.RLock()
	defer s.tunnels.mu.RUnlock()
	return s.tunnels.away != nil
}

// Load is how many requests from outside are in flight, and how many clients are connected.
func (s *Server) Load() (inFlight, tunnels int) {
	s.tunnels.mu.RLock()
	defer s.tunnels.mu.RUnlock()
	return int(s.inFlight.Load()), len(s.tunnels.byName)
}

// Ready says why the relay is not one to send requests to, in a few words each; there are none if it is.
func (s *Server) Ready(ctx context.Context) []string {
	var why []string
	if s.Draining() {
		why = append(why, "draining")
	}
	if !s.listens.Load() {
		why = append(why, "not listening")
	}
	if s.cfg.Ready != nil {
		why = append(why, s.cfg.Ready(ctx)...)
	}
	return why
}

// readyz answers a load balancer. Strangers may ask too, so it has no more than a few words.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	status, words := http.StatusOK, "ready"
	if why := s.Ready(r.Context()); len(why) > 0 {
		status, words = http.StatusServiceUnavailable, "not ready: "+strings.Join(why, ", ")
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, words+"\n") //nolint:gosec // as plain text, and none of it is the sender's
}

// connect takes a client, unless the relay drains.
func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	if s.Draining() {
		w.Header().Set("Retry-After", "5")
		fail(http.StatusServiceUnavailable, string(wire.CodeDraining), "this relay takes no listeners at the moment: it is about to stop").Answer(w, "")
	} else {
		s.accept(w, r)
	}
	if code := w.Header().Get("Hook-Error"); code != "" {
		s.turnedAway(wire.Code(code))
	}
}

// turnAway tells a client why it doesn't get the name, and is that as an error.
func (s *Server) turnAway(conn wire.Conn, g *wire.GoAway) error {
	s.turnedAway(g.Code)
	return errors.Join(g, wire.Refuse(conn, g))
}

func (s *Server) turnedAway(why wire.Code) {
	if s.cfg.TurnedAway != nil {
		s.cfg.TurnedAway(why)
	}
}
