package admin_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/admin"
)

// listen has the API answer at a listener of its own, as if that were at this address; nil: where it is.
func (h *house) listen(at *net.TCPAddr) *httptest.Server {
	h.Helper()
	h.api.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "measured 1\n") })
	s := httptest.NewUnstartedServer(nil)
	if at == nil {
		at = s.Listener.Addr().(*net.TCPAddr)
	}
	s.Config.Handler = h.api.Listener(at)
	s.Start()
	h.Cleanup(s.Close)
	return s
}

// send sends a request with these fields, and gives the status.
func (h *house) send(s *httptest.Server, method, path, host string, fields ...string) int {
	h.Helper()
	req, err := http.NewRequestWithContext(h.Context(), method, s.URL+path, http.NoBody)
	if err != nil {
		h.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		req.Header.Set(name, value)
	}
	resp, err := s.Client().Do(req)
	if err != nil {
		h.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// What a page in the operator's browser could have sent gets nothing at a listener of the machine's own.
func TestListenerOfTheMachine(t *testing.T) {
	h := newHouse(t)
	s := h.listen(nil)
	addr := s.Listener.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	reader := "Authorization: Bearer " + h.create(`{"name":"board","scopes":["read"]}`)
	root := "Authorization: Bearer " + h.create(`{"name":"root","scopes":["admin"]}`)
	for _, c := range []struct {
		method, path, host string
		fields             []string
		status             int
	}{
		{"GET", "/healthz", "", nil, 200},
		{"GET", "/metrics", "", nil, 200},
		{"GET", "/metrics", "localhost:" + port, nil, 200},
		{"GET", "/metrics", "[::1]:" + port, nil, 200},
		{"GET", "/metrics", "evil.example:" + port, nil, 421},
		{"GET", "/healthz", "evil.example", nil, 421},
		{"GET", "/metrics", "127.0.0.1:1", nil, 421},
		{"GET", "/metrics", "127.0.0.1", nil, 421},
		{"GET", "/metrics", "localhost.evil.example:" + port, nil, 421},
		{"GET", "/metrics", "", []string{"Sec-Fetch-Site: none"}, 200},
		{"GET", "/metrics", "", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"GET", "/metrics", "", []string{"Sec-Fetch-Site: same-site"}, 403},
		{"GET", "/metrics", "", []string{"Origin: http://" + addr}, 200},
		{"GET", "/metrics", "", []string{"Origin: https://evil.example"}, 403},
		{"GET", "/metrics", "", []string{"Origin: null"}, 403},
		{"POST", "/metrics", "", nil, 404},
		{"GET", "/", "", nil, 404},
		{"GET", "/_hook/v1/status", "", nil, 401},
		{"GET", "/_hook/v1/status", "", []string{reader}, 200},
		{"GET", "/_hook/v1/status", "", []string{reader, "Origin: https://evil.example"}, 403},
		{"GET", "/_hook/v1/drain", "", []string{reader}, 403},
		{"GET", "/_hook/v1/drain", "", []string{root}, 200},
		{"PUT", "/_hook/v1/drain", "", []string{root}, 404},
		{"POST", "/_hook/v1/drain", "evil.example:" + port, []string{root}, 421},
	} {
		if got := h.send(s, c.method, c.path, c.host, c.fields...); got != c.status {
			t.Errorf("%s %s to %q with %q: got %d, want %d", c.method, c.path, c.host, c.fields, got, c.status)
		}
	}
}

// Where others than the machine can ask, what is measured needs a token too.
func TestListenerForOthers(t *testing.T) {
	h := newHouse(t)
	s := h.listen(&net.TCPAddr{IP: net.IPv4zero, Port: 9440})
	reader := "Authorization: Bearer " + h.create(`{"name":"board","scopes":["read"]}`)
	listener := "Authorization: Bearer " + h.create(`{"name":"ann"}`)
	for _, c := range []struct {
		path   string
		fields []string
		status int
	}{
		{"/healthz", nil, 200},
		{"/metrics", nil, 401},
		{"/metrics", []string{"Authorization: Bearer hk_wrong"}, 401},
		{"/metrics", []string{listener}, 403},
		{"/metrics", []string{reader}, 200},
		{"/metrics", []string{reader, "Sec-Fetch-Site: cross-site"}, 403},
	} {
		if got := h.send(s, "GET", c.path, "relay.internal:9440", c.fields...); got != c.status {
			t.Errorf("GET %s with %q: got %d, want %d", c.path, c.fields, got, c.status)
		}
	}
	for guesses := 1; ; guesses++ {
		got := h.send(s, "GET", "/metrics", "", "Authorization: Bearer hk_wrong")
		if got == http.StatusTooManyRequests {
			break
		}
		if got != http.StatusUnauthorized || guesses > 20 {
			t.Fatalf("guess %d got %d", guesses, got)
		}
	}
}

// A relay that drains says so, and a GET changes nothing.
func TestDrainAndResume(t *testing.T) {
	h := newHouse(t)
	var d admin.Drain
	for _, c := range []struct {
		method   string
		draining bool
	}{{"GET", false}, {"POST", true}, {"POST", true}, {"GET", true}, {"DELETE", false}, {"DELETE", false}, {"GET", false}} {
		h.ask(h.socket, "", c.method, "drain", "", 200, &d)
		if d.Draining != c.draining || d.InFlight != 0 || d.Tunnels != 0 {
			t.Errorf("%s: got %+v, want draining %v", c.method, d, c.draining)
		}
	}
	var events []struct{ By, Did string }
	h.ask(h.socket, "", "GET", "audit", "", 200, &events)
	if len(events) != 2 || events[0].Did != "drain" || events[1].Did != "resume" || events[1].By != "operator" {
		t.Errorf("the audit log has %+v", events)
	}
}

// The figures of the whole relay are for those who may read it.
func TestFigures(t *testing.T) {
	h := newHouse(t)
	ann, board := h.create(`{"name":"ann"}`), h.create(`{"name":"board","scopes":["read"]}`)
	for name, owner := range map[string]string{"quiet-otter": "ann", "loud-otter": "ben"} {
		if _, err := h.store.Claim(t.Context(), relay.Claim{Name: name, By: relay.OwnerOf(owner)}); err != nil {
			t.Fatal(err)
		}
	}
	ends := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	h.api.Certificate = func() time.Time { return ends }
	var raw map[string]any
	h.ask(h.public, ann, "GET", "status", "", 200, &raw)
	if _, shown := raw["tunnels"]; shown || raw["names"] != float64(1) {
		t.Errorf("ann sees %v", raw)
	}
	var s admin.Status
	h.ask(h.public, board, "GET", "status", "", 200, &s)
	if s.Figures == nil || s.Ready || s.NotReady[0] != "not listening" || s.Names != 2 || s.Tokens != 2 || !s.Certificate.Equal(ends) {
		t.Errorf("the board sees %+v, %+v", s, s.Figures)
	}
	if got := h.api.Figures(t.Context()); got.Names != 2 {
		t.Errorf("there are %d names", got.Names)
	}
	var tunnels []relay.Endpoint
	h.ask(h.socket, "", "GET", "tunnels", "", 200, &tunnels)
	if tunnels == nil || len(tunnels) != 0 {
		t.Errorf("there are the tunnels %v", tunnels)
	}
}

// /readyz at the operator's own places says why as JSON.
func TestReadyz(t *testing.T) {
	h := newHouse(t)
	for _, s := range []*httptest.Server{h.socket, h.listen(nil)} {
		resp, err := s.Client().Get(s.URL + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		var said struct {
			Ready    *bool    `json:"ready"`
			NotReady []string `json:"not_ready"`
		}
		err = json.NewDecoder(resp.Body).Decode(&said)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusServiceUnavailable || said.Ready == nil || *said.Ready || said.NotReady[0] != "not listening" {
			t.Errorf("got %d %+v %v", resp.StatusCode, said, err)
		}
	}
}
