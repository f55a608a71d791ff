package signature

import (
	"strings"
	"time"
)

// solidgateScheme signs the body between two copies of the public key, which the header Merchant carries.
type solidgateScheme struct{ hmacScheme }

func solidgate() *Provider {
	return &Provider{
		Name:       "solidgate",
		Title:      "Solidgate",
		Docs:       "https://docs.solidgate.com/payments/integrate/webhooks/",
		Confidence: Documented,
		Note:       "To sign, write the secret as wh_pk_…:wh_sk_…: the public key is signed and sent too.",
		SecretVars: []string{"SOLIDGATE_WEBHOOK_SECRET_KEY", "SOLIDGATE_WEBHOOK_SECRET", "SOLIDGATE_WEBHOOK_KEYS"},
		RegisterAt: "Hub → Developers → Channels → the channel → Webhooks",
		SecretAt:   "Hub → Developers → Credentials → Webhook keys",
		Timeout:    30 * time.Second,
		Retries:    "8 times over some 2 days",
		Schedule: []time.Duration{
			15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour, 24 * time.Hour,
		},
		scheme: &solidgateScheme{hmacScheme{
			carrier: headers{signature: "Signature", id: "Merchant"},
			digest:  withSHA512(), encoding: hexInBase64(), signs: signs("{id}{body}{id}"),
			secret: secretForm{derived: &derivation{"of which only what stands behind the colon is the key, if there is one", solidgateKey}},
		}},
		clues: append(marks("Solidgate-Event-Type", "Solidgate-Event-Id"),
			clue{header: "Merchant", prefix: "wh_pk_", also: inHeader("Signature"), weight: certain}),
		reads: reading{event: inHeader("Solidgate-Event-Type"), id: inHeader("Solidgate-Event-Id")},
	}
}

// solidgateKey is the secret key of "wh_pk_…:wh_sk_…", or of the secret key alone.
func solidgateKey(secret string) ([]byte, error) {
	if _, key, both := strings.Cut(secret, ":"); both && key != "" {
		secret = key
	}
	return []byte(secret), nil
}

func (s *solidgateScheme) newSecret() string {
	key := secretForm{alphabet: hexDigits, length: 32}
	return "wh_pk_" + key.random() + ":wh_sk_" + key.random()
}

func (s *solidgateScheme) sign(r *Request, secret string, at time.Time) error {
	c, _ := s.carrier.read(*r)
	if public, _, both := strings.Cut(secret, ":"); both {
		c.id = public
	}
	if c.id == "" {
		c.id = header(r.Header, "Merchant")
	}
	return s.signClaims(r, c, secret, at)
}
