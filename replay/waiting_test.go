package replay_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/replay"
)

// closedPort is an address where nobody listens before the test does.
func closedPort(t testing.TB) string {
	t.Helper()
	addr, release, err := faults.ClosedPort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return addr
}

// keeping is a recorder that tells which deliveries are kept.
type keeping chan string

func (k keeping) Received(d *inspect.Delivery) <-chan struct{} {
	k <- d.ID
	return nil
}
func (keeping) Attempted(*inspect.Delivery, bool) {}

// Deliveries that come while the app is away wait for it, and it gets each of them once.
func TestWaitForApp(t *testing.T) {
	const deliveries = 50
	for _, client := range []http.RoundTripper{replay.NewClient(replay.ClientOptions{}), onlyRoundTrips{replay.NewClient(replay.ClientOptions{})}} {
		address := closedPort(t)
		kept := make(keeping, deliveries)
		f := &replay.Forwarder{Target: parse(t, address), Client: client, Recorder: kept, WaitForApp: time.Hour}
		all := make([]*inspect.Delivery, deliveries)
		var waiting sync.WaitGroup
		for i := range all {
			all[i] = newDelivery("POST", fmt.Sprintf("/%d", i))
			waiting.Go(func() { _, _ = serve(t, f, all[i], "hi") })
		}
		for range deliveries { // they are, before the app is there
			within(t, kept, "a delivery that is kept while it waits")
		}
		var mu sync.Mutex
		got := make(map[string]int)
		srv := serveOn(t, listen(t, "tcp", address), func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			mu.Lock()
			defer mu.Unlock()
			got[r.URL.Path+" "+string(body)]++
		})
		waiting.Wait()
		for i, d := range all {
			wantAttempts(t, d, "1 answered 200\n")
			if n := got[fmt.Sprintf("/%d hi", i)]; n != 1 {
				t.Errorf("the app got delivery %d %d times, want once", i, n)
			}
			if s := d.Last().Stages; s.Connect <= 0 || s.Connect > s.Total {
				t.Errorf("got stages %+v, want the waiting in Connect", s)
			}
		}
		client.(interface{ CloseIdleConnections() }).CloseIdleConnections()
		srv.Close()
	}
}

// onlyRoundTrips is a client that has no Connect.
type onlyRoundTrips struct{ client *replay.Client }

func (c onlyRoundTrips) RoundTrip(r *http.Request) (*http.Response, error) {
	return c.client.RoundTrip(r)
}
func (c onlyRoundTrips) CloseIdleConnections() { c.client.CloseIdleConnections() }

func TestWaitForAppInVain(t *testing.T) {
	f := forwarding(t, closedPort(t))
	f.WaitForApp = 150 * time.Millisecond
	var waiting sync.WaitGroup
	for range 5 {
		waiting.Go(func() {
			d := newDelivery("POST", "")
			w, _ := serve(t, f, d, "hi")
			wantFailure(t, w, http.StatusBadGateway, "app_refused")
			wantAttempts(t, d, "1 refused 0\n")
			if s := d.Last().Stages; s.Connect < f.WaitForApp || s.Connect > s.Total {
				t.Errorf("got stages %+v, want the waiting in Connect", s)
			}
		})
	}
	waiting.Wait()
}

// Whoever knocks for the others may be the one that goes: another takes over.
func TestWaitForAppUntilTheSenderHangsUp(t *testing.T) {
	address := closedPort(t)
	kept := make(keeping, 3)
	f := forwarding(t, address)
	f.WaitForApp, f.Recorder = time.Hour, kept
	deliver := func(ctx context.Context) <-chan *inspect.Delivery {
		over := make(chan *inspect.Delivery, 1)
		var g sync.WaitGroup
		g.Go(func() {
			d := newDelivery("POST", "")
			serveTo(ctx, httptest.NewRecorder(), f, d, http.NoBody, 0)
			over <- d
		})
		t.Cleanup(g.Wait)
		within(t, kept, "a delivery")
		return over
	}
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	first := deliver(ctx)
	second := deliver(t.Context())
	hangUp()
	wantAttempts(t, within(t, first, "the end of the first"), "1 canceled 0\n")
	serveOn(t, listen(t, "tcp", address), func(http.ResponseWriter, *http.Request) {})
	wantAttempts(t, within(t, second, "the end of the second"), "1 answered 200\n")
}

// An app that restarts while hook has connections to it: no delivery is lost, and none is given twice.
func TestWaitForAppWhileItRestarts(t *testing.T) {
	address := closedPort(t)
	f := forwarding(t, address)
	f.WaitForApp = time.Hour
	var mu sync.Mutex
	got := 0
	app := func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got++
	}
	old := serveOn(t, listen(t, "tcp", address), app)
	d := newDelivery("POST", "")
	_, _ = serve(t, f, d, "hi")
	old.Close()
	kept := make(keeping, 1)
	f.Recorder = kept
	d = newDelivery("POST", "")
	var g sync.WaitGroup
	g.Go(func() { _, _ = serve(t, f, d, "hi") })
	within(t, kept, "the delivery")
	serveOn(t, listen(t, "tcp", address), app)
	g.Wait()
	if last := d.Last(); last.Response == nil || last.Response.Status != 200 || got != 2 {
		t.Errorf("got %s, and the app %d requests, want 2", attempts(d), got)
	}
}
