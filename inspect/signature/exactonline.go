package signature

import (
	"net/http"
	"strings"
)

// exactContent is the body's Content as it is written, which is all that Exact Online signs.
func exactContent(r Request, _ claims) []byte { return memberText(r.Body, "Content") }

// exactTrial accepts the empty request that a new subscription's URL gets.
func exactTrial(r Request, _ []Secret) (Answer, bool) {
	return Answer{Status: http.StatusOK}, strings.EqualFold(r.Method, http.MethodPost) && len(r.Body) == 0 && !r.Truncated
}
