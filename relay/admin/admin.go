// Package admin is how people look after a relay: an API over HTTP for `hook-relay token`, `hook relay names` and whatever
// else. Its answers are JSON; docs/relay-api.md has them.
package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/state"
)

// Prefix is what all paths begin with.
const Prefix = "/_hook/v1/"

// Operator is who asks at the operator's own socket.
const Operator = "operator"

// An API answers for one relay.
type API struct {
	Store    *state.Store
	Software string
	Began    time.Time
	Others   relay.Tokens // tokens that the Store doesn't know, which may listen; nil: there are none

	Metrics     http.Handler     // answers at /metrics; nil: nothing does
	Certificate func() time.Time // until when that of the relay's certificates is good that ends first; nil: there are none

	// Event says who sent a held delivery, and what it is about, as far as that can be told; nil: nobody knows.
	Event func(h *relay.Held) (provider, event string)

	relay *relay.Server
	mux   *http.ServeMux
}

// New makes an API. Serves must be called before it answers anybody.
func New(store *state.Store, software string) *API {
	a := &API{Store: store, Software: software, Began: time.Now(), mux: http.NewServeMux()}
	for pattern, handle := range map[string]func(*request) error{
		"GET status":            (*request).status,
		"GET names":             (*request).names,
		"DELETE names/{name}":   (*request).release,
		"POST names/{name}/ban": (*request).ban,
		"GET tokens":            (*request).tokens,
		"POST tokens":           (*request).createToken,
		"DELETE tokens/{name}":  (*request).revokeToken,
		"GET audit":             (*request).audit,

		"GET inbox":                   (*request).backlogs,
		"GET inbox/{name}":            (*request).inbox,
		"DELETE inbox/{name}":         (*request).drop,
		"DELETE inbox/{name}/{key}":   (*request).drop,
		"POST inbox/{name}/redeliver": (*request).redeliver,

		"GET tunnels":  (*request).tunnels,
		"GET drain":    (*request).drain,
		"POST drain":   (*request).drain,
		"DELETE drain": (*request).drain,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		a.mux.HandleFunc(method+" "+Prefix+path, func(w http.ResponseWriter, r *http.Request) {
			if method != http.MethodGet { // what is begun is done to its end, the audit log included, whether who asked waits or not
				r = r.WithContext(context.WithoutCancel(r.Context()))
			}
			q := &request{API: a, w: w, r: r, caller: callerOf(r)}
			if err := handle(q); err != nil {
				q.fail(err)
			}
		})
	}
	a.mux.HandleFunc(Prefix, func(w http.ResponseWriter, r *http.Request) {
		(&request{API: a, w: w, r: r}).fail(&refusal{http.StatusNotFound, "there is nothing at " + r.Method + " " + r.URL.Path})
	})
	return a
}

// Serves says which relay it is about. It is called once, before the first request.
func (a *API) Serves(s *relay.Server) { a.relay = s }

// Disconnect ends the tunnel of a name, if there is one.
func (a *API) Disconnect(name, why string) { a.relay.Disconnect(name, why) }

// A caller is who asks, and what they may.
type caller struct {
	by    string
	owner relay.Owner // whose names are theirs; empty for the operator
	token state.Token
}

func (c caller) may(scope string) bool { return c.by == Operator || c.token.Has(scope) }

// Local answers at the operator's own socket, the same as a Listener: whoever can open that may do all.
func (a *API) Local() http.Handler {
	return a.handle(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mux.ServeHTTP(w, withCaller(r, caller{by: Operator}))
	}), func(*request) error { return nil })
}

// Remote answers whoever has a token, as far as that allows it.
func (a *API) Remote() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, t, known := a.bearer(r)
		if !known {
			w.Header().Set("WWW-Authenticate", challenge)
			(&request{API: a, w: w, r: r}).fail(&refusal{http.StatusUnauthorized, "this relay wants a token that it knows"})
			return
		}
		a.mux.ServeHTTP(w, withCaller(r, caller{by: "token:" + name, owner: relay.OwnerOf(name), token: t}))
	})
}

// challenge is what whoever has no token is told by.
const challenge = `Bearer realm="hook-relay"`

// bearer is who sends the request, as its token says.
func (a *API) bearer(r *http.Request) (name string, t state.Token, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", state.Token{}, false
	}
	return a.find(token)
}

// find is who a token belongs to.
func (a *API) find(token string) (name string, t state.Token, ok bool) {
	if name, t, ok = a.Store.Token(token); ok || a.Others == nil {
		return name, t, ok
	}
	g, ok := a.Others.Grant(token)
	return g.Name, state.Token{Scopes: []string{state.ScopeListen}, Pattern: g.Pattern, Most: g.Most}, ok
}

// A request is one that is being answered.
type request struct {
	*API
	w http.ResponseWriter
	r *http.Request
	caller
}

// A refusal is an error with the status that says it.
type refusal struct {
	status  int
	message string
}

func (e *refusal) Error() string { return e.message }

// adminOnly is a refusal for everybody else.
func (q *request) adminOnly() error {
	if q.may(state.ScopeAdmin) {
		return nil
	}
	return &refusal{http.StatusForbidden, fmt.Sprintf("the token of %s has not the scope %s", strings.TrimPrefix(q.by, "token:"), state.ScopeAdmin)}
}

// answer writes v.
func (q *request) answer(status int, v any) error {
	q.w.Header().Set("Content-Type", "application/json")
	q.w.Header().Set("Cache-Control", "no-store")
	q.w.WriteHeader(status)
	_ = json.NewEncoder(q.w).Encode(v) // who asked has gone, if anything
	return nil
}

func (q *request) fail(err error) {
	status := http.StatusServiceUnavailable
	if errors.Is(err, context.DeadlineExceeded) && q.Store.Err() != nil { // the engine was silent, and that is why
		err = fmt.Errorf("nothing can be stored at the moment: %w", q.Store.Err())
	}
	if r, ok := errors.AsType[*refusal](err); ok {
		status = r.status
	}
	_ = q.answer(status, map[string]string{"message": err.Error()})
}

// read reads the request's body into v.
func (q *request) read(v any) error {
	d := json.NewDecoder(http.MaxBytesReader(q.w, q.r.Body, 64<<10))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return &refusal{http.StatusBadRequest, "the body: " + err.Error()}
	}
	return nil
}
