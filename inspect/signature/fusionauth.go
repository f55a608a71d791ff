package signature

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"strings"
)

// fusionAuthScheme is that of FusionAuth: a token whose kind of key the administrator chooses. A secret that is text is
// for HS256, keys are for RS256 or ES256.
//
// https://fusionauth.io/docs/extend/events-and-webhooks/signing
type fusionAuthScheme struct{ *bySecret }

const fusionAuthHeader = "X-Fusionauth-Signature-Jwt"

// fusionAuthKind is the index of the scheme that a secret is for. Nothing that can be read as a public key is a shared
// secret: anybody may know it. Text that may be an Ed25519 key is one, as FusionAuth signs with no such key.
func fusionAuthKind(secret string) int {
	secret = strings.TrimSpace(secret)
	ring, _ := readKeyring(secret)
	for _, k := range ring.keys {
		switch k.public.(type) {
		case *rsa.PublicKey:
			return 1
		case *ecdsa.PublicKey:
			return 2
		}
	}
	if strings.HasPrefix(secret, "-----BEGIN ") || strings.HasPrefix(secret, "{") {
		return 1
	}
	return 0
}

// which is the index of the scheme that judges with a secret: for keys, the one of the token's algorithm, as a JWKS may
// hold keys of both kinds.
func (s *fusionAuthScheme) which(c claims, secret string) int {
	i := fusionAuthKind(secret)
	if i > 0 && c.which > 0 {
		return c.which
	}
	return i
}

func (s *fusionAuthScheme) try(r Request, c claims, secret string) (string, bool, error) {
	i := s.which(c, secret)
	if i != c.which { // the token is signed in another way than the secret is for
		return "", false, s.schemes[i].checkSecret(secret)
	}
	return s.schemes[i].try(r, c, secret)
}

// publicKey is that of a private key; a shared secret is given to the app as it is.
func (s *fusionAuthScheme) publicKey(secret string) (string, error) {
	token, is := s.own(secret).(*jwtScheme)
	if !is {
		return secret, nil
	}
	return token.publicKey(secret)
}
