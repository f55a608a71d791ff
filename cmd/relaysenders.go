package cmd

import (
	"net/http"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/relay"
)

// relaySenders tells a relay what is known of those who send webhooks. It is relay.Providers.
type relaySenders struct{}

// Forgetful is the first of relay.Providers.
func (relaySenders) Forgetful(provider string, h http.Header) bool {
	p := signature.Lookup(provider)
	return signature.Forgetful(h) || p != nil && p.Forgetful && !p.KnownByHeader()
}

// Answer is the second. A question that brings a secret is left for when somebody is there to keep it.
func (relaySenders) Answer(provider, secret string, r *http.Request, body []byte) (relay.ChallengeAnswer, bool) {
	u := *r.URL
	if !u.IsAbs() { // only eBay's answer depends on it, and eBay knows no URL but https ones
		u.Scheme, u.Host = "https", r.Host
	}
	a, ok := signature.Lookup(provider).Challenge(signature.Request{
		Method: r.Method, URL: u.String(), Header: r.Header, Body: body, ReceivedAt: time.Now(),
	}, nil, secret)
	if !ok || a.Secret {
		return relay.ChallengeAnswer{}, false
	}
	return relay.ChallengeAnswer{Status: a.Status, Header: a.Header, Body: a.Body, Asked: a.Asks, Note: a.Note}, true
}
