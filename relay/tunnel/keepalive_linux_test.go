package tunnel

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/seed-4575fdc3/hook/relay"
)

// A watched is what the kernel was told of a connection, in seconds but for the last.
type watched struct{ idle, interval, count int }

// sockets gives what the kernel was told of the sockets of this process, both ends of the connections to a server at addr.
func sockets(t *testing.T, addr net.Addr) (theirs, ours []watched) {
	t.Helper()
	server, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		t.Fatal(err)
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range open {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		peer, err := syscall.Getpeername(fd)
		if err != nil { // it is no connection
			continue
		}
		own, err := syscall.Getsockname(fd)
		if err != nil {
			continue
		}
		switch server.Port() {
		case port(own):
			theirs = append(theirs, told(t, fd))
		case port(peer):
			ours = append(ours, told(t, fd))
		}
	}
	return theirs, ours
}

func port(a syscall.Sockaddr) uint16 {
	if a, ok := a.(*syscall.SockaddrInet4); ok {
		return uint16(a.Port)
	}
	return 0
}

func told(t *testing.T, fd int) watched {
	t.Helper()
	option := func(level, name int) int {
		n, err := syscall.GetsockoptInt(fd, level, name)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if option(syscall.SOL_SOCKET, syscall.SO_KEEPALIVE) == 0 {
		return watched{}
	}
	return watched{
		option(syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE), option(syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL), option(syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT),
	}
}

func wantWatched(t *testing.T, what string, got []watched) {
	t.Helper()
	if want := (watched{5, 1, 5}); len(got) != 1 || got[0] != want {
		t.Errorf("%s: the kernel was told %v, want %v of one connection", what, got, want)
	}
}

// The kernel looks after the tunnel's connection at both ends, with TLS and without.
func TestKernelLooksAfterTheTunnel(t *testing.T) {
	for name, secure := range map[string]bool{"plain": false, "TLS": true} {
		t.Run(name, func(t *testing.T) {
			server, err := relay.New(relay.Config{PublicURL: "https://relay.example"})
			if err != nil {
				t.Fatal(err)
			}
			srv := httptest.NewUnstartedServer(server)
			srv.Config.ErrorLog = log.New(io.Discard, "", 0)
			c := &Client{Name: "quiet-otter", Secret: "mine", Instance: "one", Software: "hook/test"}
			if secure {
				srv.StartTLS()
				c.TLS = &tls.Config{RootCAs: x509.NewCertPool()}
				c.TLS.RootCAs.AddCert(srv.Certificate())
			} else {
				srv.Start()
			}
			defer srv.Close()
			c.Relay = srv.URL
			conn, _, err := c.dial(t.Context(), new(claim))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			atRelay, atClient := sockets(t, srv.Listener.Addr())
			wantWatched(t, "at the relay", atRelay)
			wantWatched(t, "at the client", atClient)
		})
	}
}

// So it does with the way to a proxy, which is all of the connection that a client has.
func TestKernelLooksAfterTheWayToAProxy(t *testing.T) {
	var once sync.Once
	var atClient []watched
	var proxy *httptest.Server
	proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { _, atClient = sockets(t, proxy.Listener.Addr()) })
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	var w wires
	transport := &http.Transport{Proxy: http.ProxyURL(address), DialContext: w.dial, DialTLSContext: w.dialTLS(nil)}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://relay.example", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := transport.RoundTrip(req); err == nil {
		_ = resp.Body.Close()
		t.Errorf("the proxy let us through: %s", resp.Status)
	}
	wantWatched(t, "at the client", atClient)
}
