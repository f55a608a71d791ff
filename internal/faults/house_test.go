package faults_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/replay"
)

// otter is the endpoint's name wherever a test needs only one.
const otter = "quiet-otter"

// A house is all of hook in this process: a relay, a client with its history, an app, and a bad network between them.
// What a scenario leaves behind is checked at its end: see watch and checkHistory.
type house struct {
	t     testing.TB
	relay *relayHouse
	link  *faults.Proxy // between client and relay
	local *faults.Proxy // between client and app
	app   *app
	*client
	store *history.Store
}

// A plan is what a test wants to be other than usual.
type plan struct {
	relay relay.Config
	app   replay.ClientOptions
}

func newHouse(t testing.TB, p plan) *house {
	t.Helper()
	watch(t)
	h := &house{t: t, relay: startRelay(t, p.relay), app: startApp(t)}
	h.link = startProxy(t, h.relay.addr)
	h.local = startProxy(t, h.app.addr)
	var err error
	path := filepath.Join(t.TempDir(), "history.db")
	if h.store, err = history.Open(t.Context(), path, history.Options{Project: "/faults"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
	target, err := replay.ParseTarget(h.local.Addr())
	if err != nil {
		t.Fatal(err)
	}
	toApp := replay.NewClient(p.app)
	t.Cleanup(toApp.CloseIdleConnections)
	h.client = newClient(h.link.Addr(), otter)
	h.client.Handler = &replay.Forwarder{Target: target, Client: toApp, Recorder: recorder{h.store}}
	t.Cleanup(func() {
		h.app.letAll()
		h.client.end(t)
		h.checkHistory()
	})
	h.client.start(t)
	h.client.wait(t, tunnel.Connected)
	return h
}

// A recorder keeps deliveries as the command does, but for judging them.
type recorder struct{ store *history.Store }

func (r recorder) Received(d *inspect.Delivery) <-chan struct{} { return r.store.Add(d).Done() }
func (r recorder) Attempted(d *inspect.Delivery, _ bool)        { r.store.AddAttempt(d.ID, *d.Last()) }

// deliveries are what the history has, the newest first.
func (h *house) deliveries() []*inspect.Delivery {
	h.t.Helper()
	if err := h.store.Flush(soon(h.t)); err != nil {
		h.t.Fatal(err)
	}
	all, err := h.store.List(soon(h.t), history.Query{Limit: -1})
	if err != nil {
		h.t.Fatal(err)
	}
	var whole []*inspect.Delivery
	for _, s := range all {
		d, err := h.store.Get(soon(h.t), s.ID)
		if err != nil {
			h.t.Fatal(err)
		}
		whole = append(whole, d)
	}
	return whole
}

// checkHistory wants one row for each attempt: each that the app saw, once, and none that is still under way.
func (h *house) checkHistory() {
	h.t.Helper()
	rows := make(map[attempt]bool)
	for _, d := range h.deliveries() {
		if len(d.Attempts) == 0 {
			h.t.Errorf("the history has no attempt of %s", d.ID)
		}
		for i, a := range d.Attempts {
			if a.Number != i+1 || a.Outcome == inspect.OutcomePending || a.Outcome == inspect.OutcomeInterrupted {
				h.t.Errorf("the history has attempt %d of %s in place %d, %q", a.Number, d.ID, i+1, a.Outcome)
			}
			rows[attempt{d.ID, a.Number}] = true
		}
	}
	for a, n := range h.app.attempts() {
		if n != 1 || !rows[a] {
			h.t.Errorf("the app saw attempt %d of %s %d times; in the history: %v", a.number, a.delivery, n, rows[a])
		}
	}
}

// wantAttempts wants the newest delivery to have had these outcomes.
func (h *house) wantAttempts(want ...inspect.Outcome) {
	h.t.Helper()
	var got []inspect.Outcome
	eventually(h.t, "the history has all attempts", func() bool {
		got = nil
		if all := h.deliveries(); len(all) > 0 {
			for _, a := range all[0].Attempts {
				got = append(got, a.Outcome)
			}
		}
		return len(got) >= len(want)
	})
	for i := range want {
		if len(got) != len(want) || got[i] != want[i] {
			h.t.Errorf("the history has the attempts %q, want %q", got, want)
			return
		}
	}
}

// A relayHouse is a relay in this process.
type relayHouse struct {
	addr, url string
	log       *logged
	stop      func() error // ends Serve and gives what it returned
}

func startRelay(t testing.TB, cfg relay.Config) *relayHouse {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relayHouse{addr: ln.Addr().String(), url: "http://" + ln.Addr().String(), log: new(logged)}
	cfg.PublicURL, cfg.Software, cfg.Log = r.url, "hook-relay/test", r.log.logger()
	server, err := relay.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-served
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("Serve returned %v", err)
		}
	})
	return r
}

// A client is a tunnel.Client that runs.
type client struct {
	*tunnel.Client
	log    *logged
	cancel context.CancelFunc
	ended  chan error
}

// newClient is a client for the relay at addr. It answers nobody before it is given a Handler.
func newClient(addr, name string) *client {
	c := &client{log: new(logged), ended: make(chan error, 1)}
	c.Client = &tunnel.Client{
		Relay: "http://" + addr, Name: name, Secret: "ours", Instance: "instance-" + name, Software: "hook/test",
		Drain: patience, Log: c.log.logger(),
	}
	return c
}

func (c *client) start(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	go func() { c.ended <- c.Run(ctx) }()
}

// end stops the client. No stream must be open any more: one that is would hold it up, and then be cut off.
func (c *client) end(t testing.TB) {
	t.Helper()
	if c.cancel == nil {
		return
	}
	c.cancel()
	if err := within(t, c.ended, "the end of the client"); err != nil {
		t.Errorf("the client ended with %v", err)
	}
	if text := c.log.String(); strings.Contains(text, "were cut off") {
		t.Errorf("the client had streams left:\n%s", text)
	}
}

// loses waits until the connection is lost for what cut does, and gives how: which it may have been, and be over again,
// before anybody looks.
func (c *client) loses(t testing.TB, cut func()) *tunnel.Loss {
	t.Helper()
	before, _ := c.State()
	cut()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		state, changed := c.State()
		if state.Lost != before.Lost {
			return state.Lost
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("the client is %s (%v), and has lost nothing", state.Phase, state.Err)
		}
	}
}

// wait gives the next state that is in one of the phases: the present one if it is.
func (c *client) wait(t testing.TB, phases ...tunnel.Phase) tunnel.State {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		state, changed := c.State()
		for _, phase := range phases {
			if state.Phase == phase {
				return state
			}
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("the client is %s (%v), want %v", state.Phase, state.Err, phases)
		}
	}
}

// logged is a log that a test reads.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// since is what was logged behind the first n bytes.
func (l *logged) since(n int) string { return l.String()[n:] }

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
