package admin

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/state"
)

// A Held is a delivery that waits for its endpoint's client, or a dead letter, without its header and body.
type Held struct {
	Key      uint64    `json:"key"` // in their order
	Delivery string    `json:"delivery"`
	Provider string    `json:"provider,omitempty"`
	Event    string    `json:"event,omitempty"`
	Method   string    `json:"method"`
	Path     string    `json:"path"` // what followed the endpoint's URL
	Remote   string    `json:"remote,omitempty"`
	Received time.Time `json:"received_at"`
	Size     int64     `json:"size"`
	Attempts int       `json:"attempts"`        // how often it was handed to a client
	Failures int       `json:"failures"`        // how often the app had it and failed
	Tried    time.Time `json:"tried,omitzero"`  // the last attempt
	Why      string    `json:"error,omitempty"` // why that failed
}

// The bounds of a list.
const (
	usualHeld = 100
	mostHeld  = 1000
	readHeld  = 4 // at once, as each has a body
)

// mine says whether the name is the caller's own, who may listen at it.
func (q *request) mine(name string) bool {
	n, known := q.Store.Names()[name]
	return known && q.may(state.ScopeListen) && n.Owner.Is(q.owner)
}

// inboxOf is the name that is asked about, if the caller may: its owner, or whoever has the scope.
func (q *request) inboxOf(scope string) (string, error) {
	name := q.r.PathValue("name")
	_, known := q.Store.Names()[name]
	switch all := q.may(scope) || q.may(state.ScopeAdmin); {
	case all && known, q.mine(name):
		return name, nil
	case all:
		return "", &refusal{http.StatusNotFound, "nobody has the name " + name}
	}
	return "", &refusal{http.StatusNotFound, "no name of yours is " + name}
}

// backlogs says how much is held for each endpoint that the caller may see.
func (q *request) backlogs() error {
	all := slices.DeleteFunc(q.Store.Backlogs(), func(b state.Backlog) bool {
		return !q.may(state.ScopeRead) && !q.may(state.ScopeAdmin) && !q.mine(b.Name)
	})
	slices.SortFunc(all, func(a, b state.Backlog) int { return strings.Compare(a.Name, b.Name) })
	return q.answer(http.StatusOK, append([]state.Backlog{}, all...))
}

// inbox lists what is held for an endpoint.
func (q *request) inbox() error {
	name, err := q.inboxOf(state.ScopeRead)
	if err != nil {
		return err
	}
	asked := q.r.URL.Query()
	after, err := number(asked, "after", 0, 1<<63)
	if err != nil {
		return err
	}
	most, err := number(asked, "most", usualHeld, mostHeld)
	if err != nil {
		return err
	}
	all := []Held{}
	err = q.eachHeld(q.r.Context(), name, asked.Has("dead"), after, int(most), func(h *relay.Held) { all = append(all, q.held(h)) })
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, all)
}

// eachHeld reads what is held for an endpoint, or its dead letters, few at a time.
func (a *API) eachHeld(ctx context.Context, name string, dead bool, after uint64, most int, do func(*relay.Held)) error {
	for n := 0; n < most; {
		some, err := a.Store.HeldOf(ctx, name, dead, after, min(readHeld, most-n))
		if err != nil || len(some) == 0 {
			return err
		}
		for _, h := range some {
			do(h)
			after = h.Key
		}
		n += len(some)
	}
	return nil
}

func (a *API) held(h *relay.Held) Held {
	held := Held{
		Key: h.Key, Delivery: h.Head.ID, Method: h.Head.Method, Path: inspect.MaskAccess(h.Head.Path), Remote: h.Head.Remote, Received: h.Head.ReceivedAt.UTC(),
		Size: int64(len(h.Body)), Attempts: h.Attempts, Failures: h.Failures, Tried: h.Tried, Why: h.Why,
	}
	if a.Event != nil {
		held.Provider, held.Event = a.Event(h)
	}
	return held
}

// drop lets go of what is held for an endpoint: all of it, its dead letters, or what has the keys.
func (q *request) drop() error {
	name, err := q.inboxOf(state.ScopeAdmin)
	if err != nil {
		return err
	}
	keys, err := q.keys()
	if err != nil {
		return err
	}
	if q.r.URL.Query().Has("dead") {
		if keys != nil {
			return &refusal{http.StatusBadRequest, "dead and keys don't go together"}
		}
		keys = []uint64{}
		err := q.eachHeld(q.r.Context(), name, true, 0, 1<<30, func(h *relay.Held) { keys = append(keys, h.Key) })
		if err != nil {
			return err
		}
	}
	n, err := q.Store.Drop(q.r.Context(), q.by, name, keys)
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, map[string]int{"dropped": n})
}

// redeliver has an endpoint's dead letters wait again: all, or those with the keys.
func (q *request) redeliver() error {
	name, err := q.inboxOf(state.ScopeAdmin)
	if err != nil {
		return err
	}
	keys, err := q.keys()
	if err != nil {
		return err
	}
	n, err := q.Store.Redeliver(q.r.Context(), q.by, name, keys)
	if err != nil {
		return err
	}
	q.relay.Kick(name)
	return q.answer(http.StatusOK, map[string]int{"waiting_again": n})
}

// keys are those in the path and in the query; nil if there are none.
func (q *request) keys() (keys []uint64, err error) {
	texts := q.r.URL.Query()["key"]
	if key := q.r.PathValue("key"); key != "" {
		texts = append(texts, key)
	}
	for _, text := range texts {
		key, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, &refusal{http.StatusBadRequest, "a key is a number, as the list has it, not " + text}
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// number is a number in the query, up to a bound.
func number(asked url.Values, name string, otherwise, most uint64) (uint64, error) {
	text := asked.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > most {
		return 0, &refusal{http.StatusBadRequest, name + " is a number up to " + strconv.FormatUint(most, 10)}
	}
	return n, nil
}
