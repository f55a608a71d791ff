package cmd

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
	"github.com/seed-4575fdc3/hook/replay"
)

// handOver hands a delivery over to l after as many attempts as the relay knows of, and gives the answer's status.
func handOver(t *testing.T, l *listener, d *inspect.Delivery, earlier int) *httptest.ResponseRecorder {
	t.Helper()
	again := *d
	again.Attempts, again.Earlier, again.Body = nil, earlier, inspect.Capture{}
	w := httptest.NewRecorder()
	l.ServeDelivery(t.Context(), w, &again, bytes.NewReader(d.Body.Bytes), d.Body.Size)
	return w
}

// The app is told which attempt it is, and no attempt takes the place of another, also where hook has asked the app more often
// than the relay knows.
func TestAttemptsGoOn(t *testing.T) {
	l, out, _ := printing(t)
	asked := make(chan string, 10)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.Header.Get("Hook-Attempt") }))
	t.Cleanup(app.Close)
	target, err := replay.ParseTarget(app.URL)
	if err != nil {
		t.Fatal(err)
	}
	l.engine = &replay.Forwarder{Target: target, Client: replay.NewClient(replay.ClientOptions{}), Recorder: l.recorder}
	t.Cleanup(func() { l.engine.Client.(*replay.Client).CloseIdleConnections() })

	d := arrived("push")
	d.Endpoint, d.ReceivedAt = "quiet-otter", time.Now().Add(-26*time.Minute)
	l.recorder.endpoint = d.Endpoint
	stored(t, l.store.Add(d))
	for n := range 2 { // on a connection that was closed, and on a fresh one
		a := answered(503)
		a.Number = n + 1
		stored(t, l.store.AddAttempt(d.ID, a))
	}
	for _, c := range []struct {
		earlier int
		want    string
	}{{1, "3"}, {2, "4"}, {5, "6"}} {
		if w := handOver(t, l, d, c.earlier); w.Code != http.StatusOK {
			t.Errorf("after %d attempts: got %d", c.earlier, w.Code)
		}
		if got := <-asked; got != c.want {
			t.Errorf("after %d attempts: the app was told that it is number %s, want %s", c.earlier, got, c.want)
		}
	}
	if err := l.store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	whole, err := l.store.Get(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for _, a := range whole.Attempts {
		numbers = append(numbers, a.Number)
	}
	if len(numbers) != 5 || numbers[4] != 6 || whole.Attempts[1].Response.Status != 503 {
		t.Errorf("got the attempts %v, want 1, 2, 3, 4 and 6", numbers)
	}
	if c := l.recorder.sum(); c.received != 0 || c.again != 3 || c.ok != 3 || l.recorder.inFlight() != 0 {
		t.Errorf("got the sum %+v, %d in flight", c, l.recorder.inFlight())
	}
	l.addTime = time.Minute
	if err := l.printNews(t.Context(), &plainFace{listener: l}); err != nil {
		t.Fatal(err)
	}
	if lines := out.String(); strings.Count(lines, "  held 26 min, attempt ") != 3 || !strings.Contains(lines, "attempt 6") {
		t.Errorf("got the lines\n%s", lines)
	}
}

// A relay's clock that differs is no time for which anything was held.
func TestHeldByTheRelaysClock(t *testing.T) {
	now := time.Now()
	for skew, want := range map[time.Duration]string{0: "  held 26 min", 26 * time.Minute: "", 20 * time.Minute: "  held 6 min", -time.Hour: "  held 86 min"} {
		s := inspect.Summary{Endpoint: "quiet-otter", ReceivedAt: now.Add(-26 * time.Minute), Skew: skew, Attempts: 1}
		if got := again(s, now); got != want {
			t.Errorf("a clock that is %v ahead: got %q, want %q", skew, got, want)
		}
	}
}

// While the app is down, what comes again waits for it, and is no attempt.
func TestHandedOverWhileTheAppIsDown(t *testing.T) {
	l, _, _ := printing(t)
	ending := make(chan struct{})
	l.ending = ending
	l.app.state.Set(appState{known: true})
	d := arrived("push")

	answers := make(chan *httptest.ResponseRecorder, 1)
	go func() { answers <- handOver(t, l, d, 1) }()
	close(ending)
	w := <-answers
	if w.Code != http.StatusBadGateway || w.Header().Get("Hook-Error") != "app_refused" {
		t.Errorf("got %d, %v", w.Code, w.Header())
	}
	if err := l.store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := l.store.Attempts(t.Context(), d.ID); err == nil {
		t.Errorf("the history has it, with %d attempts", n)
	}

	there := make(chan bool, 1)
	go func() { there <- l.app.awaited(t.Context(), time.Hour, nil) }()
	l.app.state.Set(appState{known: true, up: true})
	if !<-there {
		t.Error("the app is up, and nobody noticed")
	}
	l.app.state.Set(appState{})
	if !l.app.awaited(t.Context(), 0, nil) {
		t.Error("an app of which nothing is known was waited for")
	}
	l.app.state.Set(appState{known: true})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if l.app.awaited(gone, time.Hour, nil) {
		t.Error("it is there for whoever has gone")
	}
}

// A relay that knows nothing of settings must not make its user believe that an endpoint is closed.
func TestSettingsThatTheRelayDoesNotKeep(t *testing.T) {
	yes := true
	for _, c := range []struct {
		asked, got wire.Settings
		wrong      string
	}{
		{},
		{asked: wire.Settings{Access: &wire.Access{Bearer: []string{"x"}}}, wrong: "who may send"},
		{asked: wire.Settings{Access: &wire.Access{}}, got: wire.Settings{Access: &wire.Access{}}},
		{asked: wire.Settings{WhenAway: "hold"}, wrong: "--when-away"},
		{asked: wire.Settings{WhenAway: "hold"}, got: wire.Settings{WhenAway: "hold"}},
		{asked: wire.Settings{Provider: "slack"}, wrong: "--provider"},
		{asked: wire.Settings{Provider: wire.NoProvider}},
		{asked: wire.Settings{Browsers: &yes}, wrong: "--allow-browsers"},
	} {
		l := &listener{client: &tunnel.Client{Relay: "https://relay.example", Settings: c.asked}}
		err := l.checkSettings(tunnel.State{Settings: c.got})
		if (err != nil) != (c.wrong != "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%+v asked, %+v got: %v, want %q", c.asked, c.got, err, c.wrong)
		}
	}
}

func TestArrivalIsSaidOnce(t *testing.T) {
	var a arrival
	now := time.Now()
	with := func(p tunnel.Phase, n int) tunnel.State { return tunnel.State{Phase: p, Backlog: n} }
	dead := func(n, dead int) tunnel.State { return tunnel.State{Phase: tunnel.Connected, Backlog: n, Dead: dead} }
	for i, c := range []struct {
		state tunnel.State
		after time.Duration
		want  string
	}{
		{with(tunnel.Connecting, 0), 0, ""},
		{with(tunnel.Connected, 12), time.Second, "12 held deliveries come now"},
		{with(tunnel.Connected, 12), 5 * time.Second, "12 held deliveries come now"},
		{with(tunnel.Connected, 12), 12 * time.Second, ""},
		{with(tunnel.Waiting, 0), 20 * time.Second, ""},
		{with(tunnel.Connected, 1), 30 * time.Second, "1 held delivery comes now"},
		{with(tunnel.Connected, 1), time.Minute, ""},
		{with(tunnel.Waiting, 0), time.Minute, ""},
		{dead(2, 1), 2 * time.Minute, "2 held deliveries come now; 1 dead letter is kept: `hook relay inbox list otter --dead`"},
		{with(tunnel.Waiting, 0), 2 * time.Minute, ""},
		{dead(0, 3), 3 * time.Minute, "3 dead letters are kept: `hook relay inbox list otter --dead`"},
	} {
		if got := a.words("otter", c.state, now.Add(c.after)); got != c.want {
			t.Errorf("%d: got %q, want %q", i, got, c.want)
		}
	}
}
