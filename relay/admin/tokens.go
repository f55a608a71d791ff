package admin

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/relay/state"
)

// A Token is one without what proves it.
type Token struct {
	Name    string    `json:"name"`
	Scopes  []string  `json:"scopes"`
	Pattern string    `json:"pattern"`
	Most    int       `json:"most,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
	Expired bool      `json:"expired,omitempty"`
}

// A NewToken is one that was made, with what proves it. That is not shown again.
type NewToken struct {
	Token
	Secret string `json:"token"`
}

func (q *request) tokens() error {
	if err := q.adminOnly(); err != nil {
		return err
	}
	all := []Token{}
	for name, t := range q.Store.Tokens() {
		all = append(all, Token{name, t.Scopes, t.Pattern, t.Most, t.Created, t.Expires, t.Expired(time.Now())})
	}
	slices.SortFunc(all, func(a, b Token) int { return strings.Compare(a.Name, b.Name) })
	return q.answer(http.StatusOK, all)
}

func (q *request) createToken() error {
	if err := q.adminOnly(); err != nil {
		return err
	}
	var asked Token
	if err := q.read(&asked); err != nil {
		return err
	}
	if len(asked.Scopes) == 0 {
		asked.Scopes = []string{state.ScopeListen}
	}
	if asked.Pattern == "" {
		asked.Pattern = "*"
	}
	secret, err := q.Store.CreateToken(q.r.Context(), q.by, asked.Name, state.Token{
		Scopes: asked.Scopes, Pattern: asked.Pattern, Most: asked.Most, Expires: asked.Expires,
	})
	_, wrong := errors.AsType[*state.TokenError](err)
	switch {
	case errors.Is(err, state.ErrTokenExists):
		return &refusal{http.StatusConflict, fmt.Sprintf("there is a token named %s: revoke it first, or choose another name", asked.Name)}
	case wrong:
		return &refusal{http.StatusBadRequest, err.Error()}
	case err != nil:
		return err
	}
	return q.answer(http.StatusCreated, NewToken{asked, secret})
}

// revokeToken ends a token, and the tunnels that were claimed with it. Its names stay its own.
func (q *request) revokeToken() error {
	if err := q.adminOnly(); err != nil {
		return err
	}
	name := q.r.PathValue("name")
	ok, err := q.Store.RevokeToken(q.r.Context(), q.by, name)
	switch {
	case err != nil:
		return err
	case !ok:
		return &refusal{http.StatusNotFound, "there is no token named " + name}
	}
	ended := 0
	for _, e := range q.relay.Endpoints() {
		if e.Token == name && q.relay.Disconnect(e.Name, "the token of this listener was revoked") {
			ended++
		}
	}
	return q.answer(http.StatusOK, map[string]any{"revoked": name, "disconnected": ended})
}

// audit gives the last events, 100 unless told.
func (q *request) audit() error {
	if err := q.adminOnly(); err != nil {
		return err
	}
	last := 100
	if s := q.r.FormValue("last"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 10_000 {
			return &refusal{http.StatusBadRequest, "last is a number from 1 to 10000"}
		}
		last = n
	}
	events, err := q.Store.Events(q.r.Context(), last)
	if err != nil {
		return err
	}
	if events == nil {
		events = []state.Event{}
	}
	return q.answer(http.StatusOK, events)
}
