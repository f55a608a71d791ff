package signature

import (
	"fmt"
	"strings"
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

// The codes of the mistakes. The list is published: codes are added, never renamed.
const (
	MistakeOtherSecret        = "other_secret"        // another configured secret verifies it
	MistakeTestSecret         = "test_secret"         // only the project's test secret was tried, and it did not match
	MistakeSecretWhitespace   = "secret_whitespace"   // white space around the secret, here or at the sender
	MistakeSecretQuotes       = "secret_quotes"       // quotation marks around the secret, here or at the sender
	MistakeSecretPrefix       = "secret_prefix"       // whsec_ was cut off or left on
	MistakeSecretEncoding     = "secret_encoding"     // the secret was decoded where it must not be, or the reverse
	MistakeSecretMalformed    = "secret_malformed"    // the secret has not the form that the scheme needs
	MistakeWrongSecret        = "wrong_secret"        // nothing that is configured explains the signature
	MistakeNoSecret           = "no_secret"           // none is configured
	MistakeBodyReserialised   = "body_reserialised"   // the JSON was parsed and written again
	MistakeBodyNewline        = "body_newline"        // line ends were added, removed or converted
	MistakeBodyChanged        = "body_changed"        // the signed hash of the body is another body's
	MistakeBodyTruncated      = "body_truncated"      // the body was not kept whole
	MistakeURL                = "url_mismatch"        // it was signed for another URL
	MistakeMissingHeader      = "missing_header"      // a header that the scheme needs is not there
	MistakeMalformedHeader    = "malformed_header"    // the signature's header can't be read
	MistakeRepeatedHeader     = "repeated_header"     // a header came more than once
	MistakeTimestampMissing   = "timestamp_missing"   // the time that is signed is not there
	MistakeTimestampMalformed = "timestamp_malformed" // the time that is signed can't be read
	MistakeTimestampExpired   = "timestamp_expired"   // it is older than the tolerance
	MistakeTimestampFuture    = "timestamp_future"    // it is further ahead than the tolerance
	MistakeProviderUnknown    = "provider_unknown"    // nothing tells who sent the request
	MistakeProviderUnsigned   = "provider_unsigned"   // the provider signs nothing
)

// Hints are what Explain can't know from the request.
type Hints struct {
	URLs []string // other URLs that the request may have been signed for; the first 8 are tried
}

// Explain explains a result of p.Verify(r, ...). For a signature that does not match it tries what people really get
// wrong: another secret of candidates, which are all that are configured for whatever provider; white space, quotes
// or a prefix around a secret; a body that was written anew; another URL.
//
// Its work is bounded: at most some 100 ms of one core for a body of 1 MiB that nothing explains, far less for usual
// ones. For large bodies it tries less, and says so.
func Explain(r Request, p *Provider, res Result, candidates []Secret, hints Hints) Explanation {
	if p == nil {
		return unknownProvider()
	}
	if p.scheme == nil {
		return unsigned(p)
	}
	s := newSearch(r, p, res, candidates, hints)
	switch res.Reason {
	case ReasonOK:
		return good(r, p, res)
	case ReasonMismatch:
		return s.mismatch()
	case ReasonMissing, ReasonTimestampMissing:
		return missing(r, p, res)
	case ReasonMalformed, ReasonTimestampMalformed:
		return malformed(r, p, res)
	case ReasonTimestampExpired, ReasonTimestampFuture:
		return late(r, p, res)
	case ReasonSecretMalformed:
		return s.secretMalformed()
	case ReasonTruncated:
		return truncated(r, p)
	case ReasonUnsigned:
		return unsigned(p)
	case ReasonNoProvider:
		return unknownProvider()
	default:
		return noSecret(p, res)
	}
}

func good(r Request, p *Provider, res Result) Explanation {
	text := fmt.Sprintf("%s signed exactly the %s that arrived, with the secret from %s",
		p.Title, size(len(r.Body)), place(res.Secret))
	if !res.Signed.IsZero() {
		text += fmt.Sprintf(", %s before they arrived", ageText(ageOf(r, res)))
	}
	return Explanation{Headline: "the signature is good", Text: text + "."}
}

func missing(r Request, p *Provider, res Result) Explanation {
	var absent []string
	for _, name := range p.scheme.headers() {
		if header(r.Header, name) == "" {
			absent = append(absent, name)
		}
	}
	e := Explanation{Mistake: MistakeMissingHeader, Headline: "the request has no signature"}
	if res.Reason == ReasonTimestampMissing {
		e.Mistake, e.Headline = MistakeTimestampMissing, "the signed time is missing"
	}
	e.Text = fmt.Sprintf("%s signs as %s.", p.Title, p.scheme.form())
	if len(absent) > 0 {
		e.Text += fmt.Sprintf(" The request has no %s.", strings.Join(absent, " and no "))
	}
	e.Text += fmt.Sprintf(" Either it does not come from %s, or no secret is set there, "+
		"or something on the way dropped the header.", p.Title)
	e.Next = fmt.Sprintf("set the secret where the webhook is registered (%s), "+
		"and check that proxies in between pass all headers on", p.RegisterAt)
	return e
}

func malformed(r Request, p *Provider, res Result) Explanation {
	e := Explanation{Mistake: MistakeMalformedHeader, Headline: "the signature header can't be read"}
	if res.Reason == ReasonTimestampMalformed {
		e.Mistake, e.Headline = MistakeTimestampMalformed, "the signed time can't be read"
	}
	for _, name := range p.scheme.headers() {
		if n := len(r.Header[name]); n > 1 {
			return Explanation{
				Mistake: MistakeRepeatedHeader, Headline: "the request has the header " + name + " more than once",
				Text: fmt.Sprintf("%s sends %s once; it came %d times. Receivers disagree which one counts, so none does.",
					p.Title, name, n),
				Next: "find what adds the second one: a proxy, or a tool that signs a request that was signed already",
			}
		}
	}
	e.Text = fmt.Sprintf("Expected %s; got %s", p.scheme.form(), printable(res.Got))
	if stamp := p.timestamp(r); stamp != "" && res.Reason == ReasonTimestampMalformed {
		e.Text += " with the time " + printable(stamp)
	}
	e.Text += "."
	e.Next = "compare what sent this with " + p.Docs
	return e
}

func late(r Request, p *Provider, res Result) Explanation {
	c, _ := p.scheme.read(r)
	age, limits := ageOf(r, res), p.scheme.limits(c)
	if res.Reason == ReasonTimestampFuture {
		return Explanation{
			Mistake: MistakeTimestampFuture, Headline: "the signature is good, but it is from the future",
			Text: fmt.Sprintf("It was signed at %s, %s after it arrived; %s allows %s. One of the two clocks is wrong.",
				res.Signed.Format(time.RFC3339), ageText(-age), p.Title, ageText(limits.future)),
			Next: "set this machine's clock by NTP",
		}
	}
	return Explanation{
		Mistake: MistakeTimestampExpired, Headline: "the signature is good, but too old",
		Text: fmt.Sprintf("It was signed at %s, %s before it arrived; %s allows %s. Either the request was sent again "+
			"with its old headers, or it was held up on the way, or one of the two clocks is wrong.",
			res.Signed.Format(time.RFC3339), ageText(age), p.Title, ageText(limits.past)),
		Next: "sign the request anew to send it again; for fresh requests, set this machine's clock by NTP",
	}
}

func truncated(r Request, p *Provider) Explanation {
	return Explanation{
		Mistake: MistakeBodyTruncated, Headline: "the body was not kept whole",
		Text: fmt.Sprintf("%s signs the whole body, and only its first %s were kept.", p.Title, size(len(r.Body))),
		Next: "raise the limit on captured bodies, and let the webhook come again",
	}
}

func noSecret(p *Provider, res Result) Explanation {
	e := Explanation{Mistake: MistakeNoSecret, Headline: "no signing secret is configured for " + p.Title}
	e.Text = fmt.Sprintf("The request is signed (%s), but without %s's secret it can't be told by whom.",
		short8(res.Got), p.Title)
	if res.Got == "" {
		e.Text = fmt.Sprintf("The request carries no signature, and no secret for %s is set that would call for one.", p.Title)
	}
	e.Next = "take the secret from " + p.SecretAt
	if len(p.SecretVars) > 0 {
		e.Next += " and set it as " + p.SecretVars[0]
	}
	return e
}

func unsigned(p *Provider) Explanation {
	return Explanation{
		Mistake: MistakeProviderUnsigned, Headline: p.Title + " does not sign its webhooks",
		Text: "Nothing in the request can prove who sent it.",
		Next: "protect the URL by other means, such as a long random path",
	}
}

func unknownProvider() Explanation {
	return Explanation{
		Mistake: MistakeProviderUnknown, Headline: "nothing tells who sent the request",
		Text: "None of its headers belongs to a provider that is known here, so it is not known how it would be signed.",
		Next: "name the provider",
	}
}

// timestamp is the signed time as r carries it.
func (p *Provider) timestamp(r Request) string {
	c, _ := p.scheme.read(r)
	return c.timestamp
}

// ageOf is how long before its arrival r was signed; negative if after.
func ageOf(r Request, res Result) time.Duration {
	received := r.ReceivedAt
	if received.IsZero() {
		received = time.Now()
	}
	return received.Sub(res.Signed)
}
