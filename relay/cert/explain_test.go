package cert

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/certmagic"
	"github.com/mholt/acmez/v3/acme"
)

// Each reason has plain words, a next step, and a pause that the authority doesn't mind.
func TestExplanations(t *testing.T) {
	m, err := New(Options{
		Dir: t.TempDir(), CA: "https://authority.test/directory", Host: "relay.invalid", Email: "me", HTTPAddr: ":80", TLSAddr: ":443",
		Domain: "hooks.invalid", DNSCommand: func(context.Context, string, string, string) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	problem := func(kind, detail string) error {
		p := acme.Problem{Type: "urn:ietf:params:acme:error:" + kind, Detail: detail, Status: 400}
		return certmagic.ErrNoRetry{Err: fmt.Errorf("[x] solving challenges: %w", p)}
	}
	for _, c := range []struct {
		name      string
		byDNS     bool
		err       error
		why, next string
		pause     time.Duration
	}{
		{"relay.invalid", false, problem("dns", "NXDOMAIN\x1b[2J"), "doesn't reach this relay as relay.invalid: NXDOMAIN", "point an A or AAAA record of relay.invalid at this server, and let port 80 or 443 through to :80 or :443", time.Minute},
		{"relay.invalid", false, problem("connection", "refused"), "doesn't reach this relay", "point an A", time.Minute},
		{"*.hooks.invalid", true, problem("unauthorized", "no TXT"), "doesn't find the record _acme-challenge.hooks.invalid in the DNS: no TXT", "asks for hooks.invalid", time.Minute},
		{"relay.invalid", false, problem("caa", "no"), "CAA record", "--acme-ca", time.Minute},
		{"relay.invalid", false, problem("rateLimited", "too many"), "too many", "staging", time.Hour},
		{"relay.invalid", false, problem("rejectedIdentifier", "no"), "no certificate for relay.invalid", "--public-url", time.Hour},
		{"relay.invalid", false, problem("invalidContact", "no"), "the address me", "--acme-email", time.Hour},
		{"relay.invalid", false, problem("externalAccountRequired", "no"), "made elsewhere", "--tls-cert", time.Hour},
		{"relay.invalid", false, problem("serverInternal", "oops"), "a fault of its own: oops", "by itself", 5 * time.Second},
		{"relay.invalid", false, problem("malformed", "what"), "says no (malformed): what", "by itself", time.Minute},
		{"relay.invalid", false, errors.New("[relay.invalid] Obtain: [relay.invalid] HTTP 502"), "doesn't answer as it should: HTTP 502", "--acme-ca", 5 * time.Second},
		{"relay.invalid", false, fmt.Errorf("failed storage check: %w", os.ErrPermission), "storage check", "must be writable", 5 * time.Second},
		{"relay.invalid", false, context.DeadlineExceeded, "given up after 5m0s", "by itself", 5 * time.Second},
		{"*.hooks.invalid", true, fmt.Errorf("x: %w", &Error{Why: "a", Next: "b"}), "a", "b", 5 * time.Second},
	} {
		got := m.explain(t.Context(), &subject{name: c.name, byDNS: c.byDNS}, c.err)
		if !strings.Contains(got.Why, c.why) || !strings.Contains(got.Next, c.next) || got.pause(1) != c.pause || strings.Contains(got.Why, "\x1b") {
			t.Errorf("%v:\n%s\n%s\n%s", c.err, got.Why, got.Next, got.pause(1))
		}
		if last := got.pause(1000); last > time.Hour || last < 10*time.Minute {
			t.Errorf("%v: at last it is tried every %s", c.err, last)
		}
	}
}

func TestWhereANameLeads(t *testing.T) {
	here := netip.MustParseAddr("192.0.2.1")
	for want, addresses := range map[string][]netip.Addr{
		"192.0.2.1, which is this machine":                         {here},
		"192.0.2.1 and 2001:db8::1, which is this machine":         {netip.MustParseAddr("2001:db8::1"), here, here},
		"198.51.100.7, which is no address of this machine itself": {netip.MustParseAddr("::ffff:198.51.100.7")},
	} {
		if got := describe(addresses, []netip.Addr{here}); !strings.Contains(got, want) {
			t.Errorf("%v: %s", addresses, got)
		}
	}
}

// A command's failure names what to try by hand.
func TestCommandFails(t *testing.T) {
	var done []string
	c := command(func(_ context.Context, do, fqdn, value string) error {
		done = append(done, do+" "+fqdn+" "+value)
		if do == "add" {
			return errors.New("exit status 7")
		}
		return nil
	})
	err := c.add(t.Context(), "_acme-challenge.hooks.test", "value")
	trouble, ok := errors.AsType[*Error](err)
	if !ok || !strings.Contains(trouble.Why, "exit status 7") || !strings.Contains(trouble.Next, "CMD add _acme-challenge.hooks.test value") {
		t.Errorf("%v", err)
	}
	if err := c.remove(t.Context(), "_acme-challenge.hooks.test", "value"); err != nil {
		t.Error(err)
	}
	if len(done) != 2 || done[1] != "remove _acme-challenge.hooks.test value" {
		t.Errorf("it was run with %q", done)
	}
}

// A relay that stops takes its record out, and doesn't wait long for that.
func TestRecordIsTakenOutAtTheEnd(t *testing.T) {
	running, stopped := make(chan struct{}), make(chan struct{})
	close(stopped)
	for stopping, most := range map[chan struct{}]time.Duration{nil: changeFor, running: changeFor, stopped: stopFor} {
		var left time.Duration
		d := &dnsSolver{stopping: stopping, records: command(func(ctx context.Context, do, _, _ string) error {
			until, _ := ctx.Deadline()
			if left = time.Until(until); do != "remove" || ctx.Err() != nil {
				t.Errorf("%s, %v", do, ctx.Err())
			}
			return nil
		})}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.CleanUp(over, acme.Challenge{}); err != nil {
			t.Error(err)
		}
		if left > most || left < most-4*time.Second {
			t.Errorf("it has %s, want %s", left, most)
		}
	}
}
