package signature

import (
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
