package signature

import (
	"crypto/hmac"
	"net/http"
	"strings"
)

// An Answer is what a provider wants to hear when it asks whether a URL is really meant to receive its webhooks.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Asks   string // what was asked, for people: "Slack's URL verification"
	Note   string // what somebody has to do besides, for people: to open a URL; empty for nothing
	Secret bool   // the question brings a secret that must be kept: who answers and lets go of it can't verify what follows

	silent  bool // nothing must be said besides the status
	loosely bool // the body may also be JSON or a form, with the text as its challenge
}

// A handshake recognises a provider's question and answers it. It is false for any other request, and where the answer
// needs a secret that is not there.
type handshake func(r Request, secrets []Secret) (Answer, bool)

// Handshake answers the question that a provider asks before it sends webhooks to a URL, or from time to time: a challenge
// to echo, a ping, a hash of something. It is false if r is no such question, or if no secret is there that the answer
// needs. It does not verify r.
func (p *Provider) Handshake(r Request, secrets []Secret) (Answer, bool) {
	if p == nil || p.handshake == nil {
		return Answer{}, false
	}
	a, ok := p.handshake(r, secrets)
	if ok && a.Asks == "" {
		a.Asks = "the URL verification of " + p.Title
	}
	return a, ok
}

// Challenge is Handshake for whoever was also given a secret for the provider's questions alone; see ChallengeSecret. Where
// that is a word that comes with the question, only a question that has it is answered.
func (p *Provider) Challenge(r Request, secrets []Secret, own string) (Answer, bool) {
	switch {
	case p == nil || own == "":
	case p.password == nil:
		secrets = append([]Secret{{Value: own, Provider: p.Name, Source: "the challenge secret"}}, secrets...)
	case !hmac.Equal([]byte(p.password(r)), []byte(own)):
		return Answer{}, false
	}
	return p.Handshake(r, secrets)
}

// HasHandshake says whether the provider asks such a question.
func (p *Provider) HasHandshake() bool { return p != nil && p.handshake != nil }

// textAnswer is 200 with plain text. A browser must not take it for HTML, as the text is the sender's.
func textAnswer(text string) Answer {
	return Answer{Status: http.StatusOK, Body: text, Header: http.Header{
		"Content-Type": {"text/plain; charset=utf-8"}, "X-Content-Type-Options": {"nosniff"},
	}}
}

func jsonAnswer(text string) Answer {
	return Answer{Status: http.StatusOK, Body: text, Header: http.Header{
		"Content-Type": {"application/json"}, "X-Content-Type-Options": {"nosniff"},
	}}
}

// echoes answers with what a source holds, if the request is of that method and the source has a value.
func echoes(method string, what source) handshake {
	return func(r Request, _ []Secret) (Answer, bool) {
		value := what(r)
		return textAnswer(value), strings.EqualFold(r.Method, method) && value != ""
	}
}

// accepts answers a method that is never an event with an empty 200.
func accepts(method string) handshake {
	return func(r Request, _ []Secret) (Answer, bool) {
		return Answer{Status: http.StatusOK}, strings.EqualFold(r.Method, method)
	}
}

// anyOf is the first handshake that answers.
func anyOf(all ...handshake) handshake {
	return func(r Request, secrets []Secret) (Answer, bool) {
		for _, h := range all {
			if a, ok := h(r, secrets); ok {
				return a, true
			}
		}
		return Answer{}, false
	}
}
