package signature

import (
	"encoding/json"
	"net/http"
	"strings"
)

// repeatsHeader answers with the header of that name that a request has.
func repeatsHeader(name string) handshake {
	return func(r Request, _ []Secret) (Answer, bool) {
		value, reason := single(r.Header, name)
		return Answer{Status: http.StatusOK, Header: http.Header{name: {value}}}, reason == ReasonOK
	}
}

// bringsSecret is a handshake whose question has the new webhook's secret as X-Hook-Secret.
func bringsSecret(h handshake) handshake {
	return func(r Request, secrets []Secret) (Answer, bool) {
		a, ok := h(r, secrets)
		a.Secret, a.Note = true, "keep the request's X-Hook-Secret: it is the webhook's signing secret"
		return a, ok
	}
}

// hubChallenge echoes WebSub's challenge, as Meta's and YouTube's webhooks have it. The verify token that comes with it is
// between the sender and the app: see Provider.password.
func hubChallenge(r Request, _ []Secret) (Answer, bool) {
	challenge := inQuery("hub.challenge")(r)
	mode := inQuery("hub.mode")(r)
	asks := strings.EqualFold(r.Method, http.MethodGet) && (mode == "subscribe" || mode == "unsubscribe") && challenge != ""
	return textAnswer(challenge), asks
}

// stravaChallenge is hubChallenge, answered in JSON.
func stravaChallenge(r Request, secrets []Secret) (Answer, bool) {
	a, ok := hubChallenge(r, secrets)
	text, _ := json.Marshal(map[string]string{"hub.challenge": a.Body}) // a string can always be written
	return jsonAnswer(string(text)), ok
}

// xChallenge answers the check that X makes each hour with the token's signature. Only what looks like a token is signed.
func xChallenge(r Request, secrets []Secret) (Answer, bool) {
	token, secret := inQuery("crc_token")(r), preferred(secrets)
	if !strings.EqualFold(r.Method, http.MethodGet) || !isNonce(token) || secret == "" {
		return Answer{}, false
	}
	mac := withSHA256().keyed([]byte(secret))
	_, _ = mac.Write([]byte(token)) // a hash never fails
	a := jsonAnswer(`{"response_token":"sha256=` + base64Sum(mac.Sum(nil)) + `"}`)
	a.Asks = "X's challenge-response check"
	return a, true
}

// twitchChallenge echoes the challenge of a new subscription.
func twitchChallenge(r Request, _ []Secret) (Answer, bool) {
	a := textAnswer(pick(r.Body, "challenge"))
	return a, headerValue(r, "Twitch-Eventsub-Message-Type") == "webhook_callback_verification" && a.Body != ""
}

// lineVerification accepts what the console's Verify button sends: no events.
func lineVerification(r Request, _ []Secret) (Answer, bool) {
	events := strings.Fields(string(memberText(r.Body[:min(len(r.Body), maxHeader)], "events")))
	asks := strings.EqualFold(r.Method, http.MethodPost) && pick(r.Body, "destination") != "" && strings.Join(events, "") == "[]"
	return Answer{Status: http.StatusOK, Asks: "LINE's Verify button"}, asks
}
