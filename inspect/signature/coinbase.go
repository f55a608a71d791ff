package signature

import (
	"slices"
	"strings"
	"time"
)

// hook0Scheme is that of Hook0, which Coinbase sends through: two signatures in one header, v0 of the time and the body,
// v1 of some headers besides. A request is judged by v0 if it has one, as Coinbase advises: proxies may change headers.
//
// https://docs.cdp.coinbase.com/webhooks/verify-signatures
type hook0Scheme struct {
	oneOf // v0, v1
	v1    *hmacScheme
}

const hook0Header = "X-Hook0-Signature"

func coinbase() *Provider {
	secret := secretForm{alphabet: hexDigits, length: 64}
	limits := clock{unit: time.Second, past: 5 * time.Minute}
	v0 := &hmacScheme{
		carrier: pairs{name: hook0Header, separator: ",", time: "t=", signature: "v0="},
		digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"), clock: limits, secret: secret,
	}
	v1 := &hmacScheme{
		carrier: pairs{name: hook0Header, separator: ",", time: "t=", id: "h=", signature: "v1="},
		digest:  withSHA256(), encoding: inHex(), clock: limits, secret: secret,
		signs: slices.Concat(signs("{timestamp}.{id}."), computes("the values of these headers, joined by dots", namedHeaders), signs(".{body}")),
	}
	return &Provider{
		Name:       "coinbase",
		Title:      "Coinbase Developer Platform",
		Docs:       "https://docs.cdp.coinbase.com/webhooks/verify-signatures",
		Confidence: Documented,
		Note:       "Other customers of Hook0, through which it sends, sign the same way.",
		SecretVars: []string{"COINBASE_WEBHOOK_SECRET", "CDP_WEBHOOK_SECRET", "CB_WEBHOOK_SECRET"},
		RegisterAt: "CDP Portal → Webhooks, or the API: POST …/webhooks/subscriptions",
		SecretAt:   "the API's answer when the subscription is created: secret",
		Retries:    "with growing pauses",
		scheme:     &hook0Scheme{oneOf{v0, v1}, v1},
		clues:      marks(hook0Header),
		reads: reading{
			event: firstOf(inHeader("X-Event-Type"), inBody("eventType"), inBody("type")),
			id:    firstOf(inHeader("X-Event-Id"), inBody("id")),
		},
	}
}

// namedHeaders are the values of the headers that the signature's header names, joined by dots.
func namedHeaders(r Request, c claims) []byte {
	var values []byte
	for i, name := range strings.Split(c.id, " ") {
		if i > 0 {
			values = append(values, '.')
		}
		values = append(values, r.Header.Get(name)...)
	}
	return values
}

func (s *hook0Scheme) read(r Request) (claims, Reason) {
	c, reason := s.oneOf[0].read(r)
	if reason != ReasonMalformed {
		return c, reason
	}
	if other, reason := s.oneOf[1].read(r); reason == ReasonOK {
		other.which = 1
		return other, reason
	}
	return c, reason
}

// sign writes both signatures. Of headers only Content-Type is signed, which every sender sets.
func (s *hook0Scheme) sign(r *Request, secret string, at time.Time) error {
	if err := s.oneOf.sign(r, secret, at); err != nil {
		return err
	}
	v0 := r.Header.Get(hook0Header)
	if err := s.v1.signClaims(r, claims{id: "content-type"}, secret, at); err != nil {
		return err
	}
	_, v1, _ := strings.Cut(r.Header.Get(hook0Header), ",")
	r.Header[hook0Header] = []string{v0 + "," + v1}
	return nil
}
