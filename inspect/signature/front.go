package signature

import (
	"net/http"
	"strings"
)

// frontEcho repeats the challenge that is sent when a webhook is saved.
func frontEcho(r Request, _ []Secret) (Answer, bool) {
	challenge := inHeader("X-Front-Challenge")(r)
	return textAnswer(challenge), strings.EqualFold(r.Method, http.MethodPost) && challenge != ""
}

const frontTime = "X-Front-Request-Timestamp"

// datedCarrier is a carrier that a request without the time's header does not use: it is signed in another way.
type datedCarrier struct {
	carrier
	time string
}

func (k datedCarrier) read(r Request) (claims, Reason) {
	if len(r.Header[k.time]) == 0 {
		return claims{}, ReasonMissing
	}
	return k.carrier.read(r)
}
