package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// inner is the scheme that judges a secret, of a provider that has several.
func inner(s scheme, c claims, secret string) scheme {
	switch t := s.(type) {
	case *bySecret:
		return inner(t.own(secret), c, secret)
	case oneOf:
		return inner(t[min(c.which, len(t)-1)], claims{}, secret)
	default:
		return s
	}
}

// hmacOf is the HMAC that a scheme is, or is built on; nil if it is none that is known here.
func hmacOf(s scheme) *hmacScheme {
	switch t := s.(type) {
	case *hmacScheme:
		return t
	case *urlBound:
		return &t.hmacScheme
	case *twoWays:
		return &t.hmacScheme
	default:
		return nil
	}
}

// jwtOf is the scheme that judges the request if that is one of JSON Web Tokens; nil if not.
func (s *search) jwtOf(secret string) *jwtScheme {
	c, _ := s.p.scheme.read(s.r)
	t, _ := inner(s.p.scheme, c, secret).(*jwtScheme)
	return t
}

// tokenClaims finds the claim that is not about this request, in a token whose signature is good.
func (s *search) tokenClaims() (Explanation, bool) {
	for _, secret := range s.edited() {
		scheme := s.jwtOf(secret.Value)
		if scheme == nil || !s.afford(s.p, s.r, secret.Value) {
			continue
		}
		text, reason := scheme.text(s.r)
		token, ok := readToken(text)
		if reason != ReasonOK || !ok {
			continue
		}
		if audience, good := scheme.signedBy(token, secret.Value); good {
			return s.wrongClaim(scheme, token, audience)
		}
	}
	return Explanation{}, false
}

// signedBy says whether the token's signature is good, whatever its claims are, and for which audience the secret is.
func (s *jwtScheme) signedBy(token jwtToken, secret string) (audience string, good bool) {
	if s.algorithm == hs256 {
		mac, err := s.mac(token.signed, secret)
		return "", err == nil && hmac.Equal(mac, token.signature)
	}
	ring, err := readKeyring(secret)
	if err != nil {
		return "", false
	}
	for _, k := range ring.keys {
		if s.verify(k.public, token) {
			return ring.text, true
		}
	}
	return ring.text, false
}

func (s *search) wrongClaim(scheme *jwtScheme, token jwtToken, audience string) (Explanation, bool) {
	claim := func(mistake, headline, text, next string) (Explanation, bool) {
		return Explanation{Mistake: mistake, Headline: headline, Text: "The token's signature is good. " + text, Next: next}, true
	}
	received := s.r.ReceivedAt
	if received.IsZero() {
		received = time.Now()
	}
	at := func(seconds float64) string {
		if seconds <= 0 || seconds >= endOfTime {
			return "a time that is none"
		}
		return time.Unix(int64(seconds), 0).UTC().Format(time.RFC3339)
	}
	sum := sha256.Sum256(s.r.Body)
	now := float64(received.Unix())
	switch got := token.claims; {
	case scheme.bodyHash != "" && pick(token.payload, scheme.bodyHash) != scheme.hashIn(sum[:]):
		return claim(MistakeBodyChanged, "the token is good, but for another body",
			fmt.Sprintf("Its claim %s holds the SHA-256 of the body that was signed, and the %s that arrived have another.", scheme.bodyHash, size(len(s.r.Body))),
			"hash the raw bytes, before any middleware or proxy touches them")
	case !scheme.fromIssuer(got.Iss):
		return claim(MistakeTokenClaim, "the token is of another issuer",
			fmt.Sprintf("Its claim iss is %s; %s has %s.", claimText(got.Iss), s.p.Title, strings.Join(scheme.issuers, " or ")),
			"check who made the token")
	case scheme.audience && audience != "" && !hasAudience(got.Aud, audience):
		return claim(MistakeTokenClaim, "the token is for another audience",
			fmt.Sprintf("Its claim aud is %s; the audience that is configured is %s.", claimText(string(got.Aud)), claimText(audience)),
			"configure the audience that the sender was given, or let the sender use the one that is configured")
	case got.Exp != 0 && now > got.Exp:
		return claim(MistakeTimestampExpired, "the token is good, but expired",
			fmt.Sprintf("It expired at %s and arrived at %s.", at(got.Exp), received.UTC().Format(time.RFC3339)),
			"let the sender make a new token; for fresh requests, set this machine's clock by NTP")
	case got.Nbf != 0 && now < got.Nbf:
		return claim(MistakeTimestampFuture, "the token is good, but not yet",
			fmt.Sprintf("It is valid from %s on and arrived at %s.", at(got.Nbf), received.UTC().Format(time.RFC3339)),
			"set this machine's clock by NTP")
	default:
		return Explanation{}, false
	}
}

// claimText is a claim as it may be shown.
func claimText(text string) string {
	if text == "" {
		return "not there"
	}
	return printable(text[:min(len(text), 120)])
}

// tokenAlgorithm finds a token that is signed in another way than the scheme's.
func (s *search) tokenAlgorithm() (Explanation, bool) {
	scheme := s.jwtOf(s.firstSecret())
	if scheme == nil {
		return Explanation{}, false
	}
	text, _ := scheme.text(s.r)
	for _, before := range []string{"Bearer ", "bearer ", "JWT "} {
		text = strings.TrimPrefix(text, before)
	}
	token, ok := readToken(text)
	if !ok || token.alg == string(scheme.algorithm) {
		return Explanation{}, false
	}
	e := Explanation{
		Mistake: MistakeAlgorithm, Headline: "the token is signed with another algorithm",
		Text: fmt.Sprintf("Its header says %s; %s signs with %s, and no other is accepted: who sends a token must not choose how it is judged.",
			claimText(token.alg), s.p.Title, scheme.algorithm),
		Next: "compare what sent this with " + s.p.Docs,
	}
	if strings.EqualFold(token.alg, "none") {
		e.Text += " A token with the algorithm none is not signed at all."
	}
	return e, true
}

func (s *search) firstSecret() string {
	if len(s.own) == 0 {
		return ""
	}
	return s.own[0].Value
}

var pemBlock = regexp.MustCompile(`-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END ([A-Z0-9 ]+)-----`)

// unjoined is keys in PEM with their lines as they must be; empty if they are so, or are no PEM.
func unjoined(secret string) string {
	if len(secret) > 1<<18 || !strings.Contains(secret, "-----BEGIN ") {
		return ""
	}
	plain := strings.NewReplacer(`\\n`, "\n", `\n`, "\n", `\\r`, "", `\r`, "", "\r", "").Replace(secret)
	fixed := pemBlock.ReplaceAllStringFunc(plain, func(block string) string {
		parts := pemBlock.FindStringSubmatch(block)
		text := strings.Join(strings.FieldsFunc(parts[2], func(r rune) bool { return !inAlphabet(byte(min(r, 0x7f))) && r != '=' }), "")
		var b strings.Builder
		b.WriteString("-----BEGIN " + parts[1] + "-----\n")
		for ; len(text) > 64; text = text[64:] {
			b.WriteString(text[:64] + "\n")
		}
		b.WriteString(text + "\n-----END " + parts[3] + "-----\n")
		return b.String()
	})
	if fixed == secret || fixed == secret+"\n" {
		return ""
	}
	return fixed
}

// editedKeys tries keys whose lines were joined, and the text before keys in the ways that people get it wrong.
func (s *search) editedKeys(c Secret) (Explanation, bool) {
	if !s.priceOf(s.p).keyed {
		return Explanation{}, false
	}
	fixed := unjoined(c.Value)
	if fixed == "" || !s.verifies(s.r, fixed) {
		return s.otherText(c)
	}
	return Explanation{
		Mistake: MistakePEMLines, Headline: "the lines of the key are not as they must be",
		Text: fmt.Sprintf("The signature verifies with the key from %s once its lines stand as in a file: PEM needs a line break behind "+
			"-----BEGIN …----- and before -----END …-----, and nothing but base64 between.", place(c.Source)),
		Next: `keep the key in a file, or write each line break as \n within quotation marks`,
	}, true
}

// otherText tries what else may stand before the keys: PayPal's simulator has a webhook id of its own.
func (s *search) otherText(c Secret) (Explanation, bool) {
	start := strings.Index(c.Value, "-----BEGIN ")
	if start <= 0 {
		return Explanation{}, false
	}
	text, keys := strings.TrimSpace(c.Value[:start]), c.Value[start:]
	for _, other := range []string{"WEBHOOK_ID", unquote(text), strings.ToUpper(text)} {
		if other != text && s.verifies(s.r, other+"\n"+keys) {
			e := Explanation{
				Mistake: MistakeOtherSecret, Headline: "it was signed for another webhook",
				Text: fmt.Sprintf("The key is right. The signature verifies for the webhook id %s, and %s from %s is configured.", other, Mask(text), place(c.Source)),
				Next: "use the webhook id of the webhook that sends: " + s.p.SecretAt,
			}
			if other == "WEBHOOK_ID" {
				e.Text += " That is the id in events of the simulator."
				e.Next = "let a real event come, as by a payment in the sandbox"
			}
			return e, true
		}
	}
	return Explanation{}, false
}

// keyUnknown explains a request that names a key which is not at hand.
func (s *search) keyUnknown() Explanation {
	e := Explanation{
		Mistake: MistakeKeyUnknown, Headline: "the key that signed it is not configured",
		Text: fmt.Sprintf("%s signs with a private key, and the public key for this request is not among those that are configured in %s.",
			s.p.Title, place(s.res.Secret)),
		Next: "take the keys from " + s.p.SecretAt,
	}
	if scheme := s.jwtOf(s.firstSecret()); scheme != nil {
		text, _ := scheme.text(s.r)
		if token, ok := readToken(text); ok && token.kid != "" {
			e.Text += " The token names the key " + claimText(token.kid) + "."
		}
	}
	switch at := s.p.KeysAt(s.r); {
	case at != "":
		e.Next = "add the keys that " + s.p.Title + " publishes at " + showURL(at)
	case s.p.keysAt != nil:
		e.Text += " What the request names as the place of its key is not on " + s.p.Title + "'s own host, so it was not made by " + s.p.Title + "."
		e.Next = "don't fetch that key; find out who sent this"
	}
	return e
}
