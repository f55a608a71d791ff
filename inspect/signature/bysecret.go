package signature

import (
	"slices"
	"strings"
	"time"
)

// bySecret are the schemes of a provider whose secrets tell by their form which of them they are for, as GitLab's signing
// tokens begin with whsec_ and its secret tokens do not. A request may be signed in several ways at once; each secret is
// tried with its own.
type bySecret struct {
	schemes []scheme
	index   func(secret string) int // of the scheme that a secret is for; of "", the one that new secrets are made for
}

// own is the scheme that a secret is for.
func (b *bySecret) own(secret string) scheme { return b.schemes[b.index(secret)] }

// usual is the scheme of new secrets.
func (b *bySecret) usual() scheme { return b.own("") }

// read takes the scheme of which most is there: a signature with a time, whose age is then judged; one without; a broken one.
func (b *bySecret) read(r Request) (claims, Reason) {
	rank := func(reason Reason, dated bool) int {
		switch {
		case reason == ReasonOK && dated:
			return 5
		case reason == ReasonOK:
			return 4
		case reason == ReasonMalformed:
			return 2
		case reason == ReasonMissing:
			return 1
		default:
			return 3
		}
	}
	best, because := claims{}, Reason("")
	for i, s := range b.schemes {
		c, reason := s.read(r)
		c.which = i
		if because == "" || rank(reason, !c.signed.IsZero()) > rank(because, !best.signed.IsZero()) {
			best, because = c, reason
		}
	}
	return best, because
}

func (b *bySecret) try(r Request, c claims, secret string) (string, bool, error) {
	i := b.index(secret)
	if i != c.which {
		var reason Reason
		if c, reason = b.schemes[i].read(r); reason != ReasonOK {
			return "", false, b.schemes[i].checkSecret(secret)
		}
	}
	return b.schemes[i].try(r, c, secret)
}

func (b *bySecret) tryKey(r Request, c claims, key []byte) (string, bool) {
	if s, ok := b.schemes[c.which].(keyTrier); ok {
		return s.tryKey(r, c, key)
	}
	return "", false
}

// sign signs with the secret's scheme. What another has signed with a time is taken out, as it would be stale.
func (b *bySecret) sign(r *Request, secret string, at time.Time) error {
	own := b.own(secret)
	keep := own.headers()
	for _, s := range b.schemes {
		if s.limits(claims{}).unit == 0 {
			continue
		}
		for _, name := range s.headers() {
			if !slices.Contains(keep, name) {
				delete(r.Header, name)
			}
		}
	}
	return own.sign(r, secret, at)
}

func (b *bySecret) limits(c claims) clock          { return b.schemes[c.which].limits(c) }
func (b *bySecret) checkSecret(value string) error { return b.own(value).checkSecret(value) }
func (b *bySecret) newSecret() string              { return b.usual().newSecret() }
func (b *bySecret) headers() []string              { return oneOf(b.schemes).headers() }
func (b *bySecret) form() string                   { return oneOf(b.schemes).form() }
func (b *bySecret) signsURL() bool                 { return oneOf(b.schemes).signsURL() }
func (b *bySecret) outlines() []Outline            { return oneOf(b.schemes).outlines() }

// publicKey is what the app is given: for a secret that is shared, the secret itself.
func (b *bySecret) publicKey(secret string) (string, error) {
	if keys, is := b.own(secret).(*keyScheme); is {
		return keys.publicKey(secret)
	}
	return secret, nil
}

// hasPrefix is the index of a provider whose second scheme's secrets begin with one of the prefixes.
func hasPrefix(prefixes ...string) func(secret string) int {
	return func(secret string) int {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(secret, p) }) {
			return 1
		}
		return 0
	}
}
