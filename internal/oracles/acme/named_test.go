package acme

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// A nameServer is a running named, with the zone relay.test.
type nameServer struct {
	addr string
	key  string // a file, as tsig-keygen wrote it
}

// startNamed runs one until the test ends, or skips the test where there is none.
func startNamed(t *testing.T) *nameServer {
	t.Helper()
	tools := make(map[string]string)
	for _, tool := range []string{"named", "tsig-keygen"} {
		path, err := exec.LookPath(tool)
		for _, dir := range []string{"/usr/sbin", "/usr/local/sbin"} {
			if err != nil {
				path, err = exec.LookPath(filepath.Join(dir, tool))
			}
		}
		if err != nil {
			t.Skipf("there is no %s here: Debian's package bind9 has it", tool)
		}
		tools[tool] = path
	}
	dir := t.TempDir()
	key, err := exec.Command(tools["tsig-keygen"], "-a", "hmac-sha512", "hook-relay").Output()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0") // named takes no port 0
	if err != nil {
		t.Fatal(err)
	}
	n := &nameServer{addr: ln.Addr().String(), key: filepath.Join(dir, "relay.key")}
	_, port, _ := net.SplitHostPort(n.addr)
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"relay.key": string(key),
		"zone": `$TTL 1
@ SOA ns hostmaster 1 3600 600 86400 1
@ NS ns
@ A 127.0.0.1
* A 127.0.0.1
ns A 127.0.0.1
*.alias A 127.0.0.1
_acme-challenge.alias CNAME proofs
`,
		"named.conf": `include "` + n.key + `";
options {
	directory "` + dir + `"; managed-keys-directory "` + dir + `"; pid-file none; lock-file none; session-keyfile "` + dir + `/session.key";
	listen-on port ` + port + ` { 127.0.0.1; }; listen-on-v6 { none; };
	recursion no; dnssec-validation no; notify no;
};
controls { };
zone "relay.test" { type primary; file "zone"; update-policy { grant hook-relay. zonesub TXT; }; };
`,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(tools["named"], "-g", "-n", "1", "-c", filepath.Join(dir, "named.conf"))
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	running, ended := make(chan struct{}), make(chan struct{})
	log := &testLog{t: t}
	go func() {
		defer close(ended)
		said := false
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if _, words, _ := strings.Cut(lines.Text(), " "); strings.Contains(words, "update") {
				_, _ = fmt.Fprintln(log, "named:", lines.Text())
			}
			if !said && strings.HasSuffix(lines.Text(), " running") {
				said = true
				close(running)
			}
		}
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
	})
	select {
	case <-running:
	case <-ended:
		t.Fatal("named ends")
	case <-time.After(patience):
		t.Fatal("named doesn't run")
	}
	return n
}

// A wildcard is got by dynamic updates, which named takes because they are signed. It covers names that nobody has claimed, and the
// relay's own name has a certificate too; the authority reaches none of the ports.
func TestWildcardByUpdates(t *testing.T) {
	n := startNamed(t)
	a := newAuthority(t)
	a.run(t, closedPort(t), closedPort(t), n.addr, 0)
	h := startRelay(t, a, "", "--domain", "*.relay.test", "--dns-server", n.addr, "--dns-key", "@"+n.key)
	if h.url != "https://relay.test" {
		t.Errorf("the ready line has the URL %q", h.url)
	}
	h.says(1, `"msg":"certificate"`, `"for":"*.relay.test"`)
	h.says(1, `"msg":"certificate"`, `"for":"relay.test"`)
	h.wantCertificate("relay.test", a.trusted)
	for _, name := range []string{"quiet-otter-k7q2.relay.test", "alice.relay.test"} {
		if cert := h.wantCertificate(name, a.trusted); cert.DNSNames[0] != "*.relay.test" {
			t.Errorf("%s is shown the certificate of %v", name, cert.DNSNames)
		}
	}
	if _, err := h.certificate("a.b.relay.test", nil); err == nil {
		t.Error("there is a certificate for a name below a name")
	}
	if status, location, _ := h.get("http://"+h.http+"/a?b", "Alice.relay.test:80", nil); status != 308 || location != "https://alice.relay.test/a?b" {
		t.Errorf("over http: %d to %q", status, location)
	}
	wantNoRecord(t, n)
	h.stop()

	// where the record's name leads to another one, that is changed
	h = startRelay(t, a, "", "--domain", "alias.relay.test", "--public-url", "https://a.alias.relay.test", "--dns-server", n.addr, "--dns-key", "@"+n.key)
	h.says(1, `"msg":"certificate"`, `"for":"*.alias.relay.test"`)
	h.wantCertificate("a.alias.relay.test", a.trusted)
}

// wantNoRecord wants what proved the name to be gone.
func wantNoRecord(t *testing.T, n *nameServer) {
	t.Helper()
	question := new(dns.Msg).SetQuestion("_acme-challenge.relay.test.", dns.TypeTXT)
	answer, err := dns.Exchange(question, n.addr)
	if err != nil || answer.Rcode != dns.RcodeNameError && len(answer.Answer) > 0 {
		t.Errorf("named says %v, %v", answer, err)
	}
}

// What named refuses is said in words that help.
func TestUpdatesRefused(t *testing.T) {
	n := startNamed(t)
	for words, args := range map[string][]string{
		"doesn't know the key other":                     {"--dns-key", "env:OTHER"},
		"its secret of the key hook-relay":               {"--dns-key", "env:WRONG"},
		"as it wasn't signed":                            nil,
		"has no zone for _acme-challenge.elsewhere.test": {"--dns-key", "@" + n.key, "--domain", "elsewhere.test"},
	} {
		t.Run(words, func(t *testing.T) {
			t.Setenv("OTHER", "hmac-sha512:other:c2VjcmV0c2VjcmV0")
			t.Setenv("WRONG", "hmac-sha512:hook-relay:c2VjcmV0c2VjcmV0")
			a := newAuthority(t)
			a.run(t, closedPort(t), closedPort(t), n.addr, 0)
			h := startRelay(t, a, "", append([]string{"--domain", "relay.test", "--dns-server", n.addr}, args...)...)
			h.says(1, "no certificate yet", words, "next step")
		})
	}
}

// The user's own command can change the DNS too, with words of its own where it fails.
func TestWildcardByCommand(t *testing.T) {
	n := startNamed(t)
	nsupdate, err := exec.LookPath("nsupdate")
	if err != nil {
		t.Skip("there is no nsupdate here: Debian's package bind9-dnsutils has it")
	}
	host, port, _ := net.SplitHostPort(n.addr)
	script := write(t, "change", `#!/bin/sh
set -e
case $1 in
add) echo "update add $2. 1 TXT $3" ;;
remove) echo "update delete $2. TXT $3" ;;
esac | { echo "server `+host+" "+port+`"; cat; echo send; } | `+nsupdate+" -k "+n.key+`
`, 0o700)
	a := newAuthority(t)
	a.run(t, closedPort(t), closedPort(t), n.addr, 0)
	h := startRelay(t, a, "", "--domain", "relay.test", "--dns-command", script)
	h.says(1, `"msg":"certificate"`, `"for":"*.relay.test"`)
	h.wantCertificate("alice.relay.test", a.trusted)
	wantNoRecord(t, n)
	h.stop()

	h = startRelay(t, a, "", "--domain", "relay.test", "--dns-command", `echo no account for "$2" >&2; exit 7 #`)
	h.says(1, "no certificate yet", "--dns-command add _acme-challenge.relay.test", "exit status 7", "no account for", "next step")
}
