package admin

import (
	"net/http"

	"github.com/seed-4575fdc3/hook/relay/state"
)

// A Drain is how far a relay is with finishing what it has begun.
type Drain struct {
	Draining bool `json:"draining"`
	InFlight int  `json:"in_flight"`
	Tunnels  int  `json:"tunnels"`
}

// drain has the relay take no more clients, or take them again.
func (q *request) drain() error {
	if err := q.adminOnly(); err != nil {
		return err
	}
	did := ""
	switch was := q.relay.Draining(); {
	case q.r.Method == http.MethodPost && !was:
		did = "drain"
		q.relay.Drain()
	case q.r.Method == http.MethodDelete && was:
		did = "resume"
		q.relay.Resume()
	}
	if did != "" {
		_ = q.Store.Note(q.r.Context(), state.Event{By: q.by, Did: did}) // a relay that can't write is drained all the more
	}
	d := Drain{Draining: q.relay.Draining()}
	d.InFlight, d.Tunnels = q.relay.Load()
	return q.answer(http.StatusOK, d)
}
