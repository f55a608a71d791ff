package cert

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Of many handshakes at once for a new name, one try is made; while its pause lasts, there is no other.
func TestNewNameIsTriedOnce(t *testing.T) {
	said := newLog()
	o := Options{Dir: t.TempDir(), CA: downCA(t), Domain: "hooks.test", NewPerDay: 5, Allowed: func(string) error { return nil }}
	o.Log = said.slog(0)
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	run(t, m)
	for range 2 {
		var g sync.WaitGroup
		for range 8 {
			g.Go(func() {
				if _, err := shown(t, m, "alice.hooks.test"); err == nil {
					t.Error("there is a certificate")
				}
			})
		}
		g.Wait()
	}
	if text, _ := said.all(); strings.Count(text, "is asked for") != 1 {
		t.Errorf("it was tried more than once: %s", text)
	}
}

// Only so many names get their first certificate in 24 hours, whether the relay is restarted or not.
func TestNewNamesADay(t *testing.T) {
	said := newLog()
	o := Options{Dir: t.TempDir(), CA: downCA(t), Domain: "hooks.test", NewPerDay: 2, Allowed: func(string) error { return nil }, Log: said.slog(0)}
	day := time.Now()
	for i, names := range [][]string{{"alice", "bob", "carol"}, {"dave"}} { // the second time after a restart
		m, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		stop := run(t, m)
		for _, name := range names {
			if _, err := m.ownCertificate(t.Context(), name+".hooks.test"); err == nil {
				t.Errorf("%s has a certificate", name)
			}
		}
		limit, ok := errors.AsType[*limitError](last(m, names[len(names)-1]+".hooks.test"))
		if !ok || limit.again.Sub(day) < 23*time.Hour || limit.again.Sub(day) > 25*time.Hour {
			t.Errorf("start %d: %v", i+1, last(m, names[len(names)-1]+".hooks.test"))
		}
		stop()
	}
	if text, _ := said.all(); strings.Count(text, "is asked for") != 2 {
		t.Errorf("the authority was asked more than twice: %s", text)
	}
	s := newStore(o.Dir, o.CA)
	if _, ok, err := s.take(t.Context(), o.NewPerDay, day.Add(25*time.Hour)); !ok || err != nil {
		t.Errorf("a day later: %v, %v", ok, err)
	}
	for range o.NewPerDay { // the clock was years ahead
		if _, _, err := s.take(t.Context(), o.NewPerDay, day.AddDate(5, 0, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if again, ok, err := s.take(t.Context(), o.NewPerDay, day.Add(50*time.Hour)); !ok || err != nil {
		t.Errorf("after the clock was put right: %v, %v; again at %v", ok, err, again)
	}
	if _, ok, err := s.take(t.Context(), 0, day); ok || err != nil {
		t.Errorf("where none may: %v, %v", ok, err)
	}
}

// Where no names may have one, that is said once for each, however often strangers ask for it.
func TestNoNewNames(t *testing.T) {
	said := newLog()
	m, err := New(Options{Dir: t.TempDir(), CA: downCA(t), Domain: "hooks.test", Allowed: func(string) error { return nil }, Log: said.slog(0)})
	if err != nil {
		t.Fatal(err)
	}
	run(t, m)
	for range 5 {
		if _, err := m.ownCertificate(t.Context(), "alice.hooks.test"); err == nil {
			t.Error("there is a certificate")
		}
	}
	if text, _ := said.all(); strings.Count(text, "gets no certificate yet") != 1 {
		t.Errorf("the log: %s", text)
	}
}

// last is why a name has no certificate.
func last(m *Manager, name string) (why error) {
	m.Each(func(n string, _ time.Time, err error) {
		if n == name {
			why = err
		}
	})
	return why
}

// A name that isn't somebody's any more is forgotten instead of renewed.
func TestNameIsNobodysAnyMore(t *testing.T) {
	var gone atomic.Bool
	said := newLog()
	o := Options{Dir: t.TempDir(), CA: downCA(t), Domain: "hooks.test", NewPerDay: 5, Log: said.slog(0), Allowed: func(string) error {
		if gone.Load() {
			return errors.New("it is nobody's")
		}
		return nil
	}}
	now := time.Now()
	cert := keep(t, o, "alice.hooks.test", now.Add(-time.Hour), now.Add(24*time.Hour))
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	run(t, m)
	wantShown(t, m, "alice.hooks.test", cert)
	gone.Store(true)
	m.mu.Lock()
	s := m.subjects["alice.hooks.test"]
	s.begin()
	m.mu.Unlock()
	m.try(t.Context(), s, nil)
	if _, err := shown(t, m, "alice.hooks.test"); err == nil {
		t.Error("its certificate is shown")
	}
	if text, _ := said.all(); strings.Contains(text, "is asked for") {
		t.Errorf("the authority was asked: %s", text)
	}
}
