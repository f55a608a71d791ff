package cert

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
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

// A log is what a Manager logs. It can be waited for.
type log struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newLog() *log { return &log{changed: make(chan struct{})} }

func (l *log) slog(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: level}))
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
	return l.text.Write(p)
}

func (l *log) all() (string, chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String(), l.changed
}

// wait waits until it has the words.
func (l *log) wait(t *testing.T, words string) {
	t.Helper()
	late := time.After(time.Minute)
	for {
		text, changed := l.all()
		if strings.Contains(text, words) {
			return
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("the log doesn't have %q:\n%s", words, text)
		}
	}
}

// run runs a Manager until the test ends.
func run(t *testing.T, m *Manager) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// shown is the certificate in a handshake for name, if there is one.
func shown(t *testing.T, m *Manager, name string, protocols ...string) (*x509.Certificate, error) {
	t.Helper()
	here, there := net.Pipe()
	var g sync.WaitGroup
	defer g.Wait()
	defer func() { _ = here.Close() }()
	g.Go(func() {
		_ = tls.Server(there, &tls.Config{GetCertificate: m.GetCertificate, NextProtos: []string{"http/1.1", "acme-tls/1"}}).HandshakeContext(t.Context())
		_ = there.Close()
	})
	client := tls.Client(here, &tls.Config{ServerName: name, InsecureSkipVerify: true, NextProtos: protocols})
	if err := client.HandshakeContext(t.Context()); err != nil {
		return nil, err
	}
	return client.ConnectionState().PeerCertificates[0], nil
}

func wantShown(t *testing.T, m *Manager, name string, want *x509.Certificate) {
	t.Helper()
	got, err := shown(t, m, name)
	if err != nil || !got.Equal(want) {
		t.Errorf("for %q: %v, %v; want that of %v", name, got, err, want.DNSNames)
	}
}

// What is stored is shown at once, without anybody being asked; what has ended isn't.
func TestStoredCertificates(t *testing.T) {
	o := Options{
		Dir: t.TempDir(), CA: downCA(t), Host: "Relay.test", Domain: "hooks.test", NewPerDay: 5,
		Allowed: func(name string) error {
			if strings.HasPrefix(name, "alice") {
				return nil
			}
			return errors.New("it is nobody's")
		},
	}
	now := time.Now()
	host := keep(t, o, "relay.test", now.Add(-time.Hour), now.Add(24*time.Hour))
	alice := keep(t, o, "alice.hooks.test", now.Add(-time.Hour), now.Add(24*time.Hour))
	keep(t, o, "alice-old.hooks.test", now.Add(-48*time.Hour), now.Add(-time.Hour))
	keep(t, o, "bob.hooks.test", now.Add(-time.Hour), now.Add(24*time.Hour))
	said := newLog()
	o.Log = said.slog(slog.LevelInfo)
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	run(t, m)
	wantShown(t, m, "relay.test", host)
	wantShown(t, m, "RELAY.test", host)
	wantShown(t, m, "", host) // a client that doesn't say
	wantShown(t, m, "alice.hooks.test", alice)
	for _, name := range []string{"bob.hooks.test", "a.alice.hooks.test", "hooks.test", "elsewhere.test", "x"} {
		if cert, err := shown(t, m, name); err == nil {
			t.Errorf("for %q: the certificate of %v", name, cert.DNSNames)
		}
	}
	if text, _ := said.all(); text != "" {
		t.Errorf("it had something to do: %s", text)
	}
	if _, err := shown(t, m, "alice-old.hooks.test"); err == nil {
		t.Error("a certificate is shown that has ended")
	}
	said.wait(t, "can't be reached")
	m.Each(func(name string, until time.Time, err error) {
		if (name == "alice-old.hooks.test") != (err != nil) || until.IsZero() != (err != nil) {
			t.Errorf("%s: until %s, %v", name, until, err)
		}
	})
}

// With the DNS there is a wildcard, and no name has a certificate of its own. A host within the wildcard needs none either.
func TestWildcardIsShown(t *testing.T) {
	o := Options{
		Dir: t.TempDir(), CA: downCA(t), Host: "relay.hooks.test", Domain: "hooks.test", NewPerDay: 5,
		DNSCommand: func(context.Context, string, string, string) error { return nil },
		Allowed:    func(string) error { return nil },
	}
	now := time.Now()
	wildcard := keep(t, o, "*.hooks.test", now.Add(-time.Hour), now.Add(24*time.Hour))
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	run(t, m)
	for _, name := range []string{"relay.hooks.test", "quiet-otter-k7q2.hooks.test", ""} {
		wantShown(t, m, name, wildcard)
	}
	if _, err := shown(t, m, "hooks.test"); err == nil {
		t.Error("there is a certificate for the domain itself")
	}
	count := 0
	m.Each(func(string, time.Time, error) { count++ })
	if count != 1 {
		t.Errorf("%d certificates are looked after, want the wildcard's alone", count)
	}
}

// A certificate in its last third is to be renewed. While that can't be, it stays in use, and the log says until when and what to do.
func TestAuthorityIsDown(t *testing.T) {
	said := newLog()
	o := Options{Dir: t.TempDir(), CA: downCA(t), Host: "relay.test", HTTPAddr: "127.0.0.1:80", Log: said.slog(slog.LevelInfo)}
	now := time.Now()
	old := keep(t, o, "relay.test", now.Add(-70*time.Hour), now.Add(20*time.Hour))
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	run(t, m)
	said.wait(t, "a certificate can't be renewed")
	said.wait(t, "can't be reached")
	said.wait(t, `"again in"=5s`)
	wantShown(t, m, "relay.test", old)
}

// What can't be read is thrown away, and got anew.
func TestDamagedCertificate(t *testing.T) {
	said := newLog()
	o := Options{Dir: t.TempDir(), CA: downCA(t), Host: "relay.test", Log: said.slog(slog.LevelInfo)}
	keep(t, o, "relay.test", time.Now(), time.Now().Add(time.Hour))
	files, err := filepath.Glob(filepath.Join(o.Dir, "certificates", "*", "relay.test", "relay.test.key"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	if err := os.WriteFile(files[0], []byte("half a k"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	said.wait(t, "can't be read")
	if _, err := os.Stat(files[0]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	run(t, m)
	said.wait(t, "there is no certificate yet")
}

// Nobody gets an answer to a question that no authority asks at the moment.
func TestNoChallenge(t *testing.T) {
	m, err := New(Options{Dir: t.TempDir(), CA: downCA(t), Host: "relay.test"})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/.well-known/acme-challenge/token", "/.well-known/acme-challenge/", "/"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = "relay.test:80"
		w := httptest.NewRecorder()
		if m.Challenge(w, r) || w.Body.Len() > 0 {
			t.Errorf("%s: %q", path, w.Body)
		}
	}
	if _, err := shown(t, m, "relay.test", "acme-tls/1"); err == nil {
		t.Error("there is a proof for a handshake of nobody's")
	}
}

func TestBadOptions(t *testing.T) {
	for about, o := range map[string]Options{
		"CA":      {CA: "http://authority.test/directory"},
		"CARoots": {CARoots: filepath.Join(t.TempDir(), "none.pem")},
		"Host":    {Host: "127.0.0.1"},
		"DNSKey":  {Host: "relay.test", DNSServer: "127.0.0.1", DNSKey: "nonsense"},
	} {
		o.Dir = t.TempDir()
		_, err := New(o)
		if wrong, ok := errors.AsType[*OptionError](err); !ok || wrong.About() != about {
			t.Errorf("%s: %v", about, err)
		}
	}
}

// What certmagic says is for debugging, and printable.
func TestLogIsPrintable(t *testing.T) {
	var said bytes.Buffer
	hostile := "\x1b]0;x\x07\u202e\r\nlevel=ERROR"
	zapTo(slog.New(slog.NewTextHandler(&said, nil))).Error("error " + hostile)
	if said.Len() > 0 {
		t.Errorf("it is said aloud: %s", said.String())
	}
	log := zapTo(slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug})))
	log.Sugar().With("before", hostile).Errorw("error "+hostile, "after", []string{hostile}, "error", io.EOF)
	if text := said.String(); strings.ContainsAny(text, "\x1b\x07\u202e\r") || strings.Count(text, "\n") != 1 || !strings.Contains(text, "EOF") {
		t.Errorf("the log has %q", text)
	}
}
