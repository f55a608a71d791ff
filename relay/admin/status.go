package admin

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/state"
)

// A Status is how a relay stands, and what the caller's token allows.
type Status struct {
	Software  string    `json:"software"`
	Began     time.Time `json:"began"`
	Connected int       `json:"connected"` // endpoints whose clients are here
	Names     int       `json:"names"`     // that are somebody's; those of the caller's own if it may not read all
	Token     string    `json:"token,omitempty"`
	Scopes    []string  `json:"scopes,omitempty"`
	Pattern   string    `json:"pattern,omitempty"`
	Most      int       `json:"most,omitempty"`
	Expires   time.Time `json:"expires,omitzero"`

	*Figures // for whoever may read all
}

func (q *request) status() error {
	names := q.visible()
	s := Status{Software: q.Software, Began: q.Began, Names: len(names)}
	for _, n := range names {
		if !n.Since.IsZero() {
			s.Connected++
		}
	}
	if q.by != Operator {
		s.Token, s.Scopes, s.Pattern, s.Most, s.Expires = strings.TrimPrefix(q.by, "token:"), q.token.Scopes, q.token.Pattern, q.token.Most, q.token.Expires
	}
	if q.may(state.ScopeRead) {
		f := q.Figures(q.r.Context())
		s.Figures = &f
	}
	return q.answer(http.StatusOK, s)
}

// tunnels are the clients that are connected: the caller's own, or all.
func (q *request) tunnels() error {
	all := []relay.Endpoint{}
	for _, e := range q.relay.Endpoints() {
		if q.may(state.ScopeRead) || e.Token != "" && e.Token == strings.TrimPrefix(q.by, "token:") {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b relay.Endpoint) int { return cmp.Compare(a.Name, b.Name) })
	return q.answer(http.StatusOK, all)
}
