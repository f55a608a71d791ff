package signature

import (
	"encoding/base64"
	"net/url"
	"strings"
	"time"
)

// antomScheme is that of Antom and Alipay+: an RSA signature of the method, the path, two headers and the body.
//
// https://docs.alipayplus.com/alipayplus/alipayplus/api_acq_tile/signature
type antomScheme struct{ keyScheme }

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
