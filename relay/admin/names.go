package admin

import (
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
	return q.answer(http.StatusOK, s)
}

// A Name is an endpoint's name, whose it is, and who is there.
type Name struct {
	Name    string    `json:"name"`
	URL     string    `json:"url"`
	Owner   string    `json:"owner,omitempty"` // "token:NAME", or the hash of a secret
	Claimed time.Time `json:"claimed,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
	Banned  string    `json:"banned,omitempty"`
	Since   time.Time `json:"connected_since,omitzero"` // zero: its client is away
	Remote  string    `json:"remote,omitempty"`
}

// visible are the names that the caller may see, in order: their own, or all.
func (q *request) visible() []Name {
	here := make(map[string]relay.Endpoint)
	for _, e := range q.relay.Endpoints() {
		here[e.Name] = e
	}
	var all []Name
	for name, n := range q.Store.Names() {
		if !q.may(state.ScopeRead) && !n.Owner.Is(q.owner) {
			continue
		}
		all = append(all, Name{
			Name: name, URL: q.relay.EndpointURL(name), Owner: string(n.Owner), Claimed: n.Claimed, Expires: n.Expires, Banned: n.Banned,
			Since: here[name].Since, Remote: here[name].Remote,
		})
	}
	slices.SortFunc(all, func(a, b Name) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (q *request) names() error {
	names := q.visible()
	if names == nil {
		names = []Name{}
	}
	return q.answer(http.StatusOK, names)
}

// release makes a name nobody's: one's own, or any for an admin. Its client is told to go.
func (q *request) release() error {
	name := q.r.PathValue("name")
	n, known := q.Store.Names()[name]
	if !q.may(state.ScopeAdmin) && (!known || !n.Owner.Is(q.owner)) {
		return &refusal{http.StatusNotFound, "no name of yours is " + name}
	}
	ok, err := q.Store.Release(q.r.Context(), q.by, name)
	switch {
	case err != nil:
		return err
	case !ok:
		return &refusal{http.StatusNotFound, "nobody has the name " + name}
	}
	q.relay.Disconnect(name, "the name "+name+" was released")
	return q.answer(http.StatusOK, map[string]string{"released": name})
}

func (q *request) ban() error {
	if err := q.adminOnly(); err != nil {
		return err
	}
	var asked struct {
		Why string `json:"why"`
	}
	if err := q.read(&asked); err != nil {
		return err
	}
	name := q.r.PathValue("name")
	if !relay.ValidName(name) {
		return &refusal{http.StatusBadRequest, "no endpoint can have the name " + name}
	}
	if asked.Why == "" {
		asked.Why = "no reason given"
	}
	if err := q.Store.Ban(q.r.Context(), q.by, name, asked.Why); err != nil {
		return err
	}
	q.relay.Disconnect(name, "the operator of this relay has banned the name "+name)
	return q.answer(http.StatusOK, map[string]string{"banned": name})
}
