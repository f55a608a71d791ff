package relay_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/state"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// withInbox gives a relay a data folder.
func withInbox(t testing.TB, limits state.InboxLimits) (*state.Store, func(*relay.Config)) {
	t.Helper()
	store, err := state.Open(t.Context(), t.TempDir(), limits, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store, func(c *relay.Config) {
		c.Names, c.Inbox, c.Pause = store, store, 20*time.Millisecond
	}
}

// away has an endpoint say what is to become of webhooks while nobody is there.
func away(policy string) func(*tunnel.Client) {
	return func(c *tunnel.Client) { c.Settings.WhenAway = policy }
}

// known claims the endpoint with that policy, and leaves.
func (h *house) known(policy string) {
	h.t.Helper()
	if err := h.connect(echo, away(policy), hasty).stop(); err != nil {
		h.t.Fatal(err)
	}
	h.untilGone()
}

// untilGone waits until the relay has seen that the client is away.
func (h *house) untilGone() {
	h.t.Helper()
	waitFor(h.t, "the relay to see that the client is away", func() bool { return len(h.server.Endpoints()) == 0 })
}

func wantHeld(t testing.TB, a answer) {
	t.Helper()
	var said struct {
		Held     bool
		Delivery string
	}
	if err := json.Unmarshal(a.Body, &said); err != nil || a.Status != http.StatusAccepted || !said.Held || !inspect.IsID(said.Delivery) {
		t.Fatalf("not held: %v", a)
	}
}

// collecting is an app that tells of each body that it gets, unless its status is 0: then it is down.
func collecting(to chan<- string, status func(body string) int) handler {
	return func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		data, _ := io.ReadAll(body)
		code := status(string(data))
		if code == 0 {
			w.Header().Set("Hook-Error", "app_refused")
			code = http.StatusBadGateway
		} else {
			to <- string(data)
		}
		w.WriteHeader(code)
	}
}

func always(status int) func(string) int { return func(string) int { return status } }

func TestHeldDeliveriesComeInOrder(t *testing.T) {
	store, inbox := withInbox(t, state.InboxLimits{})
	h := startRelay(t, inbox)
	h.known("hold")
	const n = 50
	for i := range n {
		wantHeld(t, h.post(strings.NewReader(fmt.Sprint(i))))
	}
	if got := store.Waiting(otter); got != n {
		t.Fatalf("%d are held, not %d", got, n)
	}
	got := make(chan string, n)
	h.connect(collecting(got, always(200)))
	for i := range n {
		if body := within(t, got, "a held delivery"); body != fmt.Sprint(i) {
			t.Fatalf("%s came as number %d", body, i)
		}
	}
	waitFor(t, "the inbox to be empty", func() bool { return len(store.Backlogs()) == 0 })
	if a := h.post(strings.NewReader("live")); a.Status != 200 {
		t.Errorf("behind the held ones: %v", a)
	}
}

func TestHeldDeliveryIsExact(t *testing.T) {
	_, inbox := withInbox(t, state.InboxLimits{})
	h := startRelay(t, inbox)
	h.known("hold")
	req, err := http.NewRequest(http.MethodPut, h.endpoint()+"/a%2Fb/?x=1&x=2", strings.NewReader(strings.Repeat("\x00\xff", 150_000)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header["X-Odd"] = []string{"a\xe9", "b"}
	before := time.Now()
	wantHeld(t, h.do(req))
	after := time.Now()
	type seen struct {
		d    *inspect.Delivery
		body string
	}
	got := make(chan seen, 1)
	h.connect(func(_ context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader) {
		data, _ := io.ReadAll(body)
		got <- seen{d, string(data)}
	})
	s := within(t, got, "the held delivery")
	switch {
	case s.d.Method != http.MethodPut, s.d.Path != "/a%2Fb/?x=1&x=2", s.d.URL != h.endpoint()+"/a%2Fb/?x=1&x=2":
		t.Errorf("it came as %s %s (%s)", s.d.Method, s.d.Path, s.d.URL)
	case strings.Join(s.d.Header["X-Odd"], "|") != "a\xe9|b":
		t.Errorf("its header came as %q", s.d.Header)
	case s.body != strings.Repeat("\x00\xff", 150_000):
		t.Errorf("a body of %d bytes came", len(s.body))
	case s.d.ReceivedAt.Before(before) || s.d.ReceivedAt.After(after):
		t.Errorf("it was received at %s, it says; that was between %s and %s", s.d.ReceivedAt, before, after)
	}
}

func TestDeadLetters(t *testing.T) {
	store, inbox := withInbox(t, state.InboxLimits{Failures: 2})
	h := startRelay(t, inbox)
	h.known("hold")
	for _, body := range []string{"bad", "good"} {
		wantHeld(t, h.post(strings.NewReader(body)))
	}
	got := make(chan string, 10)
	var mended atomic.Bool
	c := h.connect(collecting(got, func(body string) int {
		if body == "bad" && !mended.Load() {
			return http.StatusInternalServerError
		}
		return http.StatusOK
	}))
	for _, want := range []string{"bad", "bad", "good"} {
		if body := within(t, got, "a held delivery"); body != want {
			t.Fatalf("%s came, not %s", body, want)
		}
	}
	waitFor(t, "one dead letter", func() bool {
		all := store.Backlogs()
		return len(all) == 1 && all[0].Dead == 1 && all[0].Waiting == 0
	})
	dead, err := store.HeldOf(t.Context(), otter, true, 0, 10)
	if err != nil || len(dead) != 1 || string(dead[0].Body) != "bad" || dead[0].Attempts != 2 || dead[0].Failures != 2 || dead[0].Why != "the app answered 500 Internal Server Error" {
		t.Fatalf("the dead letter is %+v (%v)", dead, err)
	}
	mended.Store(true)
	if n, err := store.Redeliver(t.Context(), "operator", otter, nil); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	h.server.Kick(otter)
	if body := within(t, got, "the dead letter"); body != "bad" {
		t.Fatalf("%s came", body)
	}
	waitFor(t, "the inbox to be empty", func() bool { return len(store.Backlogs()) == 0 })
	_ = c.stop()
}

// Row 3: a client that is killed while it has a held delivery gets that one again, before those behind it.
func TestClientKilledWithAHeldDelivery(t *testing.T) {
	store, inbox := withInbox(t, state.InboxLimits{Failures: 1})
	h := startRelay(t, inbox)
	h.known("hold")
	for _, body := range []string{"1", "2"} {
		wantHeld(t, h.post(strings.NewReader(body)))
	}
	begun := make(chan struct{}, 1)
	c := h.connect(func(ctx context.Context, _ http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
		begun <- struct{}{}
		<-ctx.Done()
		panic(http.ErrAbortHandler)
	}, hasty)
	within(t, begun, "the held delivery")
	if err := c.stop(); err != nil {
		t.Fatal(err)
	}
	h.untilGone()
	if n := store.Waiting(otter); n != 2 {
		t.Fatalf("%d are held, not 2", n)
	}
	type seen struct {
		body    string
		earlier int
	}
	got := make(chan seen, 2)
	h.connect(func(_ context.Context, _ http.ResponseWriter, d *inspect.Delivery, body io.Reader) {
		data, _ := io.ReadAll(body)
		got <- seen{string(data), d.Earlier}
	})
	for _, want := range []seen{{"1", 1}, {"2", 0}} {
		if s := within(t, got, "a held delivery"); s != want {
			t.Errorf("%+v came, not %+v", s, want)
		}
	}
}

// A client that dies while it has a held delivery costs that one attempt, though the relay may be about to try again before it
// has let go of the client.
func TestClientDiesWithAHeldDelivery(t *testing.T) {
	_, inbox := withInbox(t, state.InboxLimits{})
	h := startRelay(t, inbox)
	h.known("hold")
	wantHeld(t, h.post(strings.NewReader("1")))
	conn := h.claim(otter)
	if _, err := hears(conn); err != nil { // it has the delivery
		t.Fatal(err)
	}
	_ = conn.Close()
	h.untilGone()
	earlier := make(chan int, 1)
	h.connect(func(_ context.Context, _ http.ResponseWriter, d *inspect.Delivery, _ io.Reader) { earlier <- d.Earlier })
	if n := within(t, earlier, "the held delivery"); n != 1 {
		t.Errorf("it came %d times before, it says, and was there once", n)
	}
}

// An app that is down has failed nothing.
func TestHeldWhileTheAppIsDown(t *testing.T) {
	store, inbox := withInbox(t, state.InboxLimits{Failures: 1})
	h := startRelay(t, inbox)
	var up atomic.Bool
	got := make(chan string, 10)
	h.connect(collecting(got, func(string) int {
		if up.Load() {
			return http.StatusOK
		}
		return 0
	}), away("hold"))
	wantHeld(t, h.post(strings.NewReader("1"))) // it was tried live
	wantHeld(t, h.post(strings.NewReader("2"))) // it has to wait for the first one
	waitFor(t, "three attempts", func() bool {
		held, err := store.HeldOf(t.Context(), otter, false, 0, 1)
		return err == nil && len(held) == 1 && held[0].Attempts >= 3
	})
	up.Store(true)
	for _, want := range []string{"1", "2"} {
		if body := within(t, got, "a held delivery"); body != want {
			t.Fatalf("%s came, not %s", body, want)
		}
	}
}

func TestPolicies(t *testing.T) {
	forgetful := senders{forgetful: func(h http.Header) bool { return h.Get("X-Github-Event") != "" }}
	for _, test := range []struct {
		policy, sender string
		held           bool
	}{
		{"", "X-Github-Event", true}, {"auto", "X-Github-Event", true}, {"auto", "Stripe-Signature", false},
		{"fail", "X-Github-Event", false}, {"hold", "Stripe-Signature", true},
	} {
		_, inbox := withInbox(t, state.InboxLimits{})
		h := startRelay(t, inbox, func(c *relay.Config) { c.Senders = forgetful })
		h.known(test.policy)
		req, err := http.NewRequest(http.MethodPost, h.endpoint(), strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(test.sender, "x")
		if a := h.do(req); test.held {
			wantHeld(t, a)
		} else {
			wantFailure(t, a, http.StatusBadGateway, "tunnel_absent")
		}
	}
}

func TestWaitForTheClient(t *testing.T) {
	h := startRelay(t)
	h.known("wait:30s")
	answers := make(chan answer, 2)
	for range 2 {
		go func() { answers <- h.post(strings.NewReader("hello")) }()
	}
	h.connect(echo)
	for range 2 {
		if a := within(t, answers, "the answer"); a.Status != 200 || string(a.Body) != "hello" {
			t.Error(a)
		}
	}
}

func TestWaitInVain(t *testing.T) {
	h := startRelay(t)
	h.known("wait:1ms")
	wantFailure(t, h.post(strings.NewReader("hello")), http.StatusBadGateway, "tunnel_absent")
}

// Whoever was kept waiting, by the policy or by their own slow body, gets the answer all the same: the time that the server gives
// for writing it began with the request.
func TestAnswersThatComeLate(t *testing.T) {
	_, inbox := withInbox(t, state.InboxLimits{})
	h := startRelay(t, inbox)
	server := httptest.NewUnstartedServer(h.server)
	server.Config.WriteTimeout = 50 * time.Millisecond // in the place of some minutes
	server.Start()
	t.Cleanup(server.Close)
	direct := h.url
	late := func(policy string) <-chan answer {
		h.url = direct
		h.known(policy)
		h.url = server.URL
		body, upload := io.Pipe()
		got := make(chan answer, 1)
		go func() { got <- h.post(body) }()
		<-time.After(3 * server.Config.WriteTimeout) // the passing of time is what this is about
		if err := upload.Close(); err != nil {
			t.Fatal(err)
		}
		return got
	}
	wantHeld(t, within(t, late("hold"), "that it is held"))
	wantFailure(t, within(t, late("wait:150ms"), "that nobody came"), http.StatusBadGateway, "tunnel_absent")
}

func TestInboxIsFull(t *testing.T) {
	for name, test := range map[string]struct {
		limits state.InboxLimits
		status int
	}{
		"count":   {state.InboxLimits{Count: 1}, http.StatusTooManyRequests},
		"bytes":   {state.InboxLimits{Bytes: 500}, http.StatusTooManyRequests},
		"total":   {state.InboxLimits{Total: 500}, http.StatusInsufficientStorage},
		"reserve": {state.InboxLimits{Reserve: 1 << 60}, http.StatusInsufficientStorage},
	} {
		t.Run(name, func(t *testing.T) {
			_, inbox := withInbox(t, test.limits)
			h := startRelay(t, inbox)
			h.known("hold")
			a := h.post(strings.NewReader("one"))
			if name != "reserve" {
				wantHeld(t, a)
				a = h.post(strings.NewReader(strings.Repeat("2", 300)))
			}
			wantFailure(t, a, test.status, "inbox_full")
			if a.Header.Get("Retry-After") == "" {
				t.Error("it doesn't say when to try again")
			}
		})
	}
}

func TestBodyTooLongToBeHeld(t *testing.T) {
	_, inbox := withInbox(t, state.InboxLimits{})
	h := startRelay(t, inbox, func(c *relay.Config) { c.MaxHeld = 1000 })
	h.known("hold")
	wantFailure(t, h.post(strings.NewReader(strings.Repeat("x", 1001))), http.StatusRequestEntityTooLarge, "body_too_large")
	h.connect(echo)
	if a := h.post(strings.NewReader(strings.Repeat("x", 100_000))); a.Status != 200 || len(a.Body) != 100_000 {
		t.Errorf("while the client is there: %v", a)
	}
}

// Whoever only says that a long body comes takes no memory from others.
func TestBodiesThatAreOnlyAnnounced(t *testing.T) {
	_, inbox := withInbox(t, state.InboxLimits{})
	h := startRelay(t, inbox)
	h.known("hold")
	const n = 17 // as many as once had all the memory, and one more
	for range n {
		if _, err := h.dial().Write(requestHead("POST "+atOtter+" HTTP/1.1", "Host: "+h.addr, "Content-Length: 8388608")); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "all requests to be there", func() bool { inFlight, _ := h.server.Load(); return inFlight == n })
	wantHeld(t, h.post(strings.NewReader("short")))
	long := strings.Repeat("0123456789abcdef", 1<<18) // as a body that grows
	wantHeld(t, h.post(io.MultiReader(strings.NewReader(long))))
}

func TestBacklogIsNotWantedAtOnce(t *testing.T) {
	_, inbox := withInbox(t, state.InboxLimits{})
	h := startRelay(t, inbox)
	h.known("hold")
	for range 3 {
		wantHeld(t, h.post(strings.NewReader("x")))
	}
	most := 2
	c := h.run(echo, func(c *tunnel.Client) { c.Backlog = &most })
	err := c.ended(t)
	wantGoAway(t, err, wire.CodeBacklog)
	if g, ok := errors.AsType[*wire.GoAway](err); ok && g.Backlog != 3 {
		t.Errorf("it says %d", g.Backlog)
	}
	most = 3
	if state := h.connect(echo, func(c *tunnel.Client) { c.Backlog = &most }).wait(t, tunnel.Connected); state.Backlog != 3 {
		t.Errorf("the client was told of %d", state.Backlog)
	}
}

// Whoever has a name next must not get what came for the one before.
func TestReleasedNameTakesWhatIsHeldWithIt(t *testing.T) {
	store, inbox := withInbox(t, state.InboxLimits{})
	h := startRelay(t, inbox)
	h.known("hold")
	wantHeld(t, h.post(strings.NewReader("secret")))
	if ok, err := store.Release(t.Context(), "operator", otter); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if all := store.Backlogs(); len(all) > 0 {
		t.Errorf("still there: %+v", all)
	}
}

func TestManyHeldAtOnce(t *testing.T) {
	store, inbox := withInbox(t, state.InboxLimits{})
	h := startRelay(t, inbox)
	h.known("hold")
	const senders, each = 8, 20
	var all sync.WaitGroup
	for s := range senders {
		all.Go(func() {
			for i := range each {
				a := h.post(strings.NewReader(fmt.Sprintf("%d %d", s, i)))
				if a.Status != http.StatusAccepted {
					t.Errorf("not held: %v", a)
				}
			}
		})
	}
	all.Wait()
	got := make(chan string, senders*each)
	h.connect(collecting(got, always(200)))
	next := make(map[int]int)
	for range senders * each {
		var s, i int
		if _, err := fmt.Sscan(within(t, got, "a held delivery"), &s, &i); err != nil || next[s] != i {
			t.Fatalf("of sender %d number %d came, not %d (%v)", s, i, next[s], err)
		}
		next[s]++
	}
	waitFor(t, "the inbox to be empty", func() bool { return store.Waiting(otter) == 0 })
}

// senders are relay.Providers.
type senders struct {
	forgetful func(http.Header) bool
	answer    func(provider, secret string, r *http.Request, body []byte) (relay.ChallengeAnswer, bool)
}

func (s senders) Forgetful(_ string, h http.Header) bool { return s.forgetful != nil && s.forgetful(h) }

func (s senders) Answer(provider, secret string, r *http.Request, body []byte) (relay.ChallengeAnswer, bool) {
	if s.answer == nil {
		return relay.ChallengeAnswer{}, false
	}
	return s.answer(provider, secret, r, body)
}

// waitFor waits until it is so.
func waitFor(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); <-time.After(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
