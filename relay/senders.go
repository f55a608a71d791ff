package relay

import "net/http"

// Providers is what a relay needs to know of those who send webhooks. It is safe for concurrent use.
type Providers interface {
	// Forgetful says whether whoever sent this never sends it again by itself and reads no answer. provider is the one that the
	// endpoint names; empty: it names none.
	Forgetful(provider string, h http.Header) bool
	// Answer answers the question that a provider asks before it sends webhooks to a URL. ok is false for any other request,
	// and where the answer needs another secret.
	Answer(provider, secret string, r *http.Request, body []byte) (a ChallengeAnswer, ok bool)
}

// A ChallengeAnswer is what a provider wants to hear.
type ChallengeAnswer struct {
	Status int
	Header http.Header
	Body   string
	Asked  string // what it was, for people: "Slack's URL verification"
	Note   string // what somebody has to do now, as to visit a URL; for the log
}
