package cert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"testing"
	"time"

	"github.com/caddyserver/certmagic"

	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/internal/leaks"
)

func TestMain(m *testing.M) { os.Exit(leaks.Run(m)) }

// closedPort is the address of a port that nobody listens on.
func closedPort(t *testing.T) string {
	t.Helper()
	addr, release, err := faults.ClosedPort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return addr
}

// downCA is an authority that can't be reached.
func downCA(t *testing.T) string { return "https://" + closedPort(t) + "/directory" }

// keep stores a certificate for name as certmagic would have.
func keep(t *testing.T, o Options, name string, from, until time.Time) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(from.UnixNano()), NotBefore: from, NotAfter: until, DNSNames: []string{name}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := certmagic.PEMEncodePrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(o.Dir, o.CA)
	for place, text := range map[string][]byte{
		certmagic.StorageKeys.SiteCert(s.issuer, name):       pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		certmagic.StorageKeys.SitePrivateKey(s.issuer, name): secret,
		certmagic.StorageKeys.SiteMeta(s.issuer, name):       []byte("{}"),
	} {
		if err := s.Store(t.Context(), place, text); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}
