package cert

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/seed-4575fdc3/hook/inspect"
)

// An updater changes records by dynamic updates (RFC 2136), signed with a key (TSIG, RFC 8945).
type updater struct {
	server string // host:port
	key    *tsigKey
}

// A tsigKey is shared with a name server.
type tsigKey struct{ name, algorithm, secret string } // the secret is in base64

func newUpdater(server, key string) (*updater, error) {
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(strings.Trim(server, "[]"), "53")
	}
	u := &updater{server: server}
	if strings.TrimSpace(key) == "" {
		return u, nil
	}
	k, err := parseKey(key)
	u.key = k
	return u, err
}

// algorithms are those of TSIG, by the names that BIND has for them.
var algorithms = map[string]string{
	"hmac-sha1": dns.HmacSHA1, "hmac-sha224": dns.HmacSHA224, "hmac-sha256": dns.HmacSHA256, "hmac-sha384": dns.HmacSHA384, "hmac-sha512": dns.HmacSHA512,
}

// keyStatement is what tsig-keygen writes.
var (
	keyStatement = regexp.MustCompile(`(?s)^\s*key\s+"?([^"\s{]+)"?\s*\{(.*)\}\s*;?\s*$`)
	keyAlgorithm = regexp.MustCompile(`\balgorithm\s+"?([\w-]+)"?\s*;`)
	keySecret    = regexp.MustCompile(`\bsecret\s+"?([A-Za-z0-9+/=]+)"?\s*;`)
)

// parseKey reads a key. Its error has nothing of the secret.
func parseKey(text string) (*tsigKey, error) {
	k := &tsigKey{algorithm: "hmac-sha256"}
	if statement := keyStatement.FindStringSubmatch(text); statement != nil {
		k.name = statement[1]
		if found := keyAlgorithm.FindStringSubmatch(statement[2]); found != nil {
			k.algorithm = found[1]
		}
		if found := keySecret.FindStringSubmatch(statement[2]); found != nil {
			k.secret = found[1]
		}
	} else {
		switch parts := strings.Split(strings.TrimSpace(text), ":"); len(parts) {
		case 2:
			k.name, k.secret = parts[0], parts[1]
		case 3:
			k.algorithm, k.name, k.secret = parts[0], parts[1], parts[2]
		default:
			return nil, errors.New("the key is neither what tsig-keygen writes nor [ALGORITHM:]NAME:SECRET")
		}
	}
	algorithm, known := algorithms[strings.ToLower(strings.TrimSuffix(k.algorithm, "."))]
	if _, err := base64.StdEncoding.DecodeString(k.secret); err != nil || k.secret == "" {
		return nil, fmt.Errorf("the secret of the key %q is not in base64", k.name)
	}
	if _, ok := dns.IsDomainName(k.name); !ok || k.name == "" {
		return nil, errors.New("the key's name is no domain name")
	}
	if !known {
		return nil, fmt.Errorf("the key %q has the algorithm %q: known are hmac-sha256, hmac-sha512, hmac-sha384, hmac-sha224 and hmac-sha1", k.name, k.algorithm)
	}
	k.name, k.algorithm = dns.CanonicalName(k.name), algorithm
	return k, nil
}

func (u *updater) add(ctx context.Context, fqdn, value string) error {
	return u.change(ctx, fqdn, value, (*dns.Msg).Insert)
}

func (u *updater) remove(ctx context.Context, fqdn, value string) error {
	return u.change(ctx, fqdn, value, (*dns.Msg).Remove)
}

// recordTTL is a record's, in seconds.
const recordTTL = 60

func (u *updater) change(ctx context.Context, fqdn, value string, how func(*dns.Msg, []dns.RR)) error {
	name, zone, err := u.find(ctx, fqdn)
	if err != nil {
		return err
	}
	m := new(dns.Msg)
	m.SetUpdate(zone)
	how(m, []dns.RR{&dns.TXT{
		Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: recordTTL}, Txt: []string{value},
	}})
	c := &dns.Client{Net: "tcp", Timeout: 10 * time.Second}
	if u.key != nil {
		m.SetTsig(u.key.name, u.key.algorithm, 300, time.Now().Unix())
		c.TsigSecret = map[string]string{u.key.name: u.key.secret}
	}
	answer, _, err := c.ExchangeContext(ctx, m, u.server)
	return u.judge(zone, answer, err)
}

// find follows the record's name to where it stands, and gives the zone that it is in.
func (u *updater) find(ctx context.Context, fqdn string) (name, zone string, err error) {
	name = dns.Fqdn(fqdn)
	for range 8 {
		answer, err := ask(ctx, u.server, name, dns.TypeCNAME)
		if err != nil {
			return "", "", u.unreachable(err)
		}
		target := ""
		for _, rr := range answer.Answer {
			if cname, ok := rr.(*dns.CNAME); ok && strings.EqualFold(rr.Header().Name, name) {
				target = cname.Target
			}
		}
		if target == "" {
			break
		}
		name = target
	}
	answer, err := ask(ctx, u.server, name, dns.TypeSOA)
	if err != nil {
		return "", "", u.unreachable(err)
	}
	for _, rr := range append(answer.Answer, answer.Ns...) {
		if soa, ok := rr.(*dns.SOA); ok && dns.IsSubDomain(soa.Hdr.Name, name) {
			return name, soa.Hdr.Name, nil
		}
	}
	return "", "", &Error{
		Why:  fmt.Sprintf("the name server %s has no zone for %s: it says %s", u.server, inspect.Printable(name), dns.RcodeToString[answer.Rcode]),
		Next: "--dns-server names the primary server of the zone that the domain is in",
	}
}

func (u *updater) unreachable(err error) error {
	return &Error{
		Why: fmt.Sprintf("the name server %s can't be asked: %s", u.server, err), err: err,
		Next: "--dns-server names a server that listens on TCP, on port 53 if it has no other",
	}
}

// judge says what became of an update.
func (u *updater) judge(zone string, answer *dns.Msg, err error) error {
	if answer == nil {
		return u.unreachable(err)
	}
	t := &Error{err: err}
	if answer.Rcode == dns.RcodeSuccess && err == nil {
		return nil
	}
	t.Why = fmt.Sprintf("the name server %s says %s to a change in %s", u.server, dns.RcodeToString[answer.Rcode], inspect.Printable(zone))
	t.Next = "its log says why"
	signed, name := answer.IsTsig(), "none"
	if u.key != nil {
		name = u.key.name
	}
	switch {
	case signed != nil && signed.Error == dns.RcodeBadKey:
		t.Why += ": it doesn't know the key " + name
		t.Next = "give it the key with that name and algorithm, as tsig-keygen wrote it"
	case signed != nil && signed.Error == dns.RcodeBadSig:
		t.Why += ": its secret of the key " + name + " is another one"
		t.Next = "both sides need the same key: tsig-keygen writes one"
	case signed != nil && signed.Error == dns.RcodeBadTime:
		t.Why += ": the clocks of the two machines differ by more than five minutes"
		t.Next = "set the clocks right"
	case answer.Rcode == dns.RcodeRefused && u.key == nil:
		t.Why += ", as it wasn't signed"
		t.Next = "give the key that the server knows with --dns-key"
	case answer.Rcode == dns.RcodeRefused:
		t.Next = fmt.Sprintf("let the key make such records there: in BIND, update-policy { grant %s zonesub TXT; };", strings.TrimSuffix(name, "."))
	case answer.Rcode == dns.RcodeNotAuth, answer.Rcode == dns.RcodeNotImplemented:
		t.Next = "--dns-server names the primary server of the zone, which takes dynamic updates"
	case err != nil:
		t.Why = fmt.Sprintf("the answer of the name server %s can't be trusted: %s", u.server, err)
	}
	return t
}

// servers are the zone's own, by what the primary says.
func (u *updater) servers(ctx context.Context, fqdn string) []string {
	all := []string{u.server}
	_, zone, err := u.find(ctx, fqdn)
	if err != nil {
		return all
	}
	answer, err := ask(ctx, u.server, zone, dns.TypeNS)
	if err != nil {
		return all
	}
	for _, rr := range answer.Answer {
		ns, ok := rr.(*dns.NS)
		if !ok {
			continue
		}
		known := addressesOf(answer.Extra, ns.Ns)
		if len(known) == 0 {
			known = lookup(ctx, ns.Ns)
		}
		all = append(all, known...)
	}
	return all
}

// addressesOf are those that came along for a host.
func addressesOf(extra []dns.RR, host string) []string {
	var all []string
	for _, rr := range extra {
		if !strings.EqualFold(rr.Header().Name, host) {
			continue
		}
		switch rr := rr.(type) {
		case *dns.A:
			all = append(all, net.JoinHostPort(rr.A.String(), "53"))
		case *dns.AAAA:
			all = append(all, net.JoinHostPort(rr.AAAA.String(), "53"))
		}
	}
	return all
}
