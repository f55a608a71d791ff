package deploy_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A house is a relay behind a proxy, a listener who reaches it through that, and an app.
type house struct {
	front
	app  *app
	tls  *tls.Config
	http *http.Client
	url  string // of the endpoint
}

// An app tells of the requests that it gets.
type app struct {
	handlers map[string]http.HandlerFunc // by path; all else is sent back. A ServeMux would redirect some paths

	got  chan *http.Request // whose bodies are read
	part chan string        // what has come of a body until now
	next chan struct{}      // the next event may go
}

// TestThroughAProxy has webhooks of all sorts go through the proxies as they are set up here.
func TestThroughAProxy(t *testing.T) {
	for name, begin := range fronts {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, begin)
			t.Run("exact", h.exact)
			t.Run("refused by the relay", h.refused)
			t.Run("long bodies", h.longBodies)
			t.Run("a body in parts", h.parts)
			t.Run("events", h.events)
			t.Run("websocket", h.websocket)
			t.Run("long head of an answer", h.longHead)
			t.Run("no orders from apps", h.orders)
			t.Run("healthz", h.healthz)
		})
	}
}

func newHouse(t *testing.T, begin func(t *testing.T, dir, relay string) front) *house {
	dir, relay := t.TempDir(), freeAddr(t)
	h := &house{front: begin(t, dir, relay), app: newApp()}
	public := "https://localhost:" + portOf(h.addr)
	settings(t, "hook-relay.yaml", filepath.Join(dir, "hook-relay.yaml"), "https://relay.example", public, "data: /var/lib/hook-relay", "data: data",
		"acme: true\n", "", "acme-email: you@relay.example\n", "", "#addr: 127.0.0.1:8080", "addr: "+relay, "#trusted-proxy:", "trusted-proxy:")
	start(t, command(t, dir, "hook-relay", "--json")).await(t, "ready")

	server := httptest.NewServer(h.app)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	eventually(t, "the proxy speaks https", func() bool {
		pem, err := os.ReadFile(h.roots)
		if err != nil || !roots.AppendCertsFromPEM(pem) {
			return false
		}
		h.tls = &tls.Config{RootCAs: roots, ServerName: "localhost"}
		conn, err := tls.Dial("tcp", h.addr, h.tls)
		if err != nil {
			return false
		}
		_ = conn.Close()
		return true
	})
	client := &http.Transport{TLSClientConfig: h.tls.Clone(), ForceAttemptHTTP2: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, h.addr)
	}}
	t.Cleanup(client.CloseIdleConnections)
	h.http = &http.Client{Transport: client, Timeout: patience}
	if err := os.WriteFile(filepath.Join(dir, "hook.yaml"), nil, 0o600); err != nil { // a project of its own
		t.Fatal(err)
	}
	output(t, command(t, dir, "hook", "relay", "login", public, "--ca", h.roots, "--token", "@"+filepath.Join(dir, "data", "first-token")))
	listener := command(t, dir, "hook", "listen", server.URL, "--relay", public, "--ca", h.roots, "--name", "quiet-otter", "--json")
	start(t, listener).await(t, "ready")
	h.url = public + "/e/quiet-otter"
	return h
}

func newApp() *app {
	a := &app{got: make(chan *http.Request, 100), part: make(chan string, 100), next: make(chan struct{}, 100)}
	a.handlers = map[string]http.HandlerFunc{
		"/parts": a.tellParts, "/events": a.sendEvents, "/websocket": websocketEcho,
		"/head": func(w http.ResponseWriter, _ *http.Request) {
			for i := range 8 {
				w.Header().Set(fmt.Sprint("X-Long-", i), strings.Repeat("x", 7000))
			}
		},
		"/orders": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Accel-Redirect", "/_hook/v1/status")
			_, _ = io.WriteString(w, "the app's own words")
		},
	}
	return a
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if handle := a.handlers[r.URL.Path]; handle != nil {
		handle(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	a.got <- r
	w.Header().Set("Date", "Sat, 01 Jan 2000 00:00:00 GMT")
	w.Header().Set("Server", "the app")
	_, _ = w.Write(body)
}

func (a *app) tellParts(_ http.ResponseWriter, r *http.Request) {
	part := make([]byte, 100)
	for {
		n, err := r.Body.Read(part)
		if n > 0 {
			a.part <- string(part[:n])
		}
		if err != nil {
			return
		}
	}
}

func (a *app) sendEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	for i := range 3 {
		_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-a.next:
		case <-r.Context().Done():
		}
	}
}

func websocketEcho(w http.ResponseWriter, _ *http.Request) {
	conn, both, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
	_, _ = io.Copy(conn, both)
}

// do sends a request, which must be answered, and gives the answer with its body.
func (h *house) do(t *testing.T, method, path string, body io.Reader, fields http.Header) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, h.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = fields
	resp, err := h.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, answer
}

// dial opens a connection as a sender, for HTTP/1.1.
func (h *house) dial(t *testing.T) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := tls.Dial("tcp", h.addr, h.tls)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn, bufio.NewReader(conn)
}

func (h *house) exact(t *testing.T) {
	fields := http.Header{
		"X_Signature": {"with an underscore"}, "X.Dotted": {"with a dot"}, "X-Twice": {"one", "two"},
		"X-Forwarded-For": {"192.0.2.66"}, "X-Real-Ip": {"192.0.2.66"}, "Accept-Encoding": {"gzip"},
	}
	resp, body := h.do(t, http.MethodPost, "/a%2Fb//c?q=%20x", strings.NewReader("hello"), fields)
	if resp.StatusCode != http.StatusOK || string(body) != "hello" {
		t.Fatalf("the sender got %d %q", resp.StatusCode, body)
	}
	got := within(t, h.app.got, "the webhook")
	if got.RequestURI != "/a%2Fb//c?q=%20x" {
		t.Errorf("the app got %s", got.RequestURI)
	}
	for _, name := range []string{"X_Signature", "X.Dotted", "X-Twice", "Accept-Encoding"} {
		if has := strings.Join(got.Header.Values(name), "|"); has != strings.Join(fields[name], "|") {
			t.Errorf("the app got %s: %q, want %q", name, has, fields[name])
		}
	}
	if from := got.Header.Get("X-Forwarded-For"); from != "127.0.0.1" {
		t.Errorf("the app is told that it came from %s, want the sender's address", from)
	}
	for name, want := range map[string]string{"Server": "the app", "Date": "Sat, 01 Jan 2000 00:00:00 GMT", "Content-Encoding": ""} {
		got := strings.TrimPrefix(strings.Join(resp.Header[name], "|"), "Caddy|") // which can't be told not to
		if got != want {
			t.Errorf("the sender got %s: %q, want %q", name, got, want)
		}
	}
}

// refused has the relay, and not the proxy, say no.
func (h *house) refused(t *testing.T) {
	conn, r := h.dial(t)
	_, _ = io.WriteString(conn, "POST /e/quiet-otter HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857601\r\n\r\n")
	var sending sync.WaitGroup
	sending.Go(func() { // Caddy passes an early answer on while the body goes on coming
		for part := make([]byte, 1<<10); ; {
			if _, err := conn.Write(part); err != nil {
				return
			}
		}
	})
	h.wantError(t, r, http.StatusRequestEntityTooLarge, "body_too_large")
	_ = conn.Close()
	sending.Wait()
	conn, r = h.dial(t)
	_, _ = io.WriteString(conn, "POST /e/quiet-otter?"+strings.Repeat("x", 70<<10)+" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
	h.wantError(t, r, http.StatusRequestURITooLong, "target_too_long")
	conn, r = h.dial(t)
	_, _ = io.WriteString(conn, "POST /e/quiet-otter HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nX-Long: "+strings.Repeat("x", 70<<10)+"\r\n\r\n")
	h.wantError(t, r, http.StatusRequestHeaderFieldsTooLarge, "header_too_large")
}

func (h *house) wantError(t *testing.T, r *bufio.Reader, status int, code string) {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	if got := resp.Header.Get("Hook-Error"); resp.StatusCode != status || got != code {
		t.Errorf("the sender got %d %s, want %d %s", resp.StatusCode, got, status, code)
	}
}

func (h *house) longBodies(t *testing.T) {
	long := make([]byte, 10<<20)
	for i := range long {
		long[i] = byte(i ^ i>>8 ^ i>>16)
	}
	for name, body := range map[string]io.Reader{"with its length": bytes.NewReader(long), "chunked": io.MultiReader(bytes.NewReader(long))} {
		resp, got := h.do(t, http.MethodPost, "", body, nil)
		within(t, h.app.got, "the webhook")
		if resp.StatusCode != http.StatusOK || sha256.Sum256(got) != sha256.Sum256(long) {
			t.Errorf("%s: the sender got %d and %d bytes, want its own %d", name, resp.StatusCode, len(got), len(long))
		}
	}
}

// parts has the sender wait with the second part of the body until the first has come.
func (h *house) parts(t *testing.T) {
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.do(t, http.MethodPost, "/parts", r, nil)
	}()
	for _, want := range []string{"first", "second"} {
		_, _ = io.WriteString(w, want)
		if got := within(t, h.app.part, want+" part"); got != want {
			t.Errorf("the app got %q, want %q", got, want)
		}
	}
	_ = w.Close()
	within(t, done, "the answer")
}

// events has the app wait with the second event until the first was seen.
func (h *house) events(t *testing.T) {
	resp, err := h.http.Get(h.url + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	for i := range 3 {
		want := fmt.Sprintf("data: %d\n\n", i)
		got := make([]byte, len(want))
		if _, err := io.ReadFull(resp.Body, got); err != nil || string(got) != want {
			t.Fatalf("the sender got %q, %v, want %q", got, err, want)
		}
		h.app.next <- struct{}{}
	}
	if rest, err := io.ReadAll(resp.Body); err != nil || len(rest) > 0 {
		t.Errorf("behind the events came %q, %v", rest, err)
	}
}

func (h *house) websocket(t *testing.T) {
	conn, r := h.dial(t)
	_, _ = io.WriteString(conn, "GET /e/quiet-otter/websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %v, %v, want 101", resp, err)
	}
	for _, word := range []string{"ping", "pong"} {
		_, _ = io.WriteString(conn, word)
		got := make([]byte, len(word))
		if _, err := io.ReadFull(r, got); err != nil || string(got) != word {
			t.Fatalf("the sender got %q, %v, want %q", got, err, word)
		}
	}
}

func (h *house) longHead(t *testing.T) {
	resp, _ := h.do(t, http.MethodPost, "/head", nil, nil)
	if got := len(resp.Header.Get("X-Long-7")); resp.StatusCode != http.StatusOK || got != 7000 {
		t.Errorf("the sender got %d and a field of %d bytes, want 7000", resp.StatusCode, got)
	}
}

func (h *house) orders(t *testing.T) {
	if resp, body := h.do(t, http.MethodGet, "/orders", nil, nil); resp.StatusCode != http.StatusOK || string(body) != "the app's own words" {
		t.Errorf("the sender got %d %q", resp.StatusCode, body)
	}
}

func (h *house) healthz(t *testing.T) {
	resp, err := h.http.Get("https://localhost:" + portOf(h.addr) + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("healthz: %d", resp.StatusCode)
	}
}
