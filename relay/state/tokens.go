package state

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
)

// The scopes of a token.
const (
	ScopeListen = "listen" // claim names and take what is sent to them
	ScopeRead   = "read"   // see names and numbers
	ScopeAdmin  = "admin"  // all, tokens of others included
)

// Scopes are all that a token can have.
var Scopes = []string{ScopeListen, ScopeRead, ScopeAdmin}

// A Token is what somebody may do here. The token itself is not kept.
type Token struct {
	Hash    string    `json:"hash"` // SHA-256, in hex
	Scopes  []string  `json:"scopes"`
	Pattern string    `json:"pattern"`        // see relay.Grant
	Most    int       `json:"most,omitempty"` // names at a time; 0: any number
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
}

// Has says whether the token is good for what scope allows.
func (t Token) Has(scope string) bool {
	return slices.Contains(t.Scopes, scope) || slices.Contains(t.Scopes, ScopeAdmin)
}

// Expired says whether its time is over.
func (t Token) Expired(now time.Time) bool { return !t.Expires.IsZero() && !now.Before(t.Expires) }

// ErrTokenExists is returned for a second token of a name.
var ErrTokenExists = errors.New("there is a token of that name")

// A TokenError says what is wrong with a token that was asked for.
type TokenError struct{ message string }

func (e *TokenError) Error() string { return e.message }

// check says what is wrong with a token that is to be made.
func (t Token) check(name string) error {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	if name == "" || len(name) > 64 || strings.Trim(name, allowed) != "" {
		return &TokenError{fmt.Sprintf("a token can't be named %q: a name has 1 to 64 of A-Z, a-z, 0-9, - and _", name)}
	}
	if err := relay.CheckPattern(t.Pattern); err != nil {
		return &TokenError{err.Error()}
	}
	for _, scope := range t.Scopes {
		if !slices.Contains(Scopes, scope) {
			return &TokenError{fmt.Sprintf("there is no scope %q: there are %s", scope, strings.Join(Scopes, ", "))}
		}
	}
	if t.Most < 0 {
		return &TokenError{"a token can't have less than no names"}
	}
	return nil
}

// CreateToken makes a token and gives it; it is not shown again. Of t, Hash and Created are filled in.
func (s *Store) CreateToken(ctx context.Context, by, name string, t Token) (token string, err error) {
	if err := t.check(name); err != nil {
		return "", err
	}
	token = "hk_" + rand.Text()
	t.Hash, t.Created = hashOf(token), s.now()
	if err := s.tokens.create(ctx, name, t); err != nil {
		if errors.Is(err, errConflict) {
			err = ErrTokenExists
		}
		return "", err
	}
	return token, s.Note(ctx, Event{By: by, Did: "token create", Name: name, About: strings.Join(t.Scopes, " ") + " " + t.Pattern})
}

// Tokens are all tokens by their names.
func (s *Store) Tokens() map[string]Token { return s.tokens.all() }

// RevokeToken ends a token; ok says whether there was one. Its names stay its own until they are released.
func (s *Store) RevokeToken(ctx context.Context, by, name string) (ok bool, err error) {
	ok, err = s.tokens.remove(ctx, name)
	if err == nil && ok {
		err = s.Note(ctx, Event{By: by, Did: "token revoke", Name: name})
	}
	return ok, err
}

// Grant is as relay.Tokens says: only tokens that may listen have one.
func (s *Store) Grant(token string) (relay.Grant, bool) {
	name, t, ok := s.Token(token)
	return relay.Grant{Name: name, Pattern: t.Pattern, Most: t.Most, Until: t.Expires}, ok && t.Has(ScopeListen)
}

// Token finds the one that was given out as token.
func (s *Store) Token(token string) (name string, t Token, ok bool) {
	if name, ok = s.hashes.find(hashOf(token)); ok {
		t, ok = s.tokens.get(name)
	}
	return name, t, ok && !t.Expired(s.now())
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// tokenHashes are the tokens' names by their hashes. Looking a hash up takes no time that tells about others.
type tokenHashes struct {
	mu    sync.RWMutex
	names map[string]string
}

func (h *tokenHashes) changed(name string, was, is *Token) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.names == nil {
		h.names = make(map[string]string)
	}
	if was != nil {
		delete(h.names, was.Hash)
	}
	if is != nil {
		h.names[is.Hash] = name
	}
}

func (h *tokenHashes) find(hash string) (string, bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	name, ok := h.names[hash]
	return name, ok
}
