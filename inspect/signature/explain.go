package signature

import (
	"fmt"
	"time"
)

// An Explanation says for people what became of a signature, why, and what to do. It shows no secret, only its Mask;
// what came from the network is made printable.
type Explanation struct {
	Mistake  string // one of the Mistake codes; empty if the signature is good
	Headline string // "the signature was made with another secret"
	Text     string // one paragraph: what was expected, what came, what would explain it
	Next     string // what to do; empty if there is nothing to do
}

// Hints are what Explain can't know from the request.
type Hints struct {
	URLs []string // other URLs that the request may have been signed for; the first 8 are tried
}

// Explain explains a result of p.Verify(r, ...). For a signature that does not match it tries what people really get
// wrong: another secret of candidates, which are all that are configured for whatever provider; another provider; white
// space, quotes or a prefix around a secret, or an encoding of it; a body that was written anew, in another charset, in
// part or not at all; a signature that is written in another way; another URL, another time.
//
// Its work is bounded: at most some 100 ms of one core for a body of 1 MiB that nothing explains, far less for usual
// ones. For large bodies it tries less, and says so.
func Explain(r Request, p *Provider, res Result, candidates []Secret, hints Hints) Explanation {
	s := newSearch(r, p, res, candidates, hints)
	if p == nil {
		return s.unknownProvider()
	}
	e := s.explain()
	e.Text += p.from(r)
	return e
}

func (s *search) explain() Explanation {
	if s.p.scheme == nil {
		return s.unsigned()
	}
	switch s.res.Reason {
	case ReasonOK:
		return s.good()
	case ReasonMismatch:
		return s.mismatch()
	case ReasonUnconfirmed:
		return s.unconfirmed()
	case ReasonMissing, ReasonTimestampMissing:
		return s.missing()
	case ReasonMalformed:
		return s.malformed()
	case ReasonTimestampMalformed:
		return s.timestampMalformed()
	case ReasonTimestampExpired, ReasonTimestampFuture:
		return s.late()
	case ReasonSecretMalformed:
		return s.secretMalformed()
	case ReasonKeyUnknown:
		return s.keyUnknown()
	case ReasonTruncated:
		return s.truncated()
	case ReasonUnsigned:
		return s.unsigned()
	case ReasonNoProvider:
		return s.unknownProvider()
	default:
		return s.noSecret()
	}
}

func (s *search) good() Explanation {
	text := fmt.Sprintf("%s signed exactly the %s that arrived, with the secret from %s",
		s.p.Title, size(len(s.r.Body)), place(s.res.Secret))
	switch s.p.scheme.(type) {
	case *tokenScheme, *urlToken:
		return Explanation{
			Headline: "the secret is right",
			Text:     fmt.Sprintf("The request carries the secret from %s. That proves who sent it; its content is not signed.", place(s.res.Secret)),
		}
	}
	if !s.res.Signed.IsZero() {
		switch age := ageOf(s.r, s.res); {
		case age <= -time.Second: // its clock and the one here differ
			text += fmt.Sprintf(", %s ahead of the clock here", ageText(-age))
		default:
			text += fmt.Sprintf(", %s before they arrived", ageText(age))
		}
	}
	return Explanation{Headline: "the signature is good", Text: text + "."}
}

func (s *search) truncated() Explanation {
	return Explanation{
		Mistake: MistakeBodyTruncated, Headline: "the body was not kept whole",
		Text: fmt.Sprintf("%s signs the whole body, and only its first %s were kept.", s.p.Title, size(len(s.r.Body))),
		Next: "raise the limit on captured bodies, and let the webhook come again",
	}
}

func (s *search) noSecret() Explanation {
	if s.res.Got != "" {
		if e, found := s.otherSecret(); found {
			return e
		}
	}
	if e, found := s.otherProvider(); found {
		return e
	}
	e := Explanation{Mistake: MistakeNoSecret, Headline: "no signing secret is configured for " + s.p.Title}
	e.Text = fmt.Sprintf("The request is signed (%s), but without %s's secret it can't be told by whom.",
		short8(s.res.Got), s.p.Title)
	if s.res.Got == "" {
		e.Text = fmt.Sprintf("The request carries no signature, and no secret for %s is set that would call for one.", s.p.Title)
	}
	e.Next = "take the secret from " + s.p.SecretAt + s.setAs()
	return e
}

func (s *search) unsigned() Explanation {
	if e, found := s.otherProvider(); found {
		return e
	}
	return Explanation{
		Mistake: MistakeProviderUnsigned, Headline: s.p.Title + " does not sign its webhooks",
		Text: "Nothing in the request can prove who sent it.",
		Next: "protect the URL by other means, such as a long random path",
	}
}

// ageOf is how long before its arrival r was signed; negative if after.
func ageOf(r Request, res Result) time.Duration {
	received := r.ReceivedAt
	if received.IsZero() {
		received = time.Now()
	}
	return received.Sub(res.Signed)
}
