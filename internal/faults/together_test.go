package faults_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// Row 5: whatever is wrong with a relay that accepts and closes, a hundred dials are spread over minutes. The client's
// clock goes on by itself whenever the client waits.
func TestRow5RelayAcceptsAndCloses(t *testing.T) {
	watch(t)
	p := startProxy(t, "127.0.0.1:1")
	p.AcceptAndClose()
	addr := p.Addr()
	var waits []time.Duration
	synctest.Test(t, func(t *testing.T) {
		c := newClient(addr, otter)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var running sync.WaitGroup
		running.Go(func() { _ = c.Run(ctx) })
		for len(waits) < 100 {
			state, changed := c.State()
			if state.Phase == tunnel.Waiting {
				waits = append(waits, time.Until(state.RetryAt))
			}
			<-changed
		}
		cancel()
		running.Wait()
	})
	if n := p.Counts().Conns; n != len(waits) && n != len(waits)+1 { // one more may have begun at the end
		t.Errorf("it was dialled %d times for %d waits", n, len(waits))
	}
	var sum, longest time.Duration
	limit := time.Second // full jitter: up to twice the interval, which begins at 500 ms
	for i, wait := range waits {
		if wait < 0 || wait > limit {
			t.Errorf("the wait before dial %d is %s, want at most %s", i+1, wait, limit)
		}
		sum, longest = sum+wait, max(longest, wait)
		limit = min(2*limit, 30*time.Second)
	}
	if sum < 100*time.Second || longest < 10*time.Second {
		t.Errorf("100 dials within %s, the longest wait %s", sum, longest)
	}
	t.Logf("100 dials in %s", sum.Round(time.Second))
}

// Row 5: only a session that has lived for 10 s makes a client hopeful again.
func TestRow5OnlyALivedSessionResets(t *testing.T) {
	slow(t)
	h := newHouse(t, plan{})
	h.link.AcceptAndClose()
	h.loses(t, h.link.Reset)
	for range 4 {
		h.loses(t, func() {})
	}
	if err := h.link.Pass(); err != nil {
		t.Fatal(err)
	}
	h.wait(t, tunnel.Connected)
	<-time.After(11 * time.Second) // the passing of time is what this is about
	lost := h.loses(t, h.link.Reset)
	if wait := time.Until(lost.RetryAt); wait > time.Second {
		t.Errorf("after a session of 11 s it waits %s", wait)
	}
}

// firstWait is how long the client meant to wait when it lost its relay the first time.
func (c *client) firstWait(t testing.TB) time.Duration {
	t.Helper()
	_, rest, _ := strings.Cut(c.log.String(), " retry_in=")
	text, _, _ := strings.Cut(rest, "\n")
	wait, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("the client's log has no wait: %v\n%s", err, c.log.String())
	}
	return wait
}

// Row 6: clients that lose their relay together come back one after the other. The relay may ask some to come later, and
// refuses none otherwise.
func TestRow6ClientsLoseTheRelayTogether(t *testing.T) {
	watch(t)
	count := 50
	if isSlow() {
		count = 1000
	}
	r := startRelay(t, relay.Config{})
	link := startProxy(t, r.addr)
	clients := make([]*client, count)
	for i := range clients {
		clients[i] = newClient(link.Addr(), fmt.Sprintf("otter-%d", i))
		clients[i].start(t)
		defer clients[i].end(t)
	}
	for _, c := range clients {
		c.wait(t, tunnel.Connected)
	}
	link.Refuse() // so that nobody is back before the last one has lost it
	link.Reset()
	began := time.Now()
	var waits []time.Duration
	for _, c := range clients {
		c.wait(t, tunnel.Waiting, tunnel.Connecting)
		waits = append(waits, c.firstWait(t))
	}
	if spread := slices.Max(waits) - slices.Min(waits); spread < 500*time.Millisecond {
		t.Errorf("they mean to dial again within %s", spread)
	}
	if err := link.Pass(); err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		c.wait(t, tunnel.Connected)
	}
	t.Logf("%d clients back within %s", count, time.Since(began).Round(time.Millisecond))
	if c, err := link.Await(soon(t), func(c faults.Counts) bool { return c.Open == count }); err != nil {
		t.Errorf("%d connections are open, want %d: %v", c.Open, count, err)
	}
	for _, c := range clients {
		for said := range strings.Lines(c.log.String()) {
			if strings.Contains(said, "the relay answered") && !strings.Contains(said, "503 ") ||
				strings.Contains(said, "refused the token") || strings.Contains(said, "no relay") {
				t.Errorf("a client was refused: %s", said)
			}
		}
	}
}
