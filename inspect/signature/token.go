package signature

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"strings"
	"time"
)

// tokenScheme is for providers that sign nothing and send a shared secret in clear: in a header, a member of the body,
// or as the password of Basic authentication. It proves who sends, and nothing of what is sent.
type tokenScheme struct {
	at     slot
	before string // what stands before the token: "Bearer "
	basic  bool   // the token is "user:password", sent as Basic authentication
	secret secretForm
}

// basicAuth is the scheme of providers that can be given a user name and a password with the URL.
func basicAuth() *tokenScheme {
	return &tokenScheme{
		at: headerAt("Authorization"), before: "Basic ", basic: true, secret: secretForm{prefix: "hook:", alphabet: alphanumeric, length: 24},
	}
}

func (s *tokenScheme) limits(claims) clock            { return clock{} }
func (s *tokenScheme) signsURL() bool                 { return false }
func (s *tokenScheme) checkSecret(value string) error { return s.secret.check(value) }
func (s *tokenScheme) newSecret() string              { return s.secret.random() }

func (s *tokenScheme) headers() []string {
	if s.at.kind == headerSlot {
		return []string{s.at.name}
	}
	return nil
}

func (s *tokenScheme) form() string {
	if s.basic {
		return "Authorization: Basic <base64 of user:password>"
	}
	return s.at.String() + ": " + s.before + "<the secret itself>"
}

func (s *tokenScheme) outlines() []Outline {
	return []Outline{{Form: s.form(), Algorithm: "comparison", Key: s.secret.describe()}}
}

func (s *tokenScheme) read(r Request) (claims, Reason) {
	value, reason := s.at.get(r)
	if reason != ReasonOK {
		return claims{got: Mask(value), unclear: reason == ReasonMalformed && s.at.unclear(r.Body)}, reason
	}
	token, labelled := s.unlabelled(value)
	if labelled && s.basic {
		plain, err := base64.StdEncoding.DecodeString(token)
		token, labelled = string(plain), err == nil
	}
	if !labelled {
		return claims{got: Mask(value)}, ReasonMalformed
	}
	return claims{signatures: []string{token}, got: Mask(token)}, ReasonOK
}

// unlabelled is what stands behind the label. The names of Authorization's schemes may be written in either case.
func (s *tokenScheme) unlabelled(value string) (string, bool) {
	if s.at.kind == headerSlot && s.at.name == "Authorization" && len(value) >= len(s.before) && strings.EqualFold(value[:len(s.before)], s.before) {
		return value[len(s.before):], true
	}
	return strings.CutPrefix(value, s.before)
}

// try shows the tokens masked, as they are secrets.
func (s *tokenScheme) try(_ Request, c claims, secret string) (string, bool, error) {
	if secret == "" {
		return "", false, errEmpty
	}
	ok := len(c.signatures) > 0 && subtle.ConstantTimeCompare([]byte(c.signatures[0]), []byte(secret)) == 1
	return Mask(secret), ok, nil
}

func (s *tokenScheme) sign(r *Request, secret string, _ time.Time) error {
	if err := s.secret.check(secret); err != nil {
		return err
	}
	token := secret
	if s.basic {
		token = base64.StdEncoding.EncodeToString([]byte(secret))
	}
	return s.at.set(r, s.before+token)
}

// urlToken is for providers that offer nothing at all: the practice is to register a URL that nobody can guess. The
// secret is a value of its query or a segment of its path.
type urlToken struct {
	name string // of the parameter that Sign adds where the URL does not have the secret
}

func (s *urlToken) headers() []string   { return nil }
func (s *urlToken) limits(claims) clock { return clock{} }
func (s *urlToken) signsURL() bool      { return true }
func (s *urlToken) newSecret() string   { return secretForm{alphabet: alphanumeric, length: 24}.random() }
func (s *urlToken) form() string {
	return "a secret in the registered URL: ?" + s.name + "=<the secret itself>"
}
func (s *urlToken) outlines() []Outline {
	return []Outline{{Form: s.form(), Algorithm: "comparison", Key: "text of your choice, in the URL that you register"}}
}

func (s *urlToken) checkSecret(value string) error {
	if len(value) < 8 {
		return errors.New("a secret in a URL must have 8 characters at least")
	}
	return nil
}

// read takes all that may be the secret.
func (s *urlToken) read(r Request) (claims, Reason) {
	var c claims
	u := splitURL(r.URL)
	if value, has := queryValue(r.URL, s.name); has {
		c.add(unescape(value))
	}
	for pair := range strings.SplitSeq(u.query, "&") {
		if _, value, has := strings.Cut(pair, "="); has && len(value) >= 8 {
			c.add(unescape(value))
		}
	}
	for segment := range strings.SplitSeq(u.path, "/") {
		if len(segment) >= 8 {
			c.add(segment)
		}
	}
	if len(c.signatures) == 0 {
		return c, ReasonMissing
	}
	c.got = Mask(c.signatures[0])
	return c, ReasonOK
}

func (s *urlToken) try(_ Request, c claims, secret string) (string, bool, error) {
	if err := s.checkSecret(secret); err != nil {
		return "", false, err
	}
	for _, got := range c.signatures {
		if subtle.ConstantTimeCompare([]byte(got), []byte(secret)) == 1 {
			return Mask(secret), true, nil
		}
	}
	return Mask(secret), false, nil
}

func (s *urlToken) sign(r *Request, secret string, _ time.Time) error {
	if err := s.checkSecret(secret); err != nil {
		return err
	}
	c, _ := s.read(*r)
	if _, there, _ := s.try(*r, c, secret); there {
		return nil
	}
	return queryAt(s.name).set(r, secret)
}

func (s *tokenScheme) inBody() bool { return s.at.inBody() }
