package signature

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"
)

// A key may be given in all the forms in which people have it.
func TestKeyForms(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	pemText := asPEM(public)
	x := base64.RawURLEncoding.EncodeToString(public)
	for form, text := range map[string]string{
		"hex":                hex.EncodeToString(public),
		"base64":             base64.StdEncoding.EncodeToString(public),
		"base64 of DER":      base64.StdEncoding.EncodeToString(der),
		"PEM":                pemText,
		"PEM in one line":    strings.ReplaceAll(pemText, "\n", `\n`),
		"PEM with spaces":    "\n\n  " + pemText + "\n",
		"JWK":                `{"kty":"OKP","crv":"Ed25519","x":"` + x + `"}`,
		"JWKS":               `{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},{"kty":"OKP","crv":"Ed25519","x":"` + x + `"}]}`,
		"private key":        privatePEM(private),
		"text and then keys": "WH-1234\n" + pemText,
	} {
		ring, err := readKeyring(text)
		if err != nil || len(ring.keys) != 1 || !public.Equal(ring.keys[0].public) {
			t.Errorf("%s: got %+v, %v", form, ring, err)
		}
		if form == "text and then keys" && ring.text != "WH-1234" {
			t.Errorf("got the text %q", ring.text)
		}
	}
}

func TestBadKeys(t *testing.T) {
	locked := string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte{1}}))
	for text, want := range map[string]error{
		"":  errEmpty,
		" ": errEmpty,
		"-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----": errNoKey,
		"-----BEGIN PUBLIC KEY-----":                               errNoKey,
		locked:                                                     errEncrypted,
		"-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----": errEncrypted,
		`{"keys":[]}`: errNoKey,
		`{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}`:                     errNoKey, // not on the curve
		`{"kty":"RSA","n":"AQAB","e":"AQAB"}`:                              errNoKey, // far too short
		`{"kty":"RSA","n":"` + strings.Repeat("A", 5000) + `","e":"AQAB"}`: errNoKey,
	} {
		if _, err := readKeyring(text); !errors.Is(err, want) {
			t.Errorf("%.60q: got %v, want %v", text, err, want)
		}
	}
}

// FuzzKeys: whatever is configured as a key, nothing panics, and an unsigned request is never valid.
func FuzzKeys(f *testing.F) {
	f.Add("WH-1\n"+asPEM(ed25519.PublicKey(make([]byte, 32))), "e30.e30.AAAA")
	f.Add(`{"keys":[{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}]}`, `eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJpYXQiOjF9.AA`)
	f.Add("-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: x\n\nAAAA\n-----END RSA PRIVATE KEY-----", "")
	f.Add(strings.Repeat("00", 32), "")
	f.Fuzz(func(t *testing.T, secret, token string) {
		for _, p := range keyed() {
			r := requestOf(token, 1, "Content-Type", jsonType)
			for _, name := range p.Headers() {
				r.Header[name] = []string{token}
			}
			if _, err := p.PublicKey(secret); err == nil && p.CheckSecret(secret) != nil {
				t.Errorf("%s: a key of a secret that it refuses", p.Name)
			}
			if res := p.Verify(r, secretsOf(secret)); res.Verdict == Valid || res.Reason == "" {
				t.Errorf("%s: %+v", p.Name, res)
			}
		}
	})
}

// keyed are the providers that sign with a private key.
func keyed() []*Provider {
	return slices.DeleteFunc(Providers(), func(p *Provider) bool {
		token, isToken := p.scheme.(*jwtScheme)
		_, isKeyed := p.scheme.(*keyScheme)
		return !isKeyed && (!isToken || token.algorithm == hs256)
	})
}
