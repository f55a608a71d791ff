package acme

import (
	"bufio"
	"crypto/x509"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// everyName answers for all names with this machine's address, until the test ends.
func everyName(t *testing.T) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0") // pebble asks by TCP
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{Listener: ln, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) {
		answer := new(dns.Msg).SetReply(question)
		if q := question.Question[0]; q.Qtype == dns.TypeA {
			answer.Answer = append(answer.Answer, &dns.A{
				Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.IPv4(127, 0, 0, 1),
			})
		}
		_ = w.WriteMsg(answer)
	})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.ActivateAndServe()
	}()
	t.Cleanup(func() {
		_ = ln.Close()
		<-ended
	})
	return ln.Addr().String()
}

// claim has a name claimed by the first token's listener, which stays until the test ends.
func (h *hookRelay) claim(name string, roots string) {
	h.t.Helper()
	_, port, _ := net.SplitHostPort(h.https)
	cmd := exec.Command(program(h.t, "hook"), "listen", "9", "--json", "--relay", "https://localhost:"+port, "--ca", roots,
		"--token", "@"+filepath.Join(h.data, "first-token"), "--name", name)
	cmd.Env = append(os.Environ(), "HOOK_HOME="+h.t.TempDir())
	cmd.Dir = h.t.TempDir()
	cmd.Stderr = &testLog{t: h.t}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if strings.Contains(lines.Text(), `"ready"`) {
			return
		}
	}
	h.t.Fatalf("hook listen --name %s doesn't get ready", name)
}

// Without a wildcard, a name gets a certificate of its own when somebody first asks for it: only if it is a token's that its owner has
// chosen, and only so many a day. It is kept.
func TestCertificatesPerName(t *testing.T) {
	a := newAuthority(t)
	a.broken.Store(true)
	h := startRelay(t, a, "", "--public-url", "https://localhost", "--domain", "relay.test", "--name-certificates", "1")
	a.run(t, port(t, h.http), port(t, h.https), everyName(t), 0)
	a.broken.Store(false)
	h.says(1, `"msg":"certificate"`, "localhost")
	roots := filepath.Join(t.TempDir(), "issued.pem")
	if err := os.WriteFile(roots, a.issuer, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"alice", "bobs-shop", "quiet-otter-k7q2"} {
		h.claim(name, roots)
	}
	for _, name := range []string{"nobody", "quiet-otter-k7q2", "a"} {
		if _, err := h.certificate(name+".relay.test", a.trusted); err == nil {
			t.Errorf("%s has a certificate", name)
		}
	}
	first := h.mustGet("alice.relay.test", a.trusted)
	if _, err := h.certificate("bobs-shop.relay.test", a.trusted); err == nil {
		t.Error("there is a second one on the same day")
	}
	h.says(1, "a name gets no certificate yet", "bobs-shop.relay.test", "1 names have got their first certificate")
	h.mu.Lock()
	for _, line := range h.log {
		if strings.Contains(line, "a certificate is asked for") && !strings.Contains(line, `"localhost"`) && !strings.Contains(line, `"alice.relay.test"`) {
			t.Errorf("the authority was asked: %s", line)
		}
	}
	h.mu.Unlock()
	h.stop()
	a.server.Close()

	again := startRelay(t, a, h.data, "--public-url", "https://localhost", "--domain", "relay.test")
	if kept := again.wantCertificate("alice.relay.test", a.trusted); kept.SerialNumber.Cmp(first.SerialNumber) != 0 {
		t.Error("it has another certificate than the stored one")
	}
}

// mustGet asks until there is a certificate: the first one may take longer than a handshake may.
func (h *hookRelay) mustGet(name string, roots *x509.CertPool) *x509.Certificate {
	h.t.Helper()
	if cert, err := h.certificate(name, roots); err == nil {
		return cert
	}
	h.says(1, `"msg":"certificate"`, name)
	return h.wantCertificate(name, roots)
}
