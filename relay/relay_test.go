package relay_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/leaks"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

func TestMain(m *testing.M) { os.Exit(leaks.Run(m)) }

// otter is the endpoint's name wherever a test needs only one.
const otter = "quiet-otter"

// patience is how long a test waits for what must happen; only a test that fails waits so long.
const patience = 20 * time.Second

// A house is a relay on loopback.
type house struct {
	t    testing.TB
	addr string
	url  string
	stop func() error // ends Serve and gives what it returned

	server *relay.Server
}

func startRelay(t testing.TB, change ...func(*relay.Config)) *house {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, addr: ln.Addr().String(), url: "http://" + ln.Addr().String()}
	cfg := relay.Config{PublicURL: h.url, Software: "hook-relay/test"}
	for _, f := range change {
		f(&cfg)
	}
	server, err := relay.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	h.server = server
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	h.stop = sync.OnceValue(func() error {
		cancel()
		return <-served
	})
	t.Cleanup(func() {
		if err := h.stop(); err != nil {
			t.Errorf("Serve returned %v", err)
		}
	})
	return h
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

// A client is a tunnel.Client that runs.
type client struct {
	*tunnel.Client
	losses chan error   // why it wasn't connected, each time; what its State says is only the last
	stop   func() error // ends Run and gives what it returned
}

// A lossLog is a client's log, of which only the losses matter.
type lossLog struct {
	slog.Handler
	losses chan<- error
}

func (l lossLog) Enabled(context.Context, slog.Level) bool { return true }

func (l lossLog) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok && r.Message == "tunnel not connected" {
			select {
			case l.losses <- err:
			default: // more than any test asks for
			}
		}
		return true
	})
	return nil
}

// run starts a client, and stops it when the test ends.
func (h *house) run(f handler, change ...func(*tunnel.Client)) *client {
	h.t.Helper()
	c := &client{losses: make(chan error, 64)}
	log := slog.New(lossLog{slog.DiscardHandler, c.losses})
	c.Client = &tunnel.Client{Relay: h.url, Name: otter, Secret: "mine", Instance: "one", Handler: f, Log: log}
	for _, f := range change {
		f(c.Client)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	c.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	h.t.Cleanup(func() { _ = c.stop() })
	return c
}

// connect is run, and waits until the client is connected.
func (h *house) connect(f handler, change ...func(*tunnel.Client)) *client {
	h.t.Helper()
	c := h.run(f, change...)
	if state := c.wait(h.t, tunnel.Connected, tunnel.Stopped); state.Phase != tunnel.Connected {
		h.t.Fatalf("the client could not connect: %v", state.Err)
	}
	return c
}

// wait gives the first state that is in one of the phases.
func (c *client) wait(t testing.TB, phases ...tunnel.Phase) tunnel.State {
	t.Helper()
	late := time.After(patience)
	for {
		state, changed := c.State()
		for _, phase := range phases {
			if state.Phase == phase {
				return state
			}
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("the client is %s (%v), want %v", state.Phase, state.Err, phases)
		}
	}
}

// ended waits for Run to return by itself.
func (c *client) ended(t testing.TB) error {
	t.Helper()
	c.wait(t, tunnel.Stopped)
	return c.stop()
}

// claim is a client by hand: it claims the name and then does nothing at all.
func (h *house) claim(name string) wire.Conn {
	h.t.Helper()
	ws, _, err := websocket.Dial(h.t.Context(), h.url+wire.Path, &websocket.DialOptions{Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		h.t.Fatal(err)
	}
	conn := wire.WebSocket(ws)
	h.t.Cleanup(func() { _ = conn.Close() })
	if _, err := wire.SendHello(conn, wire.Hello{
		Versions: []int{wire.Version}, Name: name, Secret: h.proof("mine"), Instance: "by-hand", Window: wire.DefaultWindow, MaxStreams: 1,
	}); err != nil {
		h.t.Fatal(err)
	}
	return conn
}

// hears reads what the relay says to a client by hand next, but for PINGs: those come when it is their time.
func hears(conn wire.Conn) ([]byte, error) {
	const ping, pingFrame = 0x04, 18
	for {
		msg, err := conn.Read(nil, nil)
		for len(msg) >= pingFrame && msg[0] == ping {
			msg = msg[pingFrame:]
		}
		if err != nil || len(msg) > 0 {
			return msg, err
		}
	}
}

// An answer is what a sender got. Err is why its body broke off, or why there is no answer at all.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
	Err    error
}

func (h *house) endpoint() string { return h.url + "/e/" + otter }

// post sends body to the endpoint as a well-behaved client would.
func (h *house) post(body io.Reader) answer {
	h.t.Helper()
	req, err := http.NewRequest(http.MethodPost, h.endpoint(), body)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.do(req)
}

func (h *house) do(req *http.Request) answer {
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}).Do(req)
	if err != nil {
		return answer{Err: err}
	}
	return read(resp)
}

func read(resp *http.Response) answer {
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return answer{Status: resp.StatusCode, Header: resp.Header, Body: body, Err: err}
}

// dial opens a connection on which a test can say what it likes.
func (h *house) dial() net.Conn {
	h.t.Helper()
	conn, err := net.Dial("tcp", h.addr)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		h.t.Fatal(err)
	}
	return conn
}

// say sends the lines of a request's head as they are and reads what comes back.
func (h *house) say(lines ...string) answer {
	h.t.Helper()
	conn := h.dial()
	if _, err := conn.Write(requestHead(lines...)); err != nil {
		h.t.Fatal(err)
	}
	return hear(conn)
}

func requestHead(lines ...string) []byte {
	var b bytes.Buffer
	for _, line := range lines {
		b.WriteString(line + "\r\n")
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// hear reads one response of a POST.
func hear(conn net.Conn) answer {
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: http.MethodPost})
	if err != nil {
		return answer{Err: err}
	}
	return read(resp)
}

// wantFailure checks one of the relay's own answers: status, code in the header, and the same in JSON.
func wantFailure(t testing.TB, got answer, status int, code string) {
	t.Helper()
	var body struct{ Error, Message string }
	err := json.Unmarshal(got.Body, &body)
	if got.Err != nil || got.Status != status || got.Header.Get("Hook-Error") != code || err != nil || body.Error != code || body.Message == "" {
		t.Errorf("got %s\nwant %d %s", got, status, code)
	}
}

func (a answer) String() string {
	return fmt.Sprintf("%d %v %.200q (%v)", a.Status, a.Header, a.Body, a.Err)
}

// within fails the test when nothing comes.
func within[T any](t testing.TB, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatalf("%s: nothing came", what)
	}
	return v
}

// hasty makes a client that gives requests in flight no time when it stops.
func hasty(c *tunnel.Client) { c.Drain = 1 }

// answering makes a handler that always says the same.
func answering(word string) handler {
	return func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
		_, _ = io.WriteString(w, word)
	}
}

// proof is what a client with that secret shows this relay.
func (h *house) proof(secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, h.url)
	return hex.EncodeToString(mac.Sum(nil))
}
