package signature

import (
	"crypto"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// snsScheme is that of Amazon SNS: an RSA signature in the JSON body, over some of its members, with the hash that the
// body's SignatureVersion names.
//
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
type snsScheme struct {
	first, second *keyScheme // SignatureVersion 1 and 2
}

func newSNSScheme() *snsScheme {
	with := func(hash crypto.Hash) *keyScheme {
		return &keyScheme{
			carrier:   slots{signature: memberAt("Signature"), time: memberAt("Timestamp")},
			algorithm: withRSA(hash, false), encoding: inBase64(), shows: asPEM,
			signs: computes("the body's Message, MessageId, Subject, SubscribeURL, Timestamp, Token, TopicArn and Type", snsText),
			clock: clock{unit: time.Millisecond, layout: "2006-01-02T15:04:05.000Z07:00"},
		}
	}
	return &snsScheme{first: with(crypto.SHA1), second: with(crypto.SHA256)}
}

// snsText is what SNS signs: each of these members that the message has, its name and its value in lines of their own,
// unless it is null. Nothing is signed of a message where one is no text. Of members with one name the last counts, as in the apps that decode the message.
func snsText(r Request, _ claims) []byte {
	var message map[string]json.RawMessage
	if json.Unmarshal(r.Body, &message) != nil {
		return nil
	}
	text := make([]byte, 0, len(r.Body))
	for _, name := range [...]string{"Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"} {
		var value *string
		raw, has := message[name]
		if !has {
			continue
		}
		if json.Unmarshal(raw, &value) != nil {
			return nil
		}
		if value == nil {
			continue
		}
		text = append(append(text, name...), '\n')
		text = append(append(text, *value...), '\n')
	}
	return text
}

// of is the scheme of a message's version; nil if that is unknown.
func (s *snsScheme) of(r Request) *keyScheme {
	switch pick(r.Body, "SignatureVersion") {
	case "1":
		return s.first
	case "2":
		return s.second
	default:
		return nil
	}
}

func (s *snsScheme) read(r Request) (claims, Reason) {
	if version := s.of(r); version != nil {
		return version.read(r)
	}
	c, reason := s.first.carrier.read(r)
	if reason == ReasonOK {
		reason = ReasonMalformed
	}
	return c, reason
}

func (s *snsScheme) try(r Request, c claims, secret string) (string, bool, error) {
	if version := s.of(r); version != nil {
		return version.try(r, c, secret)
	}
	return "", false, nil
}

func (s *snsScheme) sign(r *Request, secret string, at time.Time) error {
	version := s.of(*r)
	if version == nil {
		return fmt.Errorf("the body has no SignatureVersion 1 or 2: start from a message as SNS sends it")
	}
	return version.sign(r, secret, at)
}

func (s *snsScheme) headers() []string                       { return nil }
func (s *snsScheme) form() string                            { return s.second.form() }
func (s *snsScheme) limits(c claims) clock                   { return s.second.limits(c) }
func (s *snsScheme) signsURL() bool                          { return false }
func (s *snsScheme) checkSecret(value string) error          { return s.second.checkSecret(value) }
func (s *snsScheme) newSecret() string                       { return s.second.newSecret() }
func (s *snsScheme) publicKey(secret string) (string, error) { return s.second.publicKey(secret) }
func (s *snsScheme) inBody() bool                            { return true }

func (s *snsScheme) outlines() []Outline {
	return append(s.second.outlines(), s.first.outlines()...)
}

// snsHost says whether a certificate's URL is Amazon's own.
func snsHost(host, path string) bool {
	region, amazon := strings.CutPrefix(strings.TrimSuffix(host, ".cn"), "sns.")
	region, hosted := strings.CutSuffix(region, ".amazonaws.com")
	return amazon && hosted && len(region) >= 3 && strings.HasSuffix(path, ".pem") &&
		strings.Trim(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// inLongBody is a value in a JSON body that may be longer than an event type or id: a URL.
func inLongBody(path string) source {
	names := strings.Split(path, ".")
	return func(r Request) string { return pickUpTo(maxHeader, r.Body, names...) }
}

// snsConfirmation accepts the message that asks to confirm a subscription. Whoever subscribed must visit its URL, which is
// Amazon's: nothing is fetched here.
func snsConfirmation(r Request, _ []Secret) (Answer, bool) {
	text := pickUpTo(maxHeader, r.Body, "SubscribeURL")
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.User != nil || !snsHost(u.Host, ".pem") ||
		pick(r.Body, "Type") != "SubscriptionConfirmation" || !strings.EqualFold(r.Method, http.MethodPost) {
		return Answer{}, false
	}
	return Answer{Status: http.StatusOK, Asks: "the confirmation of an Amazon SNS subscription", Note: "to confirm it, open " + u.String()}, true
}
