package tunnel_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

func TestStateWhileConnected(t *testing.T) {
	url, _ := serve(t, "127.0.0.1:0", nil)
	c := newClient(url, echo)
	if state, _ := c.State(); state.Phase != "" {
		t.Errorf("before Run: %+v", state)
	}
	stop := start(t, c)
	state := wait(t, c, tunnel.Connected)
	if state.URL != url+"/e/"+otter || !state.Public || state.RTT == nil || state.Err != nil {
		t.Errorf("got %+v", state)
	}
	if err := stop(); err != nil {
		t.Errorf("Run returned %v", err)
	}
	if state, _ := c.State(); state.Phase != tunnel.Stopped || state.Err != nil || state.URL != "" {
		t.Errorf("after Run: %+v", state)
	}
}

// The relay goes and comes back at the same address: the client tells of both, and its URL stays.
func TestReconnects(t *testing.T) {
	names, addr := relay.NewMemory(), closedPort(t)
	url, stopRelay := serve(t, addr, names)
	c := newClient(url, echo)
	start(t, c)
	first := wait(t, c, tunnel.Connected)
	stopRelay()
	state := wait(t, c, tunnel.Waiting)
	if state.Phase != tunnel.Waiting || state.Err == nil || state.RetryAt.IsZero() || state.URL != "" || state.RTT != nil {
		t.Errorf("without a relay: %+v", state)
	}
	serve(t, addr, names)
	if again := wait(t, c, tunnel.Connected); again.URL != first.URL {
		t.Errorf("got the URL %q, had %q", again.URL, first.URL)
	}
	if got, err := post(url, "hello"); got != "200 hello" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestWaitsForARelayThatIsNotThereYet(t *testing.T) {
	addr := closedPort(t)
	c := newClient("http://"+addr, echo)
	start(t, c)
	state := wait(t, c, tunnel.Waiting)
	if op, ok := errors.AsType[*net.OpError](state.Err); !ok || op.Op != "dial" {
		t.Errorf("got %v, want a *net.OpError of dial", state.Err)
	}
	serve(t, addr, nil)
	if state := wait(t, c, tunnel.Connected); state.Phase != tunnel.Connected {
		t.Errorf("got %+v", state)
	}
}

// Run returns at once when its ctx ends while it waits for the time to dial again.
func TestStopsWhileWaiting(t *testing.T) {
	c := newClient("http://127.0.0.1:1", echo)
	stop := start(t, c)
	wait(t, c, tunnel.Waiting)
	if err := stop(); err != nil {
		t.Errorf("Run returned %v", err)
	}
}

// Run returns at once when its ctx ends while somebody keeps it waiting for the handshake, or for the hello.
func TestStopsWhileConnecting(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	c := newClient("http://"+silent.Addr().String(), echo)
	stop := start(t, c)
	conn, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := stop(); err != nil {
		t.Errorf("Run returned %v", err)
	}
}

// What a relay says for good ends Run: nothing that can be refused again is asked again.
func TestFinalRefusal(t *testing.T) {
	names := relay.NewMemory()
	if _, err := names.Claim(t.Context(), relay.Claim{Name: otter, By: "somebody else"}); err != nil {
		t.Fatal(err)
	}
	url, _ := serve(t, "127.0.0.1:0", names)
	c := newClient(url, echo)
	err := c.Run(t.Context())
	if g, ok := errors.AsType[*wire.GoAway](err); !ok || g.Code != wire.CodeNameTaken {
		t.Errorf("got %v, want a *wire.GoAway with code name_taken", err)
	}
	if state, _ := c.State(); state.Phase != tunnel.Stopped || !errors.Is(state.Err, err) {
		t.Errorf("got %+v", state)
	}
}

// A relay that can't remember names at the moment is asked again, no sooner than it says.
func TestUnavailableRelayIsAskedAgain(t *testing.T) {
	url, _ := serve(t, "127.0.0.1:0", brokenNames{})
	c := newClient(url, echo)
	began := time.Now()
	start(t, c)
	state := wait(t, c, tunnel.Waiting)
	g, ok := errors.AsType[*wire.GoAway](state.Err)
	if !ok || g.Code != wire.CodeUnavailable || state.RetryAt.Sub(began) < 5*time.Second {
		t.Errorf("got %+v, want a *wire.GoAway with code unavailable and a while to wait", state)
	}
	if got, err := post(url, ""); !strings.HasPrefix(got, "503 ") {
		t.Errorf("the endpoint: got %s, %v; want 503", got, err)
	}
}

// A relay that takes the claim and loses the connection, again and again, is not dialled again and again at once.
func TestRelayThatAcceptsAndCloses(t *testing.T) {
	var dials atomic.Int32
	url := answering(t, func(w http.ResponseWriter, r *http.Request) {
		dials.Add(1)
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{wire.Subprotocol}})
		if err != nil {
			t.Error(err)
			return
		}
		conn := wire.WebSocket(ws)
		if _, err := wire.ReadHello(conn); err != nil {
			t.Error(err)
		}
		s := wire.NewSession(conn, wire.Config{Heartbeat: time.Minute})
		s.Greet(wire.Welcome{URL: "http://relay.example", HeartbeatMS: 5000, Window: wire.DefaultWindow})
		over, cancel := context.WithCancel(context.Background())
		cancel()
		_ = s.Run(over)
	})
	const seconds = 300
	synctest.Test(t, func(t *testing.T) { // its clock goes on whenever the client waits
		ctx, cancel := context.WithTimeout(t.Context(), seconds*time.Second)
		defer cancel()
		if err := newClient(url, echo).Run(ctx); err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
	if n := dials.Load(); n < 5 || n > seconds/3 {
		t.Errorf("it was dialled %d times in %d seconds", n, seconds)
	}
}

type brokenNames struct{}

var errBrokenNames = errors.New("the disk is full")

func (brokenNames) Claim(context.Context, relay.Claim) (wire.Settings, error) {
	return wire.Settings{}, errBrokenNames
}
func (brokenNames) Settings(context.Context, string) (wire.Settings, bool, error) {
	return wire.Settings{}, false, errBrokenNames
}

// Overloaded proxies and relays answer so: it will pass.
func TestPassingRefusalsAreAskedAgain(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable} {
		var asked atomic.Int32
		c := newClient(answering(t, func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.WriteHeader(status)
		}), echo)
		stop := start(t, c)
		if state := wait(t, c, tunnel.Waiting); state.Phase != tunnel.Waiting || !strings.Contains(state.Err.Error(), http.StatusText(status)) {
			t.Errorf("%d: got %+v", status, state)
		}
		if err := stop(); err != nil || asked.Load() == 0 {
			t.Errorf("%d: Run returned %v after %d dials", status, err, asked.Load())
		}
	}
}
