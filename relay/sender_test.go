package relay

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestSender(t *testing.T) {
	s := &Server{cfg: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}}}
	for name, c := range map[string]struct {
		from string
		said []string
		want string
	}{
		"a stranger":                {"192.0.2.1:5", nil, "192.0.2.1"},
		"a stranger who claims":     {"192.0.2.1:5", []string{"198.51.100.1"}, "192.0.2.1"},
		"behind a proxy":            {"127.0.0.1:5", []string{"198.51.100.1"}, "198.51.100.1"},
		"behind two":                {"127.0.0.1:5", []string{"198.51.100.1, 10.1.2.3"}, "198.51.100.1"},
		"in two fields":             {"127.0.0.1:5", []string{"198.51.100.1", "10.1.2.3"}, "198.51.100.1"},
		"a claim before a proxy":    {"127.0.0.1:5", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		"a proxy that says nothing": {"127.0.0.1:5", nil, "127.0.0.1"},
		"a proxy that says rubbish": {"127.0.0.1:5", []string{"198.51.100.1, unknown"}, "127.0.0.1"},
		"over IPv6":                 {"[::ffff:127.0.0.1]:5", []string{"2001:db8::1"}, "2001:db8::1"},
	} {
		r := &http.Request{RemoteAddr: c.from, Header: http.Header{"X-Forwarded-For": c.said}}
		if got := s.sender(r); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}
