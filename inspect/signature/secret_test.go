package signature

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
)

func TestNewSecret(t *testing.T) {
	forms := map[string]string{
		"github": `^[0-9a-f]{40}$`, "shopify": `^[0-9a-f]{64}$`, "slack": `^[0-9a-f]{32}$`, "twilio": `^[0-9a-f]{32}$`,
		"stripe": `^whsec_[A-Za-z0-9]{32}$`, "svix": `^whsec_[A-Za-z0-9+/]{32}$`, "standard-webhooks": `^whsec_[A-Za-z0-9+/]{43}=$`,
	}
	for _, p := range signing() {
		a, b := secretOf(t, p), otherSecretOf(t, p)
		if !regexp.MustCompile(forms[p.Name]).MatchString(a) || a == b {
			t.Errorf("%s: got %q and %q, want two of the form %s", p.Name, a, b, forms[p.Name])
		}
		if err := p.CheckSecret(a); err != nil {
			t.Errorf("%s: its own secret: %v", p.Name, err)
		}
	}
	if got := (*Provider)(nil).NewSecret(); got != "" {
		t.Errorf("nil provider: got %q", got)
	}
}

func TestCheckSecret(t *testing.T) {
	good := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	for _, tt := range []struct {
		provider, secret string
		ok               bool
	}{
		{"stripe", "whsec_x", true}, {"stripe", "anything else", true}, {"stripe", "", false},
		{"svix", "whsec_" + good, true}, {"svix", good, true}, {"svix", "", false}, {"svix", "whsec_", false},
		{"svix", "whsec_" + good + "\n", false}, {"svix", "whsec_" + strings.TrimRight(good, "="), false}, {"svix", "whsec_$$$$", false},
	} {
		if err := Lookup(tt.provider).CheckSecret(tt.secret); (err == nil) != tt.ok {
			t.Errorf("%s %q: got %v, want ok %v", tt.provider, tt.secret, err, tt.ok)
		}
	}
	if (*Provider)(nil).CheckSecret("s") == nil || (&Provider{}).CheckSecret("s") == nil {
		t.Error("a provider that signs nothing can use no secret")
	}
}

func TestMask(t *testing.T) {
	for secret, want := range map[string]string{
		"": "(0 characters)", "elevenchars": "(11 characters)", "twelve chars": "twel…rs (12 characters)",
		"whsec_0123456789012345678901234567890Qf": "whse…Qf (39 characters)",
		"ünïcödé sécrét":                          "ünïc…ét (14 characters)", "\x1b[31m secret text\n": "�[31…t� (18 characters)",
	} {
		if got := Mask(secret); got != want {
			t.Errorf("%q: got %s, want %s", secret, got, want)
		}
	}
}
