package relay

import "time"

// An Endpoint is one whose client is connected.
type Endpoint struct {
	Name   string    `json:"name"`
	Token  string    `json:"token,omitempty"` // the name of the token that it was claimed with
	Remote string    `json:"remote"`          // the client's address
	Since  time.Time `json:"since"`

	InFlight int `json:"in_flight"` // requests on their way to it
}

// Endpoints are those whose clients are connected now, in no order.
func (s *Server) Endpoints() []Endpoint {
	s.tunnels.mu.RLock()
	defer s.tunnels.mu.RUnlock()
	all := make([]Endpoint, 0, len(s.tunnels.byName))
	for _, t := range s.tunnels.byName {
		all = append(all, Endpoint{Name: t.name, Token: t.token, Remote: t.remote, Since: t.since, InFlight: t.session.Streams()})
	}
	return all
}

// Disconnect tells the client of an endpoint to go, as its name is no longer its own, and says whether there was one. It
// doesn't come back by itself; what is in flight gets its answer.
func (s *Server) Disconnect(name, why string) bool {
	t := s.tunnels.get(name)
	if t == nil {
		return false
	}
	t.dismiss(why)
	return true
}
