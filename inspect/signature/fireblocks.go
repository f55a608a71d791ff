package signature

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// detachedJWS is the carrier of a JSON Web Signature (RFC 7515, appendix F) whose payload is the body: "header..signature".
// The claims' id is its header.
type detachedJWS struct {
	name      string // of the header, canonical
	algorithm string
}

func (k detachedJWS) label() string                { return "" }
func (k detachedJWS) headers() []string            { return []string{k.name} }
func (k detachedJWS) form(sig string) string       { return k.name + ": <JWS header>.." + sig }
func (k detachedJWS) stamp(*Request, claims) error { return nil }

func (k detachedJWS) read(r Request) (claims, Reason) {
	value, reason := single(r.Header, k.name)
	c := claims{got: value}
	if reason != ReasonOK {
		return c, reason
	}
	head, signature, found := strings.Cut(value, "..")
	var fields struct{ Alg string }
	plain, err := base64.RawURLEncoding.DecodeString(head)
	if !found || signature == "" || err != nil || json.Unmarshal(plain, &fields) != nil || fields.Alg != k.algorithm {
		return c, ReasonMalformed
	}
	c.add(signature)
	c.got, c.id = signature, head
	return c, ReasonOK
}

// key is the id of the key that signed.
func (k detachedJWS) key(r Request) string {
	head, _, _ := strings.Cut(header(r.Header, k.name), "..")
	plain, _ := base64.RawURLEncoding.DecodeString(head)
	return pick(plain, "kid")
}

// head is the header that was sent, or that of a new one.
func (k detachedJWS) head(c claims) string {
	if c.id != "" {
		return c.id
	}
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"` + k.algorithm + `"}`))
}

// input is what is signed.
func (k detachedJWS) input(r Request, c claims) []byte {
	return base64.RawURLEncoding.AppendEncode([]byte(k.head(c)+"."), r.Body)
}

func (k detachedJWS) put(r *Request, c claims, signature string) error {
	r.Header[k.name] = []string{k.head(c) + ".." + signature}
	return nil
}
