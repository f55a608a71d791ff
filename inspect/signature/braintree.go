package signature

import (
	"crypto/hmac"
	"crypto/sha1" // as Braintree's key and signature are made
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"
)

// braintreeScheme signs the form's bt_payload with the SHA-1 of the private key. As in Braintree's libraries, the
// payload may have lost the newline at its end.
type braintreeScheme struct {
	hmacScheme
	newline hmacScheme // the same, with the newline put back
}

func braintree() *Provider {
	scheme := hmacScheme{
		carrier: braintreeForm{}, digest: withSHA1(), encoding: inHex(), signs: signs("{field:bt_payload}"),
		secret: secretForm{alphabet: hexDigits, length: 32, derived: &derivation{"written as public_key:private_key; the key is the SHA-1 of the private one", braintreeKey}},
	}
	newline := scheme
	newline.signs = signs("{field:bt_payload}\n")
	return &Provider{
		Name:       "braintree",
		Title:      "Braintree",
		Docs:       "https://developer.paypal.com/braintree/docs/guides/webhooks/parse",
		Confidence: Judged,
		Note:       "The payload is XML in base64. Write the secret as public_key:private_key: the public key is sent with the signature.",
		SecretVars: []string{"BRAINTREE_KEYS", "BRAINTREE_PRIVATE_KEY"},
		RegisterAt: "Control Panel → API → Webhooks → Create new webhook",
		SecretAt:   "Control Panel → API → Keys → the public and the private key",
		Timeout:    30 * time.Second,
		Retries:    "every hour for up to 24 hours; in a sandbox every hour for 3 hours",
		Schedule:   []time.Duration{time.Hour, time.Hour, time.Hour},
		scheme:     &braintreeScheme{scheme, newline},
		clues: []clue{
			shape("the form's bt_signature and bt_payload", inForm("bt_signature"), func(r Request) string { return braintreeXML(r, "kind") }),
			{within: inQuery("bt_challenge"), weight: likely, words: "the query's bt_challenge"},
		},
		meta: func(r Request) Meta {
			m := Meta{EventType: braintreeXML(r, "kind"), Account: braintreeXML(r, "source-merchant-id")}
			if stamp := braintreeXML(r, "timestamp"); stamp != "" && m.EventType != "" {
				m.ID = m.EventType + ":" + stamp
			}
			return short(m)
		},
		handshake: braintreeChallenge,
	}
}

// braintreeXML is the text of an element of the payload, without attributes that the element may have.
func braintreeXML(r Request, element string) string {
	payload := strings.ReplaceAll(formValue(r.Body, "bt_payload"), "\n", "")
	plain, err := base64.StdEncoding.DecodeString(payload)
	if err != nil {
		return ""
	}
	_, rest, found := strings.Cut(string(plain), "<"+element)
	attributes, text, open := strings.Cut(rest, ">")
	if !found || !open || attributes != "" && attributes[0] != ' ' {
		return ""
	}
	text, _, _ = strings.Cut(text, "<")
	return fitting(strings.TrimSpace(text))
}

// braintreeKey makes the HMAC key of "public_key:private_key", or of the private key alone.
func braintreeKey(secret string) ([]byte, error) {
	if _, private, both := strings.Cut(secret, ":"); both {
		secret = private
	}
	if secret == "" {
		return nil, errors.New("it must be public_key:private_key")
	}
	sum := sha1.Sum([]byte(secret))
	return sum[:], nil
}

func (s *braintreeScheme) newSecret() string {
	return "hook_" + s.secret.random()[:16] + ":" + s.secret.random()
}

func (s *braintreeScheme) inBody() bool { return true }

func (s *braintreeScheme) try(r Request, c claims, secret string) (string, bool, error) {
	expected, ok, err := s.hmacScheme.try(r, c, secret)
	if ok || err != nil {
		return expected, ok, err
	}
	if again, ok, err := s.newline.try(r, c, secret); ok {
		return again, ok, err
	}
	return expected, false, nil
}

// braintreeForm is the carrier of "public_key|signature" in the form's bt_signature, several of them joined by "&".
type braintreeForm struct{}

func (braintreeForm) label() string          { return "" }
func (braintreeForm) headers() []string      { return nil }
func (braintreeForm) form(sig string) string { return "the form's bt_signature: <public key>|" + sig }

func (braintreeForm) read(r Request) (claims, Reason) {
	var c claims
	value, reason := fieldAt("bt_signature").get(r)
	if c.got = value; reason != ReasonOK {
		return c, reason
	}
	for pair := range strings.SplitSeq(value, "&") {
		if _, signature, found := strings.Cut(pair, "|"); found {
			c.add(signature)
		}
	}
	if len(c.signatures) == 0 {
		return c, ReasonMalformed
	}
	c.got = c.signatures[0]
	return c, ReasonOK
}

func (braintreeForm) stamp(*Request, claims) error { return nil }

func (braintreeForm) put(r *Request, c claims, signature string) error {
	public, _, both := strings.Cut(c.secret, ":")
	if !both {
		return errors.New("the public key is sent too: write the secret as public_key:private_key")
	}
	return fieldAt("bt_signature").set(r, public+"|"+signature)
}

// braintreeChallenge answers the challenge that Braintree sends when a URL is registered. Only what looks like one is
// signed, as in its libraries.
func braintreeChallenge(r Request, secrets []Secret) (Answer, bool) {
	challenge, _ := queryValue(r.URL, "bt_challenge")
	if _, err := hex.DecodeString(challenge); err != nil || r.Method != http.MethodGet || len(challenge) < 20 || len(challenge) > 32 {
		return Answer{}, false
	}
	for _, s := range secrets {
		public, _, both := strings.Cut(s.Value, ":")
		key, err := braintreeKey(s.Value)
		if !both || err != nil {
			continue
		}
		mac := hmac.New(sha1.New, key)
		_, _ = mac.Write([]byte(challenge)) // a hash never fails
		return textAnswer(public + "|" + hex.EncodeToString(mac.Sum(nil))), true
	}
	return Answer{}, false
}
