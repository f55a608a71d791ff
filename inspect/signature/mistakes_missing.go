package signature

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// missing explains a request without a signature, or without what is signed beside the body.
func (s *search) missing() Explanation {
	older := s.olderHeader()
	for _, find := range []func() (Explanation, bool){s.repairedHeader, s.renamedHeader, older.good, s.otherProvider, older.any, s.elsewhere} {
		if e, found := find(); found {
			return e
		}
	}
	e := Explanation{Mistake: MistakeMissingHeader, Headline: "the request has no signature"}
	if s.res.Reason == ReasonTimestampMissing {
		e.Mistake, e.Headline = MistakeTimestampMissing, "the signed time is missing"
	}
	e.Text = fmt.Sprintf("%s signs as %s.", s.p.Title, s.p.scheme.form())
	absent := s.absent()
	if len(absent) > 0 {
		e.Text += fmt.Sprintf(" The request has no %s.", strings.Join(absent, " and no "))
	}
	e.Text += fmt.Sprintf(" Either it does not come from %s, or no secret is set there, "+
		"or something on the way dropped the header.", s.p.Title)
	if slices.Contains(absent, "Authorization") {
		e.Text += " Some servers keep Authorization to themselves: Apache does, for CGI and FastCGI."
	}
	if slices.ContainsFunc(absent, func(name string) bool { return strings.Contains(name, "_") }) {
		e.Text += " nginx drops headers with an underscore in their name, unless underscores_in_headers is on."
	}
	e.Next = fmt.Sprintf("set the secret where the webhook is registered (%s), "+
		"and check that proxies in between pass all headers on", s.p.RegisterAt)
	return e
}

// absent are the scheme's headers that the request does not have.
func (s *search) absent() []string {
	var absent []string
	for _, name := range s.p.scheme.headers() {
		if header(s.r.Header, name) == "" {
			absent = append(absent, name)
		}
	}
	return absent
}

// folded is a header's name without what proxies and gateways change in one: case, hyphens, HTTP_.
func folded(name string) string {
	name = strings.NewReplacer("-", "", "_", "", ".", "").Replace(strings.ToLower(name))
	return strings.TrimPrefix(name, "http")
}

// renamedHeader looks for the scheme's headers under names that are nearly theirs.
func (s *search) renamedHeader() (Explanation, bool) {
	absent := s.absent()
	if len(absent) == 0 || len(s.r.Header) > 1000 {
		return Explanation{}, false
	}
	names := make([]string, 0, len(s.r.Header))
	for name := range s.r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	var was, is []string
	same := true // but for what gateways do to names
	for _, want := range absent {
		for _, name := range names {
			if got := folded(name); len(s.r.Header[name]) == 1 && strings.HasSuffix(got, folded(want)) && len(got) < len(folded(want))+16 {
				was, is = append(was, want), append(is, name)
				same = same && slices.Contains([]string{"", "xoriginal", "xforwarded"}, strings.TrimSuffix(got, folded(want)))
				break
			}
		}
	}
	if len(was) == 0 {
		return Explanation{}, false
	}
	r := s.r
	r.Header = s.r.Header.Clone()
	for i := range was {
		r.Header[was[i]] = r.Header[is[i]]
	}
	e := Explanation{
		Mistake: MistakeRenamedHeader, Headline: "the signature's header came under another name",
		Text: fmt.Sprintf("%s sends %s. The request has %s instead", s.p.Title, strings.Join(was, " and "), printable(strings.Join(is, " and "))),
		Next: "let the proxy or the gateway pass the header on under its own name",
	}
	good := slices.ContainsFunc(s.edited(), func(c Secret) bool { return s.verifies(r, c.Value) })
	if good {
		e.Text += ", and with the right names the signature is good"
	}
	e.Text += "."
	return e, good || same
}

// olderHeader tells of the header that some providers send besides, for old receivers.
func (s *search) olderHeader() older {
	for _, also := range s.alsoSigned() {
		c, reason := also.read(s.r)
		if reason != ReasonOK {
			continue
		}
		good := false
		for _, secret := range s.edited() {
			if s.afford(s.p, s.r, secret.Value) {
				_, ok, err := also.try(s.r, c, secret.Value)
				good = good || ok && err == nil
			}
		}
		says := "does not verify either"
		if good {
			says = "verifies, so the secret and the body are right"
		}
		return older{verifies: good, found: true, why: Explanation{
			Mistake: MistakeMissingHeader, Headline: "the request has only the older signature",
			Text: fmt.Sprintf("%s signs as %s. The request has no %s; it has the older %s, which %s.",
				s.p.Title, s.p.scheme.form(), s.p.scheme.headers()[0], also.headers()[0], says),
			Next: "check what on the way drops " + s.p.scheme.headers()[0] + "; a list of allowed headers may be from before there was one",
		}}
	}
	return older{}
}

// An older is what an older signature says, if there is one.
type older struct {
	verifies, found bool
	why             Explanation
}

func (o older) good() (Explanation, bool) { return o.why, o.verifies }
func (o older) any() (Explanation, bool)  { return o.why, o.found }

// alsoSigned are the schemes that the provider signs with besides.
func (s *search) alsoSigned() []scheme {
	if s.p == nil || hmacOf(s.p.scheme) == nil {
		return nil
	}
	return hmacOf(s.p.scheme).also
}

// elsewhere looks for a signature that came in a header of any other name, or a token that did.
func (s *search) elsewhere() (Explanation, bool) {
	names := s.p.scheme.headers()
	if len(names) == 0 || header(s.r.Header, names[0]) != "" {
		return Explanation{}, false
	}
	label := labelOf(s.p.scheme)
	for i, name := range mayCarry(s.r.Header) {
		if i == 32 {
			break
		}
		value := s.r.Header[name][0]
		for _, value := range slices.Compact([]string{value, label + value, label + strings.TrimPrefix(value, "Bearer ")}) {
			r := s.r
			r.Header = s.r.Header.Clone()
			r.Header[names[0]] = []string{value}
			if slices.ContainsFunc(s.edited(), func(c Secret) bool { return s.verifies(r, c.Value) }) {
				return Explanation{
					Mistake: MistakeRenamedHeader, Headline: "the signature came in another header",
					Text: fmt.Sprintf("%s signs as %s. What the request has as %s is a good signature.", s.p.Title, s.p.scheme.form(), printable(name)),
					Next: "let it come as " + names[0],
				}, true
			}
		}
	}
	return Explanation{}, false
}

// mayCarry are the names of the headers whose value may be a signature or a token.
func mayCarry(h http.Header) []string {
	var names []string
	for name, values := range h {
		if len(values) == 1 && len(values[0]) >= 8 && len(values[0]) <= 1024 && !strings.HasPrefix(name, "Accept") && name != "User-Agent" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// unknownProvider is for a request that nothing tells the sender of.
func (s *search) unknownProvider() Explanation {
	if e, found := s.otherProvider(); found {
		return e
	}
	e := Explanation{
		Mistake: MistakeProviderUnknown, Headline: "nothing tells who sent the request",
		Text: "None of its headers belongs to a provider that is known here, so it is not known how it would be signed.",
		Next: "name the provider",
	}
	for _, name := range mayCarry(s.r.Header) {
		if lower := strings.ToLower(name); strings.Contains(lower, "signature") || strings.Contains(lower, "hmac") || strings.HasSuffix(lower, "-sign") {
			e.Text += " " + printable(name[:min(len(name), 80)]) + " looks like a signature."
			e.Next = "name the provider, or declare how it signs"
			break
		}
	}
	return e
}
