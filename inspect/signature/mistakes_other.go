package signature

import (
	"fmt"
	"slices"
	"strings"
)

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
	configured, used := modeOf(s.ownSource()), modeOf(c.Source)
	switch {
	case c.Test:
		e.Text = found + ", the project's test secret: hook signed it, not " + s.p.Title + "."
		e.Next = "give the app the test secret while you send it samples, or sign them with its own"
	case len(s.own) == 0:
		e.Text = found + ", which is not configured for " + s.p.Title + "."
		e.Next = "configure it for " + s.p.Title + s.setAs()
	case c.Provider != "" && c.Provider != s.p.Name:
		e.Text = found + ", which is configured for " + c.Provider + ": two secrets may have been swapped."
		e.Next = "put each secret where it belongs; the one of " + s.p.Title + " is at " + s.p.SecretAt
	case configured != "" && used != "" && configured != used:
		e.Mistake, e.Headline = MistakeTestLive, "the signature was made with the secret of "+used+" mode"
		e.Text = found + ", which by its name is for " + used + " mode; the secret in use is for " + configured + " mode."
		e.Next = "use the secret of the endpoint that the event came through: test and live mode have endpoints and secrets of their own"
	case len(s.own[0].Value) >= 8 && strings.HasPrefix(c.Value, s.own[0].Value):
		e.Mistake, e.Headline = MistakeSecretTruncated, "the secret was cut short"
		e.Text = found + "; the secret in use is its beginning and lacks the rest."
		e.Next = "copy the whole secret from " + s.p.SecretAt
	case s.isKey(c.Value):
		e.Headline = "the signature was made with another key"
		e.Text = found + ": the provider has several keys, as for a sandbox and for live data, or has changed its key."
		e.Next = "use the key of the environment that sends: " + s.p.SecretAt
	default:
		e.Text = found + ": it came through another endpoint than the one whose secret is in use."
		e.Next = "use that endpoint's signing secret: " + s.p.SecretAt
	}
	return e
}

// isKey says whether a secret is a public key.
func (s *search) isKey(secret string) bool {
	if !s.priceOf(s.p).keyed {
		return false
	}
	c, _ := s.p.scheme.read(s.r)
	_, is := inner(s.p.scheme, c, secret).(*keyScheme)
	return is || strings.Contains(secret, "-----BEGIN ") || strings.Contains(secret, `"kty"`)
}

func (s *search) ownSource() string {
	if len(s.own) == 0 {
		return ""
	}
	return s.own[0].Source
}

// modeOf says by a variable's name whether the secret in it is for test or for live data; empty if the name doesn't say.
func modeOf(source string) string {
	if at := strings.LastIndexAny(source, "(/"); at >= 0 {
		source = source[at:]
	}
	words := strings.FieldsFunc(strings.ToUpper(source), func(r rune) bool { return (r < 'A' || r > 'Z') && r != '.' })
	mode := ""
	for _, word := range words {
		switch word {
		case "TEST", "TESTING", "SANDBOX", "DEV", "DEVELOPMENT", "STAGING", "CLI":
			mode = ModeTest
		case "LIVE", "PROD", "PRODUCTION":
			mode = ModeLive
		}
	}
	return mode
}

// otherMode compares the mode of the event with that of the secret, by its name.
func (s *search) otherMode() (Explanation, bool) {
	secret := modeOf(s.ownSource())
	if secret == "" {
		return Explanation{}, false
	}
	event := s.p.Meta(s.r).Mode
	if event == "" || event == secret {
		return Explanation{}, false
	}
	return Explanation{
		Mistake: MistakeTestLive, Headline: fmt.Sprintf("a %s event meets the secret of %s mode", event, secret),
		Text: fmt.Sprintf("%s By what the request says the event is of %s mode, and by its name the secret from %s is for %s mode.",
			s.facts(), event, place(s.ownSource()), secret),
		Next: "use the secret of " + event + " mode: " + s.p.SecretAt,
	}, true
}

// otherProvider tries the schemes of other providers whose headers the request has.
func (s *search) otherProvider() (Explanation, bool) {
	tried := map[string]bool{}
	if s.p != nil && s.p.scheme != nil {
		tried[s.p.schemeText()] = true
	}
	for _, p := range s.rivals() {
		if text := p.schemeText(); !tried[text] {
			tried[text] = true
		} else {
			continue
		}
		for _, c := range s.secretsFor(p) {
			if _, bare := p.scheme.(*tokenScheme); bare && c.Provider != p.Name {
				continue // too many send a token in such a way
			}
			if s.verifiesAs(p, s.r, c.Value) {
				return s.signedAs(p, c), true
			}
		}
	}
	return Explanation{}, false
}

// rivals are the other providers that may have sent the request: the one that its headers tell first, then those for which
// there are secrets.
func (s *search) rivals() []*Provider {
	beginning := s.r
	beginning.Body = s.r.Body[:min(len(s.r.Body), 1<<16)]
	seems := Detect(beginning).Provider
	configured := map[string]bool{}
	for _, c := range s.others {
		configured[c.Provider] = true
	}
	var besides []string
	for _, also := range s.alsoSigned() {
		besides = append(besides, also.headers()...)
	}
	var all []*Provider
	for _, p := range known.Load().sorted {
		if p == s.p || p.scheme == nil {
			continue
		}
		names := p.scheme.headers()
		if len(names) > 0 && slices.Contains(besides, names[0]) && p != seems {
			continue
		}
		if len(names) > 0 && len(s.r.Header[names[0]]) > 0 || len(names) == 0 && (p == seems || configured[p.Name]) {
			all = append(all, p)
		}
	}
	rank := func(p *Provider) int {
		switch {
		case p == seems:
			return 0
		case configured[p.Name]:
			return 1
		default:
			return 2
		}
	}
	slices.SortStableFunc(all, func(a, b *Provider) int { return rank(a) - rank(b) })
	return all[:min(len(all), 40)]
}

// secretsFor are the secrets that a provider's scheme is tried with: its own first.
func (s *search) secretsFor(p *Provider) []Secret {
	all := slices.Concat(s.own, s.others)
	slices.SortStableFunc(all, func(a, b Secret) int {
		if (a.Provider == p.Name) == (b.Provider == p.Name) {
			return 0
		}
		if a.Provider == p.Name {
			return -1
		}
		return 1
	})
	return all[:min(len(all), 16)]
}

// schemeText is the same for providers that sign in the same way.
func (p *Provider) schemeText() string {
	return fmt.Sprint(p.scheme.outlines())
}

func (s *search) signedAs(p *Provider, c Secret) Explanation {
	e := Explanation{
		Mistake: MistakeOtherProvider, Headline: "it is signed as " + p.Title + " signs",
		Text: fmt.Sprintf("It verifies as a request of %s, which signs as %s, with %s from %s",
			p.Title, p.scheme.form(), Mask(c.Value), place(c.Source)),
		Next: "judge it as " + p.Name,
	}
	if s.p == nil {
		e.Text += "; nothing else tells who sent it."
		return e
	}
	e.Text += fmt.Sprintf("; it was judged as one of %s, which signs as %s.", s.p.Title, s.p.signsAs())
	return e
}

// signsAs is the form of the provider's signatures, for people.
func (p *Provider) signsAs() string {
	if p.scheme == nil {
		return "nobody does: it signs nothing"
	}
	return p.scheme.form()
}
