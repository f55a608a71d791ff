package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"time"
)

// keyScheme is a scheme that signs with a private key, which stays with the provider. Its secret is the public one; to
// sign, hook makes a key pair of its own, whose public half the app must be given.
type keyScheme struct {
	carrier   carrier
	algorithm keyAlgorithm
	encoding  encoding
	signs     template
	clock     clock
	shows     publicForm // how the provider shows its key
	text      string     // what stands before the key in the secret: "webhook id"; empty if nothing does
	names     source     // the id of the key that signed; nil if the requests do not tell
}

// A keyAlgorithm signs and verifies messages. Its methods refuse keys of another kind.
type keyAlgorithm struct {
	name     string
	kind     string // of its keys, for people: "an RSA key"
	fits     func(public crypto.PublicKey) bool
	verify   func(public crypto.PublicKey, message, signature []byte) bool
	sign     func(private crypto.Signer, message []byte) ([]byte, error)
	generate func() (crypto.Signer, error)
}

// isKey says whether a public key is of one kind.
func isKey[K crypto.PublicKey](public crypto.PublicKey) bool {
	_, is := public.(K)
	return is
}

var errOtherKey = errors.New("the key is of another kind than the scheme's")

func withEd25519() keyAlgorithm {
	return keyAlgorithm{
		name: "Ed25519", kind: "an Ed25519 key", fits: isKey[ed25519.PublicKey],
		verify: func(public crypto.PublicKey, message, signature []byte) bool {
			k, ok := public.(ed25519.PublicKey)
			return ok && ed25519.Verify(k, message, signature)
		},
		sign: func(private crypto.Signer, message []byte) ([]byte, error) {
			if _, ok := private.(ed25519.PrivateKey); !ok {
				return nil, errOtherKey
			}
			return private.Sign(nil, message, crypto.Hash(0))
		},
		generate: func() (crypto.Signer, error) {
			_, private, err := ed25519.GenerateKey(nil)
			return private, err
		},
	}
}

// withRSA signs with PKCS #1 v1.5, or with PSS.
func withRSA(hash crypto.Hash, pss bool) keyAlgorithm {
	name, options := "RSA-"+hash.String(), crypto.SignerOpts(hash)
	if pss {
		name, options = "RSA-PSS-"+hash.String(), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
	}
	return keyAlgorithm{
		name: name, kind: "an RSA key", fits: isKey[*rsa.PublicKey],
		verify: func(public crypto.PublicKey, message, signature []byte) bool {
			k, ok := public.(*rsa.PublicKey)
			if !ok {
				return false
			}
			if pss {
				return rsa.VerifyPSS(k, hash, sumOf(hash, message), signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}) == nil
			}
			return rsa.VerifyPKCS1v15(k, hash, sumOf(hash, message), signature) == nil
		},
		sign: func(private crypto.Signer, message []byte) ([]byte, error) {
			if _, ok := private.(*rsa.PrivateKey); !ok {
				return nil, errOtherKey
			}
			return private.Sign(rand.Reader, sumOf(hash, message), options)
		},
		generate: func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) },
	}
}

// withECDSA signs with the curve P-256; the signature is ASN.1 DER.
func withECDSA(hash crypto.Hash) keyAlgorithm {
	return keyAlgorithm{
		name: "ECDSA-" + hash.String(), kind: "an ECDSA key", fits: isKey[*ecdsa.PublicKey],
		verify: func(public crypto.PublicKey, message, signature []byte) bool {
			k, ok := public.(*ecdsa.PublicKey)
			return ok && ecdsa.VerifyASN1(k, sumOf(hash, message), signature)
		},
		sign: func(private crypto.Signer, message []byte) ([]byte, error) {
			if _, ok := private.(*ecdsa.PrivateKey); !ok {
				return nil, errOtherKey
			}
			return private.Sign(rand.Reader, sumOf(hash, message), hash)
		},
		generate: func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) },
	}
}

func sumOf(hash crypto.Hash, message []byte) []byte {
	h := hash.New()
	_, _ = h.Write(message)
	return h.Sum(nil)
}

// A keyHolder is a scheme whose secret may be a private key.
type keyHolder interface {
	publicKey(secret string) (string, error)
}

// PublicKey is what an app must be configured with to accept what Sign makes with secret, a private key from NewSecret: the
// public key in the form in which the provider shows its own. For a scheme without keys it is secret itself.
func (p *Provider) PublicKey(secret string) (string, error) {
	if p == nil {
		return secret, nil
	}
	scheme, ok := p.scheme.(keyHolder)
	if !ok {
		return secret, nil
	}
	return scheme.publicKey(secret)
}

func (s *keyScheme) headers() []string   { return s.carrier.headers() }
func (s *keyScheme) limits(claims) clock { return s.clock }
func (s *keyScheme) signsURL() bool      { return s.signs.hasURL() }
func (s *keyScheme) form() string {
	return s.carrier.form(s.carrier.label() + "<" + s.encoding.name + ">")
}

func (s *keyScheme) outlines() []Outline {
	key := "the provider's public key"
	if s.text != "" {
		key = "a line with the " + s.text + ", then " + key
	}
	return []Outline{{Form: s.form(), Signs: s.signs.String(), Algorithm: s.algorithm.name, Encoding: s.encoding.name, Key: key, Clock: s.clock.describe()}}
}

func (s *keyScheme) read(r Request) (claims, Reason) {
	c, reason := s.carrier.read(r)
	if reason == ReasonOK {
		reason = ReasonMalformed
		for _, got := range c.signatures {
			if _, err := s.encoding.decode(got[len(s.carrier.label()):]); err == nil {
				reason = ReasonOK
			}
		}
	}
	if reason == ReasonOK && s.signs.unclear(r) {
		c.unclear, reason = true, ReasonMalformed
	}
	if reason == ReasonOK && s.clock.unit != 0 {
		c.signed, reason = s.clock.parse(c.timestamp)
	}
	return c, reason
}

// ring reads the secret, which must have what the scheme needs.
func (s *keyScheme) ring(secret string) (keyring, error) {
	ring, err := readKeyring(secret)
	switch {
	case err != nil:
		return ring, err
	case len(ring.keys) == 0 && s.text != "":
		return ring, errKeyUnknown
	case len(ring.keys) == 0:
		return ring, errNoKey
	case s.text != "" && ring.text == "":
		return ring, fmt.Errorf("it must begin with a line that holds the %s", s.text)
	}
	return s.fitting(ring)
}

// fitting is the ring with the keys of the scheme's kind only, of which there must be one.
func (s *keyScheme) fitting(ring keyring) (keyring, error) {
	if s.algorithm.fits == nil { // only shows keys
		return ring, nil
	}
	ring.keys = slices.DeleteFunc(ring.keys, func(k key) bool { return !s.algorithm.fits(k.public) })
	if len(ring.keys) == 0 {
		return ring, fmt.Errorf("it holds a key of another kind: it must be %s", s.algorithm.kind)
	}
	return ring, nil
}

// named is the ring with the keys that may have signed r: those whose id it names, and those without an id.
func (s *keyScheme) named(r Request, ring keyring) (keyring, error) {
	if s.names == nil {
		return ring, nil
	}
	id := s.names(r)
	ring.keys = slices.DeleteFunc(ring.keys, func(k key) bool { return id != "" && !k.answersTo(id) })
	if len(ring.keys) == 0 {
		return ring, errKeyUnknown
	}
	return ring, nil
}

func (s *keyScheme) try(r Request, c claims, secret string) (string, bool, error) {
	ring, err := s.ring(secret)
	if err == nil {
		ring, err = s.named(r, ring)
	}
	if err != nil {
		return "", false, err
	}
	c.secret = ring.text
	message := s.signs.append(make([]byte, 0, len(r.Body)+256), r, c)
	for _, got := range c.signatures {
		signature, err := s.encoding.decode(got[len(s.carrier.label()):])
		if err != nil {
			continue
		}
		for _, k := range ring.keys {
			if s.algorithm.verify(k.public, message, signature) {
				return got, true, nil
			}
		}
	}
	return "", false, nil
}

func (s *keyScheme) checkSecret(value string) error {
	if _, err := s.ring(value); err != nil && !errors.Is(err, errKeyUnknown) {
		return err
	}
	return nil
}

func (s *keyScheme) newSecret() string {
	private, err := s.algorithm.generate()
	if err != nil {
		panic(err) // crypto/rand ends the program instead
	}
	text := ""
	if s.text != "" {
		text = secretForm{alphabet: alphanumeric, length: 17}.random() + "\n"
	}
	return text + privatePEM(private)
}

func (s *keyScheme) publicKey(secret string) (string, error) {
	ring, err := s.ring(secret)
	if err != nil {
		return "", err
	}
	public := s.shows(ring.keys[0].public)
	if s.text != "" {
		return ring.text + "\n" + public, nil
	}
	return public, nil
}

func (s *keyScheme) sign(r *Request, secret string, at time.Time) error {
	ring, err := s.ring(secret)
	if err != nil {
		return err
	}
	if ring.keys[0].private == nil {
		return errPublicOnly
	}
	c, _ := s.carrier.read(*r)
	c.secret, c.timestamp = ring.text, s.clock.format(at)
	if c.id == "" && s.signs.has(fieldID) {
		c.id = newMessageID()
	}
	if err := s.carrier.stamp(r, c); err != nil {
		return err
	}
	sum, err := s.algorithm.sign(ring.keys[0].private, s.signs.append(nil, *r, c))
	if err != nil {
		return err
	}
	return s.carrier.put(r, c, string(s.encoding.append([]byte(s.carrier.label()), sum)))
}

var errPublicOnly = errors.New("only the provider has the private key: sign with a key of hook's own, whose public half the app is given")

func (s *keyScheme) inBody() bool { return changesBody(s.carrier) }
