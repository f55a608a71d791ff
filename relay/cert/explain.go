package cert

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mholt/acmez/v3/acme"

	"github.com/seed-4575fdc3/hook/inspect"
)

// An Error is why there is no certificate, and what to do about it.
type Error struct {
	Why, Next string

	short bool          // it costs nothing to try again soon
	wait  time.Duration // at least
	saw   string        // what the DNS says of the name, where that is the reason
	err   error
}

func (t *Error) Error() string { return t.Why }
func (t *Error) Unwrap() error { return t.err }

// explain finds plain words for an error. It asks the DNS where that says more.
func (m *Manager) explain(ctx context.Context, s *subject, err error) *Error {
	if known, ok := errors.AsType[*Error](err); ok {
		known.short = true // the authority has proved nothing yet
		return known
	}
	t := &Error{err: err, Why: plain(s.name, err)}
	if problem, ok := errors.AsType[acme.Problem](err); ok && problem.Type != "" {
		m.problem(ctx, s, problem, t)
		return t
	}
	t.short = true
	var unknown x509.UnknownAuthorityError
	switch _, asked := errors.AsType[*url.Error](err); {
	case errors.As(err, &unknown):
		t.Why = fmt.Sprintf("the authority at %s shows a certificate that this machine doesn't trust", authority(m.opt.CA))
		t.Next = "give the roots of a private authority with --acme-ca-root FILE"
	case asked:
		t.Why = fmt.Sprintf("the authority at %s can't be reached: %s", authority(m.opt.CA), t.Why)
		t.Next = "this server must get out to the internet; it is tried again by itself"
	case errors.Is(err, fs.ErrPermission) || strings.Contains(err.Error(), "storage check"):
		t.Next = "certificates are kept in " + m.opt.Dir + ": it must be writable, and the disk must have room"
	case errors.Is(err, context.DeadlineExceeded):
		t.Why = fmt.Sprintf("it was given up after %s: %s", tryFor, t.Why)
		t.Next = "it is tried again by itself"
	default:
		t.Why = fmt.Sprintf("the authority at %s doesn't answer as it should: %s", authority(m.opt.CA), t.Why)
		t.Next = "--acme-ca names the directory of an ACME authority; it is tried again by itself"
	}
	return t
}

// plain is an error without what certmagic says of the name before it.
func plain(name string, err error) string {
	words := inspect.Printable(err.Error())
	for {
		rest := words
		for _, prefix := range []string{"[" + name + "] ", "Obtain: ", "Renew: "} {
			rest = strings.TrimPrefix(rest, prefix)
		}
		if rest == words {
			return words
		}
		words = rest
	}
}

// problem is what the authority says is wrong (RFC 8555 section 6.7).
func (m *Manager) problem(ctx context.Context, s *subject, p acme.Problem, t *Error) {
	said := p.Detail
	for _, sub := range p.Subproblems {
		said += "; " + sub.Detail
	}
	said = inspect.Printable(strings.TrimSpace(said))
	kind := p.Type[strings.LastIndex(p.Type, ":")+1:]
	switch kind {
	case "dns", "connection", "unauthorized", "tls", "incorrectResponse":
		if s.byDNS {
			t.Why = fmt.Sprintf("the authority doesn't find the record %s in the DNS: %s", challengeName(s.name), said)
			t.Next = "the server that takes the record must be one that the public DNS asks for " + strings.TrimPrefix(s.name, "*.") + ", and its secondaries must have it soon"
			return
		}
		t.saw = whereIs(ctx, s.name)
		t.Why = fmt.Sprintf("the authority doesn't reach this relay as %s: %s. %s", s.name, said, t.saw)
		t.Next = fmt.Sprintf("point an A or AAAA record of %s at this server, and let port 80 or 443 through to %s", s.name, m.ports())
	case "caa":
		t.Why = fmt.Sprintf("a CAA record in the DNS of %s forbids this authority: %s", s.name, said)
		t.Next = "allow it in that record, or use the authority that it names with --acme-ca URL"
	case "rateLimited":
		t.Why = "the authority has had enough requests for now: " + said
		t.Next = "it is tried again by itself; to try things out, use the authority's staging URL with --acme-ca"
		t.wait = time.Hour
	case "rejectedIdentifier":
		t.Why = fmt.Sprintf("the authority gives no certificate for %s: %s", s.name, said)
		t.Next = "use a host name of the public DNS, in --public-url and --domain"
		t.wait = time.Hour
	case "invalidContact", "unsupportedContact":
		t.Why = fmt.Sprintf("the authority doesn't take the address %s: %s", inspect.Printable(m.opt.Email), said)
		t.Next = "give another one with --acme-email, or none"
		t.wait = time.Hour
	case "externalAccountRequired":
		t.Why = "the authority wants an account that was made elsewhere, which this relay can't have: " + said
		t.Next = "use another authority with --acme-ca URL, or bring a certificate of your own with --tls-cert and --tls-key"
		t.wait = time.Hour
	case "serverInternal":
		t.Why = "the authority has a fault of its own: " + said
		t.Next = "it is tried again by itself"
		t.short = true
	default:
		t.Why = fmt.Sprintf("the authority says no (%s): %s", inspect.Printable(kind), said)
		t.Next = "it is tried again by itself"
	}
}

// ports are where the authority's questions must arrive.
func (m *Manager) ports() string {
	var all []string
	for _, addr := range []string{m.opt.HTTPAddr, m.opt.TLSAddr} {
		if addr != "" {
			all = append(all, addr)
		}
	}
	return strings.Join(all, " or ")
}

// challengeName is the record of DNS-01.
func challengeName(name string) string { return "_acme-challenge." + strings.TrimPrefix(name, "*.") }

// whereIs is what the DNS says of a host.
func whereIs(ctx context.Context, host string) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if dnsError, ok := errors.AsType[*net.DNSError](err); ok && dnsError.IsNotFound {
		return "Seen from here, the DNS has no address for it"
	}
	if err != nil {
		return "The DNS can't be asked from here"
	}
	return describe(addresses, ownAddresses())
}

// describe says where a host leads to, and whether that is this machine.
func describe(addresses, own []netip.Addr) string {
	var all []string
	here := false
	for _, addr := range addresses {
		all = append(all, addr.Unmap().String())
		here = here || slices.Contains(own, addr.Unmap())
	}
	slices.Sort(all)
	words := "In the DNS it is " + strings.Join(slices.Compact(all), " and ")
	if here {
		return words + ", which is this machine"
	}
	return words + ", which is no address of this machine itself (behind a NAT it needn't be)"
}

func ownAddresses() []netip.Addr {
	all, _ := net.InterfaceAddrs()
	var own []netip.Addr
	for _, a := range all {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil {
			own = append(own, prefix.Addr().Unmap())
		}
	}
	return own
}
