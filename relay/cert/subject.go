package cert

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"time"

	"github.com/caddyserver/certmagic"
)

// A subject is a name that has a certificate or shall have one. Manager.mu guards its fields but the first three.
type subject struct {
	name  string // a host name, or a wildcard
	byDNS bool   // how it is proved
	own   bool   // it is a token's name, whose first certificate somebody asked for

	cert     *tls.Certificate // nil: none yet; its Leaf is set
	err      error            // of the last try
	failures int              // in a row
	next     time.Time        // when it is tried, renewed or looked at again
	earliest time.Time        // when it is tried again, unless what the DNS says of it isn't saw any more
	saw      string           // what the DNS said when it couldn't be proved; empty if that doesn't matter
	busy     bool             // there is a try under way
	wanted   bool             // somebody waits for the first one of its own
	done     chan struct{}    // closed when the try that is wanted or under way is over; nil: there is none
}

// until is when its certificate ends.
func (s *subject) until() time.Time {
	if s.cert == nil {
		return time.Time{}
	}
	return s.cert.Leaf.NotAfter
}

// renewAt is when a certificate's last third begins.
func renewAt(cert *tls.Certificate) time.Time {
	leaf := cert.Leaf
	return leaf.NotAfter.Add(-leaf.NotAfter.Sub(leaf.NotBefore) / 3)
}

// cared says whether Run looks after it: without a certificate, a token's name waits until somebody asks for it.
func (s *subject) cared() bool { return !s.busy && (s.cert != nil || !s.own || s.wanted) }

// begin marks a try.
func (s *subject) begin() {
	if s.busy = true; s.done == nil {
		s.done = make(chan struct{})
	}
}

// end marks that it is over.
func (s *subject) end() {
	close(s.done)
	s.busy, s.wanted, s.done = false, false, nil
}

// read takes what is stored for it. A certificate that has ended is as good as none, and one that can't be read is thrown away.
func (m *Manager) read(s *subject) {
	cert, err := m.store.certificate(context.Background(), s.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return
	case err != nil:
		m.log.Warn("a stored certificate can't be read: another one is got", "for", s.name, "error", err)
		if err := m.store.Delete(context.Background(), certmagic.StorageKeys.CertsSitePrefix(m.store.issuer, s.name)); err != nil {
			m.log.Error("throw a certificate away", "for", s.name, "error", err)
		}
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s.next = renewAt(cert)
	if m.now().Before(cert.Leaf.NotAfter) {
		s.cert = cert
	}
}

// How long to wait after each failure in a row. An authority takes five failures to prove a name an hour, and a try may be two; that it
// can't be reached costs nothing.
var (
	pauses      = []time.Duration{time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}
	shortPauses = []time.Duration{5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute}
)

// pause is how long to wait after the n-th failure.
func (t *Error) pause(n int) time.Duration {
	all := pauses
	if t.short {
		all = shortPauses
	}
	return max(all[min(n, len(all))-1], t.wait)
}
