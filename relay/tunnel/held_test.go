package tunnel_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/state"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A vault is a relay's data folder, with the endpoint in it.
func vault(t *testing.T) *state.Store {
	t.Helper()
	store, err := state.Open(t.Context(), t.TempDir(), state.InboxLimits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// serveFrom runs a relay with that data at addr until the test ends or stop is called.
func serveFrom(t *testing.T, store *state.Store, addr string) (url string, stop func()) {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	url = "http://" + ln.Addr().String()
	server, err := relay.New(relay.Config{PublicURL: url, Names: store, Inbox: store, Pause: 10 * time.Millisecond, Drain: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve returned %v", err)
		}
	})
	t.Cleanup(stop)
	return url, stop
}

// hold has store hold what came at night.
func hold(t *testing.T, store *state.Store, body string) {
	t.Helper()
	head := &wire.RequestHead{
		ID: inspect.NewID(), ReceivedAt: time.Now().Add(-9 * time.Hour), Remote: "192.0.2.1", Proto: "HTTP/1.1", Host: "relay.example", Method: "POST",
		Base: "https://relay.example/e/" + otter, Length: int64(len(body)),
	}
	if err := store.Hold(t.Context(), otter, head, []byte(body)); err != nil {
		t.Fatal(err)
	}
}

// What waits is refused beforehand if it is too much, and else comes with how often it came before.
func TestBacklog(t *testing.T) {
	store := vault(t)
	url, _ := serveFrom(t, store, "127.0.0.1:0")
	type got struct {
		body    string
		earlier int
	}
	came := make(chan got, 10)
	c := newClient(url, func(_ context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader) {
		text, _ := io.ReadAll(body)
		came <- got{string(text), d.Earlier}
		if d.Skew != 0 || time.Since(d.ReceivedAt) < 9*time.Hour {
			t.Errorf("it was received at %v, by a clock that seems to be %v behind", d.ReceivedAt, d.Skew)
		}
		if d.Earlier == 0 && string(text) == "one" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	first := newClient(url, echo)
	first.Settings.WhenAway = "hold"
	leave := start(t, first)
	wait(t, first, tunnel.Connected)
	if err := leave(); err != nil {
		t.Fatal(err)
	}
	hold(t, store, "one")
	hold(t, store, "two")

	one := 1
	c.Backlog = &one
	err := c.Run(t.Context())
	refused, ok := errors.AsType[*wire.GoAway](err)
	if !ok || refused.Code != wire.CodeBacklog || refused.Backlog != 2 {
		t.Fatalf("with a bound of 1: got %v, want that 2 wait", err)
	}
	if s, _ := c.State(); s.Phase != tunnel.Stopped {
		t.Errorf("refused: the client is %s", s.Phase)
	}
	c = newClient(url, c.Handler.(handler))
	start(t, c)
	if s := wait(t, c, tunnel.Connected); s.Backlog != 2 || s.Settings.WhenAway != "hold" {
		t.Errorf("without a bound: got %+v, want to be told of both", s)
	}
	for _, want := range []got{{"one", 0}, {"one", 1}, {"two", 0}} {
		select {
		case g := <-came:
			if g != want {
				t.Errorf("got %+v, want %+v", g, want)
			}
		case <-time.After(patience):
			t.Fatalf("%+v did not come", want)
		}
	}
}

// The bound is for whoever begins: who was connected wants what came while the connection was lost.
func TestBacklogOfALostConnection(t *testing.T) {
	store, addr := vault(t), closedPort(t)
	url, stop := serveFrom(t, store, addr)
	came := make(chan string, 1)
	none := 0
	c := newClient(url, func(_ context.Context, _ http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		text, _ := io.ReadAll(body)
		came <- string(text)
	})
	c.Backlog = &none
	start(t, c)
	wait(t, c, tunnel.Connected)
	stop()
	hold(t, store, "meanwhile")
	serveFrom(t, store, addr)
	select {
	case got := <-came:
		if got != "meanwhile" {
			t.Errorf("got %q", got)
		}
	case <-time.After(patience):
		s, _ := c.State()
		t.Fatalf("it did not come; the client is %s, %v", s.Phase, s.Err)
	}
}
