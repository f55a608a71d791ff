package signature

import (
	"crypto"
	"time"
)

// standardScheme is that of Standard Webhooks: HMAC with a secret that begins with whsec_, or Ed25519 with keys that begin
// with whsk_ and whpk_. A request may carry signatures of both kinds in its list.
//
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
func standardScheme(secretBytes int, families ...family) *bySecret {
	shared := threeHeaders{families}
	signed := signs("{id}.{timestamp}.{body}")
	fiveMinutes := clock{unit: time.Second, past: 5 * time.Minute, future: 5 * time.Minute}
	return &bySecret{
		schemes: []scheme{
			&hmacScheme{
				carrier: shared, digest: withSHA256(), encoding: inBase64(), signs: signed, clock: fiveMinutes,
				secret: secretForm{prefix: "whsec_", length: secretBytes, encoded: true},
			},
			&keyScheme{
				carrier: keyedHeaders{shared}, algorithm: withEd25519(), encoding: inBase64(), signs: signed, clock: fiveMinutes,
				shows: func(public crypto.PublicKey) string { return "whpk_" + asBase64(public) },
			},
		},
		index: hasPrefix("whsk_", "whpk_", "-----BEGIN "),
	}
}

// keyedHeaders are threeHeaders with the label of signatures by key.
type keyedHeaders struct{ threeHeaders }

func (k keyedHeaders) label() string                   { return "v1a," }
func (k keyedHeaders) read(r Request) (claims, Reason) { return k.find(r, k.label()) }
