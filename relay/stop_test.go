package relay_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/leaks"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// Requests in flight finish, later ones are refused, clients are told to go, and nothing stays behind.
func TestServeStopsGracefully(t *testing.T) {
	before := goleak.IgnoreCurrent()
	h := startRelay(t)
	began, release := make(chan struct{}), make(chan struct{})
	c := h.connect(func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		_, _ = io.Copy(w, body)
		close(began)
		<-release
	})
	watcher := h.claim("watches-only")
	late := h.dial() // was accepted before the end, and asks after it
	inFlight := make(chan answer, 1)
	go func() { inFlight <- h.post(strings.NewReader("hello")) }()
	within(t, began, "the request")

	stopped := make(chan error, 1)
	go func() { stopped <- h.stop() }()
	if msg, err := hears(watcher); err != nil || !bytes.Contains(msg, []byte(wire.CodeDraining)) {
		t.Errorf("the clients were told %q, %v; want a go-away", msg, err)
	}
	if _, err := late.Write(requestHead("POST /e/"+otter+" HTTP/1.1", "Host: "+h.addr, "Content-Length: 0")); err != nil {
		t.Fatal(err)
	}
	if got := hear(late); got.Err == nil && got.Header.Get("Hook-Error") != "tunnel_absent" {
		t.Errorf("a request that came too late got %s", got)
	}
	select {
	case err := <-stopped:
		t.Errorf("Serve returned before the request in flight had its answer: %v", err)
	default:
	}
	close(release)
	if got := within(t, inFlight, "an answer"); got.Status != http.StatusOK || string(got.Body) != "hello" {
		t.Errorf("the request in flight got %s", got)
	}
	if err := within(t, stopped, "the end of Serve"); err != nil {
		t.Errorf("Serve returned %v", err)
	}
	wantDraining(t, c)
	_, _ = c.stop(), watcher.Close()
	if err := leaks.Find(before); err != nil {
		t.Error(err)
	}
}

// wantDraining checks that the client knows why it lost the relay, and means to come back.
func wantDraining(t *testing.T, c *client) {
	t.Helper()
	err := within(t, c.losses, "the loss of the relay")
	if g, ok := errors.AsType[*wire.GoAway](err); !ok || g.Code != wire.CodeDraining {
		t.Errorf("the client lost the relay for %v, want a go-away", err)
	}
	if state, _ := c.State(); state.Phase == tunnel.Stopped {
		t.Errorf("the client has stopped: %v", state.Err)
	}
}

// A request that takes longer than the time for draining is cut off: its sender sees that.
func TestServeDoesNotWaitForever(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) { c.Drain = 30 * time.Millisecond })
	began := make(chan struct{})
	c := h.connect(func(ctx context.Context, _ http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
		close(began)
		<-ctx.Done()
	})
	inFlight := make(chan answer, 1)
	go func() { inFlight <- h.post(nil) }()
	within(t, began, "the request")
	if err := h.stop(); err != nil {
		t.Errorf("Serve returned %v", err)
	}
	if got := within(t, inFlight, "the end of the request"); got.Err == nil && got.Status < 500 {
		t.Errorf("the request got %s", got)
	}
	wantDraining(t, c)
}

// Connections on which nothing happens hold nobody up, and neither does a client that doesn't listen any more.
func TestServeStopsAtOnceWhenNothingIsInFlight(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) { c.Drain = time.Hour })
	h.claim(otter)
	idle := h.dial()
	if _, err := idle.Write(requestHead("GET /healthz HTTP/1.1", "Host: "+h.addr)); err != nil {
		t.Fatal(err)
	}
	if got := hear(idle); got.Status != http.StatusOK {
		t.Errorf("got %s", got)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- h.stop() }()
	if err := within(t, stopped, "the end of Serve"); err != nil {
		t.Errorf("Serve returned %v", err)
	}
}

func TestServeOnAListenerThatIsClosed(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	s, err := relay.New(relay.Config{PublicURL: "http://relay.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(t.Context(), ln); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want net.ErrClosed", err)
	}
}
