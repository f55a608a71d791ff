package signature

import (
	"crypto/hmac"
	"crypto/sha1" // Twilio and GitHub's older header are HMAC-SHA1
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"slices"
	"time"
)

// A scheme is how a provider signs. It is data, so one value serves all requests at once.
//
// The HMAC families share hmacScheme and differ in their carrier and template; a scheme of another kind (a public key,
// a token in clear) implements this interface by itself.
type scheme interface {
	// read takes from r its signatures and what was signed beside the body. The claims hold what could be read even
	// when the reason is not ReasonOK.
	read(r Request) (claims, Reason)
	// try judges the claims with one secret: the signature that it makes, as the header would carry it (empty if the
	// scheme can't make one), and whether that is among the claims. The error says what form a secret needs.
	try(r Request, c claims, secret string) (expected string, ok bool, err error)
	headers() []string // the names that it reads, canonical; the signature's own first
	form() string      // the signature's header with its value in outline, for people
	limits() clock
	signsURL() bool
	checkSecret(value string) error
	newSecret() string
}

// A signer is a scheme that can make what a provider sends. Not all can: a private key stays with the provider.
type signer interface {
	sign(r *Request, secret string, at time.Time) error
}

// Claims are what a request's headers say of its signature.
type claims struct {
	signatures []string  // as the header carries them, label included; at most maxSignatures
	got        string    // the first of them, or the whole header if it can't be read
	timestamp  string    // as sent: its text is what is signed
	signed     time.Time // that, read
	id         string    // as sent
	family     int       // which of the carrier's sets of headers the request uses
	form       []byte    // the body's parameters as they are signed, if the scheme signs those
}

const (
	maxSignatures = 32       // that are looked at in one request; further ones are ignored
	maxHeader     = 16 << 10 // bytes of a header that a scheme reads; a longer one is malformed
)

// add takes a signature, if there are not too many yet.
func (c *claims) add(signature string) {
	if len(c.signatures) < maxSignatures {
		c.signatures = append(c.signatures, signature)
	}
}

// A carrier is where a family of schemes puts signature, timestamp and id.
type carrier interface {
	// read finds them in h. Its reason never concerns the form of the timestamp or of the signature proper.
	read(h http.Header) (claims, Reason)
	// write sets the headers that carry c's fields and the signature, label included.
	write(h http.Header, c claims, signature string)
	label() string // what stands right before a signature: "v1="
	headers() []string
	form(signature string) string
}

// A digest is a hash function with the size of its sums in bytes.
type digest struct {
	new  func() hash.Hash
	size int
}

func withSHA1() digest   { return digest{sha1.New, sha1.Size} }
func withSHA256() digest { return digest{sha256.New, sha256.Size} }

// An encoding is how a MAC is written.
type encoding struct {
	name   string
	length func(n int) int
	append func(dst, src []byte) []byte
}

func inHex() encoding {
	return encoding{"hexadecimal digits", hex.EncodedLen, hex.AppendEncode}
}

func inBase64() encoding {
	return encoding{"base64 characters", base64.StdEncoding.EncodedLen, base64.StdEncoding.AppendEncode}
}

// hmacScheme is a scheme that signs with HMAC. A signature is compared as text, which is how most of the providers'
// libraries do it: an upper-case digit or a space makes another signature.
type hmacScheme struct {
	carrier  carrier
	digest   digest
	encoding encoding
	signs    template
	clock    clock
	secret   secretForm
	also     []signer // what is sent besides, for old receivers; it is made but not judged
}

func (s *hmacScheme) headers() []string              { return s.carrier.headers() }
func (s *hmacScheme) limits() clock                  { return s.clock }
func (s *hmacScheme) signsURL() bool                 { return s.signs.has(fieldURL) }
func (s *hmacScheme) checkSecret(value string) error { return s.secret.check(value) }
func (s *hmacScheme) newSecret() string              { return s.secret.random() }

func (s *hmacScheme) form() string {
	digits := s.encoding.length(s.digest.size)
	return s.carrier.form(fmt.Sprintf("%s<%d %s>", s.carrier.label(), digits, s.encoding.name))
}

func (s *hmacScheme) read(r Request) (claims, Reason) {
	c, reason := s.carrier.read(r.Header)
	if reason == ReasonOK && !slices.ContainsFunc(c.signatures, s.wellFormed) {
		reason = ReasonMalformed
	}
	if reason == ReasonOK && s.clock.unit != 0 {
		c.signed, reason = s.clock.parse(c.timestamp)
	}
	return c, reason
}

// wellFormed says whether text is as long as this scheme's signatures are. Nothing else can match.
func (s *hmacScheme) wellFormed(text string) bool {
	return len(text) == len(s.carrier.label())+s.encoding.length(s.digest.size)
}

func (s *hmacScheme) try(r Request, c claims, secret string) (string, bool, error) {
	scratch := make([]byte, 0, 256)
	key, err := s.secret.appendKey(scratch, secret)
	if err != nil {
		return "", false, err
	}
	expected, ok := s.tryKey(r, c, key)
	return expected, ok, nil
}

// tryKey is try with a key at hand. It uses key's memory for other things.
func (s *hmacScheme) tryKey(r Request, c claims, key []byte) (string, bool) {
	expected := s.make(r, c, key)
	for _, got := range c.signatures {
		if hmac.Equal([]byte(got), expected) {
			return got, true
		}
	}
	return string(expected), false
}

// make is the signature of r, label included. It uses key's memory for other things.
func (s *hmacScheme) make(r Request, c claims, key []byte) []byte {
	mac := hmac.New(s.digest.new, key)
	s.signs.write(mac, key, r, c)
	sum := mac.Sum(key[:0])
	return s.encoding.append(append(sum, s.carrier.label()...), sum)[len(sum):]
}

func (s *hmacScheme) sign(r *Request, secret string, at time.Time) error {
	c, _ := s.carrier.read(r.Header)
	return s.signClaims(r, c, secret, at)
}

// signClaims signs r with what c holds of id and form; the timestamp is at.
func (s *hmacScheme) signClaims(r *Request, c claims, secret string, at time.Time) error {
	key, err := s.secret.appendKey(nil, secret)
	if err != nil {
		return err
	}
	c.timestamp = s.clock.format(at)
	if c.id == "" && s.signs.has(fieldID) {
		c.id = newMessageID()
	}
	s.carrier.write(r.Header, c, string(s.make(*r, c, key)))
	for _, other := range s.also {
		if err := other.sign(r, secret, at); err != nil {
			return err
		}
	}
	return nil
}

// single is the only value of a header. It is missing when it is empty too, and malformed when it is repeated, as
// receivers disagree which of the values counts, or longer than maxHeader.
func single(h http.Header, name string) (string, Reason) {
	values := h[name]
	switch {
	case len(values) == 0 || len(values) == 1 && values[0] == "":
		return "", ReasonMissing
	case len(values) > 1 || len(values[0]) > maxHeader:
		return values[0], ReasonMalformed
	default:
		return values[0], ReasonOK
	}
}
