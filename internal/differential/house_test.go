package differential

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"maps"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/latest"
	"github.com/seed-4575fdc3/hook/internal/leaks"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/replay"
)

func TestMain(m *testing.M) { os.Exit(leaks.Run(m)) }

const (
	host     = "webhooks.example" // what senders ask for, directly and through hook
	endpoint = "otter"
	patience = 30 * time.Second // with a busy machine
)

// A house is an app, and hook in front of it. Its addresses are as dial takes them.
type house struct {
	app    *app
	relay  string // for plain HTTP
	secure string // for HTTP over TLS
}

// A plan is what a house may be built otherwise. The zero value is an app on loopback, spoken to by plain HTTP.
type plan struct {
	app        string // where the app listens, as dial takes it
	target     string // empty: app
	hostHeader string // empty: public, so that the app sees the same with hook and without
}

func newHouse(t testing.TB, p plan) *house {
	t.Helper()
	h := &house{app: startApp(t, listen(t, or(p.app, "127.0.0.1:0")))}
	target, err := replay.ParseTarget(or(p.target, strings.Replace(h.app.addr, "tls:", "https://", 1)))
	if err != nil {
		t.Fatal(err)
	}
	server, err := relay.New(relay.Config{PublicURL: "http://" + host})
	if err != nil {
		t.Fatal(err)
	}
	plain, secure := listen(t, "127.0.0.1:0"), listen(t, "tls:127.0.0.1:0")
	h.relay, h.secure = plain.Addr().String(), "tls:"+secure.Addr().String()
	run(t, func(ctx context.Context) error { return server.Serve(ctx, plain, secure) })

	engine := replay.NewClient(replay.ClientOptions{Insecure: true})
	t.Cleanup(engine.CloseIdleConnections)
	client := &tunnel.Client{
		Relay: "http://" + h.relay, Name: endpoint, Secret: "ours", Instance: "house", Software: "hook/test",
		Handler: &replay.Forwarder{Target: target, HostHeader: or(p.hostHeader, "public"), Client: engine},
	}
	run(t, client.Run)
	late := time.After(patience)
	for {
		state, changed := client.State()
		if state.Phase == tunnel.Connected {
			return h
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("the tunnel is %s: %v", state.Phase, state.Err)
		}
	}
}

// run runs f until the test ends.
func run(t testing.TB, f func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := f(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
}

// listen takes an address as dial does.
func listen(t testing.TB, address string) net.Listener {
	t.Helper()
	network, addr, secure := split(address)
	ln, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	if secure {
		ln = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{certificate(t)}, NextProtos: []string{"h2", "http/1.1"}})
	}
	return ln
}

// split understands "127.0.0.1:80", "tls:127.0.0.1:80" and "unix:/path".
func split(address string) (network, addr string, secure bool) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return "unix", path, false
	}
	addr, secure = strings.CutPrefix(address, "tls:")
	return "tcp", addr, secure
}

// certificate makes one for loopback.
func certificate(t testing.TB) tls.Certificate {
	t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// An app writes down what it reads and answers with the bytes that it was told.
type app struct {
	addr string              // as dial takes it
	saw  chan message        // the requests
	read latest.Value[int64] // how much of the request's body was read

	mu     sync.Mutex
	answer string
	early  bool // answer before the body is read
	conns  []net.Conn
}

func startApp(t testing.TB, ln net.Listener) *app {
	a := &app{addr: ln.Addr().String(), saw: make(chan message, 4)}
	switch ln.(type) {
	case *net.UnixListener:
		a.addr = "unix:" + a.addr
	case *net.TCPListener:
	default:
		a.addr = "tls:" + a.addr
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			a.mu.Lock()
			a.conns = append(a.conns, conn)
			a.mu.Unlock()
			open.Go(func() {
				defer func() { _ = conn.Close() }()
				for r := bufio.NewReader(conn); a.serve(conn, r); {
				}
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

func (a *app) tell(answer string, early bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer, a.early = answer, early
}

// serve answers one request, and says whether to go on.
func (a *app) serve(conn net.Conn, r *bufio.Reader) bool {
	m, err := readHead(r)
	if err != nil {
		return false
	}
	a.mu.Lock()
	answer, early := a.answer, a.early
	a.mu.Unlock()
	a.read.Set(0)
	if early {
		_, _ = conn.Write([]byte(answer))
		seen := m
		seen.fields = maps.Clone(m.fields)
		a.saw <- seen
		return m.readBody(r, false, a.read.Set) == nil
	}
	if m.fields["Expect"] != nil {
		_, _ = conn.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
	}
	if m.readBody(r, false, a.read.Set) != nil {
		return false
	}
	a.saw <- m
	_, err = conn.Write([]byte(answer))
	head, _, _ := strings.Cut(answer, "\r\n\r\n")
	return err == nil && !endless(head)
}

// endless says whether an answer with that head ends with its connection.
func endless(head string) bool {
	m, _ := readHead(bufio.NewReader(strings.NewReader(head + "\r\n\r\n")))
	return m.fields["Content-Length"] == nil && m.fields["Transfer-Encoding"] == nil && hasBody("", m.first)
}

// hasBody says whether an answer to method with that status line may have a body.
func hasBody(method, first string) bool {
	return method != http.MethodHead && !strings.HasPrefix(first, "HTTP/1.1 1") &&
		!strings.HasPrefix(first, "HTTP/1.1 204") && !strings.HasPrefix(first, "HTTP/1.1 304")
}
