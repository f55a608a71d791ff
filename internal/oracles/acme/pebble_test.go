package acme

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"

	"github.com/seed-4575fdc3/hook/internal/faults"
)

// An authority is a pebble of our own. It is there from the beginning, and answers once it runs.
type authority struct {
	url, roots string // the directory, and a file by which its own certificate is checked
	server     *httptest.Server
	issuer     []byte         // PEM of the root of what it issues
	trusted    *x509.CertPool // has that in it
	handler    atomic.Value   // an http.Handler
	broken     atomic.Bool    // it answers that it has a fault
}

// newAuthority listens.
func newAuthority(t *testing.T) *authority {
	t.Helper()
	for name, value := range map[string]string{"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_AUTHZREUSE": "0"} {
		t.Setenv(name, value)
	}
	a := new(authority)
	a.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.broken.Load() {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, `{"type":"urn:ietf:params:acme:error:serverInternal","detail":"the database is down","status":500}`)
			return
		}
		a.handler.Load().(http.Handler).ServeHTTP(w, r)
	}))
	a.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	a.server.StartTLS()
	t.Cleanup(a.server.Close)
	a.url = a.server.URL + wfe.DirectoryPath
	a.roots = filepath.Join(t.TempDir(), "authority.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.server.Certificate().Raw})
	if err := os.WriteFile(a.roots, text, 0o600); err != nil {
		t.Fatal(err)
	}
	a.run(t, 0, 0, "", 0)
	return a
}

// run has it look for proofs at these ports, and ask this name server. What it issues is good for so many seconds; 0: long.
func (a *authority) run(t *testing.T, httpPort, tlsPort int, resolver string, seconds uint64) {
	t.Helper()
	quiet := log.New(&testLog{t: t}, "pebble: ", 0)
	store := db.NewMemoryStore()
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "all", ValidityPeriod: seconds}})
	front := wfe.New(quiet, store, va.New(quiet, httpPort, tlsPort, true, resolver, store), issuer, nil, true, false, 1, 1)
	a.issuer, a.trusted = issuer.GetRootCert(0).PEM(), x509.NewCertPool()
	if !a.trusted.AppendCertsFromPEM(a.issuer) {
		t.Fatal("pebble has no root")
	}
	a.handler.Store(front.Handler())
}

// closedPort is one that nobody listens on.
func closedPort(t *testing.T) int {
	t.Helper()
	addr, release, err := faults.ClosedPort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return port(t, addr)
}
