package faults_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// beat is a heartbeat that a busy machine keeps up with.
const beat = 400 * time.Millisecond

// inTime is by when both sides must know that the other fell silent: two beats and a half, seen at the next one, and
// something for a machine that is busy. The time in which it stands still isn't counted.
const inTime = 7*beat/2 + 3*time.Second

// Row 4: nothing tells either side that the connection is dead, but that it is silent.
func TestRow4HalfOpenConnection(t *testing.T) {
	h := newHouse(t, plan{relay: relay.Config{Beat: beat}})
	got := h.aside("/hold", "hello")
	within(t, h.app.begun, "the request at the app")
	began, clock := time.Now(), stopwatch(t)
	if lost := h.loses(t, h.link.Blackhole); !errors.Is(lost.Err, wire.ErrSilent) {
		t.Errorf("the client lost the relay for %v, want ErrSilent", lost.Err)
	}
	if took := clock.Elapsed(); time.Since(began) < beat || took > inTime {
		t.Errorf("the client knew after %s", took)
	}
	wantFailure(t, within(t, got, "an answer"), http.StatusGatewayTimeout, "tunnel_timeout")
	if took := clock.Elapsed(); took > inTime {
		t.Errorf("the sender heard of it after %s", took)
	}
	h.app.letAll()
	if err := h.link.Pass(); err != nil {
		t.Fatal(err)
	}
	h.wait(t, tunnel.Connected)
	wantBody(t, h.post("", "again"), "again")
	h.wantAttempts("answered")
}

// idleInTime is by when a client whose tunnel is idle must know: it misses a PING that comes at every fifth beat, asks
// itself within another, and waits for one.
const idleInTime = 8*beat + 3*time.Second

// Row 4: an idle connection goes dark behind something that ends TCP itself, where no kernel sees it. A webhook finds it at
// once, the client by itself.
func TestRow4IdleConnectionGoesDark(t *testing.T) {
	h := newHouse(t, plan{relay: relay.Config{Beat: beat}})
	state := h.wait(t, tunnel.Connected)
	eventually(t, "the client's first PING is answered", func() bool { return state.RTT() > 0 })
	began, clock := time.Now(), stopwatch(t)
	heard := make(chan time.Duration, 1)
	lost := h.loses(t, func() {
		h.link.Blackhole()
		go func() {
			wantFailure(t, h.post("", "hello"), http.StatusGatewayTimeout, "tunnel_timeout")
			heard <- clock.Elapsed()
			wantFailure(t, h.post("", "hello"), http.StatusBadGateway, "tunnel_absent")
			close(heard)
		}()
	})
	if !errors.Is(lost.Err, wire.ErrSilent) {
		t.Errorf("the client lost the relay for %v, want ErrSilent", lost.Err)
	}
	if took := clock.Elapsed(); time.Since(began) < 2*beat || took > idleInTime {
		t.Errorf("the client knew after %s", took)
	}
	if took := within(t, heard, "an answer"); took > inTime {
		t.Errorf("the sender heard of it after %s", took)
	}
	within(t, heard, "another answer")
	if err := h.link.Pass(); err != nil {
		t.Fatal(err)
	}
	h.wait(t, tunnel.Connected)
	wantBody(t, h.post("", "again"), "again")
}

// Row 4: a client that comes back before the relay knows that its old connection is dead takes its name over at once.
func TestRow4ReturnsBeforeTheRelayKnows(t *testing.T) {
	h := newHouse(t, plan{relay: relay.Config{Beat: time.Minute}})
	got := h.aside("/hold", "hello")
	within(t, h.app.begun, "the request at the app")
	h.link.Blackhole()
	if err := h.link.Pass(); err != nil {
		t.Fatal(err)
	}
	back := newClient(h.link.Addr(), otter)
	back.Instance, back.Handler = h.Instance, h.Handler
	back.start(t)
	defer back.end(t)
	back.wait(t, tunnel.Connected)
	wantFailure(t, within(t, got, "the answer to the old request"), http.StatusBadGateway, "tunnel_lost")
	wantBody(t, h.post("", "again"), "again")
	h.link.Reset() // the old one can't learn otherwise, and would wait for a minute
	h.app.letAll()
}

// Row 4: bytes that go one way only are no sign of life for the other.
func TestRow4OneWayIsDead(t *testing.T) {
	h := newHouse(t, plan{relay: relay.Config{Beat: beat}})
	h.loses(t, func() { h.link.Delay(faults.Down, time.Hour) }) // what the relay says
	h.link.Delay(faults.Down, 0)
	h.wait(t, tunnel.Connected)
	wantBody(t, h.post("", "again"), "again")
}
