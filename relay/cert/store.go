package cert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
)

// A store is certmagic's, in files that only their owner can read. Its locks are in memory, as a relay's data folder is one
// process's: none outlives a relay that was killed.
type store struct {
	certmagic.FileStorage
	issuer string // the authority, as it is in file names

	mu   sync.Mutex
	held map[string]chan struct{} // closed when the lock is free again

	counting sync.Mutex // new names
}

func newStore(dir, ca string) *store {
	issuer := certmagic.ACMEIssuer{CA: ca}
	return &store{FileStorage: certmagic.FileStorage{Path: dir}, issuer: issuer.IssuerKey(), held: make(map[string]chan struct{})}
}

// Lock waits for the lock.
func (s *store) Lock(ctx context.Context, name string) error {
	for {
		s.mu.Lock()
		held := s.held[name]
		if held == nil {
			s.held[name] = make(chan struct{})
		}
		s.mu.Unlock()
		if held == nil {
			return nil
		}
		select {
		case <-held:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Unlock lets the next one have it.
func (s *store) Unlock(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if held := s.held[name]; held != nil {
		close(held)
		delete(s.held, name)
	}
	return nil
}

// certificate is what is stored for a subject, with its Leaf.
func (s *store) certificate(ctx context.Context, name string) (*tls.Certificate, error) {
	chain, err := s.Load(ctx, certmagic.StorageKeys.SiteCert(s.issuer, name))
	if err != nil {
		return nil, err
	}
	key, err := s.Load(ctx, certmagic.StorageKeys.SitePrivateKey(s.issuer, name))
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, err
	}
	if pair.Leaf == nil {
		pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0])
	}
	return &pair, err
}

// newNames is where the times stand at which names were to get their first certificate.
const newNames = "new-names.json"

// take counts one more new name, if that leaves it at no more than most in 24 hours, and gives when there is room again if it doesn't.
func (s *store) take(ctx context.Context, most int, now time.Time) (again time.Time, ok bool, err error) {
	s.counting.Lock()
	defer s.counting.Unlock()
	var times, recent []time.Time
	if text, err := s.Load(ctx, newNames); err == nil {
		_ = json.Unmarshal(text, &times) // what can't be read counts for nothing
	}
	for _, at := range times {
		if now.Sub(at).Abs() < 24*time.Hour { // one far ahead is of a clock that was wrong
			recent = append(recent, at)
		}
	}
	if len(recent) >= most {
		again = now
		if len(recent) > 0 {
			again = recent[len(recent)-max(most, 1)]
		}
		return again.Add(24 * time.Hour), false, nil
	}
	text, err := json.Marshal(append(recent, now))
	if err != nil {
		return time.Time{}, false, err
	}
	return time.Time{}, true, s.Store(ctx, newNames, text)
}
