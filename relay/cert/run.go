package cert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/caddyserver/certmagic"
	"github.com/mholt/acmez/v3/acme"
	"golang.org/x/sync/errgroup"
)

const (
	lookEvery = 10 * time.Minute // at most: a clock may be set, or a machine sleep
	tryFor    = 5 * time.Minute  // how long one try may take
	atOnce    = 4                // tries
	lookAtDNS = time.Minute      // how often, where it is the reason of a failure
)

// Run gets and renews certificates until ctx ends, then waits for what is under way. Nothing that goes wrong with that ends it: it is
// logged, and tried again.
func (m *Manager) Run(ctx context.Context) error {
	if m.dns != nil {
		m.dns.stopping = ctx.Done()
	}
	issue, stop := m.issuers()
	defer stop()
	var g errgroup.Group
	g.SetLimit(atOnce)
	for {
		next := m.now().Add(lookEvery)
		for _, s := range m.due(&next) {
			g.Go(func() error {
				m.try(ctx, s, issue)
				m.nudge()
				return nil
			})
		}
		timer := time.NewTimer(max(next.Sub(m.now()), 0))
		select {
		case <-ctx.Done():
		case <-m.wake:
		case <-timer.C:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return g.Wait()
		}
	}
}

// nudge has Run look again.
func (m *Manager) nudge() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// due are the subjects that something is to be done for now, marked so; next becomes when the first of the others is.
func (m *Manager) due(next *time.Time) []*subject {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []*subject
	now := m.now()
	for _, s := range m.subjects {
		switch {
		case !s.cared():
		case now.Before(s.next):
			if s.next.Before(*next) {
				*next = s.next
			}
		default:
			s.begin()
			all = append(all, s)
		}
	}
	return all
}

// An issue gets a certificate for a subject, and stores it.
type issue func(ctx context.Context, s *subject) error

// try gets or renews one.
func (m *Manager) try(ctx context.Context, s *subject, issue issue) {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	if m.unchanged(ctx, s) {
		return
	}
	err := m.permit(ctx, s, m.ready(s.name) == nil)
	if err == nil {
		m.log.Info("a certificate is asked for", "for", s.name, "ca", authority(m.opt.CA))
		err = issue(ctx, s)
	}
	var cert *tls.Certificate
	if err == nil {
		cert, err = m.store.certificate(ctx, s.name)
	}
	if err != nil {
		m.failed(ctx, s, err)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	defer s.end()
	s.cert, s.err, s.failures, s.saw, s.next = cert, nil, 0, "", renewAt(cert)
	if least := m.now().Add(time.Second); s.next.Before(least) { // a clock is wrong
		s.next = m.now().Add(time.Minute)
	}
	m.log.Info("certificate", "for", s.name, "until", cert.Leaf.NotAfter)
}

// unchanged says whether it is too early for a try. It isn't when the DNS says something else of the name now.
func (m *Manager) unchanged(ctx context.Context, s *subject) bool {
	m.mu.Lock()
	saw, early := s.saw, m.now().Before(s.earliest)
	m.mu.Unlock()
	if saw == "" || !early || whereIs(ctx, s.name) != saw {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s.next = s.earliest
	if soon := m.now().Add(lookAtDNS); soon.Before(s.next) {
		s.next = soon
	}
	s.end()
	return true
}

// failed says why, and when it is tried again.
func (m *Manager) failed(ctx context.Context, s *subject, err error) {
	stopped := errors.Is(context.Cause(ctx), context.Canceled)
	_, denied := errors.AsType[*deniedError](err)
	limit, limited := errors.AsType[*limitError](err)
	var trouble *Error
	if !stopped && !denied && !limited {
		trouble = m.explain(context.WithoutCancel(ctx), s, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	defer s.end()
	s.err = err
	switch {
	case stopped:
	case denied: // it is nobody's any more
		delete(m.subjects, s.name)
	case limited:
		s.next = limit.again
		m.log.Warn("a name gets no certificate yet", "for", s.name, "error", err, "again", limit.again)
	default:
		s.failures++
		wait := trouble.pause(s.failures)
		s.err, s.next = trouble, m.now().Add(wait)
		if s.earliest, s.saw = s.next, trouble.saw; s.saw != "" && wait > lookAtDNS {
			s.next = m.now().Add(lookAtDNS)
		}
		args := []any{"for", s.name, "error", trouble.Why, "next step", trouble.Next, "again in", wait.String()}
		if m.now().After(s.until()) {
			m.log.Error("there is no certificate yet", args...)
		} else {
			m.log.Warn("a certificate can't be renewed", append(args, "good until", s.until())...)
		}
	}
}

// issuers are certmagic's, one for each way to prove a name.
func (m *Manager) issuers() (issue, func()) {
	log := zapTo(m.log)
	var first *certmagic.Config
	cache := certmagic.NewCache(certmagic.CacheOptions{ // nothing is put into it: Run renews
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return first, nil }, Logger: log,
	})
	config := func(change func(*certmagic.ACMEIssuer)) *certmagic.Config {
		cfg := certmagic.New(cache, certmagic.Config{
			Storage: m.store, Logger: log, DisableARI: true, OCSP: certmagic.OCSPConfig{DisableStapling: true},
		})
		template := certmagic.ACMEIssuer{
			CA: authority(m.opt.CA), Email: m.opt.Email, Agreed: true, TrustedRoots: m.roots, Logger: log, DisableDistributedSolvers: true,
			NewAccountFunc: func(_ context.Context, _ *certmagic.ACMEIssuer, account acme.Account) (acme.Account, error) {
				if m.opt.Email == "" { // certmagic takes the name of a folder for one
					account.Contact = nil
				}
				return account, nil
			},
		}
		change(&template)
		cfg.Issuers = []certmagic.Issuer{once{certmagic.NewACMEIssuer(cfg, template)}}
		return cfg
	}
	byPort := config(func(i *certmagic.ACMEIssuer) {
		// certmagic looks whether somebody listens there, and else would do so itself.
		host, httpPort := split(m.opt.HTTPAddr)
		tlsHost, tlsPort := split(m.opt.TLSAddr)
		if i.AltHTTPPort, i.AltTLSALPNPort = httpPort, tlsPort; host == tlsHost || m.opt.HTTPAddr == "" {
			i.ListenHost = tlsHost
		}
		i.DisableHTTPChallenge, i.DisableTLSALPNChallenge = m.opt.HTTPAddr == "", m.opt.TLSAddr == ""
	})
	byDNS := config(func(i *certmagic.ACMEIssuer) { i.DNS01Solver = m.dns })
	first = byPort
	return func(ctx context.Context, s *subject) error {
		cfg := byPort
		if s.byDNS {
			cfg = byDNS
		}
		if _, err := m.store.certificate(ctx, s.name); err == nil {
			return cfg.RenewCertAsync(ctx, s.name, true)
		}
		return cfg.ObtainCertAsync(ctx, s.name)
	}, cache.Stop
}

// once is an issuer that certmagic doesn't ask again by itself when it fails.
type once struct{ *certmagic.ACMEIssuer }

func (i once) Issue(ctx context.Context, csr *x509.CertificateRequest) (*certmagic.IssuedCertificate, error) {
	cert, err := i.ACMEIssuer.Issue(ctx, csr)
	if err != nil {
		return nil, certmagic.ErrNoRetry{Err: err}
	}
	return cert, nil
}

// split is an address as certmagic wants it.
func split(addr string) (host string, port int) {
	host, service, err := net.SplitHostPort(addr)
	if err == nil {
		port, _ = strconv.Atoi(service)
	}
	return host, port
}
