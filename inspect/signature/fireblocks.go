package signature

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// detachedJWS is the carrier of a JSON Web Signature (RFC 7515, appendix F) whose payload is the body: "header..signature".
// The claims' id is its header.
type detachedJWS struct {
	name      string // of the header, canonical
	algorithm string
}

func fireblocks() *Provider {
	v2 := detachedJWS{"Fireblocks-Webhook-Signature", "RS512"}
	return &Provider{
		Name:       "fireblocks",
		Title:      "Fireblocks",
		Docs:       "https://developers.fireblocks.com/reference/validating-webhooks",
		Confidence: Documented,
		Note: "Keys are published for each region: keys, eu-keys, eu2-keys and sandbox-keys.fireblocks.io/.well-known/jwks.json. " +
			"Version 1 of its webhooks signed with fixed keys, which are in its documentation.",
		SecretVars: []string{"FIREBLOCKS_WEBHOOK_PUBLIC_KEY", "FIREBLOCKS_PUBLIC_KEY"},
		RegisterAt: "Console → Developer Center → Webhooks",
		SecretAt:   "https://keys.fireblocks.io/.well-known/jwks.json, or that of your region",
		Success:    "200",
		Retries:    "9 times over some 8 hours",
		Schedule: []time.Duration{
			10 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
		},
		scheme: oneOf{
			&keyScheme{
				carrier: v2, algorithm: withRSA(crypto.SHA512, false), encoding: inBase64URL(),
				signs: computes("the JWS's header, a dot, and the body in base64url", v2.input), shows: asPEM,
			},
			&keyScheme{
				carrier: headers{signature: "Fireblocks-Signature"}, algorithm: withRSA(crypto.SHA512, false), encoding: inBase64(),
				signs: signs("{body}"), shows: asPEM,
			},
		},
		clues: marks("Fireblocks-Webhook-Signature", "Fireblocks-Signature"),
		reads: reading{
			event: firstOf(inBody("eventType"), inBody("type")), account: firstOf(inBody("workspaceId"), inBody("tenantId")),
			id: firstOf(inBody("id"), joined(":", inBody("data.id"), inBody("type"), inBody("data.status"))),
		},
		keysAt: func(r Request) string {
			if header(r.Header, "Fireblocks-Webhook-Signature") == "" {
				return ""
			}
			return "https://keys.fireblocks.io/.well-known/jwks.json"
		},
	}
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
