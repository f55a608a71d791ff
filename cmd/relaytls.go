package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/relay"
)

// relayTLS is where the relay speaks https, and where its certificates come from: files, an authority that speaks ACME, or both.
type relayTLS struct {
	addr, cert, key string

	acme                          bool
	email, ca, roots              string
	dnsServer, dnsKey, dnsCommand string
	names                         int
}

// CertificateOptions say which certificates are wanted, and how they are to be had.
type CertificateOptions struct {
	Dir, Email, CA, CARoots string // CA is the URL of a directory, CARoots a PEM file; empty: the usual
	Host, Domain            string // Domain is for a wildcard, or for names below it

	DNSServer, DNSKey string // takes dynamic updates, signed with the key
	DNSCommand        func(ctx context.Context, do, fqdn, value string) error

	Allowed   func(name string) error // why a name below Domain may not have a certificate of its own
	NewPerDay int                     // how many such names may get their first one in 24 hours

	HTTPAddr, TLSAddr string // where the authority's questions arrive
	Software          string
	Log               *slog.Logger
}

// Certificates are got and renewed while Run runs. An error of making them may have About() string, the field that is wrong.
type Certificates interface {
	GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// Challenge answers a request by which the authority proves a name, and says whether it was one.
	Challenge(http.ResponseWriter, *http.Request) bool
	// Run gets and renews until ctx ends, and waits for what it has begun.
	Run(ctx context.Context) error
	// Each gives the names, until when each one's certificate is good (zero: there is none), and why the last try failed (nil: it did not).
	Each(func(name string, until time.Time, err error))
}

func (o *relayTLS) flags(f *pflag.FlagSet) {
	f.StringVar(&o.addr, "tls-addr", "", "speak https on this `HOST:PORT` too, with --tls-cert and --tls-key, or with --acme (default there: :443)")
	f.StringVar(&o.cert, "tls-cert", "", "the certificate, with the chain behind it, in a PEM `file`")
	f.StringVar(&o.key, "tls-key", "", "the certificate's key in a PEM `file`")
	f.BoolVar(&o.acme, "acme", false, "get certificates by ACME and renew them, which accepts the authority's terms; http on --addr (default there: :80) leads to https")
	f.StringVar(&o.email, "acme-email", "", "the `address` that the authority may write to")
	f.StringVar(&o.ca, "acme-ca", "", "the authority's directory, a `URL` (default: Let's Encrypt's)")
	f.StringVar(&o.roots, "acme-ca-root", "", "trust the certificates in this PEM `file` for the authority itself, if it is a private one")
	f.StringVar(&o.dnsServer, "dns-server", "", "get a wildcard for --domain by dynamic updates (RFC 2136) of the name server at this `HOST:PORT`")
	f.StringVar(&o.dnsKey, "dns-key", "", "sign the updates (TSIG) with the key from this `SOURCE`, @FILE or env:NAME: what tsig-keygen writes, or [ALGORITHM:]NAME:SECRET")
	f.StringVar(&o.dnsCommand, "dns-command", "", "get a wildcard for --domain by this `command`, run with: add|remove FQDN VALUE, of a TXT record")
	f.IntVar(&o.names, "name-certificates", 5, "without a wildcard, get certificates for at most this `number` of new names a day, of those that a token has claimed")
}

// settle fills in what follows from --acme.
func (o *relayOptions) settle() {
	if !o.tls.acme {
		return
	}
	if o.config.from["addr"] == "" {
		o.addr = ":80"
	}
	if o.tls.addr == "" {
		o.tls.addr = ":443"
	}
	if o.publicURL == "" && o.domain != "" {
		o.publicURL = "https://" + bareDomain(o.domain)
	}
}

// bareDomain is a domain without the star of its wildcard.
func bareDomain(domain string) string { return strings.TrimPrefix(strings.ToLower(domain), "*.") }

// checkTLS refuses what doesn't go together, and files that can't be read.
func (o *relayOptions) checkTLS() error {
	t := o.tls
	if t.addr != "" {
		if err := checkAddr("tls-addr", t.addr); err != nil {
			return err
		}
	}
	if err := t.checkPair(); err != nil {
		return err
	}
	if !t.acme {
		for flag, given := range map[string]bool{
			"--acme-email": t.email != "", "--acme-ca": t.ca != "", "--acme-ca-root": t.roots != "",
			"--dns-server": t.dnsServer != "", "--dns-key": t.dnsKey != "", "--dns-command": t.dnsCommand != "",
		} {
			if given {
				return fail(exitUsage, "give --acme too, or leave "+flag+" out", "%s is for certificates by ACME, which weren't asked for", flag)
			}
		}
		return nil
	}
	return o.checkACME()
}

// checkPair refuses half of a certificate from files, and one that can't be read.
func (o *relayTLS) checkPair() error {
	var has, lacks []string
	for _, one := range [][2]string{{"--tls-addr", o.addr}, {"--tls-cert", o.cert}, {"--tls-key", o.key}} {
		if one[1] != "" {
			has = append(has, one[0])
		} else {
			lacks = append(lacks, one[0])
		}
	}
	switch {
	case len(has) == 0 || o.acme && o.cert == "" && o.key == "":
		return nil
	case len(lacks) > 0:
		return fail(exitUsage, "give --tls-addr, --tls-cert and --tls-key together", "%s without %s", strings.Join(has, " and "), strings.Join(lacks, " and "))
	}
	_, err := o.pair().get(nil)
	return hinted(err, "they name PEM files that belong together", "--tls-cert and --tls-key")
}

// checkACME refuses what no certificate can be got for.
func (o *relayOptions) checkACME() error {
	t := o.tls
	u, err := url.Parse(o.publicURL)
	switch {
	case o.publicURL == "":
		return fail(exitUsage, "give the base that senders use, as in --public-url https://relay.example", "--acme without --public-url or --domain: there is no name to get a certificate for")
	case err != nil || u.Scheme != "https":
		return fail(exitUsage, "as in --public-url https://"+reachableHost(u), "--acme with --public-url %s, which is not https", o.publicURL)
	case t.dnsServer != "" && t.dnsCommand != "":
		return fail(exitUsage, "leave one of them out", "--dns-server and --dns-command are two ways to do the same")
	case t.dnsKey != "" && t.dnsServer == "":
		return fail(exitUsage, "give --dns-server HOST:PORT too", "--dns-key without --dns-server")
	case t.names < 0:
		return fail(exitUsage, "0 is none", "--name-certificates %d is less than nothing", t.names)
	}
	_, err = o.dnsKey()
	return err
}

// reachableHost is the host of a URL, as far as there is one.
func reachableHost(u *url.URL) string {
	if u == nil || u.Hostname() == "" {
		return "relay.example"
	}
	return u.Hostname()
}

// dnsKey is the key itself. It is never taken from standard input, which a server has none of.
func (o *relayOptions) dnsKey() (string, error) {
	if o.tls.dnsKey == "-" {
		return "", fail(exitUsage, "give it as @FILE or env:NAME", "--dns-key can't be read from standard input")
	}
	key, _, err := readSource(o.tls.dnsKey, strings.NewReader(""))
	return key, hinted(err, "give it as @FILE or env:NAME", "--dns-key")
}

// certificates makes what gets them by ACME, for all names that the certificate from files doesn't cover.
func (o *relayOptions) certificates(f *relayFront, h *relayData, log *slog.Logger) (Certificates, error) {
	if o.parts.Certificates == nil {
		return nil, fail(exitUsage, "use --tls-cert and --tls-key", "--acme: this hook-relay was built without it")
	}
	key, err := o.dnsKey()
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(o.publicURL)
	if err != nil {
		return nil, err
	}
	options := CertificateOptions{
		Dir: filepath.Join(h.dir, "certificates"), Email: o.tls.email, CA: o.tls.ca, CARoots: o.tls.roots,
		Host: u.Hostname(), Domain: bareDomain(o.domain), DNSServer: o.tls.dnsServer, DNSKey: key,
		Allowed: h.certifiable, NewPerDay: o.tls.names, HTTPAddr: f.plain.Addr().String(), TLSAddr: f.secure.Addr().String(),
		Software: "hook-relay/" + Version, Log: log,
	}
	if o.tls.dnsCommand != "" {
		options.DNSCommand = dnsCommand(o.tls.dnsCommand)
	}
	if f.pair.covers(options.Host) {
		options.Host = ""
	}
	if f.pair.covers("name." + options.Domain) {
		options.Domain = ""
	}
	all, err := o.parts.Certificates(options)
	return all, certificateFault(err)
}

// certificateFault names the flag that is wrong.
func certificateFault(err error) error {
	about, ok := errors.AsType[interface {
		error
		About() string
	}](err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return fail(exitFailed, "give a folder that can be written with --data", "certificates: %w", err)
	}
	next := map[string][2]string{
		"CA":      {"--acme-ca", "give the URL of the authority's ACME directory, or leave it out for Let's Encrypt"},
		"CARoots": {"--acme-ca-root", "it names a PEM file with the roots of the authority's own certificate"},
		"DNSKey":  {"--dns-key", "tsig-keygen writes one: --dns-key @FILE"},
		"Host":    {"--acme", "give a host name with --public-url https://relay.example"},
	}[about.About()]
	return fail(exitUsage, next[1], "%s: %w", next[0], err)
}

// certifiable says why a name may not have a certificate of its own. A certificate makes a name public, so only one that its owner has
// chosen gets one, and only as long as it is a token's.
func (h *relayData) certifiable(name string) error {
	if _, known, err := h.store.Settings(context.Background(), name); err != nil || !known {
		return errors.Join(errors.New("it is nobody's"), err)
	}
	n := h.store.Names()[name]
	switch {
	case n.Banned != "" || !strings.HasPrefix(string(n.Owner), string(relay.OwnerOf(""))):
		return errors.New("it is no token's")
	case madeUp.MatchString(name):
		return errors.New("it looks like one that hook has made up, which nobody shall learn of")
	}
	return nil
}

// madeUp is the shape of newName's names.
var madeUp = regexp.MustCompile(`^[a-z]+-[a-z]+-[a-km-np-z2-9]{4}$`)

func (o *relayTLS) pair() *keyPair {
	if o.cert == "" {
		return nil
	}
	return &keyPair{cert: o.cert, key: o.key}
}

// A keyPair is a certificate and its key in two files, which are read again when one of them has changed: a renewed certificate
// needs no restart. While they can't be read, or don't belong together, what they said last stays in force.
type keyPair struct {
	cert, key string
	log       *slog.Logger // nil: nobody listens yet

	mu      sync.Mutex
	last    *tls.Certificate
	changed [2]time.Time // when the files did that last is from
	failed  string       // why they couldn't be read since, which was said
}

// get is asked at each handshake.
func (p *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var changed [2]time.Time
	for i, file := range []string{p.cert, p.key} {
		if info, err := os.Stat(file); err == nil {
			changed[i] = info.ModTime()
		}
	}
	if p.last != nil && changed[0].Equal(p.changed[0]) && changed[1].Equal(p.changed[1]) {
		return p.last, nil
	}
	switch pair, err := tls.LoadX509KeyPair(p.cert, p.key); {
	case err == nil:
		if p.log != nil && p.last != nil {
			p.log.Info("certificate read again", "file", p.cert, "good_until", pair.Leaf.NotAfter)
		}
		p.last, p.changed, p.failed = &pair, changed, ""
	case p.last == nil:
		return nil, err
	case p.log != nil && err.Error() != p.failed:
		p.log.Error("the certificate that was read before stays in force", "file", p.cert, "error", err)
		p.failed = err.Error()
	}
	return p.last, nil
}

// covers says whether the certificate is for a host.
func (p *keyPair) covers(host string) bool {
	if p == nil {
		return false
	}
	pair, err := p.get(nil)
	return err == nil && pair.Leaf.VerifyHostname(host) == nil
}
