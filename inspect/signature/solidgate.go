package signature

import (
	"strings"
	"time"
)

// solidgateScheme signs the body between two copies of the public key, which the header Merchant carries.
type solidgateScheme struct{ hmacScheme }

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
