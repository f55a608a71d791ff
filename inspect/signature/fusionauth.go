package signature

import (
	"crypto/ecdsa"
	"strings"
)

// fusionAuthScheme is that of FusionAuth: a token whose kind of key the administrator chooses. A secret that is text is
// for HS256, keys are for RS256 or ES256.
//
// https://fusionauth.io/docs/extend/events-and-webhooks/signing
type fusionAuthScheme struct{ *bySecret }

const fusionAuthHeader = "X-Fusionauth-Signature-Jwt"

// fusionAuthKind is the index of the scheme that a secret is for.
func fusionAuthKind(secret string) int {
	secret = strings.TrimSpace(secret)
	if !strings.HasPrefix(secret, "-----BEGIN ") && !strings.HasPrefix(secret, "{") {
		return 0
	}
	ring, err := readKeyring(secret)
	if err != nil || len(ring.keys) == 0 {
		return 1
	}
	if _, elliptic := ring.keys[0].public.(*ecdsa.PublicKey); elliptic {
		return 2
	}
	return 1
}

// publicKey is that of a private key; a shared secret is given to the app as it is.
func (s *fusionAuthScheme) publicKey(secret string) (string, error) {
	token, is := s.own(secret).(*jwtScheme)
	if !is {
		return secret, nil
	}
	return token.publicKey(secret)
}
