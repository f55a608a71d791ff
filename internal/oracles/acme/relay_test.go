package acme

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long anything may take on a busy machine.
const patience = 2 * time.Minute

// programs are hook and hook-relay, built once.
var programs struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if programs.dir != "" {
		_ = os.RemoveAll(programs.dir)
	}
	os.Exit(code)
}

// program builds hook and hook-relay, and gives the path of one.
func program(t *testing.T, name string) string {
	t.Helper()
	programs.once.Do(func() {
		if programs.dir, programs.err = os.MkdirTemp("", "acme"); programs.err != nil {
			return
		}
		build := exec.Command("go", "build", "-o", programs.dir+"/", "./cmd/hook", "./cmd/hook-relay")
		build.Dir = filepath.Join("..", "..", "..")
		if out, err := build.CombinedOutput(); err != nil {
			programs.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if programs.err != nil {
		t.Fatal(programs.err)
	}
	return filepath.Join(programs.dir, name)
}

// A testLog writes to the test's log, while the test runs.
type testLog struct {
	t    *testing.T
	once sync.Once
	mu   sync.Mutex
	over bool
}

func (l *testLog) Write(p []byte) (int, error) {
	l.once.Do(func() {
		l.t.Cleanup(func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.over = true
		})
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over {
		l.t.Log(string(bytes.TrimSpace(p)))
	}
	return len(p), nil
}

// A hookRelay is a running one.
type hookRelay struct {
	t     *testing.T
	data  string
	url   string // of the ready line
	http  string // where it listens
	https string
	took  time.Duration // until the ready line
	cmd   *exec.Cmd

	mu      sync.Mutex
	log     []string
	changed chan struct{} // closed at each line of the log
	ended   chan struct{}
}

// startRelay runs hook-relay with the authority until the test ends.
func startRelay(t *testing.T, a *authority, data string, args ...string) *hookRelay {
	t.Helper()
	if data == "" {
		data = t.TempDir()
	}
	h := &hookRelay{t: t, data: data, changed: make(chan struct{}), ended: make(chan struct{})}
	args = append([]string{"--json", "--addr", "127.0.0.1:0", "--tls-addr", "127.0.0.1:0", "--data", data, "--acme", "--acme-ca", a.url, "--acme-ca-root", a.roots}, args...)
	h.cmd = exec.Command(program(t, "hook-relay"), args...)
	stdout, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := h.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var read sync.WaitGroup
	read.Go(func() { h.follow(stderr) })
	go func() {
		defer close(h.ended)
		read.Wait()
		_ = h.cmd.Wait()
	}()
	t.Cleanup(h.stop)
	var ready struct {
		URL  string `json:"url"`
		Addr string `json:"addr"`
		TLS  string `json:"tls_url"`
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	h.took = time.Since(began)
	if err != nil || json.Unmarshal(line, &ready) != nil || ready.TLS == "" {
		t.Fatalf("hook-relay says %q: %v\n%s", line, err, strings.Join(h.log, "\n"))
	}
	h.url, h.http, h.https = ready.URL, ready.Addr, strings.TrimPrefix(ready.TLS, "https://")
	return h
}

// stop ends it and waits.
func (h *hookRelay) stop() {
	_ = h.cmd.Process.Signal(os.Interrupt)
	select {
	case <-h.ended:
	case <-time.After(patience):
		_ = h.cmd.Process.Kill()
		h.t.Error("hook-relay doesn't end")
	}
}

func (h *hookRelay) follow(r io.Reader) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		h.mu.Lock()
		h.log = append(h.log, lines.Text())
		close(h.changed)
		h.changed = make(chan struct{})
		h.mu.Unlock()
	}
}

// says waits for the n-th line of the log that has all the words in it.
func (h *hookRelay) says(n int, words ...string) string {
	h.t.Helper()
	late := time.After(patience)
	for {
		h.mu.Lock()
		log, changed := h.log, h.changed
		h.mu.Unlock()
		found := 0
		for _, line := range log {
			has := true
			for _, word := range words {
				has = has && strings.Contains(line, word)
			}
			if has {
				if found++; found == n {
					return line
				}
			}
		}
		select {
		case <-changed:
		case <-late:
			h.t.Fatalf("the log doesn't have %q %d times:\n%s", words, n, strings.Join(log, "\n"))
		}
	}
}

func port(t *testing.T, addr string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// certificate is the one that is shown for a name, checked against roots.
func (h *hookRelay) certificate(name string, roots *x509.CertPool) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	d := tls.Dialer{Config: &tls.Config{ServerName: name, RootCAs: roots}}
	conn, err := d.DialContext(ctx, "tcp", h.https)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

// wantCertificate is certificate, which must be good.
func (h *hookRelay) wantCertificate(name string, roots *x509.CertPool) *x509.Certificate {
	h.t.Helper()
	cert, err := h.certificate(name, roots)
	if err != nil {
		h.t.Fatalf("%s: %v", name, err)
	}
	return cert
}

// get asks over http or https, as host. No redirect is followed.
func (h *hookRelay) get(url, host string, roots *x509.CertPool) (status int, location, body string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Host = host
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: host}, DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		h.t.Fatalf("%s as %s: %v", url, host, err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Location"), string(text)
}
