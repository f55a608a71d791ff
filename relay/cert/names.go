package cert

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"time"
)

// waitFor is how long a handshake waits for a name's first certificate.
const waitFor = 30 * time.Second

// A deniedError is of a name that may have no certificate of its own.
type deniedError struct {
	name string
	err  error
}

func (e *deniedError) Error() string {
	return e.name + " gets no certificate of its own: " + e.err.Error()
}
func (e *deniedError) Unwrap() error { return e.err }

// A limitError says that there were enough new names for a day.
type limitError struct {
	most  int
	again time.Time
}

func (e *limitError) Error() string {
	return fmt.Sprintf("%d names have got their first certificate in the last 24 hours, which is as many as may", e.most)
}

// ownCertificate is that of a name below the domain. Whoever asks first waits until the authority has given it.
func (m *Manager) ownCertificate(ctx context.Context, host string) (*tls.Certificate, error) {
	s, err := m.own(host)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	if s.cert != nil {
		defer m.mu.Unlock()
		return s.cert, nil
	}
	if s.done == nil {
		if m.now().Before(s.next) && s.err != nil {
			defer m.mu.Unlock()
			return nil, s.err
		}
		s.wanted, s.done = true, make(chan struct{})
	}
	done := s.done
	m.mu.Unlock()
	m.nudge()
	ctx, cancel := context.WithTimeout(ctx, waitFor)
	defer cancel()
	select {
	case <-done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.cert == nil {
		return nil, s.err
	}
	return s.cert, nil
}

// own is the subject of a name below the domain, if it may be one.
func (m *Manager) own(host string) (*subject, error) {
	m.mu.Lock()
	s := m.subjects[host]
	m.mu.Unlock()
	if s != nil {
		return s, nil
	}
	if err := m.allowed(host); err != nil {
		return nil, err
	}
	s = &subject{name: host, own: true}
	m.read(s)
	defer m.nudge() // what was stored may be old
	m.mu.Lock()
	defer m.mu.Unlock()
	if other := m.subjects[host]; other != nil {
		return other, nil
	}
	m.subjects[host] = s
	return s, nil
}

// allowed asks whether a host below the domain is somebody's who may have a certificate for it.
func (m *Manager) allowed(host string) error {
	if m.opt.Allowed == nil {
		return errNoName
	}
	name, _, _ := strings.Cut(host, ".")
	if err := m.opt.Allowed(name); err != nil {
		return &deniedError{host, err}
	}
	return nil
}

// permit says whether there may be a try.
func (m *Manager) permit(ctx context.Context, s *subject, first bool) error {
	if !s.own {
		return nil
	}
	if err := m.allowed(s.name); err != nil || !first {
		return err
	}
	again, ok, err := m.store.take(ctx, m.opt.NewPerDay, m.now())
	if err == nil && !ok {
		return &limitError{m.opt.NewPerDay, again}
	}
	return err
}
