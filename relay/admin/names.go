package admin

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/state"
)

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
	Settings
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
			Since: here[name].Since, Remote: here[name].Remote, Settings: SettingsOf(n.Settings),
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

// A Released says which name is nobody's now, and how many deliveries that were held for it went with it.
type Released struct {
	Name    string `json:"released"`
	Dropped int    `json:"dropped,omitempty"`
}

// A Banned is a Released for a name that nobody may claim.
type Banned struct {
	Name    string `json:"banned"`
	Dropped int    `json:"dropped,omitempty"`
}

// heldFor is how many deliveries are held for a name, dead letters included.
func (q *request) heldFor(name string) int {
	for _, b := range q.Store.Backlogs() {
		if b.Name == name {
			return b.Waiting + b.Dead
		}
	}
	return 0
}

// release makes a name nobody's: one's own, or any for an admin. Its client is told to go.
func (q *request) release() error {
	name := q.r.PathValue("name")
	n, known := q.Store.Names()[name]
	if !q.may(state.ScopeAdmin) && (!known || !n.Owner.Is(q.owner)) {
		return &refusal{http.StatusNotFound, "no name of yours is " + name}
	}
	held := q.heldFor(name)
	ok, err := q.Store.Release(q.r.Context(), q.by, name)
	switch {
	case err != nil:
		return err
	case !ok:
		return &refusal{http.StatusNotFound, "nobody has the name " + name}
	}
	q.relay.Disconnect(name, "the name "+name+" was released")
	return q.answer(http.StatusOK, Released{Name: name, Dropped: held})
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
	held := q.heldFor(name)
	if err := q.Store.Ban(q.r.Context(), q.by, name, asked.Why); err != nil {
		return err
	}
	q.relay.Disconnect(name, "the operator of this relay has banned the name "+name)
	return q.answer(http.StatusOK, Banned{Name: name, Dropped: held})
}
