package signature

import (
	"bytes"
	"errors"
	"net/http"
	"time"
)

// adyenScheme is both of Adyen's: standard webhooks carry a signature in each of their items, made of some of its fields;
// all others have one of the whole body in a header. The body tells which.
//
// https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures
type adyenScheme struct {
	item hmacScheme // judges one item, as the body of a request of its own
	body *hmacScheme
}

const (
	adyenItemPath = "NotificationRequestItem."
	maxAdyenItems = 100 // in one request; Adyen sends one
)

// adyenItems are the items of a standard webhook; ok is false for any other body, and for one with none or too many.
func adyenItems(body []byte) (items [][]byte, ok bool) {
	s := jsonScanner{doc: body[:min(len(body), maxScan)]}
	if !s.enter("notificationItems") || s.next() != '[' {
		return nil, false
	}
	s.at++
	for s.next() == '{' && len(items) < maxAdyenItems {
		start := s.at
		if !s.skip() {
			return nil, false
		}
		items = append(items, body[start:s.at])
		if s.next() == ',' {
			s.at++
		}
	}
	return items, s.next() == ']' && len(items) > 0
}

func (s *adyenScheme) headers() []string              { return s.body.headers() }
func (s *adyenScheme) limits(claims) clock            { return clock{} }
func (s *adyenScheme) signsURL() bool                 { return false }
func (s *adyenScheme) inBody() bool                   { return true }
func (s *adyenScheme) checkSecret(value string) error { return s.body.checkSecret(value) }
func (s *adyenScheme) newSecret() string              { return s.body.newSecret() }
func (s *adyenScheme) form() string                   { return s.item.form() + " or " + s.body.form() }
func (s *adyenScheme) outlines() []Outline            { return append(s.item.outlines(), s.body.outlines()...) }

// read wants a signature of every item: an app reads all of them.
func (s *adyenScheme) read(r Request) (claims, Reason) {
	items, ok := adyenItems(r.Body)
	if !ok {
		return s.body.read(r)
	}
	all := claims{which: 1}
	if unclearMember(r.Body, "notificationItems") {
		all.unclear = true
		return all, ReasonMalformed
	}
	for _, item := range items {
		c, reason := s.item.read(Request{Header: r.Header, Body: item})
		if len(all.signatures) == 0 || reason != ReasonOK {
			all.got, all.unclear = c.got, c.unclear
		}
		if reason != ReasonOK {
			return all, reason
		}
		all.signatures = append(all.signatures, c.signatures...)
	}
	return all, ReasonOK
}

func (s *adyenScheme) try(r Request, c claims, secret string) (string, bool, error) {
	if c.which == 0 {
		return s.body.try(r, c, secret)
	}
	items, _ := adyenItems(r.Body)
	first := ""
	for i, item := range items {
		one := claims{signatures: c.signatures[i : i+1]}
		expected, ok, err := s.item.try(Request{Header: r.Header, Body: item}, one, secret)
		if err != nil || !ok {
			return expected, false, err
		}
		if i == 0 {
			first = expected
		}
	}
	return first, true, nil
}

// tryKey is for a key at hand; it uses key's memory for other things.
func (s *adyenScheme) tryKey(r Request, c claims, key []byte) (string, bool) {
	if c.which == 0 {
		return s.body.tryKey(r, c, key)
	}
	items, _ := adyenItems(r.Body)
	expected, ok := "", len(items) > 0
	for i := 0; i < len(items) && ok; i++ {
		one := claims{signatures: c.signatures[i : i+1]}
		expected, ok = s.item.tryKey(Request{Header: r.Header, Body: items[i]}, one, bytes.Clone(key))
	}
	return expected, ok
}

func (s *adyenScheme) sign(r *Request, secret string, at time.Time) error {
	items, ok := adyenItems(r.Body)
	if !ok {
		return s.body.sign(r, secret, at)
	}
	body := bytes.Clone(r.Body)
	for _, item := range items {
		signed := Request{Header: make(http.Header), Body: item}
		if err := s.item.sign(&signed, secret, at); err != nil {
			return err
		}
		before, after, found := bytes.Cut(body, item)
		if !found {
			return errors.New("its items can't be told apart")
		}
		body = bytes.Join([][]byte{before, signed.Body, after}, nil)
	}
	r.Body = body
	return nil
}
