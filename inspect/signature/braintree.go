package signature

import (
	"crypto/hmac"
	"crypto/sha1" // as Braintree's key and signature are made
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
)

// braintreeScheme signs the form's bt_payload with the SHA-1 of the private key. As in Braintree's libraries, the
// payload may have lost the newline at its end.
type braintreeScheme struct {
	hmacScheme
	newline hmacScheme // the same, with the newline put back
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
func (braintreeForm) inBody() bool           { return true }
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
