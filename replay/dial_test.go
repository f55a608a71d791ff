package replay_test

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// serveOn answers requests on ln until the test ends or stop is called.
func serveOn(t testing.TB, ln net.Listener, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(answer)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	_ = srv.Listener.Close()
	srv.Listener = ln
	srv.Start()
	t.Cleanup(srv.Close)
	return srv
}

func listen(t testing.TB, network, address string) net.Listener {
	t.Helper()
	ln, err := net.Listen(network, address)
	if errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT) {
		t.Skipf("this machine has no %s", address)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// forwarding is a Forwarder to target with a client of its own.
func forwarding(t testing.TB, target string) *replay.Forwarder {
	client := replay.NewClient(replay.ClientOptions{})
	t.Cleanup(client.CloseIdleConnections)
	return &replay.Forwarder{Target: parse(t, target), Client: client}
}

func TestAppOnSocket(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "app.sock")
	f := forwarding(t, "unix:"+socket+":/webhooks")
	d := newDelivery("POST", "/stripe?a=b")
	w, _ := serve(t, f, d, "hi")
	wantFailure(t, w, http.StatusBadGateway, "app_refused")
	if want := "the app refused: nothing listens on unix:" + socket; d.Last().Err != want {
		t.Errorf("got %q, want %q", d.Last().Err, want)
	}

	saw := make(chan *http.Request, 2)
	serveOn(t, listen(t, "unix", socket), func(_ http.ResponseWriter, r *http.Request) { saw <- r })
	for range 2 { // the second on the same connection
		d = newDelivery("POST", "/stripe?a=b")
		_, _ = serve(t, f, d, "hi")
		wantAttempts(t, d, "1 answered 200\n")
		if want := "unix:" + socket + ":/webhooks/stripe?a=b"; d.Last().Target != want {
			t.Errorf("asked %q, want %q", d.Last().Target, want)
		}
		if r := within(t, saw, "the request"); r.Host != "localhost" || r.RequestURI != "/webhooks/stripe?a=b" {
			t.Errorf("the app got %s for %s", r.RequestURI, r.Host)
		}
	}
}

// The resolver knows "localhost" as one address or as two: the app may have taken either.
func TestAppOnOneOfLocalhostsAddresses(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(address, func(t *testing.T) {
			srv := serveOn(t, listen(t, "tcp", address), func(http.ResponseWriter, *http.Request) {})
			_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
			for _, host := range []string{"localhost", "shop.localhost"} {
				f, d := forwarding(t, host+":"+port), newDelivery("POST", "")
				_, _ = serve(t, f, d, "hi")
				wantAttempts(t, d, "1 answered 200\n")
				f.Client.(*replay.Client).CloseIdleConnections()
				d = newDelivery("POST", "")
				_, _ = serve(t, f, d, "hi")
				wantAttempts(t, d, "1 answered 200\n")
			}
			srv.Close()
			d := newDelivery("POST", "")
			_, _ = serve(t, forwarding(t, port), d, "hi")
			if want := "the app refused: nothing listens on port " + port; d.Last().Err != want {
				t.Errorf("got %q, want %q", d.Last().Err, want)
			}
		})
	}
}

// An app that closes a connection while nobody uses it is not asked on it, with TLS or without: there is no second
// attempt.
func TestAppClosedIdleConnection(t *testing.T) {
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			closed := make(chan struct{}, 8)
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateClosed {
					closed <- struct{}{}
				}
			}
			if scheme == "https" {
				srv.StartTLS()
			} else {
				srv.Start()
			}
			defer srv.Close()
			client := replay.NewClient(replay.ClientOptions{Insecure: true})
			defer client.CloseIdleConnections()
			f := &replay.Forwarder{Target: parse(t, srv.URL), Client: client}
			d := newDelivery("POST", "")
			_, _ = serve(t, f, d, "hi")
			srv.CloseClientConnections()
			within(t, closed, "the connection's end")
			<-time.After(20 * time.Millisecond) // only a connection that was idle for a while is looked at
			for range 3 {
				d := newDelivery("POST", "")
				_, _ = serve(t, f, d, "hi")
				wantAttempts(t, d, "1 answered 200\n")
			}
		})
	}
}

func TestUntrustedCertificateNamesTheFlag(t *testing.T) {
	srv := httptest.NewUnstartedServer(nil)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	d := newDelivery("POST", "")
	_, _ = serve(t, forwarding(t, srv.URL), d, "hi")
	if d.Last().Outcome != inspect.OutcomeUnreachable || !strings.Contains(d.Last().Err, "is not trusted (") || !strings.Contains(d.Last().Err, "--insecure") {
		t.Errorf("got %q", d.Last().Err)
	}
}

// With several names on one address, TLS must ask for the right one.
func TestTLSAsksForTheName(t *testing.T) {
	asked := make(chan string, 1)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.TLS = &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		asked <- h.ServerName
		return nil, nil
	}}
	srv.StartTLS()
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	client := replay.NewClient(replay.ClientOptions{Insecure: true})
	defer client.CloseIdleConnections()
	d := newDelivery("POST", "")
	_, _ = serve(t, &replay.Forwarder{Target: parse(t, "https://shop.localhost:"+port), Client: client}, d, "hi")
	wantAttempts(t, d, "1 answered 200\n")
	if name := within(t, asked, "a handshake"); name != "shop.localhost" {
		t.Errorf("asked for %q", name)
	}
}
