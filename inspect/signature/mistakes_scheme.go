package signature

import (
	"fmt"
	"slices"
	"strings"
)

// unconfirmed explains what does not match, for a scheme that may be wrong itself.
func (s *search) unconfirmed() Explanation {
	_, reason := s.p.scheme.read(s.r)
	if reason == ReasonOK {
		if e, found := s.first(causes()); found {
			return e
		}
		if e, found := s.first(symptoms()); found {
			return e
		}
	} else if e, found := s.otherProvider(); found {
		return e
	}
	text := "Nothing of what is configured verifies it."
	if reason != ReasonOK {
		text = fmt.Sprintf("It is expected to carry %s, and that can't be read from it.", s.p.scheme.form())
	}
	return Explanation{
		Mistake: MistakeSchemeUnconfirmed, Headline: "it can't be told: how " + s.p.Title + " signs is not certain here",
		Text: fmt.Sprintf("%s %s's way of signing is not confirmed by anything that was seen to work, so this proves neither that the "+
			"request is good nor that it is bad.", text, s.p.Title),
		Next: "compare how it is signed here (" + s.signsWhat() + ") with " + s.p.Docs,
	}
}

// signsWhat is in brief what the scheme signs, and how.
func (s *search) signsWhat() string {
	outlines := s.p.scheme.outlines()
	if len(outlines) == 0 {
		return s.p.scheme.form()
	}
	if outlines[0].Signs == "" {
		return outlines[0].Algorithm
	}
	return outlines[0].Algorithm + " of " + outlines[0].Signs
}

// signedOtherwise tries what senders of one's own sign by mistake: other parts, and with another digest.
func (s *search) signedOtherwise() (Explanation, bool) {
	c, reason := s.p.scheme.read(s.r)
	own := hmacOf(inner(s.p.scheme, c, s.firstSecret()))
	if own == nil || reason != ReasonOK {
		return Explanation{}, false
	}
	for _, text := range []string{
		"{body}", "{timestamp}.{body}", "{timestamp}{body}", "{timestamp}:{body}", "v0:{timestamp}:{body}", "{body}{timestamp}",
		"{id}.{timestamp}.{body}", "{body}.{timestamp}", "{url}{body}", "{method}{url}{body}", "{url}", "{timestamp}", "{body_sha256}",
	} {
		other := *own
		if other.signs = signs(text); !s.possible(other.signs, c) || text == own.signs.String() {
			continue
		}
		if e, found := s.signedWith(&other, c, fmt.Sprintf("%s in place of %s", text, own.signs)); found {
			return e, true
		}
	}
	for _, d := range digests() {
		if other := *own; d.size == own.digest.size && !own.digest.plain {
			other.digest, other.signs = d.unkeyed(), append(signs("{secret}"), own.signs...)
			if e, found := s.signedWith(&other, c, "a plain digest of the secret and "+own.signs.String()+", and not an HMAC"); found {
				return e, true
			}
		}
	}
	return Explanation{}, false
}

// possible says whether the request has what a template signs.
func (s *search) possible(t template, c claims) bool {
	return (!t.has(fieldTimestamp) || c.timestamp != "") && (!t.has(fieldID) || c.id != "") && (!t.hasURL() || s.r.URL != "")
}

func (s *search) signedWith(other *hmacScheme, c claims, what string) (Explanation, bool) {
	for _, secret := range s.edited() {
		if !s.afford(s.p, s.r, secret.Value) {
			break
		}
		if _, ok, err := other.try(s.r, c, secret.Value); err == nil && ok {
			return Explanation{
				Mistake: MistakeSignedOtherwise, Headline: "the secret is right, but something else was signed",
				Text: fmt.Sprintf("%s With the secret from %s it verifies for %s.", s.facts(), place(secret.Source), what),
				Next: "sign " + strings.TrimSpace(s.signsWhat()) + ", as " + s.p.Title + " does",
			}, true
		}
	}
	return Explanation{}, false
}

// otherDigest tells a signature that was made with another digest, by its length.
func (s *search) otherDigest() (Explanation, bool) {
	own := hmacOf(s.p.scheme)
	name, value := s.signatureHeader()
	if own == nil || value == "" {
		return Explanation{}, false
	}
	label := own.carrier.label()
	for _, d := range digests() {
		for _, written := range []encoding{own.encoding, inHex(), inBase64()} {
			other := *own
			other.digest, other.encoding = d, written
			bare := strings.TrimPrefix(value, strings.ToLower(d.name)+"=")
			for _, text := range slices.Compact([]string{value, label + bare}) {
				r := s.r
				r.Header = s.r.Header.Clone()
				r.Header[name] = []string{text}
				c, reason := other.read(r)
				if reason != ReasonOK || d.size == own.digest.size {
					continue
				}
				if e, found := s.signedWith(&other, c, "HMAC-"+d.name+" in place of HMAC-"+own.digest.name); found {
					return e, true
				}
			}
		}
	}
	return Explanation{}, false
}
