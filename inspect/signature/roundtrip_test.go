package signature

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// A body is what a provider's scheme needs to find in a request that it signs.
type body struct {
	kind, text string // Content-Type and body
}

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// bodies are those of providers whose signature or time stands in the body, or is made of it.
var bodies = map[string]body{}

// bodyUnsigned are the providers that prove who sends and not what: a changed body still verifies.
var bodyUnsigned = []string{}

// tolerated are checks of refuses that do not hold for a provider, by its name: a change of that kind leaves a good signature.
var tolerated = map[string][]string{}

// secretOf keeps one secret for each provider, as some are slow to make.
func secretOf(t testing.TB, p *Provider) string {
	t.Helper()
	return kept(p, "a")
}

// otherSecretOf is another one.
func otherSecretOf(t testing.TB, p *Provider) string {
	t.Helper()
	return kept(p, "another")
}

func kept(p *Provider, which string) string {
	key := p.Name + " " + which
	if secrets[key] == "" {
		secrets[key] = p.NewSecret()
	}
	return secrets[key]
}

var secrets = map[string]string{}

// signed is a request as p sends it at a fixed time.
func signed(t testing.TB, p *Provider, secret string) Request {
	t.Helper()
	when := time.Unix(1_700_000_000, 0)
	r := Request{
		Method: "POST", URL: "https://relay.example/e/quiet-otter/hooks?x=1",
		Header: http.Header{"Content-Type": {jsonType}}, Body: []byte(`{"id":"evt_1","type":"a.b"}`), ReceivedAt: when,
	}
	if b, special := bodies[p.Name]; special {
		r.Header.Set("Content-Type", b.kind)
		r.Body = []byte(b.text)
	}
	if err := p.Sign(&r, Secret{Value: secret}, when); err != nil {
		t.Fatalf("sign: %v", err)
	}
	return r
}

// signing are the providers that prove anything.
func signing() []*Provider {
	return slices.DeleteFunc(Providers(), func(p *Provider) bool { return !p.CanSign() })
}

func TestSignVerifyRoundTrip(t *testing.T) {
	for _, p := range signing() {
		t.Run(p.Name, func(t *testing.T) {
			secret := secretOf(t, p)
			r := signed(t, p, secret)
			wantResult(t, p.Verify(r, secretsOf(secret)), Valid, ReasonOK)
			res := p.Verify(r, secretsOf(otherSecretOf(t, p), secret))
			wantResult(t, res, Valid, ReasonOK)
			if res.Secret != "secret B" {
				t.Errorf("got %+v, want the second secret to decide", res)
			}
			public, err := p.PublicKey(secret)
			if err != nil || p.CheckSecret(secret) != nil {
				t.Fatalf("its own secret is refused: %v, %v", err, p.CheckSecret(secret))
			}
			if _, has := p.scheme.(*keyScheme); has {
				wantResult(t, p.Verify(r, secretsOf(public)), Valid, ReasonOK)
				if err := p.Sign(&r, Secret{Value: public}, r.ReceivedAt); err == nil {
					t.Error("signed with a public key")
				}
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	for _, p := range signing() {
		t.Run(p.Name, func(t *testing.T) { refuses(t, p) })
	}
}

// refuses changes what p signed in all ways that it must notice.
func refuses(t *testing.T, p *Provider) {
	secret := secretOf(t, p)
	bad := Invalid
	if p.Confidence == Unconfirmed {
		bad = Unknown
	}
	check := func(what string, change func(r *Request), reasons ...Reason) {
		t.Helper()
		if slices.Contains(tolerated[p.Name], what) {
			return
		}
		r := signed(t, p, secret)
		change(&r)
		res := p.Verify(r, secretsOf(secret))
		if res.Verdict != bad && res.Verdict != Invalid || res.Verdict == Invalid && bad == Unknown {
			t.Errorf("%s: got %s %s, want %s", what, res.Verdict, res.Reason, bad)
		}
		if bad == Invalid && len(reasons) > 0 && !slices.Contains(reasons, res.Reason) {
			t.Errorf("%s: got %s, want one of %s", what, res.Reason, reasons)
		}
	}
	if !slices.Contains(bodyUnsigned, p.Name) {
		check("flipped bit in the body", func(r *Request) {
			r.Body = bytes.Clone(r.Body)
			r.Body[len(r.Body)*2/3] ^= 1
		})
	}
	check("flipped byte in the signature", func(r *Request) { flipSignature(t, p, r) })
	for _, name := range p.Headers()[:min(1, len(p.Headers()))] {
		check("no header", func(r *Request) { r.Header.Del(name) }, ReasonMissing)
		check("empty header", func(r *Request) { r.Header.Set(name, "") }, ReasonMissing)
		check("repeated header", func(r *Request) { r.Header.Add(name, r.Header.Get(name)) }, ReasonMalformed)
		check("garbage", func(r *Request) { r.Header.Set(name, "\x00\xff=;, ,") }, ReasonMalformed, ReasonMismatch)
		check("commas", func(r *Request) { r.Header.Set(name, strings.Repeat(",", 1<<20)) }, ReasonMalformed)
		check("ten thousand signatures", func(r *Request) {
			r.Header.Set(name, strings.Repeat(r.Header.Get(name)+" ", 10_000))
		}, ReasonMalformed)
		check("base64 of the signature", func(r *Request) {
			r.Header.Set(name, base64.StdEncoding.EncodeToString([]byte(r.Header.Get(name))))
		}, ReasonMalformed, ReasonMismatch)
		check("half of the signature", func(r *Request) {
			r.Header.Set(name, r.Header.Get(name)[:len(r.Header.Get(name))/2])
		}, ReasonMalformed, ReasonMismatch, ReasonTimestampMissing)
	}
	res := p.Verify(signed(t, p, secret), secretsOf(otherSecretOf(t, p)))
	if res.Verdict == Valid || bad == Invalid && res.Reason != ReasonMismatch {
		t.Errorf("another secret: got %s %s", res.Verdict, res.Reason)
	}
	if limit := p.Tolerance(); limit > 0 {
		r := signed(t, p, secret)
		r.ReceivedAt = r.ReceivedAt.Add(limit + 2*time.Second)
		wantResult(t, p.Verify(r, secretsOf(secret)), Invalid, ReasonTimestampExpired)
	}
}

// flipSignature changes a letter or digit of the signature, wherever it stands.
func flipSignature(t *testing.T, p *Provider, r *Request) {
	t.Helper()
	c, _ := p.scheme.read(*r)
	if len(c.signatures) == 0 {
		t.Fatal("no signature was read")
	}
	old := c.signatures[0]
	flipped := []byte(old)
	i := len(flipped) / 2
	for flipped[i] == '=' || flipped[i] == '\n' || flipped[i] == '.' {
		i--
	}
	flipped[i] ^= 1
	replace := func(text string) string {
		text = strings.Replace(text, old, string(flipped), 1)
		return strings.Replace(text, base64.StdEncoding.EncodeToString([]byte(old)), base64.StdEncoding.EncodeToString(flipped), 1)
	}
	for _, values := range r.Header {
		for i := range values {
			values[i] = replace(values[i])
		}
	}
	r.URL = replace(r.URL)
	body := replace(string(r.Body))
	escaped := func(s string) string {
		return strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D", "|", "%7C").Replace(s)
	}
	r.Body = []byte(strings.Replace(body, escaped(old), escaped(string(flipped)), 1))
}

func TestEveryProviderIsDescribed(t *testing.T) {
	for _, p := range Providers() {
		if p.Title == "" || p.RegisterAt == "" || p.Confidence == "" || !strings.HasPrefix(p.Docs, "https://") {
			t.Errorf("%s: lacks a title, a page, where to register, or a confidence: %+v", p.Name, p)
		}
		if p.CanSign() && (p.SecretAt == "" || len(p.SecretVars) == 0) {
			t.Errorf("%s: lacks where its secret is found, or a variable that holds it", p.Name)
		}
		for _, o := range p.Outlines() {
			if o.Form == "" || o.Algorithm == "" || o.Key == "" {
				t.Errorf("%s: its outline is not whole: %+v", p.Name, o)
			}
		}
		if p.Name != strings.ToLower(p.Name) || strings.ContainsAny(p.Name, " _./") {
			t.Errorf("%s: not a name for commands and files", p.Name)
		}
		if len(p.clues) == 0 {
			t.Errorf("%s: nothing tells its requests", p.Name)
		}
		for _, c := range p.clues {
			if c.header != "" && c.header != http.CanonicalHeaderKey(c.header) {
				t.Errorf("%s: the header %s is not in canonical form", p.Name, c.header)
			}
		}
		for _, name := range p.Headers() {
			if name != http.CanonicalHeaderKey(name) {
				t.Errorf("%s: the header %s is not in canonical form", p.Name, name)
			}
		}
	}
}
