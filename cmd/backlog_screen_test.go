package cmd_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/terminal"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/admin"
	"github.com/seed-4575fdc3/hook/relay/state"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A nightRelay is one that has held deliveries for quiet-otter-k7q2 since nine hours ago.
type nightRelay struct {
	url, token string
	store      *state.Store
}

func newNightRelay(t *testing.T) *nightRelay {
	t.Helper()
	store, err := state.Open(t.Context(), t.TempDir(), state.InboxLimits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &nightRelay{url: "http://" + ln.Addr().String(), store: store}
	if n.token, err = store.CreateToken(t.Context(), admin.Operator, "me", state.Token{Scopes: []string{state.ScopeListen}, Pattern: "*"}); err != nil {
		t.Fatal(err)
	}
	claim := relay.Claim{Name: "quiet-otter-k7q2", By: relay.OwnerOf("me"), Settings: wire.Settings{WhenAway: "hold"}}
	if _, err := store.Claim(t.Context(), claim); err != nil {
		t.Fatal(err)
	}
	api := admin.New(store, "hook-relay/test")
	server, err := relay.New(relay.Config{
		PublicURL: n.url, Tokens: store, Names: store, Inbox: store, API: api.Remote(), Drain: time.Second, Pause: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	api.Serves(server)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// hold holds an event that Stripe sent and signed nine hours ago, and gives its id.
func (n *nightRelay) hold(t *testing.T, kind string) string {
	t.Helper()
	received, body := time.Now().Add(-9*time.Hour-time.Minute), event(kind)
	signed := fmt.Sprint(received.Unix())
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write([]byte(signed + "." + body))
	head := &wire.RequestHead{
		ID: inspect.NewID(), ReceivedAt: received, Remote: "192.0.2.1", Proto: "HTTP/1.1", Host: "relay.example", Method: http.MethodPost,
		Base: n.url + "/e/quiet-otter-k7q2", Length: int64(len(body)),
		Header: http.Header{"Content-Type": {"application/json"}, "Stripe-Signature": {"t=" + signed + ",v1=" + hex.EncodeToString(mac.Sum(nil))}},
	}
	if err := n.store.Hold(t.Context(), "quiet-otter-k7q2", head, []byte(body)); err != nil {
		t.Fatal(err)
	}
	return head.ID
}

// A question comes before the screen. What was held for a night is delivered then, and its signature is as good as it was.
func TestScreenAfterANight(t *testing.T) {
	d, night := newDesk(t), newNightRelay(t)
	id := night.hold(t, "invoice.paid")
	night.hold(t, "charge.refunded")
	args := []string{"listen", d.app, "--relay", night.url, "--token", "@" + d.write("token.txt", night.token), "--max-backlog", "1"}

	s := d.open(terminal.Options{Width: 120, Height: 30}, args...)
	asked := s.Await("2 deliveries are waiting for quiet-otter-k7q2, the oldest from ", "deliver them now? [y/N]")
	if strings.Contains(asked.String(), "connected") {
		t.Errorf("the screen is there already:\n%s", asked)
	}
	s.Type("n\r")
	if code, f := s.Exit(); code != 1 || !strings.Contains(f.String(), "hook relay inbox list quiet-otter-k7q2") {
		t.Errorf("no: it ended with %d:\n%s", code, f)
	}

	s = d.open(terminal.Options{Width: 120, Height: 30}, args...)
	s.Await("[y/N]")
	s.Type("y\r")
	s.Await("2 held deliveries come now")
	s.AwaitWhere("both deliveries, verified and answered", func(f terminal.Frame) bool {
		rows := 0
		for line := range strings.Lines(f.String()) {
			if strings.Contains(line, "✓ stripe") && strings.Contains(line, " 200 ") {
				rows++
			}
		}
		return rows == 2
	})
	s.Press("enter")
	s.Await("held 9 h")
	s.Press("q")
	if code, f := s.Exit(); code != 0 || !strings.Contains(f.String(), "2 received, 2 answered 2xx") {
		t.Errorf("it ended with %d:\n%s", code, f)
	}
	if shown := d.run("show", id); !strings.Contains(shown, " · held 9 h\n") || !strings.Contains(shown, "valid") {
		t.Errorf("it is shown as\n%s", shown)
	}
	if n := night.store.Waiting("quiet-otter-k7q2"); n != 0 {
		t.Errorf("%d are held", n)
	}
}

// Lines say it too, and ask as well at a terminal. Without a bound nobody is asked.
func TestLinesAfterANight(t *testing.T) {
	d, night := newDesk(t), newNightRelay(t)
	night.hold(t, "invoice.paid")
	args := []string{"listen", d.app, "--plain", "--relay", night.url, "--token", "@" + d.write("token.txt", night.token)}
	s := d.open(terminal.Options{Width: 160, Height: 30}, append(args, "--max-backlog", "0")...)
	s.Await("1 delivery is waiting for quiet-otter-k7q2", "[y/N]")
	s.Press("ctrl+c")
	if code, f := s.Exit(); code != 1 || !strings.Contains(f.String(), "more than --max-backlog 0") {
		t.Errorf("Ctrl-C is a no: it ended with %d:\n%s", code, f)
	}
	s = d.open(terminal.Options{Width: 160, Height: 30}, args...)
	s.Await("1 held delivery comes now", "✓ stripe", "  held 9 h")
	s.Press("ctrl+c")
	if code, f := s.Exit(); code != 0 {
		t.Errorf("it ended with %d:\n%s", code, f)
	}
}
