package tunnel_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/internal/leaks"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

func TestMain(m *testing.M) { os.Exit(leaks.Run(m)) }

const otter = "quiet-otter"

// patience is how long a test waits for what must happen; only a test that fails waits so long.
const patience = 20 * time.Second

// serve runs a relay at addr, "127.0.0.1:0" for a free port, until the test ends or stop is called.
func serve(t testing.TB, addr string, names relay.Names) (url string, stop func()) {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	url = "http://" + ln.Addr().String()
	server, err := relay.New(relay.Config{PublicURL: url, Names: names, Public: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve returned %v", err)
		}
	})
	t.Cleanup(stop)
	return url, stop
}

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

// start runs a client until the test ends or stop is called, which gives what Run returned.
func start(t testing.TB, c *tunnel.Client) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { _ = stop() })
	return stop
}

// wait gives the first state in that phase. That the client stops is an answer, too.
func wait(t testing.TB, c *tunnel.Client, phase tunnel.Phase) tunnel.State {
	t.Helper()
	late := time.After(patience)
	for {
		state, changed := c.State()
		if state.Phase == phase || state.Phase == tunnel.Stopped {
			return state
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("the client is %s (%v), want %s", state.Phase, state.Err, phase)
		}
	}
}

// A handler is a function that is a tunnel.Handler.
type handler func(ctx context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader)

func (f handler) ServeDelivery(ctx context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader, _ int64) {
	f(ctx, w, d, body)
}

// echo answers with the body of the request.
func echo(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
	_, _ = io.Copy(w, body)
}

func newClient(url string, f handler) *tunnel.Client {
	return &tunnel.Client{Relay: url, Name: otter, Secret: "mine", Instance: "one", Software: "hook/test", Handler: f}
}

// post sends body to the endpoint and gives the status and the answer's body.
func post(url, body string) (string, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Post(url+"/e/"+otter, "text/plain", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	return fmt.Sprintf("%d %s", resp.StatusCode, answer), err
}
