package signature

import (
	"strings"
	"testing"
	"time"
)

// The entities are those of WordPress' wp_specialchars_decode with ENT_QUOTES, and no others.
func TestWooCommerceSecret(t *testing.T) {
	for secret, want := range map[string]string{
		"plain": "plain", "a & b": "a & b", "&": "&", "&;": "&;", "a&amp;b": "a&b", "&lt;&gt;&quot;": `<>"`,
		"&#039;&#39;&#00039;": "'''", "&#x27;&#X27;&#x0027;": "'''", "&#34;&#034;&#x22;": `"""`, "&#38;&#x26;": "&&", "&#60;&#062;": "<>",
		"&#x3c;&#x3e;": "&#x3c;&#x3e;", "&apos;&nbsp;&AMP;": "&apos;&nbsp;&AMP;", "&amp;lt;": "&lt;", "&amp;amp;": "&amp;",
		"&amp": "&amp", "& &amp;": "& &", "&#;&#x;&#65;": "&#;&#x;&#65;", "é&amp;ü": "é&ü", "39;&#": "39;&#",
	} {
		got, err := wooKey(secret)
		if string(got) != want || err != nil {
			t.Errorf("%q: got %q, %v; want %q", secret, got, err, want)
		}
	}
	p := Lookup("woocommerce")
	r := requestOf("{}", 0)
	if err := p.Sign(&r, Secret{Value: "a&amp;b"}, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	wantResult(t, p.Verify(r, secretsOf("a&b")), Valid, ReasonOK)
	wantResult(t, p.Verify(r, secretsOf("a&amp;amp;b")), Invalid, ReasonMismatch)
	if err := p.CheckSecret(""); err == nil {
		t.Error("an empty secret is accepted")
	}
}

func FuzzWooKey(f *testing.F) {
	f.Add("a&amp;&#0039;&&#x;")
	f.Fuzz(func(t *testing.T, secret string) {
		got, err := wooKey(secret)
		if err != nil || len(got) > len(secret) || !strings.Contains(secret, "&") && string(got) != secret {
			t.Errorf("%q became %q, %v", secret, got, err)
		}
	})
}
