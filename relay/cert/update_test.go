package cert

import (
	"errors"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/mholt/acmez/v3/acme"
	"github.com/miekg/dns"
)

const secret = "c2VjcmV0IHRoYXQgbm9ib2R5IGtub3dz"

// A zone answers for hooks.test and takes updates that are signed with the key hook-relay.
type zone struct {
	addr string

	mu      sync.Mutex
	records map[string][]string // values of TXT by name
	delay   int                 // how many questions for TXT come before a record is seen
	cname   map[string]string
}

// startZone serves it until the test ends. with changes it first.
func startZone(t *testing.T, with func(*zone)) *zone {
	t.Helper()
	z := &zone{records: make(map[string][]string), cname: make(map[string]string)}
	with(z)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	z.addr = ln.Addr().String()
	packets, err := net.ListenPacket("udp", z.addr)
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []*dns.Server{{Listener: ln}, {PacketConn: packets}} {
		server.Handler, server.TsigSecret = z, map[string]string{"hook-relay.": secret}
		server.MsgAcceptFunc = func(dns.Header) dns.MsgAcceptAction { return dns.MsgAccept } // updates too
		started, ended := make(chan struct{}), make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() {
			defer close(ended)
			_ = server.ActivateAndServe()
		}()
		<-started
		t.Cleanup(func() {
			_ = server.Shutdown()
			<-ended
		})
	}
	return z
}

func (z *zone) ServeDNS(w dns.ResponseWriter, r *dns.Msg) {
	z.mu.Lock()
	defer z.mu.Unlock()
	m := new(dns.Msg).SetReply(r)
	if r.Opcode == dns.OpcodeUpdate {
		if signed := r.IsTsig(); signed == nil || w.TsigStatus() != nil {
			m.Rcode = dns.RcodeRefused
		} else {
			z.change(r)
			m.SetTsig(signed.Hdr.Name, signed.Algorithm, 300, int64(signed.TimeSigned))
		}
		_ = w.WriteMsg(m)
		return
	}
	q := r.Question[0]
	soa := &dns.SOA{Hdr: dns.RR_Header{Name: "hooks.test.", Rrtype: dns.TypeSOA, Class: dns.ClassINET}, Ns: "ns.hooks.test.", Mbox: "hostmaster.hooks.test."}
	switch {
	case !dns.IsSubDomain("hooks.test.", q.Name):
		m.Rcode = dns.RcodeRefused
	case z.cname[q.Name] != "":
		m.Answer = append(m.Answer, &dns.CNAME{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: z.cname[q.Name]})
	case q.Qtype == dns.TypeTXT && z.delay > 0:
		z.delay--
	case q.Qtype == dns.TypeTXT:
		for _, value := range z.records[q.Name] {
			m.Answer = append(m.Answer, &dns.TXT{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: []string{value}})
		}
	}
	if len(m.Answer) == 0 && m.Rcode == dns.RcodeSuccess {
		m.Ns = []dns.RR{soa}
	}
	_ = w.WriteMsg(m)
}

// change does what an update says (RFC 2136 section 2.5).
func (z *zone) change(r *dns.Msg) {
	for _, rr := range r.Ns {
		txt := rr.(*dns.TXT)
		name, value := txt.Hdr.Name, strings.Join(txt.Txt, "")
		if txt.Hdr.Class == dns.ClassINET {
			z.records[name] = append(z.records[name], value)
			continue
		}
		var rest []string
		for _, v := range z.records[name] {
			if v != value {
				rest = append(rest, v)
			}
		}
		z.records[name] = rest
	}
}

func (z *zone) values(name string) string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return strings.Join(z.records[name], " ")
}

// A record is made, waited for and taken out; one that stands beside it stays.
func TestUpdates(t *testing.T) {
	z := startZone(t, func(z *zone) {
		z.records["_acme-challenge.hooks.test."] = []string{"another"}
		z.delay = 1
	})
	server, err := newUpdater(z.addr, `key "hook-relay" { algorithm hmac-sha512; secret "`+secret+`"; };`)
	if err != nil {
		t.Fatal(err)
	}
	solver := &dnsSolver{records: server}
	c := acme.Challenge{Type: acme.ChallengeTypeDNS01, KeyAuthorization: "token.thumbprint", Identifier: acme.Identifier{Type: "dns", Value: "hooks.test"}}
	if err := solver.Present(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got := z.values("_acme-challenge.hooks.test."); got != "another "+c.DNS01KeyAuthorization() {
		t.Errorf("the zone has %q", got)
	}
	if err := solver.Wait(t.Context(), c); err != nil {
		t.Error(err)
	}
	z.mu.Lock()
	if z.delay != 0 {
		t.Error("it didn't wait for the record")
	}
	z.mu.Unlock()
	if err := solver.CleanUp(t.Context(), c); err != nil {
		t.Error(err)
	}
	if got := z.values("_acme-challenge.hooks.test."); got != "another" {
		t.Errorf("the zone has %q at the end", got)
	}
}

// Where the record's name leads to another one, that is changed.
func TestUpdatesFollowNames(t *testing.T) {
	z := startZone(t, func(z *zone) { z.cname["_acme-challenge.hooks.test."] = "proofs.hooks.test." })
	server, err := newUpdater(z.addr, "hook-relay:"+secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.add(t.Context(), "_acme-challenge.hooks.test", "value"); err != nil {
		t.Fatal(err)
	}
	if got := z.values("proofs.hooks.test."); got != "value" {
		t.Errorf("the zone has %q", got)
	}
}

func TestUpdatesThatFail(t *testing.T) {
	z := startZone(t, func(*zone) {})
	down := closedPort(t)
	for _, c := range []struct{ server, key, fqdn, want string }{
		{z.addr, "", "_acme-challenge.hooks.test", "wasn't signed"},
		{z.addr, "other:" + secret, "_acme-challenge.hooks.test", "REFUSED"},
		{z.addr, "hook-relay:" + secret, "_acme-challenge.elsewhere.test", "has no zone"},
		{down, "", "_acme-challenge.hooks.test", "can't be asked"},
	} {
		server, err := newUpdater(c.server, c.key)
		if err != nil {
			t.Fatal(err)
		}
		err = server.add(t.Context(), c.fqdn, "value")
		trouble, ok := errors.AsType[*Error](err)
		if !ok || !strings.Contains(trouble.Why, c.want) || trouble.Next == "" {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestKeys(t *testing.T) {
	for text, want := range map[string]*tsigKey{
		"hook-relay:" + secret:                                         {"hook-relay.", dns.HmacSHA256, secret},
		"hmac-sha512:Hook.Relay:" + secret + "\n":                      {"hook.relay.", dns.HmacSHA512, secret},
		"HMAC-SHA1:a:" + secret:                                        {"a.", dns.HmacSHA1, secret},
		`key "a" { algorithm hmac-sha384; secret "c2Vj"; };`:           {"a.", dns.HmacSHA384, "c2Vj"},
		"key a.b {\n\talgorithm \"hmac-sha224\";\n\tsecret c2Vj;\n}\n": {"a.b.", dns.HmacSHA224, "c2Vj"},
		"":                        nil,
		"secret":                  nil,
		"a:b:c:d":                 nil,
		"hmac-md5:a:" + secret:    nil,
		"a:not base64":            nil,
		":" + secret:              nil,
		`key "a" { secret ""; };`: nil,
		`key "a" { algorithm x; secret "c2VjcmV0"; };`: nil,
	} {
		got, err := parseKey(text)
		switch {
		case want == nil && err == nil:
			t.Errorf("%q is a key: %v", text, got)
		case want == nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "c2VjcmV0")):
			t.Errorf("%q: the error has the secret: %v", text, err)
		case want != nil && (err != nil || *got != *want):
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{"a:" + secret, `key "a" { algorithm hmac-sha384; secret "c2Vj"; };`, "key", "key {", "::", "key a { secret ; }"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := parseKey(text); err == nil && (k.secret == "" || !strings.HasSuffix(k.name, ".") || k.algorithm == "") {
			t.Errorf("%q: %+v", text, k)
		}
	})
}
