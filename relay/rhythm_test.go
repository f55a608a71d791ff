package relay_test

import (
	"encoding/binary"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A byHand is a client that answers the relay's PINGs, and nothing else.
type byHand struct {
	conn    wire.Conn
	welcome wire.Welcome
}

func (h *house) answering(knowsIdle bool) byHand {
	h.t.Helper()
	ws, _, err := websocket.Dial(h.t.Context(), h.url+wire.Path, &websocket.DialOptions{Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		h.t.Fatal(err)
	}
	conn := wire.WebSocket(ws)
	h.t.Cleanup(func() { _ = conn.Close() })
	welcome, err := wire.SendHello(conn, wire.Hello{
		Versions: []int{wire.Version}, Name: otter, Secret: h.proof("mine"), Instance: "by-hand", Window: wire.DefaultWindow, MaxStreams: 1, KnowsIdle: knowsIdle,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return byHand{conn, welcome}
}

// ping waits for a PING, answers it, and gives when the relay sent it, by its own clock.
func (c byHand) ping(t *testing.T) time.Duration {
	t.Helper()
	const ping, pong = 0x04, 0x05
	msg, err := c.conn.Read(nil, nil)
	if err != nil || len(msg) != 18 || msg[0] != ping {
		t.Fatalf("got %x, %v, want a PING", msg, err)
	}
	at := time.Duration(binary.BigEndian.Uint64(msg[10:]))
	msg[0] = pong
	if err := c.conn.Write(msg); err != nil {
		t.Fatal(err)
	}
	return at
}

// A client that says that it knows the idle rhythm is told it, and is asked at every fifth heartbeat.
func TestClientThatKnowsTheIdleRhythm(t *testing.T) {
	const beat = 400 * time.Millisecond // a busy machine keeps up with that
	c := startRelay(t, func(c *relay.Config) { c.Beat = beat }).answering(true)
	if c.welcome.Idle() != 5*beat || c.welcome.Heartbeat() != beat {
		t.Errorf("got %+v", c.welcome)
	}
	last := c.ping(t)
	for range 2 {
		at := c.ping(t)
		if at-last < 3*beat { // the PING before may have been late
			t.Errorf("it was asked after %v", at-last)
		}
		last = at
	}
}

// One that doesn't would take it for silence: it is asked as ever.
func TestClientThatDoesNotKnowTheIdleRhythm(t *testing.T) {
	const beat = 400 * time.Millisecond
	c := startRelay(t, func(c *relay.Config) { c.Beat = beat }).answering(false)
	if c.welcome.IdleMS != 0 {
		t.Errorf("got %+v", c.welcome)
	}
	last := c.ping(t)
	for range 100 { // a machine that is busy may be late once
		at := c.ping(t)
		if at-last < 2*beat {
			return
		}
		last = at
	}
	t.Error("it is never asked twice within two heartbeats")
}

// An idle listener that stands still, while its machine answers for it, is found by the next webhook, not by the next PING.
func TestWebhookForAListenerThatStandsStill(t *testing.T) {
	const beat = 600 * time.Millisecond
	h := startRelay(t, func(c *relay.Config) { c.Beat = beat })
	h.answering(true).ping(t) // from now on it says nothing
	clock := faults.StartStopwatch()
	defer clock.Stop()
	wantFailure(t, h.post(strings.NewReader("hello")), http.StatusGatewayTimeout, "tunnel_timeout")
	if took := clock.Elapsed(); took > 6*beat { // which is when it would be found without a webhook
		t.Errorf("it took %v", took)
	}
	wantFailure(t, h.post(nil), http.StatusBadGateway, "tunnel_absent")
}
