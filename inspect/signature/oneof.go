package signature

import (
	"slices"
	"strings"
	"time"
)

// oneOf are the schemes of a provider that has several: the first of which a request carries anything counts. A
// request is signed with that again, a new one with the first.
type oneOf []scheme

func (o oneOf) read(r Request) (claims, Reason) {
	for i, s := range o {
		c, reason := s.read(r)
		if reason != ReasonMissing {
			c.which = i
			return c, reason
		}
	}
	return o[0].read(r)
}

func (o oneOf) try(r Request, c claims, secret string) (string, bool, error) {
	return o[c.which].try(r, c, secret)
}

func (o oneOf) tryKey(r Request, c claims, key []byte) (string, bool) {
	if s, ok := o[c.which].(keyTrier); ok {
		return s.tryKey(r, c, key)
	}
	return "", false
}

func (o oneOf) sign(r *Request, secret string, at time.Time) error {
	c, _ := o.read(*r)
	return o[c.which].sign(r, secret, at)
}

func (o oneOf) limits(c claims) clock { return o[c.which].limits(c) }
func (o oneOf) newSecret() string     { return o[0].newSecret() }

func (o oneOf) headers() []string {
	var all []string
	for _, s := range o {
		for _, name := range s.headers() {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

func (o oneOf) form() string {
	var all []string
	for _, s := range o {
		all = append(all, s.form())
	}
	return strings.Join(all, " or ")
}

func (o oneOf) signsURL() bool {
	return slices.ContainsFunc(o, scheme.signsURL)
}

// checkSecret accepts what any of the schemes can use.
func (o oneOf) checkSecret(value string) error {
	var first error
	for _, s := range o {
		err := s.checkSecret(value)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func (o oneOf) outlines() []Outline {
	var all []Outline
	for _, s := range o {
		all = append(all, s.outlines()...)
	}
	return all
}

// publicKey is that of the first scheme, which signs.
func (o oneOf) publicKey(secret string) (string, error) {
	if s, ok := o[0].(keyHolder); ok {
		return s.publicKey(secret)
	}
	return secret, nil
}

func (o oneOf) inBody() bool { return changesBody(o[0]) }
