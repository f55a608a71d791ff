package replay_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/leaks"
	"github.com/seed-4575fdc3/hook/replay"
)

func TestMain(m *testing.M) { os.Exit(leaks.Run(m)) }

// An app is a local server that says, byte for byte, what the test tells it to.
type app struct {
	target replay.Target
	saw    chan request // what was read from all connections

	mu    sync.Mutex
	conns []net.Conn
}

// A request is what an app read.
type request struct {
	*http.Request
	body string
}

// A talk is an app's side of one connection.
type talk struct {
	net.Conn
	app    *app
	reader *bufio.Reader
	number int // of the connection, from 1
}

// startApp serves each connection with serve, and closes it when that returns.
func startApp(t testing.TB, serve func(c *talk)) *app {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := &app{target: parse(t, ln.Addr().String()), saw: make(chan request, 64)}
	var open sync.WaitGroup
	open.Go(func() {
		for number := 1; ; number++ {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			a.mu.Lock()
			a.conns = append(a.conns, conn)
			a.mu.Unlock()
			open.Go(func() {
				defer func() { _ = conn.Close() }()
				serve(&talk{Conn: conn, app: a, reader: bufio.NewReader(conn), number: number})
			})
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		a.mu.Lock()
		for _, conn := range a.conns {
			_ = conn.Close()
		}
		a.mu.Unlock()
		open.Wait()
	})
	return a
}

// answering is an app that gives the same answer to every request.
func answering(t testing.TB, answer string) *app {
	return startApp(t, func(c *talk) {
		for c.read() {
			c.say(answer)
		}
	})
}

// read takes a whole request in, and says whether there was one.
func (c *talk) read() bool {
	r, err := http.ReadRequest(c.reader)
	if err != nil {
		return false
	}
	body, err := io.ReadAll(r.Body)
	c.app.saw <- request{r, string(body)}
	return err == nil
}

func (c *talk) say(s string) { _, _ = io.WriteString(c, s) }

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"

// forwarder is a Forwarder to a, with a client of its own.
func (a *app) forwarder(t testing.TB) *replay.Forwarder {
	client := replay.NewClient(replay.ClientOptions{})
	t.Cleanup(client.CloseIdleConnections)
	return &replay.Forwarder{Target: a.target, Client: client}
}

// newDelivery is one that came through a relay.
func newDelivery(method, path string) *inspect.Delivery {
	return &inspect.Delivery{
		ID: "d_aaaabbbbcccc", Remote: "192.0.2.7", Proto: "HTTP/1.1", Host: "asked.example", Method: method,
		URL: "https://relay.example/e/otter" + path, Path: path, Header: http.Header{},
	}
}

// serve forwards d, and says whether the answer broke off.
func serve(t testing.TB, f *replay.Forwarder, d *inspect.Delivery, body string) (w *httptest.ResponseRecorder, broken bool) {
	t.Helper()
	w = httptest.NewRecorder()
	return w, serveTo(t.Context(), w, f, d, strings.NewReader(body), int64(len(body)))
}

// serveTo is serve for a body of any kind.
func serveTo(
	ctx context.Context, w http.ResponseWriter, f *replay.Forwarder, d *inspect.Delivery, body io.Reader, length int64,
) (broken bool) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			broken = true
		default:
			panic(p)
		}
	}()
	f.ServeDelivery(ctx, w, d, body, length)
	return false
}

// within takes from c, and fails the test if nothing comes.
func within[T any](t testing.TB, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(30 * time.Second):
		t.Fatalf("there is still no sign of %s", what)
	}
	return v
}

// attempts sums up what came of d, an attempt a line.
func attempts(d *inspect.Delivery) string {
	var b strings.Builder
	for _, a := range d.Attempts {
		status := 0
		if a.Response != nil {
			status = a.Response.Status
		}
		fmt.Fprintf(&b, "%d %s %d\n", a.Number, a.Outcome, status)
	}
	return b.String()
}
