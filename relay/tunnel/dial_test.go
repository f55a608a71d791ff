package tunnel_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

func TestCheckRelay(t *testing.T) {
	for _, c := range []struct {
		relay, token string
		want         string // a part of the error
	}{
		{"https://relay.example", "", ""},
		{"https://relay.example/", "secret", ""},
		{"https://relay.example:8443/behind/a/path", "secret", ""},
		{"http://relay.example", "", ""},
		{"http://relay.example", "secret", tunnel.ErrPlainToken.Error()},
		{"http://192.0.2.1:4400", "secret", tunnel.ErrPlainToken.Error()},
		{"http://127.0.0.1.example", "secret", tunnel.ErrPlainToken.Error()},
		{"http://localhost.example", "secret", tunnel.ErrPlainToken.Error()},
		{"http://localhost:4400", "secret", ""},
		{"http://127.0.0.1:4400", "secret", ""},
		{"http://127.9.9.9", "secret", ""},
		{"http://[::1]:4400", "secret", ""},
		{"relay.example", "", "begins with https://"},
		{"relay.example:8443", "", "begins with https://"},
		{"ws://relay.example", "", "begins with https://"},
		{"", "", "begins with https://"},
		{"https://", "", "has no host"},
		{"https://relay.example/e/quiet-otter", "secret", "is an endpoint's URL"},
		{"https://:8443", "", "has no host"},
		{"https://relay example", "", "invalid character"},
	} {
		err := tunnel.CheckRelay(c.relay, c.token)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q with token %q: got %v, want %q", c.relay, c.token, err, c.want)
		}
		if plain := c.want == tunnel.ErrPlainToken.Error(); errors.Is(err, tunnel.ErrPlainToken) != plain {
			t.Errorf("%q with token %q: got %v, is it ErrPlainToken: %v", c.relay, c.token, err, plain)
		}
	}
}

// A relay's URL that can't be used ends Run before anything is sent.
func TestRunChecksTheRelay(t *testing.T) {
	c := newClient("http://relay.example", echo)
	c.Token = "secret"
	if err := c.Run(t.Context()); !errors.Is(err, tunnel.ErrPlainToken) {
		t.Errorf("got %v, want ErrPlainToken", err)
	}
	if state, _ := c.State(); state.Phase != tunnel.Stopped || !errors.Is(state.Err, tunnel.ErrPlainToken) {
		t.Errorf("got %+v", state)
	}
	if err := newClient("relay.example", echo).Run(t.Context()); err == nil {
		t.Error("a URL without a scheme: no error")
	}
}

// answering serves f in place of a relay and gives its URL.
func answering(t *testing.T, f http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	return srv.URL
}

// Something else than a relay: asking again would not make it one.
func TestNotARelay(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		status int
	}{
		"a page":            {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }, 200},
		"no such page":      {http.NotFound, 404},
		"somewhere else":    {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, 302},
		"another websocket": {otherWebsocket, 101},
	} {
		t.Run(name, func(t *testing.T) {
			url := answering(t, c.answer)
			err := newClient(url, echo).Run(t.Context())
			if not, ok := errors.AsType[*tunnel.NotRelayError](err); !ok || not.Status != c.status || not.URL != url {
				t.Errorf("got %v, want a *tunnel.NotRelayError with status %d", err, c.status)
			}
		})
	}
}

// otherWebsocket takes every websocket and speaks no subprotocol.
func otherWebsocket(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	_, _, _ = ws.Read(r.Context()) // until the client goes
	_ = ws.CloseNow()
}

func TestTokenTravelsInTheHeaderOnly(t *testing.T) {
	const token = "ann-0123456789abcdef"
	saw := make(chan *http.Request, 1)
	url := answering(t, func(w http.ResponseWriter, r *http.Request) {
		saw <- r
		w.WriteHeader(http.StatusForbidden)
	})
	c := newClient(url+"/", echo)
	c.Token = token
	err := c.Run(t.Context())
	if refused, ok := errors.AsType[*tunnel.RefusedError](err); !ok || refused.Status != http.StatusForbidden {
		t.Errorf("got %v, want a *tunnel.RefusedError with status 403", err)
	}
	r := <-saw
	if r.RequestURI != wire.Path || r.Header.Get("Authorization") != "Bearer "+token {
		t.Errorf("got %s with %v", r.RequestURI, r.Header)
	}
}

func TestOverTLS(t *testing.T) {
	server, err := relay.New(relay.Config{PublicURL: "https://relay.example"})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(server)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()

	stranger := newClient(srv.URL, echo)
	stop := start(t, stranger)
	if state := wait(t, stranger, tunnel.Waiting); !errors.As(state.Err, new(*tls.CertificateVerificationError)) {
		t.Errorf("a certificate that nobody knows: %v", state.Err)
	}
	_ = stop()

	c := newClient(srv.URL, echo)
	c.TLS = &tls.Config{RootCAs: x509.NewCertPool()}
	c.TLS.RootCAs.AddCert(srv.Certificate())
	start(t, c)
	if state := wait(t, c, tunnel.Connected); state.Phase != tunnel.Connected {
		t.Fatalf("got %+v", state)
	}
	srv.Client().Transport.(*http.Transport).DisableKeepAlives = true
	resp, err := srv.Client().Post(srv.URL+"/e/"+otter, "text/plain", strings.NewReader(strings.Repeat("hello", 100_000)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if got, err := io.ReadAll(resp.Body); err != nil || len(got) != 500_000 {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}
