package signature

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A public key is given out for each scheme that has one, and never the private one.
func TestPaymentKeys(t *testing.T) {
	for _, name := range []string{"antom", "bridge-xyz", "circle", "ebay", "fireblocks", "paddle-classic", "plaid", "shipengine", "token-io", "utila", "wechat-pay", "wise"} {
		p := Lookup(name)
		secret := secretOf(t, p)
		public, err := p.PublicKey(secret)
		if err != nil || public == "" || public == secret || strings.Contains(public, "PRIVATE") {
			t.Errorf("%s: got %.40q, %v; want a public key", name, public, err)
		}
	}
	r := requestOf("{}", 0)
	if got := Lookup("fireblocks").KeysAt(r); got != "" {
		t.Errorf("keys of a request without a signature are at %s", got)
	}
	r.Header.Set("Fireblocks-Webhook-Signature", "x")
	for name, want := range map[string]string{"fireblocks": "https://keys.fireblocks.io/.well-known/jwks.json", "shipengine": "https://api.shipengine.com/jwks", "wise": ""} {
		if got := Lookup(name).KeysAt(r); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestFireblocks(t *testing.T) {
	p := Lookup("fireblocks")
	secret := secretOf(t, p)
	r := signed(t, p, secret)
	jws := r.Header.Get("Fireblocks-Webhook-Signature")
	head, sum, _ := strings.Cut(jws, "..")
	if plain, _ := base64.RawURLEncoding.DecodeString(head); string(plain) != `{"alg":"RS512"}` {
		t.Errorf("got the head %s", plain)
	}
	other := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`))
	for value, want := range map[string]Reason{
		jws: ReasonOK, other + ".." + sum: ReasonMalformed, head + ".e30." + sum: ReasonMalformed, head + "..": ReasonMalformed, "..": ReasonMalformed,
	} {
		r.Header.Set("Fireblocks-Webhook-Signature", value)
		wantVerdict(t, value, "fireblocks", r, secret, want)
	}

	legacy := p.scheme.(oneOf)[1].(*keyScheme)
	r.Header = http.Header{}
	if err := legacy.sign(&r, secret, r.ReceivedAt); err != nil {
		t.Fatal(err)
	}
	wantVerdict(t, "version 1", "fireblocks", r, secret, ReasonOK)
}

func TestAntomSignature(t *testing.T) {
	p := Lookup("antom")
	secret := secretOf(t, p)
	r := requestOf(`{"notifyType":"PAYMENT_RESULT"}`, 1_700_000_000, "Client-Id", "SANDBOX_5X", "Request-Time", "1600000000000")
	r.URL = "https://a.example/notify"
	r = resigned(t, p, r, secret)
	if got := r.Header.Get("Request-Time"); got != "1700000000000" {
		t.Errorf("signed at %s, want the new time in milliseconds", got)
	}
	start, sum, _ := strings.Cut(r.Header.Get("Signature"), "signature=")
	plain, _ := url.QueryUnescape(sum)
	for value, want := range map[string]Reason{
		start + "signature=" + plain: ReasonOK,
		start + "signature=" + strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(plain), "="): ReasonOK,
		"signature=" + sum + ",algorithm=RSA256,keyVersion=1":                                                 ReasonOK,
		start + "signature=": ReasonMalformed,
		start:                ReasonMalformed,
	} {
		r.Header.Set("Signature", value)
		wantVerdict(t, value, "antom", r, secret, want)
	}
	r.Header.Set("Signature", start+"signature="+sum)
	for what, change := range map[string]func(r *Request){
		"another client": func(r *Request) { r.Header.Set("Client-Id", "SANDBOX_6") },
		"another time":   func(r *Request) { r.Header.Set("Request-Time", "1700000000001") },
		"another path":   func(r *Request) { r.URL += "/x" },
		"another method": func(r *Request) { r.Method = "PUT" },
	} {
		changed := r
		changed.Header = r.Header.Clone()
		change(&changed)
		wantVerdict(t, what, "antom", changed, secret, ReasonMismatch)
	}
}

// What Plaid answers when it is asked for a key can be the secret as it is.
func TestPlaidKeyAsAnswered(t *testing.T) {
	p := Lookup("plaid")
	private := secretOf(t, p)
	r := signed(t, p, private)
	ring, err := readKeyring(private)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := json.Marshal(map[string]any{"key": jwkOf(t, ring.keys[0].public), "request_id": "x"})
	if err != nil {
		t.Fatal(err)
	}
	wantVerdict(t, "the API's answer", "plaid", r, string(answer), ReasonOK)
	r.ReceivedAt = r.ReceivedAt.Add(6 * time.Minute)
	wantVerdict(t, "too old", "plaid", r, string(answer), ReasonTimestampExpired)
	r.Body = append(r.Body, '\n')
	wantVerdict(t, "another body", "plaid", r, string(answer), ReasonMismatch)
}

// jwkOf is a P-256 key as a JSON Web Key.
func jwkOf(t *testing.T, public crypto.PublicKey) map[string]string {
	t.Helper()
	point, err := public.(*ecdsa.PublicKey).ECDH()
	if err != nil {
		t.Fatal(err)
	}
	raw := point.Bytes() // 4, X and Y
	encode := base64.RawURLEncoding.EncodeToString
	return map[string]string{"kty": "EC", "crv": "P-256", "x": encode(raw[1:33]), "y": encode(raw[33:])}
}
