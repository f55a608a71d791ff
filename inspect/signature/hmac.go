package signature

import (
	"crypto/hmac"
	"fmt"
	"hash"
	"slices"
	"sync"
	"time"
)

// hmacScheme is a scheme that signs with HMAC, or with a plain digest of what holds the secret. A signature is compared as text, which is how most of the providers'
// libraries do it: an upper-case digit or a space makes another signature.
type hmacScheme struct {
	carrier  carrier
	digest   digest
	encoding encoding
	signs    template
	clock    clock
	secret   secretForm
	also     []scheme // what is sent besides, for old receivers; it is made but not judged
}

func (s *hmacScheme) headers() []string              { return s.carrier.headers() }
func (s *hmacScheme) limits(claims) clock            { return s.clock }
func (s *hmacScheme) signsURL() bool                 { return s.signs.hasURL() }
func (s *hmacScheme) checkSecret(value string) error { return s.secret.check(value) }
func (s *hmacScheme) newSecret() string              { return s.secret.random() }

func (s *hmacScheme) form() string {
	digits := s.encoding.length(s.digest.size)
	return s.carrier.form(fmt.Sprintf("%s<%d %s>", s.carrier.label(), digits, s.encoding.name))
}

func (s *hmacScheme) read(r Request) (claims, Reason) {
	c, reason := s.carrier.read(r)
	if reason == ReasonOK && !slices.ContainsFunc(c.signatures, s.wellFormed) {
		reason = ReasonMalformed
	}
	if reason == ReasonOK && s.signs.unclear(r) {
		c.unclear, reason = true, ReasonMalformed
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
	scratch := scratches.Get().(*[]byte)
	defer putScratch(scratch)
	key, err := s.secret.appendKey((*scratch)[:0], secret)
	if err != nil {
		return "", false, err
	}
	c.secret = secret
	expected, ok := s.tryKey(r, c, key)
	return expected, ok, nil
}

// scratches are memory for keys, and for what is signed beside the body.
var scratches = sync.Pool{New: func() any { return new(make([]byte, 0, 512)) }}

func putScratch(scratch *[]byte) {
	clear((*scratch)[:cap(*scratch)]) // it held a key
	scratches.Put(scratch)
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
	sum := s.digest.sum(key[:0], key, func(h hash.Hash) { s.signs.write(h, key, r, c) })
	return s.encoding.append(append(sum, s.carrier.label()...), sum)[len(sum):]
}

func (s *hmacScheme) sign(r *Request, secret string, at time.Time) error {
	var c claims
	if k, ok := s.carrier.(headers); !ok || k.id != "" { // else nothing of what was there is kept
		c, _ = s.carrier.read(*r)
	}
	return s.signClaims(r, c, secret, at)
}

// signClaims signs r with what c holds of id and form; the timestamp is at.
func (s *hmacScheme) signClaims(r *Request, c claims, secret string, at time.Time) error {
	scratch := scratches.Get().(*[]byte)
	defer putScratch(scratch)
	key, err := s.secret.appendKey((*scratch)[:0], secret)
	if err != nil {
		return err
	}
	c.secret, c.timestamp = secret, s.clock.format(at)
	if c.id == "" && s.signs.has(fieldID) {
		c.id = newMessageID()
	}
	if err := s.carrier.stamp(r, c); err != nil {
		return err
	}
	if err := s.carrier.put(r, c, string(s.make(*r, c, key))); err != nil {
		return err
	}
	for _, other := range s.also {
		if err := other.sign(r, secret, at); err != nil {
			return err
		}
	}
	return nil
}

func (s *hmacScheme) outlines() []Outline {
	kind := "HMAC-" + s.digest.name
	if s.digest.plain {
		kind = s.digest.name
	}
	return []Outline{{Form: s.form(), Signs: s.signs.String(), Algorithm: kind, Encoding: s.encoding.name, Key: s.secret.describe(), Clock: s.clock.describe()}}
}

func (s *hmacScheme) inBody() bool { return changesBody(s.carrier) }
