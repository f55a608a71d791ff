package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/relay/admin"
)

// givenCertificates are certificates by name and until when they are good.
type givenCertificates map[string]time.Time

func (g givenCertificates) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return nil, errors.New("none")
}
func (g givenCertificates) Challenge(http.ResponseWriter, *http.Request) bool { return false }
func (g givenCertificates) Run(context.Context) error                         { return nil }
func (g givenCertificates) Each(yield func(string, time.Time, error)) {
	for name, until := range g {
		yield(name, until, nil)
	}
}

// A store that answers, or doesn't.
type checked struct{ err error }

func (c checked) Check(context.Context) error { return c.err }

// A relay that gets its certificates by ACME is ready once it has one for its own name.
func TestReadyWithACertificate(t *testing.T) {
	soon, late, past := time.Now().Add(time.Hour), time.Now().Add(48*time.Hour), time.Now().Add(-time.Hour)
	for _, c := range []struct {
		given   givenCertificates
		ready   bool
		soonest time.Time
	}{
		{givenCertificates{}, false, time.Time{}},
		{givenCertificates{"relay.hooks.test": {}}, false, time.Time{}},
		{givenCertificates{"relay.hooks.test": past}, false, past},
		{givenCertificates{"relay.hooks.test": late, "alice.hooks.test": soon}, true, soon},
		{givenCertificates{"alice.hooks.test": soon}, false, soon},
		{givenCertificates{"*.hooks.test": late}, true, late},
		{givenCertificates{"*.test": late}, false, late},
	} {
		w := &relayWatch{api: new(admin.API), health: health{store: checked{}}}
		w.certified(&relayFront{acme: c.given, public: "relay.hooks.test:8443"})
		if got := w.health.look(t.Context()); (len(got) == 0) != c.ready || !c.ready && !slices.Equal(got, []string{"no certificate yet"}) {
			t.Errorf("with %v it isn't ready for %q", c.given, got)
		}
		if got := w.api.Certificate(); !got.Equal(c.soonest) {
			t.Errorf("with %v the first ends at %v, want %v", c.given, got, c.soonest)
		}
	}
}

// What strangers may ask is looked at once a second at most.
func TestHealthIsLookedAtSeldom(t *testing.T) {
	asked := 0
	h := health{store: checked{errors.New("disk full")}, certified: func() bool { asked++; return true }}
	for range 100 {
		if got := h.look(t.Context()); !slices.Equal(got, []string{"the data folder can't be read or written"}) {
			t.Fatalf("it isn't ready for %q", got)
		}
	}
	if asked > 30 {
		t.Errorf("it was asked %d times", asked)
	}
	h.store, h.at = checked{}, time.Time{}
	if got := h.look(t.Context()); len(got) != 0 {
		t.Errorf("it isn't ready for %q", got)
	}
}
