package signature

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
)

const (
	workBudget    = 56 << 20  // what one search may do, in bytes of SHA-256
	keyWork       = 128 << 10 // what it costs to check one signature with one public key
	maxCandidates = 64        // secrets that one search tries as they are
	maxEdited     = 8         // secrets that it tries with changes to them or to the request
	largeBody     = 1 << 18   // bytes from which only the first secret is tried with such changes
	maxReparsed   = 2 << 20   // bytes of a body up to which it is written anew
)

// A search looks for the mistake that explains a signature.
type search struct {
	r      Request
	p      *Provider
	res    Result
	own    []Secret // the provider's, the one that decided first
	others []Secret
	hints  Hints
	left   int // the work that may still be done
	floor  int // what of it the finder at hand must leave
	short  bool
	seed   maphash.Seed
	seen   map[uint64]bool // the bodies that were tried
	prices map[*Provider]price
}

func newSearch(r Request, p *Provider, res Result, candidates []Secret, hints Hints) *search {
	s := &search{
		r: r, p: p, res: res, hints: hints, left: workBudget,
		seed: maphash.MakeSeed(), seen: make(map[uint64]bool), prices: make(map[*Provider]price),
	}
	for _, c := range candidates {
		switch {
		case p != nil && c.Source == res.Secret && (c.Provider == p.Name || c.Provider == ""):
			s.own = append([]Secret{c}, s.own...)
		case p != nil && c.Provider == p.Name:
			s.own = append(s.own, c)
		default:
			s.others = append(s.others, c)
		}
	}
	return s
}

// verifies says whether r would be signed with a secret. It says no when the work that may be done is done.
func (s *search) verifies(r Request, secret string) bool { return s.verifiesAs(s.p, r, secret) }

// verifiesAs is verifies for another provider's scheme.
func (s *search) verifiesAs(p *Provider, r Request, secret string) bool {
	if !s.afford(p, r, secret) {
		return false
	}
	c, reason := p.scheme.read(r)
	if reason != ReasonOK {
		return false
	}
	_, ok, err := p.scheme.try(r, c, secret)
	return err == nil && ok
}

// verifiesClaims is verifies for claims that are not what r says.
func (s *search) verifiesClaims(r Request, c claims, secret string) bool {
	if !s.afford(s.p, r, secret) {
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
	if !ok || len(key) == 0 || !s.afford(s.p, s.r, "") {
		return false
	}
	c, reason := s.p.scheme.read(s.r)
	if reason != ReasonOK {
		return false
	}
	_, ok = scheme.tryKey(s.r, c, key)
	return ok
}

// A price is what trying a secret with a provider's scheme costs.
type price struct {
	factor  int    // for each byte
	keyed   bool   // it may need public keys
	carries string // the header that is read each time
}

func (s *search) priceOf(p *Provider) price {
	if known, has := s.prices[p]; has {
		return known
	}
	is := price{factor: 1}
	_, is.keyed = p.scheme.(interface {
		publicKey(secret string) (string, error)
	})
	if names := p.scheme.headers(); len(names) > 0 {
		is.carries = names[0]
	}
	if p.SignsInBody() {
		is.factor += 8 // the body is read for the signature, and its members for what is signed
	}
	if p.scheme.signsURL() {
		is.factor += 6 // several forms of the URL are tried
	}
	if _, twice := p.scheme.(*twoWays); twice {
		is.factor += 16 // the second way makes another body
	}
	for _, o := range p.scheme.outlines() {
		if strings.Contains(o.Algorithm, "512") || strings.Contains(o.Algorithm, "384") || strings.Contains(o.Algorithm, "Ed25519") {
			is.factor += 2
		}
		if is.factor += strings.Count(o.Signs, "{json:"); strings.Contains(o.Signs, " ") {
			is.factor += 8 // words describe what a function makes
		}
	}
	s.prices[p] = is
	return is
}

// afford pays for one try.
func (s *search) afford(p *Provider, r Request, secret string) bool {
	price := s.priceOf(p)
	cost := (len(r.Body)+len(r.URL))*price.factor + 4*len(header(r.Header, price.carries)) + 512
	if price.keyed {
		keys := strings.Count(secret, "-----BEGIN ") + strings.Count(secret, `"kty"`)
		signatures := 1 + strings.Count(header(r.Header, price.carries), ",")
		cost += keyWork * min(max(keys, 1), maxKeys) * min(signatures, maxSignatures)
	}
	return s.spend(cost)
}

// spend says whether there is work left to do something that costs as much.
func (s *search) spend(cost int) bool {
	if s.left-cost < s.floor {
		s.short = true
		return false
	}
	s.left -= cost
	return true
}

// signedBody says whether one of the provider's secrets signs the request with another body.
func (s *search) signedBody(body []byte) bool {
	if len(s.seen) == 0 {
		s.seen[maphash.Bytes(s.seed, s.r.Body)] = true
	}
	id := maphash.Bytes(s.seed, body)
	if s.seen[id] {
		return false
	}
	s.seen[id] = true
	r := s.r
	r.Body = body
	return slices.ContainsFunc(s.edited(), func(c Secret) bool { return s.verifies(r, c.Value) })
}

// edited are the secrets that are tried with changes to them or to the request: fewer for a large body.
func (s *search) edited() []Secret {
	if len(s.r.Body) > largeBody {
		return s.own[:min(len(s.own), 1)]
	}
	return s.own[:min(len(s.own), maxEdited)]
}

// mismatch explains a signature that no secret of the provider's makes.
func (s *search) mismatch() Explanation {
	if e, found := s.first(causes()); found {
		return e
	}
	if e, found := s.first(symptoms()); found {
		return e
	}
	return s.unexplained()
}

// unexplained is what is left when no known mistake makes the signature.
func (s *search) unexplained() Explanation {
	e := Explanation{
		Mistake: MistakeWrongSecret, Headline: "no configured secret makes this signature",
		Next: "compare the secret with the one at " + s.p.SecretAt,
	}
	if !s.signsAnything() {
		e.Headline = "what was sent is not the secret"
		e.Text = s.facts() + fmt.Sprintf(" %s sends the secret itself. What came is none of those that are configured, nor is it one with a usual change.", s.p.Title)
		return e
	}
	text := s.facts() + " No configured secret makes this signature, nor does any usual change of the secret or the body"
	if s.p.scheme.signsURL() {
		text += " or the URL, " + showURL(s.r.URL)
	}
	switch {
	case len(s.r.Body) > maxReparsed, s.short && len(s.r.Body) > 1<<16:
		text += " that was tried; for a body of this size not all were"
	case s.short:
		text += " that was tried; not all were, as each takes long"
	}
	text += ". Either it was made with a secret that is not configured here, or the body is not the one that was signed."
	if s.p.Name == "stripe" && pick(s.r.Body, "account") != "" {
		text += " The event is of a connected account: such events come through an endpoint for them, which has a secret of its own."
	}
	if note := strings.ToLower(s.p.Note); strings.Contains(note, "sign") || strings.Contains(note, "secret") || strings.Contains(note, "key") {
		text += " To know of " + s.p.Title + ": " + s.p.Note
	}
	e.Text = text
	return e
}

// signsAnything says whether the scheme signs, and does not just send the secret.
func (s *search) signsAnything() bool {
	c, _ := s.p.scheme.read(s.r)
	scheme := inner(s.p.scheme, c, s.firstSecret())
	return slices.ContainsFunc(scheme.outlines(), func(o Outline) bool { return o.Signs != "" })
}

// testSecret is for a project that has no secret of the provider's.
func (s *search) testSecret() (Explanation, bool) {
	return Explanation{
		Mistake: MistakeTestSecret, Headline: "it was not signed with the project's test secret",
		Text: s.facts() + fmt.Sprintf(" No secret of %s itself is configured, so the test secret was tried, "+
			"which only hook signs with.", s.p.Title),
		Next: "take the secret from " + s.p.SecretAt + s.setAs(),
	}, s.res.Test
}

// facts are what was expected and what came.
func (s *search) facts() string {
	with := "the secret from " + place(s.res.Secret)
	if s.decided() {
		with = named(s.own[0].Value) + " from " + place(s.res.Secret)
	}
	expected, got := short8(s.res.Expected), short8(s.res.Got)
	if expected == got && s.res.Expected != s.res.Got { // what differs stands in the middle
		expected, got = printable(s.res.Expected), printable(s.res.Got)
	}
	var b strings.Builder
	if expected != "" {
		fmt.Fprintf(&b, "Expected %s with %s", expected, with)
		if n := len(s.own); n > 1 {
			fmt.Fprintf(&b, ", the first of %d", n)
		}
		b.WriteString("; got ")
	} else {
		b.WriteString("Got ")
	}
	b.WriteString(got)
	if !s.res.Signed.IsZero() {
		if age := ageOf(s.r, s.res); age >= 0 {
			fmt.Fprintf(&b, ", %s old", ageText(age))
		}
	}
	return b.String() + "."
}

// difference compares the body that arrived with the one that was signed.
func (s *search) difference(signed []byte) string {
	got := s.r.Body
	at := 0
	for at < len(got) && at < len(signed) && got[at] == signed[at] {
		at++
	}
	text := fmt.Sprintf("%s arrived, %s were signed", size(len(got)), thousands(len(signed)))
	switch {
	case at == len(got):
		return text + ", " + thousands(len(signed)-at) + " more at the end"
	case at == len(signed):
		return text + ", " + thousands(len(got)-at) + " less at the end"
	default:
		return text + ", and they differ from byte " + thousands(at+1) + " on"
	}
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
