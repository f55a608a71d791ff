package signature

import (
	"net/netip"
	"strings"
	"testing"
)

func TestPublishedAddresses(t *testing.T) {
	p := Lookup("postmark")
	secret := Secret{Value: "hook:secret-of-the-url", Provider: "postmark", Source: ".env"}
	for remote, want := range map[string]string{
		"3.134.147.250": "an address that Postmark publishes", "::ffff:3.134.147.250": "an address that Postmark publishes",
		"192.0.2.1": "none of the addresses", "": "", "unix": "",
	} {
		r := signed(t, p, secret.Value)
		r.Remote = remote
		e := Explain(r, p, p.Verify(r, []Secret{secret}), []Secret{secret}, Hints{})
		if e.Mistake != "" || !strings.Contains(e.Text, want) || want == "" && strings.Contains(e.Text, "came from") {
			t.Errorf("%q: %+v, want %q", remote, e, want)
		}
		if strings.Contains(e.Text, "signed exactly") {
			t.Errorf("nothing is signed, but: %s", e.Text)
		}
	}
	for _, p := range Providers() {
		for _, text := range p.Addresses {
			_, err := netip.ParsePrefix(text)
			if _, err2 := netip.ParseAddr(text); err != nil && err2 != nil {
				t.Errorf("%s: %q is no address", p.Name, text)
			}
		}
	}
}
