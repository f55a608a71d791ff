package relay_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
)

// limited makes a relay keep these limits and believe proxies on this machine, so that a test can come from any address.
func limited(l relay.Limits) func(*relay.Config) {
	return func(c *relay.Config) {
		c.Limits = l
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}
}

// from posts as a sender at that address; at none if it is empty, which is this machine itself.
func (h *house) from(address, path string, lines ...string) answer {
	h.t.Helper()
	head := []string{"POST " + path + " HTTP/1.1", "Host: " + h.addr, "Content-Length: 0", "Connection: close"}
	if address != "" {
		head = append(head, "X-Forwarded-For: "+address)
	}
	return h.say(append(head, lines...)...)
}

// wantLater checks an answer that says when to try again: within most seconds.
func wantLater(t testing.TB, got answer, status int, code string, most int) {
	t.Helper()
	wantFailure(t, got, status, code)
	if after, err := strconv.Atoi(got.Header.Get("Retry-After")); err != nil || after < 1 || after > most {
		t.Errorf("Retry-After is %q, want 1 to %d", got.Header.Get("Retry-After"), most)
	}
}

func wantStatus(t testing.TB, got answer, status int) {
	t.Helper()
	if got.Err != nil || got.Status != status {
		t.Errorf("got %s, want %d", got, status)
	}
}

const atOtter = "/e/" + otter

// One sender has a rate, whatever they ask for; others have their own. Addresses of one IPv6 network are one sender.
func TestRateOfAnAddress(t *testing.T) {
	h := startRelay(t, limited(relay.Limits{AddressRate: 0.01, AddressBurst: 3}))
	h.connect(echo)
	for _, path := range []string{atOtter, "/e/nobody-knows", atOtter + "/x"} {
		if got := h.from("192.0.2.1", path); got.Status == http.StatusTooManyRequests {
			t.Errorf("%s: got %s", path, got)
		}
	}
	for _, path := range []string{atOtter, "/e/nobody-knows"} {
		wantLater(t, h.from("192.0.2.1", path), http.StatusTooManyRequests, "too_many_requests", 100)
	}
	wantStatus(t, h.from("192.0.2.2", atOtter), http.StatusOK)
	for i := range 3 {
		wantStatus(t, h.from(fmt.Sprintf("2001:db8:0:1::%d", i), atOtter), http.StatusOK)
	}
	wantLater(t, h.from("2001:db8:0:1:ffff::", atOtter), http.StatusTooManyRequests, "too_many_requests", 100)
	wantStatus(t, h.from("2001:db8:0:2::", atOtter), http.StatusOK)
}

// This machine has no rate of its own, unless something on it passes requests on without saying for whom.
func TestRateOfThisMachine(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) { c.Limits = relay.Limits{AddressRate: 0.01, AddressBurst: 2} })
	h.connect(echo)
	for range 10 {
		wantStatus(t, h.from("", atOtter), http.StatusOK)
	}
	for range 2 {
		wantStatus(t, h.from("", atOtter, "Forwarded: for=192.0.2.1"), http.StatusOK)
	}
	wantLater(t, h.from("192.0.2.2", atOtter), http.StatusTooManyRequests, "too_many_requests", 100)
	wantStatus(t, h.from("", atOtter), http.StatusOK)
}

// One endpoint has a rate, if it is wanted, whoever sends; this machine included.
func TestRateOfAnEndpoint(t *testing.T) {
	h := startRelay(t, limited(relay.Limits{EndpointRate: 0.01, EndpointBurst: 2}))
	h.connect(echo)
	h.connect(echo, named("other-otter"))
	wantStatus(t, h.from("192.0.2.1", atOtter), http.StatusOK)
	wantStatus(t, h.from("", atOtter), http.StatusOK)
	wantLater(t, h.from("192.0.2.2", atOtter), http.StatusTooManyRequests, "too_many_requests", 100)
	wantStatus(t, h.from("192.0.2.2", "/e/other-otter"), http.StatusOK)
}

// A gate is an app that lets nobody out before it is opened.
type gate struct {
	in   chan struct{} // gets one for each that came
	open chan struct{}
}

func newGate() gate { return gate{in: make(chan struct{}, 64), open: make(chan struct{})} }

func (g gate) serve(ctx context.Context, _ http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
	g.in <- struct{}{}
	select {
	case <-g.open:
	case <-ctx.Done():
	}
}

// untilIdle waits until no request is under way.
func (h *house) untilIdle() {
	h.t.Helper()
	waitFor(h.t, "the end of all requests", func() bool { n, _ := h.server.Load(); return n == 0 })
}

func TestInFlight(t *testing.T) {
	for name, c := range map[string]struct {
		limits relay.Limits
		third  string // address and endpoint of one that is too many
		path   string
		fine   string // and of one that isn't, if there is any
		other  string
	}{
		"of an address":  {relay.Limits{AddressInFlight: 2}, "192.0.2.1", "/e/other-otter", "192.0.2.2", atOtter},
		"of an endpoint": {relay.Limits{EndpointInFlight: 2}, "", atOtter, "192.0.2.1", "/e/other-otter"},
		"of all":         {relay.Limits{InFlight: 2}, "", "/e/other-otter", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := startRelay(t, limited(c.limits))
			g := newGate()
			h.connect(g.serve)
			h.connect(g.serve, named("other-otter"))
			var busy sync.WaitGroup
			hold := func(address, path string) {
				busy.Go(func() { wantStatus(t, h.from(address, path), http.StatusOK) })
				within(t, g.in, "a request at the app")
			}
			hold("192.0.2.1", atOtter)
			hold("192.0.2.1", atOtter)
			for range 3 {
				wantLater(t, h.from(c.third, c.path), http.StatusServiceUnavailable, "overloaded", 1)
			}
			if c.other != "" {
				hold(c.fine, c.other)
			}
			close(g.open)
			busy.Wait()
			h.untilIdle()
			wantStatus(t, h.from(c.third, c.path), http.StatusOK)
		})
	}
}

// Those that wait for a client count as well: what waits takes memory.
func TestInFlightOfAnEndpointThatWaits(t *testing.T) {
	h := startRelay(t, limited(relay.Limits{EndpointInFlight: 3}))
	h.known("wait:1m")
	answers := make(chan answer, 8)
	for i := range cap(answers) {
		go func() { answers <- h.from(fmt.Sprintf("192.0.2.%d", i), atOtter) }()
	}
	for range cap(answers) - 3 {
		wantLater(t, within(t, answers, "an answer to one that is too many"), http.StatusServiceUnavailable, "overloaded", 1)
	}
	h.connect(echo)
	for range 3 {
		wantStatus(t, within(t, answers, "an answer to one that waited"), http.StatusOK)
	}
}

// A sender who breaks off takes nothing with them.
func TestInFlightOfSendersThatBreakOff(t *testing.T) {
	h := startRelay(t, limited(relay.Limits{AddressInFlight: 1, EndpointInFlight: 1}))
	g := newGate()
	h.connect(g.serve)
	for range 5 {
		conn := h.dial()
		if _, err := conn.Write(requestHead("POST "+atOtter+" HTTP/1.1", "Host: x", "X-Forwarded-For: 192.0.2.1", "Content-Length: 0")); err != nil {
			t.Fatal(err)
		}
		within(t, g.in, "the request at the app")
		_ = conn.Close()
		h.untilIdle()
	}
	close(g.open)
	wantStatus(t, h.from("192.0.2.1", atOtter), http.StatusOK)
}

func TestLimitsThatAreSwitchedOff(t *testing.T) {
	h := startRelay(t, limited(relay.Limits{InFlight: -1, AddressInFlight: -1, AddressRate: -1, EndpointInFlight: -1, EndpointRate: -1}))
	g := newGate()
	h.connect(g.serve)
	var busy sync.WaitGroup
	for range 20 {
		busy.Go(func() { wantStatus(t, h.from("192.0.2.1", atOtter), http.StatusOK) })
	}
	for range 20 {
		within(t, g.in, "a request at the app")
	}
	close(g.open)
	busy.Wait()
}
