package relay_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

const (
	annsToken = "ann-0123456789abcdef"
	bensToken = "ben-0123456789abcdef"
)

// withTokens makes a relay that knows Ann, who may claim any name, and Ben, who may claim those of acme.
func withTokens(t *testing.T) func(*relay.Config) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(name, []byte("ann "+annsToken+"\nben "+bensToken+" acme-*\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tokens, err := relay.ReadTokenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(c *relay.Config) { c.Tokens = tokens }
}

// as makes a client somebody's: with this token, this secret and as this instance.
func as(token, secret, instance string) func(*tunnel.Client) {
	return func(c *tunnel.Client) { c.Token, c.Secret, c.Instance = token, secret, instance }
}

func named(name string) func(*tunnel.Client) { return func(c *tunnel.Client) { c.Name = name } }

// wantGoAway checks that a client was told to go for good, and why.
func wantGoAway(t *testing.T, err error, code wire.Code) {
	t.Helper()
	if g, ok := errors.AsType[*wire.GoAway](err); !ok || g.Code != code || g.Message == "" {
		t.Errorf("got %v, want a go-away with code %s", err, code)
	}
}

func TestTokens(t *testing.T) {
	h := startRelay(t, withTokens(t))
	for name, token := range map[string]string{
		"none": "", "unknown": "eve-0123456789abcdef", "begun": annsToken[:len(annsToken)-1], "longer": annsToken + "0",
	} {
		t.Run(name, func(t *testing.T) {
			err := h.run(echo, as(token, "", "one")).ended(t)
			if refused, ok := errors.AsType[*tunnel.RefusedError](err); !ok || refused.Status != http.StatusUnauthorized {
				t.Errorf("got %v, want a *tunnel.RefusedError with status 401", err)
			}
		})
	}
	h.connect(echo, as(annsToken, "", "one"))
	if got := h.post(strings.NewReader("hello")); string(got.Body) != "hello" {
		t.Errorf("through the tunnel of a known token: %s", got)
	}
}

func TestTokenIsWantedInOneWayOnly(t *testing.T) {
	h := startRelay(t, withTokens(t))
	for _, line := range []string{"X: y", "Authorization: Basic " + annsToken, "Authorization: " + annsToken, "X-Token: " + annsToken} {
		got := h.say("GET "+wire.Path+"?token="+annsToken+" HTTP/1.1", "Host: "+h.addr, line)
		wantFailure(t, got, http.StatusUnauthorized, "unauthorized")
		if got.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: there is no WWW-Authenticate", line)
		}
	}
}

func TestTokensPattern(t *testing.T) {
	h := startRelay(t, withTokens(t))
	wantGoAway(t, h.run(echo, as(bensToken, "", "one"), named("other-name")).ended(t), wire.CodeForbidden)
	c := h.connect(echo, as(bensToken, "", "one"), named("acme-test"))
	if state, _ := c.State(); state.URL != h.url+"/e/acme-test" {
		t.Errorf("got the URL %s", state.URL)
	}
}

func TestInvalidNames(t *testing.T) {
	h := startRelay(t)
	for _, name := range []string{"", "ab", "-abc", "Abc", "a.b", "a/b", strings.Repeat("a", 64)} {
		wantGoAway(t, h.run(echo, named(name)).ended(t), wire.CodeNameInvalid)
	}
}

// A name is its owner's, whether the owner is connected or not.
func TestNameOfAnotherOwner(t *testing.T) {
	for name, c := range map[string]struct {
		change          []func(*relay.Config)
		owner, stranger func(*tunnel.Client)
	}{
		"by token":  {[]func(*relay.Config){withTokens(t)}, as(annsToken, "", "one"), as(bensToken, "", "two")},
		"by secret": {nil, as("", "mine", "one"), as("", "yours", "two")},
	} {
		t.Run(name, func(t *testing.T) {
			h := startRelay(t, c.change...)
			takeOver := func(c *tunnel.Client) { c.TakeOver = true }
			acme := named("acme-test")
			owner := h.connect(echo, c.owner, acme)
			wantGoAway(t, h.run(echo, c.stranger, acme, takeOver).ended(t), wire.CodeNameTaken)
			if err := owner.stop(); err != nil {
				t.Fatal(err)
			}
			wantGoAway(t, h.run(echo, c.stranger, acme, takeOver).ended(t), wire.CodeNameTaken)
			h.connect(echo, c.owner, acme)
		})
	}
}

func TestSecondInstanceOfTheOwner(t *testing.T) {
	h := startRelay(t)
	h.connect(echo, as("", "mine", "one"))
	wantGoAway(t, h.run(echo, as("", "mine", "two")).ended(t), wire.CodeInUse)
	if got := h.post(strings.NewReader("hello")); string(got.Body) != "hello" {
		t.Errorf("the first instance no longer answers: %s", got)
	}
}

// The older instance is told, and does not come back: there is no ping-pong.
func TestTakeOver(t *testing.T) {
	h := startRelay(t)
	older := h.connect(answering("older"), as("", "mine", "one"), func(c *tunnel.Client) { c.TakeOver = true })
	h.connect(answering("newer"), as("", "mine", "two"), func(c *tunnel.Client) { c.TakeOver = true })
	wantGoAway(t, older.ended(t), wire.CodeReplaced)
	if state, _ := older.State(); state.Phase != tunnel.Stopped {
		t.Errorf("the older is %s", state.Phase)
	}
	if got := h.post(nil); string(got.Body) != "newer" {
		t.Errorf("got %s", got)
	}
}

// However busy the older tunnel is, it hears that it was replaced: else it would dial again and take the name back.
func TestTakeOverOfABusyTunnel(t *testing.T) {
	h := startRelay(t)
	older := h.connect(echo)
	began, over := make(chan struct{}, 8), make(chan struct{})
	var senders sync.WaitGroup
	for range cap(began) {
		senders.Go(func() {
			for body := make([]byte, 64<<10); ; {
				got := h.post(bytes.NewReader(body))
				if whole := got.Status == http.StatusOK && len(got.Body) == len(body); !whole && got.Err == nil && got.Header.Get("Hook-Error") == "" {
					t.Errorf("got %d bytes of %d", len(got.Body), len(body))
				}
				select {
				case began <- struct{}{}:
				case <-over:
					return
				default:
				}
			}
		})
	}
	within(t, began, "the first answer")
	h.connect(echo, as("", "mine", "two"), func(c *tunnel.Client) { c.TakeOver = true })
	wantGoAway(t, older.ended(t), wire.CodeReplaced)
	close(over)
	senders.Wait()
}

// The same process that dials again takes its own name over without a word, as its old connection is dead.
func TestSameInstanceTakesOver(t *testing.T) {
	h := startRelay(t)
	dead := h.claim("another-name") // no answer will come from here
	got := make(chan answer, 1)
	go func() {
		got <- h.say("POST /e/another-name HTTP/1.1", "Host: "+h.addr, "Content-Length: 0")
	}()
	if _, err := hears(dead); err != nil {
		t.Fatal(err)
	}
	h.connect(answering("newer"), as("", "mine", "by-hand"), named("another-name"))
	wantFailure(t, within(t, got, "an answer to the request in flight"), http.StatusBadGateway, "tunnel_lost")
	if got := h.say("POST /e/another-name HTTP/1.1", "Host: "+h.addr, "Content-Length: 0"); string(got.Body) != "newer" {
		t.Errorf("got %s", got)
	}
}
