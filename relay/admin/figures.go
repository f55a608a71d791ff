package admin

import (
	"context"
	"net/http"
	"time"

	"github.com/seed-4575fdc3/hook/relay/state"
)

// Figures are how all of a relay stands, in numbers.
type Figures struct {
	Ready       bool      `json:"ready"`
	NotReady    []string  `json:"not_ready,omitempty"` // why
	Draining    bool      `json:"draining"`
	InFlight    int       `json:"in_flight"` // requests from outside
	Tunnels     int       `json:"tunnels"`   // clients that are connected
	Names       int       `json:"-"`         // that are somebody's
	Tokens      int       `json:"tokens"`
	Inbox       Inboxes   `json:"inbox"`
	Certificate time.Time `json:"certificate_ends,omitzero"` // when the first of the relay's certificates is no longer good; zero: it has none
}

// Inboxes are what is held, of all endpoints together.
type Inboxes struct {
	Endpoints int       `json:"endpoints"`
	Waiting   int       `json:"waiting"`
	Dead      int       `json:"dead"`
	Bytes     int64     `json:"bytes"`
	Oldest    time.Time `json:"oldest,omitzero"` // of those that wait
}

// Figures counts. It asks the engine for no more than a sign of life.
func (a *API) Figures(ctx context.Context) Figures {
	f := Figures{NotReady: a.relay.Ready(ctx), Draining: a.relay.Draining(), Names: len(a.Store.Names()), Tokens: len(a.Store.Tokens())}
	f.Ready = len(f.NotReady) == 0
	f.InFlight, f.Tunnels = a.relay.Load()
	for _, b := range a.Store.Backlogs() {
		f.Inbox.add(b)
	}
	if a.Certificate != nil {
		f.Certificate = a.Certificate()
	}
	return f
}

func (i *Inboxes) add(b state.Backlog) {
	i.Endpoints++
	i.Waiting += b.Waiting
	i.Dead += b.Dead
	i.Bytes += b.Bytes
	if !b.Oldest.IsZero() && (i.Oldest.IsZero() || b.Oldest.Before(i.Oldest)) {
		i.Oldest = b.Oldest
	}
}

// healthz is for whoever looks after the process: that it answers is the answer.
func (q *request) healthz() error { return q.answer(http.StatusOK, map[string]bool{"up": true}) }

// readyz is for whoever sends it requests.
func (q *request) readyz() error {
	why := q.relay.Ready(q.r.Context())
	status := http.StatusOK
	if len(why) > 0 {
		status = http.StatusServiceUnavailable
	}
	return q.answer(status, struct {
		Ready    bool     `json:"ready"`
		NotReady []string `json:"not_ready,omitempty"`
	}{len(why) == 0, why})
}
