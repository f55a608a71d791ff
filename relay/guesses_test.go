package relay_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/state"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// shows asks for a tunnel, or for the API, with that token from an address.
func (h *house) shows(token, address, path string) answer {
	h.t.Helper()
	lines := []string{"GET " + path + " HTTP/1.1", "Host: " + h.addr, "Connection: close", "X-Forwarded-For: " + address}
	if token != "" {
		lines = append(lines, "Authorization: Bearer "+token)
	}
	return h.say(lines...)
}

// Row 18: who tries tokens is soon not listened to any more, whether they try them for tunnels or at the API. Nobody else
// notices.
func TestTokensThatAreGuessed(t *testing.T) {
	const good = "good-0123456789abcdef"
	var looked atomic.Int32
	know := tokensFunc(func(token string) bool {
		looked.Add(1)
		return token == good
	})
	const api = "/_hook/v1/status"
	const wrong = 2 // another is taken half a minute later, which is longer than a busy machine needs
	h := startRelay(t, limited(relay.Limits{WrongTokens: wrong}), func(c *relay.Config) {
		c.Tokens = know
		c.API = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, ok := know.Grant(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")); !ok {
				w.WriteHeader(http.StatusUnauthorized)
			}
		})
	})
	const stranger = "192.0.2.1"
	for i := range 10 { // without one, nobody guesses
		wantStatus(t, h.shows("", stranger, []string{wire.Path, api}[i%2]), http.StatusUnauthorized)
	}
	for i := range wrong {
		wantStatus(t, h.shows(fmt.Sprintf("bad-%016d", i), stranger, []string{wire.Path, api}[i%2]), http.StatusUnauthorized)
	}
	before := looked.Load()
	for _, path := range []string{wire.Path, api} {
		for _, token := range []string{"bad-0123456789abcdef", good, ""} {
			wantLater(t, h.shows(token, stranger, path), http.StatusTooManyRequests, "too_many_requests", 30)
		}
	}
	if n := looked.Load() - before; n != 0 {
		t.Errorf("%d tokens were looked at", n)
	}
	wantStatus(t, h.shows(good, "192.0.2.2", api), http.StatusOK)
	wantStatus(t, h.shows(good, "192.0.2.2", wire.Path), http.StatusUpgradeRequired) // it is no websocket
	c := h.run(echo, func(c *tunnel.Client) { c.Token = good })
	if s := c.wait(t, tunnel.Connected, tunnel.Waiting, tunnel.Stopped); s.Phase != tunnel.Connected {
		t.Errorf("who has a token is %s: %v", s.Phase, s.Err)
	}
	wantStatus(t, h.from(stranger, atOtter), http.StatusOK) // whoever sends webhooks shows no token
}

// Unless told, a relay looks at ten in a minute.
func TestWrongTokensUnlessTold(t *testing.T) {
	if n := (relay.Limits{}).InForce().WrongTokens; n != 10 {
		t.Errorf("it looks at %d", n)
	}
}

// This machine is listened to no longer than others.
func TestTokensThatAreGuessedOnThisMachine(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) {
		c.Tokens, c.Limits.WrongTokens = tokensFunc(func(string) bool { return false }), 2
	})
	for _, want := range []int{401, 401, 429} {
		wantStatus(t, h.say("GET "+wire.Path+" HTTP/1.1", "Host: "+h.addr, "Authorization: Bearer bad"), want)
	}
}

// Row 18: an answer doesn't tell a token that never was from one that is no longer good, is good for something else, or is
// nearly right.
func TestWrongTokensGetTheSameAnswer(t *testing.T) {
	store, withStore := withInbox(t, state.InboxLimits{})
	h := startRelay(t, withStore, func(c *relay.Config) { c.Tokens = store })
	create := func(name string, token state.Token) string {
		token.Pattern = "*"
		secret, err := store.CreateToken(t.Context(), "test", name, token)
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	good := create("good", state.Token{Scopes: []string{state.ScopeListen}})
	revoked := create("revoked", state.Token{Scopes: []string{state.ScopeListen}})
	if _, err := store.RevokeToken(t.Context(), "test", "revoked"); err != nil {
		t.Fatal(err)
	}
	var first string
	for name, token := range map[string]string{
		"unknown": "hk_0123456789abcdef", "begun": good[:len(good)-1], "longer": good + "x", "another case": strings.ToLower(good), "revoked": revoked,
		"expired": create("expired", state.Token{Scopes: []string{state.ScopeListen}, Expires: time.Now().Add(-time.Second)}),
		"reads":   create("reads", state.Token{Scopes: []string{state.ScopeRead}}), "the name": "good",
	} {
		got := h.say("GET "+wire.Path+" HTTP/1.1", "Host: "+h.addr, "Authorization: Bearer "+token)
		wantFailure(t, got, http.StatusUnauthorized, "unauthorized")
		got.Header.Del("Date")
		if first == "" {
			first = got.String()
		} else if got.String() != first {
			t.Errorf("%s: got %s, another %s", name, got, first)
		}
	}
	wantStatus(t, h.say("GET "+wire.Path+" HTTP/1.1", "Host: "+h.addr, "Authorization: Bearer "+good), http.StatusUpgradeRequired)
}

// claimFrom claims a name from an address, and gives why it got none; it leaves at once.
func (h *house) claimFrom(address, name string) error {
	h.t.Helper()
	header := http.Header{}
	if address != "" {
		header.Set("X-Forwarded-For", address)
	}
	ws, _, err := websocket.Dial(h.t.Context(), h.url+wire.Path, &websocket.DialOptions{Subprotocols: []string{wire.Subprotocol}, HTTPHeader: header})
	if err != nil {
		h.t.Fatal(err)
	}
	conn := wire.WebSocket(ws)
	defer func() { _ = conn.Close() }()
	_, err = wire.SendHello(conn, wire.Hello{
		Versions: []int{wire.Version}, Name: name, Secret: h.proof("mine"), Instance: "by-hand", Window: wire.DefaultWindow, MaxStreams: 1,
	})
	return err
}

// Where names need no token, nobody may have all of them.
func TestNewNamesOfAnAddress(t *testing.T) {
	h := startRelay(t, limited(relay.Limits{NewNames: 3}))
	claim := func(address, name string) {
		t.Helper()
		if err := h.claimFrom(address, name); err != nil {
			t.Errorf("%s from %s: %v", name, address, err)
		}
	}
	for i := range 3 {
		claim("192.0.2.1", fmt.Sprintf("name-%d", i))
		claim("192.0.2.1", "name-0") // is no new one
	}
	for range 2 {
		wantGoAway(t, h.claimFrom("192.0.2.1", "name-3"), wire.CodeForbidden)
	}
	claim("192.0.2.1", "name-2")
	claim("192.0.2.2", "name-3")
	for i := range 10 {
		claim("", fmt.Sprintf("mine-%d", i))
	}
}

// Where names need no token, nobody keeps all others out by connecting all the time.
func TestConnectionsOfAnAddress(t *testing.T) {
	h := startRelay(t, limited(relay.Limits{}))
	got, n := answer{}, 0
	for ; n < 2000 && got.Status != http.StatusTooManyRequests; n++ {
		if got = h.shows("", "192.0.2.1", wire.Path); n < 60 && got.Status != http.StatusUpgradeRequired { // it is no websocket
			t.Fatalf("connection %d: got %s", n, got)
		}
	}
	wantLater(t, got, http.StatusTooManyRequests, "too_many_requests", 1)
	wantStatus(t, h.shows("", "192.0.2.2", wire.Path), http.StatusUpgradeRequired)
	h.connect(echo)
}

// A client whose token was taken for a guess comes back when it is told to.
func TestClientThatMustWait(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) {
		c.Tokens, c.Limits.WrongTokens = tokensFunc(func(token string) bool { return token == "good" }), 60
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	for h.shows("bad", "127.0.0.1", wire.Path).Status != http.StatusTooManyRequests {
	}
	c := h.run(echo, func(c *tunnel.Client) { c.Token = "good" })
	c.wait(t, tunnel.Connected)
}
