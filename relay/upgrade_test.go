package relay_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// switching is an app that takes any offer to switch protocols, and then does as f.
func switching(to string, f func(w http.ResponseWriter, body io.Reader)) handler {
	return func(_ context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader) {
		if d.Header.Get("Upgrade") == "" {
			_, _ = io.WriteString(w, "no offer")
			return
		}
		w.Header().Set("Upgrade", to)
		w.WriteHeader(http.StatusSwitchingProtocols)
		w.(http.Flusher).Flush()
		f(w, body)
	}
}

// offer asks to switch protocols, and gives the connection with the answer's status and fields read from it.
func offer(t *testing.T, h *house, protocol string) (net.Conn, *bufio.Reader, *http.Response) {
	t.Helper()
	conn := h.dial()
	_, _ = fmt.Fprintf(conn, "GET /e/%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: %s\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n", otter, protocol)
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	return conn, in, resp
}

func TestOnlyWebsocketsAreSwitchedTo(t *testing.T) {
	for _, protocol := range []string{"h2c", "h2c, websocket", "websocket, h2c", "websocket\r\nUpgrade: h2c"} {
		h := startRelay(t)
		h.connect(switching("h2c", func(http.ResponseWriter, io.Reader) {}))
		_, _, resp := offer(t, h, protocol)
		if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK || string(body) != "no offer" {
			t.Errorf("%q: got %d %q: the app saw the offer", protocol, resp.StatusCode, body)
		}
	}
	h := startRelay(t)
	h.connect(switching("h2c", func(http.ResponseWriter, io.Reader) {}))
	if _, _, resp := offer(t, h, "websocket"); resp.StatusCode != http.StatusBadGateway || resp.Header.Get("Hook-Error") != "tunnel_reset" {
		t.Errorf("an app that switches to something else: got %d %q", resp.StatusCode, resp.Header)
	}
}

// An app that reads nothing and goes leaves nothing of the connection behind, though the sender has more to say: the house
// looks for goroutines at the end.
func TestSwitchedConnectionEndsWithTheApp(t *testing.T) {
	h := startRelay(t)
	leave := make(chan struct{})
	h.connect(switching("websocket", func(http.ResponseWriter, io.Reader) { <-leave }))
	conn, in, _ := offer(t, h, "websocket")
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = conn.Write(make([]byte, 32<<20))
	}()
	close(leave)
	if rest, _ := io.ReadAll(in); len(rest) > 0 {
		t.Errorf("got %q", rest)
	}
	within(t, sent, "the end of the sender's connection")
}

// When the relay stops, a connection that has switched protocols has its time like any request.
func TestSwitchedConnectionDrains(t *testing.T) {
	h := startRelay(t)
	h.connect(switching("websocket", func(w http.ResponseWriter, body io.Reader) {
		b := make([]byte, 5)
		_, _ = io.ReadFull(body, b)
		_, _ = w.Write(b)
	}), func(c *tunnel.Client) { c.Drain = patience })
	conn, in, _ := offer(t, h, "websocket")
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = h.stop()
	}()
	within(t, h.refusing(), "a relay that takes nothing more")
	_, _ = io.WriteString(conn, "still")
	if got, err := io.ReadAll(in); string(got) != "still" {
		t.Errorf("got %q, %v", got, err)
	}
	within(t, stopped, "the relay's end")
}

// refusing is closed when nobody accepts at the relay's address.
func (h *house) refusing() <-chan struct{} {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			conn, err := net.Dial("tcp", h.addr)
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	return gone
}

// tokensFunc are tokens that a function knows.
type tokensFunc func(string) bool

func (f tokensFunc) Grant(token string) (relay.Grant, bool) {
	return relay.Grant{Name: "a", Pattern: "*"}, f(token)
}

// However many come without a token, those who have one get in.
func TestStrangersKeepNobodyOut(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) { c.Tokens = tokensFunc(func(token string) bool { return token == "good" }) })
	for range 400 {
		got := h.say("GET /_hook/tunnel HTTP/1.1", "Host: "+h.addr)
		if got.Status != http.StatusUnauthorized {
			t.Fatalf("a stranger got %s", got)
		}
	}
	c := h.run(echo, func(c *tunnel.Client) { c.Token = "good" })
	if s := c.wait(t, tunnel.Connected, tunnel.Waiting, tunnel.Stopped); s.Phase != tunnel.Connected {
		t.Errorf("who has a token is %s: %v", s.Phase, s.Err)
	}
}

// The app's informational answers and the relay's own 100 Continue, after a second without the app's, don't meet.
func TestInformsBesideContinue(t *testing.T) {
	h := startRelay(t)
	h.connect(func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		read := make(chan []byte, 1)
		go func() {
			b, _ := io.ReadAll(body)
			read <- b
		}()
		for {
			select {
			case b := <-read:
				_, _ = w.Write(b)
				return
			default:
				w.WriteHeader(http.StatusEarlyHints)
			}
		}
	})
	conn := h.dial()
	_, _ = fmt.Fprintf(conn, "POST /e/%s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", otter)
	in := bufio.NewReader(conn)
	for {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		switch resp.StatusCode {
		case http.StatusContinue:
			_, _ = io.WriteString(conn, "hi")
		case http.StatusEarlyHints:
		default:
			if body, err := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK || string(body) != "hi" {
				t.Errorf("got %d %q, %v", resp.StatusCode, body, err)
			}
			return
		}
	}
}

func TestNamesThatAppsTakeForOurs(t *testing.T) {
	got := forwarded(t, "Content-Length: 0", "X_Forwarded_For: 192.0.2.1", "hook_delivery: d_x", "X_Forwarded-Proto: https", "x_real_ip: 192.0.2.1", "My_Field: stays")
	if len(got) != 2 || got.Get("My_Field") != "stays" {
		t.Errorf("the app got %q", got)
	}
}
