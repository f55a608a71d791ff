package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/cert"
)

// byACME is what hook-relay is made with.
func byACME(o CertificateOptions) (Certificates, error) { return cert.New(cert.Options(o)) }

// acmeOptions are of a relay whose authority is down.
func acmeOptions(t *testing.T) relayOptions {
	t.Helper()
	down, release, err := faults.ClosedPort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return relayOptions{
		parts: RelayParts{Certificates: byACME}, addr: "127.0.0.1:0", data: t.TempDir(), domain: "*.hooks.example", publicURL: "https://relay.example:8443",
		tls:    relayTLS{acme: true, addr: "127.0.0.1:0", ca: "https://" + down + "/directory"},
		config: relaySettings{from: map[string]string{"addr": "--addr"}},
	}
}

// http leads to https, and to no host that only the request names.
func TestLeadingToHTTPS(t *testing.T) {
	o := acmeOptions(t)
	acme, err := byACME(CertificateOptions{Dir: o.data, Host: "relay.example", CA: o.tls.ca})
	if err != nil {
		t.Fatal(err)
	}
	f := &relayFront{acme: acme, public: "relay.example:8443", domain: "hooks.example"}
	handler := f.leading(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for _, c := range []struct {
		method, host, target, location string
		status                         int
	}{
		{"GET", "relay.example", "/", "https://relay.example:8443/", 308},
		{"POST", "relay.example", "/e/otter/a%2Fb//c?d=e%20f&g", "https://relay.example:8443/e/otter/a%2Fb//c?d=e%20f&g", 308},
		{"POST", "Otter.hooks.example:80", "/a?b", "https://otter.hooks.example:8443/a?b", 308},
		{"GET", "otter.hooks.example", "/healthz", "https://otter.hooks.example:8443/healthz", 308},
		{"GET", "evil.example", "/a", "https://relay.example:8443/a", 308},
		{"GET", "evil.hooks.example.evil.example", "/a", "https://relay.example:8443/a", 308},
		{"GET", "a.otter.hooks.example", "/a", "https://relay.example:8443/a", 308},
		{"GET", "-.hooks.example", "/a", "https://relay.example:8443/a", 308},
		{"GET", "evil.example", "//evil.example/a", "https://relay.example:8443//evil.example/a", 308},
		{"OPTIONS", "relay.example", "*", "https://relay.example:8443/", 308},
		{"GET", "relay.example", "/.well-known/acme-challenge/token", "https://relay.example:8443/.well-known/acme-challenge/token", 308},
		{"GET", "10.0.0.1", "/healthz", "", http.StatusTeapot},
		{"GET", "relay.example", "/readyz", "", http.StatusTeapot},
	} {
		r := httptest.NewRequest(c.method, c.target, nil)
		r.Host = c.host
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("Location") != c.location {
			t.Errorf("%s %s at %s: %d to %q, want %d to %q", c.method, c.target, c.host, w.Code, w.Header().Get("Location"), c.status, c.location)
		}
	}
}

// While the authority is down, the relay runs: http answers, https shows what there is, and all of it ends.
func TestServingWithoutAnAuthority(t *testing.T) {
	o := acmeOptions(t)
	if err := o.checkTLS(); err != nil {
		t.Fatal(err)
	}
	front, err := o.listen()
	if err != nil {
		t.Fatal(err)
	}
	defer front.close()
	h, err := o.open(t.Context(), discardLog())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	}()
	if err := front.certify(&o, h, discardLog()); err != nil {
		t.Fatal(err)
	}
	server, err := relay.New(relay.Config{PublicURL: o.publicURL, Domain: o.domain})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- front.serve(ctx, server) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for target, want := range map[string]int{"/healthz": http.StatusOK, "/e/otter": http.StatusPermanentRedirect} {
		resp, err := client.Get("http://" + front.plain.Addr().String() + target)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", target, resp.StatusCode, want)
		}
	}
	if resp, err := client.Get("https://" + front.secure.Addr().String()); err == nil {
		_ = resp.Body.Close()
		t.Error("https has a certificate")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// What --acme is given by default, and what it doesn't go with.
func TestACMESettings(t *testing.T) {
	o := relayOptions{addr: ":8080", domain: "*.Relay.example", tls: relayTLS{acme: true}}
	o.settle()
	if err := o.checkTLS(); err != nil || o.addr != ":80" || o.tls.addr != ":443" || o.publicURL != "https://relay.example" {
		t.Errorf("%v: %s, %s, %s", err, o.addr, o.tls.addr, o.publicURL)
	}
	t.Setenv("EMPTY", "")
	for want, change := range map[string]func(*relayOptions){
		"no name to get a certificate for":            func(o *relayOptions) { o.publicURL, o.domain = "", "" },
		"which is not https":                          func(o *relayOptions) { o.publicURL = "http://relay.example" },
		"two ways to do the same":                     func(o *relayOptions) { o.tls.dnsServer, o.tls.dnsCommand = "127.0.0.1", "true" },
		"--dns-key without --dns-server":              func(o *relayOptions) { o.tls.dnsKey = "env:EMPTY" },
		"can't be read from standard input":           func(o *relayOptions) { o.tls.dnsServer, o.tls.dnsKey = "127.0.0.1", "-" },
		"HOOK_TEST_NONE is not set":                   func(o *relayOptions) { o.tls.dnsServer, o.tls.dnsKey = "127.0.0.1", "env:HOOK_TEST_NONE" },
		"less than nothing":                           func(o *relayOptions) { o.tls.names = -1 },
		"--acme-ca is for certificates by ACME":       func(o *relayOptions) { *o = relayOptions{tls: relayTLS{ca: "x"}} },
		"--tls-addr and --tls-cert without --tls-key": func(o *relayOptions) { o.tls.cert = "cert.pem" },
	} {
		o := acmeOptions(t)
		change(&o)
		if err := o.checkTLS(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
}

// A mistake that shows when certificates are made names its flag.
func TestACMEFaultsNameTheirFlag(t *testing.T) {
	for flag, change := range map[string]func(*CertificateOptions){
		"--acme-ca: ":      func(o *CertificateOptions) { o.CA = "ftp://x" },
		"--acme-ca-root: ": func(o *CertificateOptions) { o.CARoots = "none.pem" },
		"--dns-key: ":      func(o *CertificateOptions) { o.DNSServer, o.DNSKey = "127.0.0.1", "x" },
		"--acme: ":         func(o *CertificateOptions) { o.Host = "127.0.0.1" },
	} {
		o := CertificateOptions{Dir: t.TempDir(), Host: "relay.example"}
		change(&o)
		_, err := byACME(o)
		f, ok := errors.AsType[*fault](certificateFault(err))
		if !ok || !strings.HasPrefix(f.Error(), flag) || f.next == "" || f.code != exitUsage {
			t.Errorf("%s %v", flag, certificateFault(err))
		}
	}
}

// A port that only the system's administrator may open: both ways out are named.
func TestPortWithoutPermission(t *testing.T) {
	f, ok := errors.AsType[*fault](listenFault("--tls-addr", fmt.Errorf("listen tcp :443: bind: %w", os.NewSyscallError("bind", syscall.EACCES))))
	if !ok || !errors.Is(f, fs.ErrPermission) || f.code != exitFailed {
		t.Fatal(f)
	}
	for _, word := range []string{"setcap cap_net_bind_service=+ep ", "AmbientCapabilities=CAP_NET_BIND_SERVICE", "from 1024 on with --tls-addr, behind a proxy"} {
		if !strings.Contains(f.next, word) {
			t.Errorf("the next step doesn't name %q: %s", word, f.next)
		}
	}
}

// Only names that a token's owner has chosen get a certificate of their own.
func TestNamesForCertificates(t *testing.T) {
	o := relayOptions{data: t.TempDir()}
	h, err := o.open(t.Context(), discardLog())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	}()
	for name, owner := range map[string]relay.Owner{
		"alice": relay.OwnerOf("first"), "alice-shop-orders": relay.OwnerOf("first"), "quiet-otter-k7q2": relay.OwnerOf("first"), newName(): relay.OwnerOf("first"),
		"mallory": "secret:1234", "rude": relay.OwnerOf("first"),
	} {
		if _, err := h.store.Claim(t.Context(), relay.Claim{Name: name, By: owner}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.store.Ban(t.Context(), "operator", "rude", "phishing"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.Release(t.Context(), "operator", "released"); err != nil {
		t.Fatal(err)
	}
	for name := range h.store.Names() {
		err := h.certifiable(name)
		if may := strings.HasPrefix(name, "alice"); may != (err == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := h.certifiable("nobodys"); err == nil {
		t.Error("a name that nobody has may have a certificate")
	}
}
