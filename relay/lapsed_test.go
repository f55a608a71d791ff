package relay_test

import (
	"bytes"
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/state"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// Whoever has shown a token and takes their time to say what for must not outlive its end.
func TestTokenRevokedBeforeTheHello(t *testing.T) {
	var revoked atomic.Bool
	h := startRelay(t, func(c *relay.Config) { c.Tokens = tokensFunc(func(string) bool { return !revoked.Load() }) })
	ws, _, err := websocket.Dial(h.t.Context(), h.url+wire.Path, &websocket.DialOptions{
		Subprotocols: []string{wire.Subprotocol}, HTTPHeader: http.Header{"Authorization": {"Bearer " + annsToken}},
	})
	if err != nil {
		t.Fatal(err)
	}
	conn := wire.WebSocket(ws)
	t.Cleanup(func() { _ = conn.Close() })
	revoked.Store(true)
	_, err = wire.SendHello(conn, wire.Hello{Versions: []int{wire.Version}, Name: otter, Instance: "one", Window: wire.DefaultWindow, MaxStreams: 1})
	if err != nil {
		wantGoAway(t, err, wire.CodeForbidden)
	} else if msg, err := conn.Read(nil, nil); err != nil || !bytes.Contains(msg, []byte(wire.CodeForbidden)) { // it was greeted first
		t.Errorf("it was told %q, %v", msg, err)
	}
	h.untilGone()
}

// A bannedMeanwhile bans each name at the moment at which it was claimed.
type bannedMeanwhile struct{ *state.Store }

func (b bannedMeanwhile) Claim(ctx context.Context, c relay.Claim) (wire.Settings, error) {
	set, err := b.Store.Claim(ctx, c)
	if err == nil {
		err = b.Ban(ctx, "operator", c.Name, "phishing")
	}
	return set, err
}

func TestNameBannedWhileItsClientComes(t *testing.T) {
	store, _ := withInbox(t, state.InboxLimits{})
	h := startRelay(t, func(c *relay.Config) { c.Names = bannedMeanwhile{store} })
	wantGoAway(t, h.run(echo).ended(t), wire.CodeForbidden)
	h.untilGone()
}

// A name has one owner: the tunnel of the one before, who wasn't told yet, gets nothing of the new one's.
func TestNameHasANewOwner(t *testing.T) {
	store, inbox := withInbox(t, state.InboxLimits{})
	h := startRelay(t, inbox)
	old := h.connect(answering("the old one's"), as("", "mine", "one"))
	if ok, err := store.Release(t.Context(), "operator", otter); !ok || err != nil {
		t.Fatal(ok, err)
	}
	h.connect(answering("the new one's"), as("", "yours", "two"))
	wantGoAway(t, old.ended(t), wire.CodeForbidden)
	if got := h.post(nil); string(got.Body) != "the new one's" {
		t.Errorf("got %s", got)
	}
}

// timed are tokens whose time is over soon.
type timed time.Time

func (u timed) Grant(string) (relay.Grant, bool) {
	return relay.Grant{Name: "a", Pattern: "*", Until: time.Time(u)}, time.Now().Before(time.Time(u))
}

func TestTokenEndsWhileItsClientIsHere(t *testing.T) {
	until := time.Now().Add(time.Second)
	h := startRelay(t, func(c *relay.Config) { c.Tokens = timed(until) })
	c := h.connect(echo, func(c *tunnel.Client) { c.Token = annsToken })
	wantGoAway(t, c.ended(t), wire.CodeForbidden)
	if time.Now().Before(until) {
		t.Error("that was too early")
	}
}
