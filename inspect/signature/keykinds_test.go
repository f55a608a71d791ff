package signature

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
)

// A public key is known to anybody, so its text must never be a shared secret, however it is written.
func TestFusionAuthPublicKeyIsNoSharedSecret(t *testing.T) {
	p := Lookup("fusionauth")
	hs := p.scheme.(*fusionAuthScheme).schemes[0]
	for _, algorithm := range []int{1, 2} {
		key := readRing(t, p.scheme.(*fusionAuthScheme).schemes[algorithm].newSecret()).keys[0].public
		for _, text := range []string{asSPKI(key), " " + asSPKI(key) + "\n", asPEM(key), jwksOf(t, key)} {
			r := requestOf("{}", workTime.Unix())
			if err := hs.sign(&r, text, workTime); err != nil {
				t.Fatal(err)
			}
			wantResult(t, p.Verify(r, secretsOf(text)), Invalid, ReasonMismatch)
		}
	}
	shared := base64.StdEncoding.EncodeToString(make([]byte, 32)) // as long as an Ed25519 key, which FusionAuth doesn't sign with
	wantResult(t, p.Verify(signedBy(t, "fusionauth", shared, requestOf("{}", workTime.Unix())), secretsOf(shared)), Valid, ReasonOK)
}

func TestFusionAuthKeySetOfBothKinds(t *testing.T) {
	p := Lookup("fusionauth")
	schemes := p.scheme.(*fusionAuthScheme).schemes
	rs, es := schemes[1].newSecret(), schemes[2].newSecret()
	set := jwksOf(t, readRing(t, es).keys[0].public, readRing(t, rs).keys[0].public)
	for _, secret := range []string{rs, es} {
		r := signedBy(t, "fusionauth", secret, requestOf("{}", workTime.Unix()))
		wantResult(t, p.Verify(r, secretsOf(set)), Valid, ReasonOK)
		r.Body = []byte("[]")
		wantResult(t, p.Verify(r, secretsOf(set)), Invalid, ReasonMismatch)
	}
}

// A request that names a key which is not configured is not forged: its key is missing.
func TestRequestNamesItsKey(t *testing.T) {
	for _, tt := range []struct {
		provider string
		name     func(r *Request, id string)
	}{
		{"circle", inHeaderNamed("X-Circle-Key-Id")},
		{"shipengine", inHeaderNamed("X-Shipengine-Rsa-Sha256-Key-Id")},
		{"wechat-pay", inHeaderNamed("Wechatpay-Serial")},
		{"ebay", func(r *Request, id string) {
			s, err := readEbay(r.Header.Get("X-Ebay-Signature"))
			if err != nil {
				t.Fatal(err)
			}
			s.Kid = id
			text, _ := json.Marshal(s)
			r.Header.Set("X-Ebay-Signature", base64.StdEncoding.EncodeToString(text))
		}},
	} {
		p := Lookup(tt.provider)
		private := secretOf(t, p)
		ring := readRing(t, private)
		r := signed(t, p, private)
		for id, want := range map[string]Reason{"k0": ReasonOK, "k1": ReasonMismatch, "k2": ReasonKeyUnknown, "": ReasonOK} {
			tt.name(&r, id)
			set := ring.text + jwksOf(t, ring.keys[0].public, readRing(t, p.NewSecret()).keys[0].public)
			wantVerdict(t, "named "+id, tt.provider, r, set, want)
		}
		tt.name(&r, "k2")
		public := strings.TrimLeft(ring.text+"\n"+asPEM(ring.keys[0].public), "\n")
		wantVerdict(t, "a key without a name", tt.provider, r, public, ReasonOK)
	}
}

func TestFireblocksNamesItsKey(t *testing.T) {
	p := Lookup("fireblocks")
	private := secretOf(t, p)
	set := jwksOf(t, readRing(t, private).keys[0].public)
	for kid, want := range map[string]Reason{"k0": ReasonOK, "k1": ReasonKeyUnknown} {
		head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS512","kid":"` + kid + `"}`))
		r := requestOf("{}", 0, "Fireblocks-Webhook-Signature", head+"..AAAA")
		wantVerdict(t, kid, "fireblocks", resigned(t, p, r, private), set, want)
	}
}

// WeChat Pay names its certificate by the serial number.
func TestCertificateIsNamedBySerial(t *testing.T) {
	p := Lookup("wechat-pay")
	private := secretOf(t, p)
	signer := readRing(t, private).keys[0].private
	template := &x509.Certificate{SerialNumber: big.NewInt(0xABC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, signer.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	r := signed(t, p, private)
	for serial, want := range map[string]Reason{"ABC": ReasonOK, "0abc": ReasonOK, "": ReasonOK, "ABD": ReasonKeyUnknown, "PUB_KEY_ID_1": ReasonKeyUnknown} {
		r.Header.Set("Wechatpay-Serial", serial)
		wantVerdict(t, serial, "wechat-pay", r, certificate, want)
	}
}

func TestKeyOfAnotherKind(t *testing.T) {
	rsaKey, err := Lookup("wix").PublicKey(secretOf(t, Lookup("wix")))
	if err != nil {
		t.Fatal(err)
	}
	edKey, err := Lookup("discord").PublicKey(secretOf(t, Lookup("discord")))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ other, must string }{
		"discord": {rsaKey, "an Ed25519 key"}, "telnyx": {rsaKey, "an Ed25519 key"}, "sendgrid": {rsaKey, "an ECDSA key"}, "wise": {edKey, "an RSA key"},
	} {
		p := Lookup(name)
		if err := p.CheckSecret(tt.other); err == nil || !strings.Contains(err.Error(), tt.must) {
			t.Errorf("%s: got %v, want that it must be %s", name, err, tt.must)
		}
		wantVerdict(t, "another kind", name, signed(t, p, secretOf(t, p)), tt.other, ReasonSecretMalformed)
	}
	both := asPEM(readRing(t, secretOf(t, Lookup("wix"))).keys[0].public) + asPEM(readRing(t, secretOf(t, Lookup("discord"))).keys[0].public)
	wantVerdict(t, "keys of both kinds", "discord", signed(t, Lookup("discord"), secretOf(t, Lookup("discord"))), both, ReasonOK)
}

func inHeaderNamed(name string) func(*Request, string) {
	return func(r *Request, id string) { r.Header.Set(name, id) }
}

func readRing(t *testing.T, secret string) keyring {
	t.Helper()
	ring, err := readKeyring(secret)
	if err != nil || len(ring.keys) == 0 {
		t.Fatalf("no key in %.20q: %v", secret, err)
	}
	return ring
}

// jwksOf is a set of keys whose ids are k0, k1 and so on.
func jwksOf(t *testing.T, keys ...any) string {
	t.Helper()
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	for i, k := range keys {
		var one map[string]string
		switch public := k.(type) {
		case *rsa.PublicKey:
			one = map[string]string{"kty": "RSA", "e": "AQAB", "n": base64.RawURLEncoding.EncodeToString(public.N.Bytes())}
		case *ecdsa.PublicKey:
			one = jwkOf(t, public)
		default:
			t.Fatalf("%T can't be written", k)
		}
		one["kid"] = "k" + string(rune('0'+i))
		set.Keys = append(set.Keys, one)
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
