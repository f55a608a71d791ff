package relay

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestSourcesThatCountAsOne(t *testing.T) {
	s, err := New(Config{PublicURL: "https://relay.example"})
	if err != nil {
		t.Fatal(err)
	}
	r := &http.Request{Header: http.Header{}}
	for _, c := range []struct {
		one, other string
		same       bool
	}{
		{"192.0.2.1", "192.0.2.1", true}, {"192.0.2.1", "192.0.2.2", false}, {"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8:1:2::3", "2001:db8:1:2:ffff::4", true}, {"2001:db8:1:2::3", "2001:db8:1:3::3", false},
	} {
		if same := s.source(r, c.one).key == s.source(r, c.other).key; same != c.same {
			t.Errorf("%s and %s count as one: %v", c.one, c.other, same)
		}
	}
}

func TestLocalSources(t *testing.T) {
	s, err := New(Config{PublicURL: "https://relay.example"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		host, field string
		local       bool
	}{
		{"127.0.0.1", "", true}, {"127.9.9.9", "", true}, {"::1", "", true}, {"@", "", true},
		{"127.0.0.1", "X-Forwarded-For", false}, {"::1", "Forwarded", false}, {"127.0.0.1", "X-Real-Ip", false}, {"@", "Forwarded", false},
		{"192.0.2.1", "", false}, {"::ffff:127.0.0.1", "", true}, {"10.0.0.1", "", false},
	} {
		r := &http.Request{Header: http.Header{}}
		if c.field != "" {
			r.Header.Set(c.field, "")
		}
		if got := s.source(r, c.host).local; got != c.local {
			t.Errorf("%s with %q: local is %v", c.host, c.field, got)
		}
	}
}

// A proxy nearby that isn't trusted is a mistake of whoever set the relay up, and they hear of it once; one that is trusted is
// none, whoever it says that asks.
func TestProxyThatIsNotTrusted(t *testing.T) {
	for _, c := range []struct {
		trusted, peer, field string
		said                 int
	}{
		{"192.0.2.0/24", "127.0.0.1:5", "X-Forwarded-For", 1}, {"192.0.2.0/24", "172.18.0.2:5", "X-Forwarded-For", 1},
		{"192.0.2.0/24", "[fd00::2]:5", "X-Real-Ip", 1}, {"192.0.2.0/24", "172.18.0.2:5", "X-Other", 0},
		{"192.0.2.0/24", "198.51.100.1:5", "X-Forwarded-For", 0}, {"172.16.0.0/12", "172.18.0.2:5", "X-Forwarded-For", 0},
	} {
		var log bytes.Buffer
		s, err := New(Config{
			PublicURL: "https://relay.example", TrustedProxies: []netip.Prefix{netip.MustParsePrefix(c.trusted)}, Log: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			r := &http.Request{RemoteAddr: c.peer, Header: http.Header{c.field: {"10.0.0.7"}}}
			s.source(r, s.sender(r))
		}
		if n := strings.Count(log.String(), "--trusted-proxy"); n != c.said {
			t.Errorf("%+v: it is said %d times", c, n)
		}
	}
}

// A request must cost next to nothing here: go test -bench Enter ./relay.
func BenchmarkEnter(b *testing.B) {
	for name, addresses := range map[string]int{"one address": 1, "1000 addresses": 1000, "more addresses than there is room for": 2 * mostRecent} {
		b.Run(name, func(b *testing.B) {
			s, err := New(Config{PublicURL: "https://relay.example", Limits: Limits{AddressRate: 1e12, EndpointRate: 1e12}})
			if err != nil {
				b.Fatal(err)
			}
			hosts := make([]string, addresses)
			for i := range hosts {
				hosts[i] = netip.AddrFrom4([4]byte{192, byte(i >> 16), byte(i >> 8), byte(i)}).String()
			}
			r := &http.Request{Header: http.Header{"Content-Type": {"application/json"}, "Content-Length": {strconv.Itoa(1)}}}
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					v := &visit{r: r, Seen: Seen{Began: time.Now(), Remote: hosts[i%len(hosts)], Endpoint: "quiet-otter"}}
					if refused := s.enter(v); refused != nil {
						b.Fatal(refused.Message)
					}
					v.leave()
				}
			})
		})
	}
}
