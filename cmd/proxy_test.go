package cmd_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/relay"
)

// An httpProxy is a CONNECT proxy that knows one name, and wants to know who asks.
type httpProxy struct {
	*httptest.Server
	to    string // where the name leads
	mu    sync.Mutex
	asked []string // targets, with what was answered
}

const proxyUser, proxyPassword = "ann", "s3cret/@"

func startProxy(t *testing.T, name, to string) *httpProxy {
	p := &httpProxy{to: to}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		auth := http.Header{"Authorization": r.Header["Proxy-Authorization"]}
		user, password, _ := (&http.Request{Header: auth}).BasicAuth()
		host, _, _ := net.SplitHostPort(r.RequestURI)
		p.mu.Lock()
		p.asked = append(p.asked, r.Method+" "+r.RequestURI)
		p.mu.Unlock()
		switch {
		case user != proxyUser || password != proxyPassword:
			w.Header().Set("Proxy-Authenticate", "Basic")
			w.WriteHeader(http.StatusProxyAuthRequired)
		case r.Method != http.MethodConnect || host != name:
			w.WriteHeader(http.StatusForbidden)
		default:
			p.connect(w)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// connect passes on what both sides say until one of them ends.
func (p *httpProxy) connect(w http.ResponseWriter) {
	there, err := net.Dial("tcp", p.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = there.Close() }()
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = here.Close() }()
	_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
	var g sync.WaitGroup
	g.Go(func() {
		_, _ = io.Copy(there, buffered)
		_ = there.Close()
	})
	_, _ = io.Copy(here, there)
	_ = here.Close()
	g.Wait()
}

// startSecureRelay runs a relay behind TLS, whose authority is in the file.
func startSecureRelay(t *testing.T, publicURL string) (address, ca string) {
	t.Helper()
	server, err := relay.New(relay.Config{PublicURL: publicURL})
	if err != nil {
		t.Fatal(err)
	}
	key := httptest.NewUnstartedServer(nil) // has a certificate for example.com
	key.StartTLS()
	key.Close()
	ca = filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate().Raw})
	if err := os.WriteFile(ca, append([]byte("a CA of our own\n"), block...), 0o600); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var g sync.WaitGroup
	g.Go(func() { _ = server.Serve(ctx, tls.NewListener(ln, &tls.Config{Certificates: key.TLS.Certificates})) })
	t.Cleanup(func() {
		cancel()
		g.Wait()
	})
	return ln.Addr().String(), ca
}

// A relay behind a proxy, with a certificate of a private authority.
func TestListenThroughProxy(t *testing.T) {
	const relayURL = "https://relay.example.com:8443"
	address, ca := startSecureRelay(t, relayURL)
	proxy := startProxy(t, "relay.example.com", address)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	}))
	defer app.Close()
	host := strings.TrimPrefix(proxy.URL, "http://")
	known := "HTTPS_PROXY=http://ann:s3cret%2F%40@" + host

	p := begin(t, []string{known, "HOOK_CA=" + ca}, "hook", "listen", "--json", "--relay", relayURL, app.URL)
	url := p.await(t, readyURL)[1]
	// The webhooks come to the relay another way.
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}}
	for size := range 5 { // about the size of a write to the network, with what TLS adds
		body := strings.Repeat("x", 4096-22-size*20)
		resp, err := client.Post(url, "text/plain", strings.NewReader(strings.Repeat(body, 1+size*20)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if want := len(body) * (1 + size*20); err != nil || len(got) != want {
			t.Errorf("got %d bytes back, %v, want %d", len(got), err, want)
		}
	}
	proxy.mu.Lock()
	if len(proxy.asked) != 1 || proxy.asked[0] != "CONNECT relay.example.com:8443" {
		t.Errorf("the proxy was asked for %q", proxy.asked)
	}
	proxy.mu.Unlock()

	for name, c := range map[string]struct {
		env, relay, want string
		final            bool
	}{
		"who are you": {env: "HTTPS_PROXY=" + proxy.URL, want: "the proxy " + host + ": it answered 407 Proxy Authentication Required .HTTPS_PROXY="},
		"refused":     {env: known, relay: "https://other.example.com", want: "the proxy " + host + ": it answered 403 Forbidden"},
		"not there":   {env: "HTTPS_PROXY=http://ann:s3cret%2F%40@127.0.0.1:1", want: "the proxy 127.0.0.1:1: dial tcp 127.0.0.1:1: .*refused"},
		"plain http":  {env: "HTTP_PROXY=" + proxy.URL, relay: "http://relay.example.com", want: "the proxy " + host + ": it answered 407"},
		"another CA":  {env: known, want: "certificate of " + relayURL + " is not trusted", final: true},
	} {
		if c.relay == "" {
			c.relay = relayURL
		}
		p := begin(t, []string{c.env}, "hook", "listen", "--plain", app.URL, "--relay", c.relay, "--ca", otherCA(t))
		p.await(t, c.want)
		if !c.final { // it would keep trying
			_ = p.cmd.Process.Signal(os.Interrupt)
		}
		p.wantExit(t, 5)
		if p.mu.Lock(); strings.Contains(p.output.String(), "s3cret") {
			t.Errorf("%s: the proxy's password is shown", name)
		}
		p.mu.Unlock()
	}

	// With NO_PROXY the proxy isn't asked.
	before := len(proxy.asked)
	p = begin(t, []string{known, "NO_PROXY=.example.com"}, "hook", "listen", "--plain", app.URL, "--relay", relayURL)
	p.await(t, "not connected, trying again in .*lookup relay.example.com")
	if len(proxy.asked) != before {
		t.Errorf("the proxy was asked for %q", proxy.asked[before:])
	}
}

// otherCA is an authority that didn't sign the relay's certificate.
func otherCA(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.pem")
	if err := os.WriteFile(path, []byte(unrelated), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const unrelated = `-----BEGIN CERTIFICATE-----
MIIBfjCCASWgAwIBAgIUUOa7fBUgWqlc7yEpMIHuzc+47v8wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJdW5yZWxhdGVkMCAXDTI2MTEyMTAzMjgzMVoYDzIxMjYxMDI4
MDMyODMxWjAUMRIwEAYDVQQDDAl1bnJlbGF0ZWQwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT8gVb+VpR6/YLB+CUHNAOAY7fK3j9QOmYIh/7WQI+5u613rwEgTaXN
nEay/VB+1+MiDsKDOYjqPCgUWO7wX1Pko1MwUTAdBgNVHQ4EFgQUXw30BNWEy79J
nSH1CHrqSGYivJQwHwYDVR0jBBgwFoAUXw30BNWEy79JnSH1CHrqSGYivJQwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAAyWuIkMEdzwY4FllLz4WX
RG2y2nqcxNqgBkaaipv7vQIgFhtmTxLTyBcBng3P5kn0PWf+E3caYNMwf+/vkY3Y
eXM=
-----END CERTIFICATE-----
`
