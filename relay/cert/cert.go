// Package cert gets a relay the certificates for its host names from an authority that speaks ACME (RFC 8555), keeps them
// in a folder, and renews them while the relay runs. It knows nothing of tunnels and endpoints; only it imports certmagic.
//
// A name is proved by answering on the relay's own ports (HTTP-01, TLS-ALPN-01), or by a record in the DNS (DNS-01), which
// alone gets a wildcard.
package cert

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
	"github.com/mholt/acmez/v3"
)

// Options say which certificates are wanted, and how they are to be had.
type Options struct {
	Dir     string // for account, keys and certificates; it is made
	Email   string // of the account at the authority; may be empty
	CA      string // URL of the authority's directory; empty: Let's Encrypt
	CARoots string // PEM file of the roots by which the authority's own certificate is checked; empty: the system's

	Host   string // has a certificate of its own, unless the wildcard covers it; empty: none
	Domain string // its wildcard, where the DNS can be changed, or names below it; empty: none

	DNSServer string // host or host:port, which takes dynamic updates (RFC 2136)
	DNSKey    string // TSIG, as tsig-keygen writes it or as [ALGORITHM:]NAME:SECRET; empty: updates are not signed

	// DNSCommand makes ("add") or takes out ("remove") a TXT record where there is no DNSServer. It is back once the domain's
	// servers have done so; its error is shown as it is.
	DNSCommand func(ctx context.Context, do, fqdn, value string) error

	// Allowed says why a name below Domain may not have a certificate of its own. It is asked only where there is no wildcard. nil: none may.
	Allowed   func(name string) error
	NewPerDay int // how many names may get their first certificate in 24 hours

	HTTPAddr string // where http is listened on: Challenge answers for that; empty: nowhere
	TLSAddr  string // where https is listened on: GetCertificate answers for that; empty: nowhere

	Software string // for the authority's log
	Log      *slog.Logger
}

// A Manager has the certificates. Make it with New.
type Manager struct {
	opt   Options
	log   *slog.Logger
	store *store
	roots *x509.CertPool
	dns   *dnsSolver // nil: the DNS can't be changed
	now   func() time.Time

	wake chan struct{} // of Run: a subject is wanted

	mu       sync.Mutex
	subjects map[string]*subject
}

// New checks the options and reads what certificates there are, so that they can be used at once. It needs no network.
func New(o Options) (*Manager, error) {
	o.Host, o.Domain = strings.ToLower(o.Host), strings.ToLower(o.Domain)
	m := &Manager{opt: o, log: o.Log, now: time.Now, wake: make(chan struct{}, 1), subjects: make(map[string]*subject)}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	m.store = newStore(o.Dir, authority(o.CA))
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	for _, s := range m.wanted() {
		m.subjects[s.name] = s
		m.read(s)
	}
	return m, nil
}

// authority is the CA's directory.
func authority(ca string) string { return cmp.Or(ca, certmagic.LetsEncryptProductionCA) }

func (m *Manager) check() error {
	o := m.opt
	u, err := url.Parse(authority(o.CA))
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
		return &OptionError{"CA", fmt.Errorf("%q is not the https URL of an ACME directory", o.CA)}
	}
	for _, host := range []string{o.Host, o.Domain} {
		if _, err := netip.ParseAddr(host); err == nil {
			return &OptionError{"Host", fmt.Errorf("%s is an address: certificates are for host names", host)}
		}
		if host != "" && !certmagic.SubjectQualifiesForCert(host) {
			return &OptionError{"Host", fmt.Errorf("%q can't have a certificate: it is no host name", host)}
		}
	}
	if o.CARoots != "" {
		text, err := os.ReadFile(o.CARoots)
		if err != nil {
			return &OptionError{"CARoots", err}
		}
		m.roots = x509.NewCertPool()
		if !m.roots.AppendCertsFromPEM(text) {
			return &OptionError{"CARoots", fmt.Errorf("%s has no certificate in it", o.CARoots)}
		}
	}
	switch {
	case o.DNSServer != "":
		server, err := newUpdater(o.DNSServer, o.DNSKey)
		if err != nil {
			return &OptionError{"DNSKey", err}
		}
		m.dns = &dnsSolver{records: server}
	case o.DNSCommand != nil:
		m.dns = &dnsSolver{records: command(o.DNSCommand)}
	}
	return nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// An OptionError is of one of the Options.
type OptionError struct {
	Option string // the field's name
	err    error
}

// About is the field.
func (e *OptionError) About() string { return e.Option }
func (e *OptionError) Error() string { return e.err.Error() }
func (e *OptionError) Unwrap() error { return e.err }

// wanted are the subjects that have a certificate whether anybody asks or not.
func (m *Manager) wanted() []*subject {
	var all []*subject
	host, domain := m.opt.Host, m.opt.Domain
	wildcard := ""
	if domain != "" && m.dns != nil {
		wildcard = "*." + domain
		all = append(all, &subject{name: wildcard, byDNS: true})
	}
	if host != "" && !covers(wildcard, host) {
		// A host outside of the domain may be in a zone that can't be changed.
		inZone := domain == "" || host == domain || strings.HasSuffix(host, "."+domain)
		all = append(all, &subject{name: host, byDNS: m.dns != nil && inZone})
	}
	return all
}

// covers says whether a wildcard is for a host.
func covers(wildcard, host string) bool {
	_, rest, _ := strings.Cut(host, ".")
	return wildcard != "" && "*."+rest == wildcard
}

// errNoName is the answer to a handshake for a name that has no certificate here and gets none.
var errNoName = errors.New("no certificate is for this name")

// GetCertificate is for a tls.Config, which has "acme-tls/1" in its NextProtos, behind the others.
func (m *Manager) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	if len(hello.SupportedProtos) == 1 && hello.SupportedProtos[0] == acmez.ACMETLS1Protocol {
		challenge, ok := certmagic.GetACMEChallenge(name)
		if !ok {
			return nil, errNoName
		}
		return acmez.TLSALPN01ChallengeCert(challenge.Challenge)
	}
	if name == "" || name == m.opt.Host {
		name = m.opt.Host
		if cert := m.ready(name); cert != nil {
			return cert, nil
		}
	}
	_, rest, _ := strings.Cut(name, ".")
	if cert := m.ready("*." + rest); cert != nil {
		return cert, nil
	}
	if m.opt.Domain == "" || rest != m.opt.Domain || m.dns != nil || name == m.opt.Host {
		return nil, errNoName
	}
	return m.ownCertificate(hello.Context(), name)
}

// ready is a subject's certificate, if it has one.
func (m *Manager) ready(name string) *tls.Certificate {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.subjects[name]; s != nil {
		return s.cert
	}
	return nil
}

// challengePath is where the authority looks for the proof of HTTP-01.
const challengePath = "/.well-known/acme-challenge/"

// Challenge answers a request of the authority that proves a name, and says whether it was one.
func (m *Manager) Challenge(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, challengePath) {
		return false
	}
	host := strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	challenge, ok := certmagic.GetACMEChallenge(host)
	if !ok || challenge.HTTP01ResourcePath() != r.URL.Path {
		return false
	}
	w.Header().Set("Content-Type", "text/plain")
	_, _ = w.Write([]byte(challenge.KeyAuthorization))
	return true
}

// Each gives the names that have a certificate or shall have one: until when it is good (zero: there is none yet) and why the last
// try to get or renew it came to nothing (nil: it did not).
func (m *Manager) Each(yield func(name string, until time.Time, err error)) {
	m.mu.Lock()
	all := make([]subject, 0, len(m.subjects))
	for _, s := range m.subjects {
		all = append(all, *s)
	}
	m.mu.Unlock()
	for _, s := range all {
		yield(s.name, s.until(), s.err)
	}
}
