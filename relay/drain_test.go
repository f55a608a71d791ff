package relay_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A relay that drains finishes what is in flight, closes the tunnels behind that, and takes no client until it is told to.
func TestDrain(t *testing.T) {
	h := startRelay(t)
	began, release := make(chan struct{}), make(chan struct{})
	c := h.connect(func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		close(began)
		<-release
		_, _ = io.Copy(w, body)
	})
	idle := h.claim("watches-only")
	inFlight := make(chan answer, 1)
	go func() { inFlight <- h.post(strings.NewReader("hello")) }()
	within(t, began, "the request")
	if requests, tunnels := h.server.Load(); requests != 1 || tunnels != 2 {
		t.Errorf("there are %d requests on %d tunnels", requests, tunnels)
	}

	if why := h.server.Ready(t.Context()); len(why) != 0 {
		t.Errorf("it isn't ready: %q", why)
	}

	h.server.Drain()
	h.server.Drain() // once more does nothing
	if msg, err := hears(idle); err != nil || !bytes.Contains(msg, []byte(wire.CodeDraining)) {
		t.Errorf("a client was told %q, %v; want a go-away", msg, err)
	}
	if msg, err := hears(idle); err == nil {
		t.Errorf("an idle tunnel stays open, and says %q", msg)
	}
	if got := h.get("/readyz"); got.Status != http.StatusServiceUnavailable || string(got.Body) != "not ready: draining\n" {
		t.Errorf("/readyz: %s", got)
	}
	if got := h.get("/healthz"); got.Status != http.StatusOK {
		t.Errorf("/healthz: %s", got)
	}
	_, resp, err := websocket.Dial(t.Context(), h.url+wire.Path, &websocket.DialOptions{Subprotocols: []string{wire.Subprotocol}})
	if err == nil || resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" || resp.Header.Get("Hook-Error") != "draining" {
		t.Errorf("a client that comes got %v, %v", resp, err)
	}
	select {
	case got := <-inFlight:
		t.Fatalf("the request in flight got %s", got)
	default:
	}

	close(release)
	if got := within(t, inFlight, "an answer"); got.Status != http.StatusOK || string(got.Body) != "hello" {
		t.Errorf("the request in flight got %s", got)
	}
	wantDraining(t, c)
	h.server.Resume()
	if got := h.get("/readyz"); got.Status != http.StatusOK || string(got.Body) != "ready\n" {
		t.Errorf("/readyz: %s", got)
	}
	h.claim("another-otter")
}

// What Serve began, Resume doesn't undo.
func TestResumeOfARelayThatStops(t *testing.T) {
	h := startRelay(t)
	h.server.Drain()
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	h.server.Resume()
	if why := h.server.Ready(t.Context()); !slices.Equal(why, []string{"draining", "not listening"}) {
		t.Errorf("it isn't ready for %q", why)
	}
}

func TestReadyAsksTheRest(t *testing.T) {
	var broken atomic.Bool
	h := startRelay(t, func(c *relay.Config) {
		c.Ready = func(context.Context) []string {
			if broken.Load() {
				return []string{"no certificate yet"}
			}
			return nil
		}
	})
	if got := h.get("/readyz"); got.Status != http.StatusOK {
		t.Errorf("/readyz: %s", got)
	}
	broken.Store(true)
	if got := h.get("/readyz"); got.Status != http.StatusServiceUnavailable || string(got.Body) != "not ready: no certificate yet\n" {
		t.Errorf("/readyz: %s", got)
	}
}

// Whoever is turned away is counted, before there is a tunnel and on it.
func TestTurnedAway(t *testing.T) {
	reasons := make(chan wire.Code, 8)
	h := startRelay(t, func(c *relay.Config) { c.TurnedAway = func(why wire.Code) { reasons <- why } })
	h.claim(otter)
	for name, want := range map[string]wire.Code{otter: wire.CodeInUse, "Not_a_name": wire.CodeNameInvalid} {
		ws, _, err := websocket.Dial(t.Context(), h.url+wire.Path, &websocket.DialOptions{Subprotocols: []string{wire.Subprotocol}})
		if err != nil {
			t.Fatal(err)
		}
		conn := wire.WebSocket(ws)
		if _, err := wire.SendHello(conn, wire.Hello{
			Versions: []int{wire.Version}, Name: name, Secret: h.proof("mine"), Instance: "another", Window: wire.DefaultWindow, MaxStreams: 1,
		}); err == nil {
			t.Errorf("%s was given", name)
		}
		if got := within(t, reasons, "the reason"); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		_ = conn.Close()
	}
	h.server.Drain()
	if _, _, err := websocket.Dial(t.Context(), h.url+wire.Path, nil); err == nil {
		t.Error("a client was taken")
	}
	if got := within(t, reasons, "the reason"); got != wire.CodeDraining {
		t.Errorf("got %s", got)
	}
}

func (h *house) get(path string) answer {
	h.t.Helper()
	return h.say("GET "+path+" HTTP/1.1", "Host: "+h.addr)
}
