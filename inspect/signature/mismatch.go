package signature

import (
	"fmt"
	"slices"
	"strings"
)

const (
	hashBudget    = 32 << 20 // bytes that one search may hash
	maxCandidates = 64       // secrets that one search tries as they are
	maxEdited     = 8        // secrets that it tries with changes to them or to the body
	largeBody     = 1 << 18  // bytes from which only the first secret is tried with such changes
	maxReparsed   = 2 << 20  // bytes of a body up to which its JSON is written anew
)

// A search looks for the mistake that explains a signature.
type search struct {
	r      Request
	p      *Provider
	res    Result
	own    []Secret // the provider's, the one that decided first
	others []Secret
	hints  Hints
	left   int // bytes that may still be hashed
}

func newSearch(r Request, p *Provider, res Result, candidates []Secret, hints Hints) *search {
	s := &search{r: r, p: p, res: res, hints: hints, left: hashBudget}
	for _, c := range candidates {
		switch {
		case c.Source == res.Secret && (c.Provider == p.Name || c.Provider == ""):
			s.own = append([]Secret{c}, s.own...)
		case c.Provider == p.Name:
			s.own = append(s.own, c)
		default:
			s.others = append(s.others, c)
		}
	}
	return s
}

// verifies says whether r would be signed with a secret. It says no when the budget is spent.
func (s *search) verifies(r Request, secret string) bool {
	if !s.afford(r) {
		return false
	}
	c, reason := s.p.scheme.read(r)
	if reason != ReasonOK {
		return false
	}
	_, ok, err := s.p.scheme.try(r, c, secret)
	return err == nil && ok
}

// A keyTrier is a scheme whose key can be given as it is.
type keyTrier interface {
	tryKey(r Request, c claims, key []byte) (string, bool)
}

// keyVerifies is verifies for a key that the scheme would not make of a secret.
func (s *search) keyVerifies(key []byte) bool {
	scheme, ok := s.p.scheme.(keyTrier)
	if !ok || len(key) == 0 || !s.afford(s.r) {
		return false
	}
	c, reason := s.p.scheme.read(s.r)
	if reason != ReasonOK {
		return false
	}
	_, ok = scheme.tryKey(s.r, c, key)
	return ok
}

// afford pays for one try. A form is sorted anew for each, and up to three URLs are tried.
func (s *search) afford(r Request) bool {
	cost := len(r.Body) + len(r.URL) + 512
	if s.p.scheme.signsURL() {
		cost *= 4
	}
	s.left -= cost
	return s.left >= 0
}

// mismatch tries the mistakes from the most frequent to the rarest.
func (s *search) mismatch() Explanation {
	for _, find := range []func() (Explanation, bool){
		s.bodyHash, s.otherSecret, s.editedSecret, s.newlines, s.url, s.rewritten,
	} {
		if e, found := find(); found {
			return e
		}
	}
	return s.unexplained()
}

// otherSecret tries every other secret as it is.
func (s *search) otherSecret() (Explanation, bool) {
	all := slices.Concat(s.own, s.others)
	if s.decided() {
		all = all[1:]
	}
	for _, c := range all[:min(len(all), maxCandidates)] {
		if s.verifies(s.r, c.Value) {
			return s.madeWith(c), true
		}
	}
	return Explanation{}, false
}

func (s *search) madeWith(c Secret) Explanation {
	e := Explanation{Mistake: MistakeOtherSecret, Headline: "the signature was made with another secret"}
	found := fmt.Sprintf("%s It verifies with %s from %s", s.facts(), Mask(c.Value), place(c.Source))
	switch {
	case c.Test:
		e.Text = found + ", the project's test secret: hook signed it, not " + s.p.Title + "."
		e.Next = "give the app the test secret while you send it samples, or sign them with its own"
	case c.Provider == "" || c.Provider == s.p.Name:
		e.Text = found + ": it came through another endpoint than the one whose secret is in use."
		e.Next = "use that endpoint's signing secret: " + s.p.SecretAt
	default:
		e.Text = found + ", which is configured for " + c.Provider + ": two secrets may have been swapped."
		e.Next = "put each secret where it belongs; the one of " + s.p.Title + " is at " + s.p.SecretAt
	}
	return e
}

// bodyHash compares the body with the hash that the URL carries.
func (s *search) bodyHash() (Explanation, bool) {
	bound, is := s.p.scheme.(*urlBound)
	if !is || s.res.Expected != s.res.Got || s.res.Got == "" || bound.bodyHashHolds(s.r) {
		return Explanation{}, false
	}
	return Explanation{
		Mistake: MistakeBodyChanged, Headline: "the URL is signed, but for another body",
		Text: fmt.Sprintf("The URL carries the SHA-256 of the body as %s, and the %s that arrived have another. "+
			"Something on the way changed the body.", bodyHash, size(len(s.r.Body))),
		Next: "hash the raw bytes, before any middleware or proxy touches them",
	}, true
}

// unexplained is what is left when no known mistake makes the signature.
func (s *search) unexplained() Explanation {
	if s.res.Test {
		return Explanation{
			Mistake: MistakeTestSecret, Headline: "it was not signed with the project's test secret",
			Text: s.facts() + fmt.Sprintf(" No secret of %s itself is configured, so the test secret was tried, "+
				"which only hook signs with.", s.p.Title),
			Next: "take the secret from " + s.p.SecretAt + s.setAs(),
		}
	}
	text := s.facts() + " No configured secret makes this signature, nor does any usual change of the secret or the body"
	if s.p.scheme.signsURL() {
		text += " or the URL, " + showURL(s.r.URL)
	}
	if s.left < 0 || len(s.r.Body) > maxReparsed {
		text += " that was tried; for a body of this size not all were"
	}
	return Explanation{
		Mistake: MistakeWrongSecret, Headline: "no configured secret makes this signature",
		Text: text + ". Either it was made with a secret that is not configured here, " +
			"or the body is not the one that was signed.",
		Next: "compare the secret with the one at " + s.p.SecretAt,
	}
}

// secretMalformed explains a secret that the scheme can't use; if a simple change makes it fit, that.
func (s *search) secretMalformed() Explanation {
	if e, found := s.editedSecret(); found {
		return e
	}
	e := Explanation{
		Mistake: MistakeSecretMalformed, Headline: "the secret has not the form that " + s.p.Title + " gives out",
		Text: "The secret from " + place(s.res.Secret) + " can't be used.",
		Next: "copy it again from " + s.p.SecretAt,
	}
	if len(s.own) > 0 {
		if err := s.p.CheckSecret(s.own[0].Value); err != nil {
			e.Text = fmt.Sprintf("The secret from %s can't be used: %v. It is %s.",
				place(s.own[0].Source), err, Mask(s.own[0].Value))
		}
	}
	return e
}

// facts are what was expected and what came.
func (s *search) facts() string {
	with := "the secret from " + place(s.res.Secret)
	if s.decided() {
		with = Mask(s.own[0].Value) + " from " + place(s.res.Secret)
	}
	var b strings.Builder
	if s.res.Expected != "" {
		fmt.Fprintf(&b, "Expected %s with %s", short8(s.res.Expected), with)
		if n := len(s.own); n > 1 {
			fmt.Fprintf(&b, ", the first of %d", n)
		}
		b.WriteString("; got ")
	} else {
		b.WriteString("Got ")
	}
	b.WriteString(short8(s.res.Got))
	if !s.res.Signed.IsZero() {
		if age := ageOf(s.r, s.res); age >= 0 {
			fmt.Fprintf(&b, ", %s old", ageText(age))
		}
	}
	return b.String() + "."
}

// decided says whether the secret that the result is about is the first of own.
func (s *search) decided() bool {
	return len(s.own) > 0 && s.own[0].Source == s.res.Secret
}

func (s *search) setAs() string {
	if len(s.p.SecretVars) == 0 {
		return ""
	}
	return " and set it as " + s.p.SecretVars[0]
}
