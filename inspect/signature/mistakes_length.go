package signature

import (
	"fmt"
	"strconv"
)

// lengthOfBody compares the body with the length that the request says it has.
func (s *search) lengthOfBody() (Explanation, bool) {
	said, err := strconv.Atoi(header(s.r.Header, "Content-Length"))
	came := len(s.r.Body)
	if err != nil || said < 0 || said == came || !s.signsAnything() {
		return Explanation{}, false
	}
	if came == 0 {
		return Explanation{
			Mistake: MistakeBodyEmpty, Headline: "the body that is verified is empty",
			Text: fmt.Sprintf("%s The request says that its body has %s, and none are here: something read the body before.", s.facts(), size(said)),
			Next: "read the body once, keep its bytes, and verify those before anything parses them",
		}, true
	}
	which := fmt.Sprintf("%s less", size(said-came))
	if came > said {
		which = fmt.Sprintf("%s more", size(came-said))
	}
	return Explanation{
		Mistake: MistakeBodyChanged, Headline: "the body is not the one that was sent",
		Text: fmt.Sprintf("%s The request says that its body has %s, and the body that is verified has %s: %s.",
			s.facts(), size(said), size(came), which),
		Next: "verify the raw bytes of the body, before any middleware or proxy touches them",
	}, true
}
