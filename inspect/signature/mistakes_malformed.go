package signature

import (
	"fmt"
	"slices"
	"strings"
)

// malformed explains a signature that can't be read.
func (s *search) malformed() Explanation {
	if e, found := s.repeated(); found {
		return e
	}
	if c, _ := s.p.scheme.read(s.r); c.unclear {
		return Explanation{
			Mistake: MistakeRepeatedPart, Headline: "the body has a signed part more than once",
			Text: fmt.Sprintf("%s signs only parts of the body, and a name there comes twice or is written with escapes, or the body breaks off. "+
				"Readers disagree which of the values counts, so none does.", s.p.Title),
			Next: "look at the body for a name that comes twice: " + s.p.Title + " sends each once, so something has changed the body, or forged it",
		}
	}
	for _, find := range []func() (Explanation, bool){s.tokenAlgorithm, s.repairedHeader, s.otherDigest, s.cutSignature, s.otherProvider} {
		if e, found := find(); found {
			return e
		}
	}
	return Explanation{
		Mistake: MistakeMalformedHeader, Headline: "the signature header can't be read",
		Text: fmt.Sprintf("Expected %s; got %s.%s", s.p.scheme.form(), printable(s.res.Got), s.lengthOfSignature()),
		Next: "compare what sent this with " + s.p.Docs,
	}
}

// repeated explains a header that came more than once.
func (s *search) repeated() (Explanation, bool) {
	for _, name := range s.p.scheme.headers() {
		values := s.r.Header[name]
		if len(values) < 2 {
			continue
		}
		same := ""
		if len(slices.Compact(slices.Clone(values))) == 1 {
			same = ", always with the same value"
		}
		return Explanation{
			Mistake: MistakeRepeatedHeader, Headline: "the request has the header " + name + " more than once",
			Text: fmt.Sprintf("%s sends %s once; it came %d times%s. Receivers disagree which one counts, so none does.",
				s.p.Title, name, len(values), same),
			Next: "find what adds the second one: a proxy, or a tool that signs a request that was signed already",
		}, true
	}
	return Explanation{}, false
}

// lengthOfSignature says by its length what a signature may be that can't be read.
func (s *search) lengthOfSignature() string {
	scheme := hmacOf(s.p.scheme)
	_, value := s.signatureHeader()
	if scheme == nil || value == "" || len(value) > maxHeader {
		return ""
	}
	start, end := longestToken(value)
	sum := sumIn(value[start:end])
	for _, d := range digests() {
		if len(sum) == d.size && d.size != scheme.digest.size {
			return fmt.Sprintf(" What came is as long as a signature with %s; %s uses %s.", d.name, s.p.Title, scheme.digest.name)
		}
	}
	return ""
}

func digests() []digest {
	return []digest{withSHA256(), withSHA1(), withSHA512(), withSHA384(), withMD5()}
}

// cutSignature tells whether what came is the beginning of a good signature.
func (s *search) cutSignature() (Explanation, bool) {
	name, value := s.signatureHeader()
	if value == "" || len(value) > maxHeader {
		return Explanation{}, false
	}
	start, end := longestToken(value)
	token := strings.TrimRight(value[start:end], "=")
	for _, length := range []int{32, 40, 64, 96, 128, 27, 43, 86} { // of digests in hexadecimal digits and in base64
		if len(token) < 8 || len(token) >= length {
			continue
		}
		r := s.r
		r.Header = s.r.Header.Clone()
		for _, padding := range []string{"", "=", "=="} {
			r.Header[name] = []string{value[:start] + token + strings.Repeat("0", length-len(token)) + padding}
			c, reason := s.p.scheme.read(r)
			if reason != ReasonOK {
				continue
			}
			for _, secret := range s.edited() {
				if !s.afford(s.p, r, secret.Value) {
					break
				}
				expected, _, err := s.p.scheme.try(r, c, secret.Value)
				expected = strings.TrimPrefix(expected, labelOf(s.p.scheme))
				if err != nil || !strings.HasPrefix(expected, token) {
					continue
				}
				return Explanation{
					Mistake: MistakeHeaderTruncated, Headline: "the signature was cut short",
					Text: fmt.Sprintf("The secret from %s makes a signature of %d characters, and what came as %s is its first %d. "+
						"A proxy, a log or a database column that is too short has cut it.", place(secret.Source), len(expected), name, len(token)),
					Next: "pass the header on whole; where it is kept, make room for all of it",
				}, true
			}
		}
	}
	return Explanation{}, false
}
