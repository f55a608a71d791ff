package signature

import (
	"crypto"
	"encoding/base64"
	"net/url"
	"strings"
	"time"
)

// antomScheme is that of Antom and Alipay+: an RSA signature of the method, the path, two headers and the body.
//
// https://docs.alipayplus.com/alipayplus/alipayplus/api_acq_tile/signature
type antomScheme struct{ keyScheme }

func antom() *Provider {
	return &Provider{
		Name:       "antom",
		Title:      "Antom (Alipay+)",
		Docs:       "https://docs.antom.com/ac/cashierpay/notifications",
		Confidence: Documented,
		Note:       "The answer must be 200 with the result SUCCESS, and is signed itself with the merchant's key.",
		SecretVars: []string{"ANTOM_PUBLIC_KEY", "ALIPAY_PUBLIC_KEY", "ALIPAYPLUS_PUBLIC_KEY"},
		RegisterAt: "Dashboard → Developer → Notification URL, or paymentNotifyUrl of each call",
		SecretAt:   "Dashboard → Developer → Quick Start → Integration resources → Antom public key",
		Success:    `200 with {"result": {"resultCode": "SUCCESS", "resultStatus": "S", …}}`,
		Retries:    "some 8 times over 24 hours",
		scheme: &antomScheme{keyScheme{
			carrier: antomHeader{}, algorithm: withRSA(crypto.SHA256, false), encoding: escapedBase64(),
			signs: signs("{method} {path}\n{header:Client-Id}.{header:Request-Time}.{body}"), shows: asSPKI,
		}},
		clues: []clue{
			{header: "Signature", prefix: "algorithm=RSA256", also: inHeader("Client-Id"), weight: certain},
			{header: "Signature", prefix: "algorithm=RSA256", weight: likely},
		},
		reads: reading{
			event: inBody("notifyType"), account: inHeader("Client-Id"),
			id: joined(":", firstOf(inBody("refundId"), inBody("captureId"), inBody("disputeId"), inBody("paymentId")), inBody("notifyType")),
		},
	}
}

// sign renews Request-Time, in milliseconds if it was so, and names a client if none is named.
func (s *antomScheme) sign(r *Request, secret string, at time.Time) error {
	k := clock{unit: time.Second, layout: time.RFC3339}
	if _, reason := (clock{unit: time.Millisecond}).parse(header(r.Header, "Request-Time")); reason == ReasonOK {
		k = clock{unit: time.Millisecond}
	}
	r.Header["Request-Time"] = []string{k.format(at)}
	if header(r.Header, "Client-Id") == "" {
		r.Header["Client-Id"] = []string{"SANDBOX_HOOK"}
	}
	return s.keyScheme.sign(r, secret, at)
}

// antomHeader is the carrier of "algorithm=RSA256,keyVersion=1,signature=…".
type antomHeader struct{}

func (antomHeader) label() string     { return "" }
func (antomHeader) headers() []string { return []string{"Signature"} }
func (antomHeader) form(signature string) string {
	return "Signature: algorithm=RSA256,keyVersion=1,signature=" + signature + " beside Client-Id and Request-Time"
}

func (antomHeader) read(r Request) (claims, Reason) {
	value, reason := single(r.Header, "Signature")
	c := claims{got: value}
	if reason != ReasonOK {
		return c, reason
	}
	_, signature, _ := strings.Cut(value, "signature=")
	if signature, _, _ = strings.Cut(signature, ","); signature == "" {
		return c, ReasonMalformed
	}
	c.add(signature)
	c.got = signature
	return c, ReasonOK
}

func (antomHeader) stamp(*Request, claims) error { return nil }

func (antomHeader) put(r *Request, _ claims, signature string) error {
	r.Header["Signature"] = []string{"algorithm=RSA256,keyVersion=1,signature=" + signature}
	return nil
}

// escapedBase64 writes base64 percent-encoded, and reads it in either alphabet, percent-encoded or not.
func escapedBase64() encoding {
	return encoding{
		name: "percent-encoded base64",
		append: func(dst, src []byte) []byte {
			return append(dst, url.QueryEscape(base64.StdEncoding.EncodeToString(src))...)
		},
		decode: func(text string) ([]byte, error) {
			if plain, err := url.PathUnescape(text); err == nil {
				text = plain
			}
			text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
			return base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
		},
	}
}
