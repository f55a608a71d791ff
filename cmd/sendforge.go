package cmd

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// An expectation is what a right app does with a delivery.
type expectation int

const (
	toAccept     expectation = iota
	toDecide                 // to accept or to refuse it: the signature does not tell
	toRefuse                 // with a status of 4xx: the provider must not send it again
	toBreakOff               // to refuse it, or to close the connection
	toEndSomehow             // to wait to the end and accept it, or to refuse it, or to close the connection
)

func (e expectation) String() string {
	return [...]string{"accepted", "accepted or refused", "refused", "refused or closed", "accepted, refused or closed"}[e]
}

// spoil does to a signed request what the faults say, and tells what a right app does with it then: hook's own verdict,
// as of now.
func (g *signer) spoil(r *signature.Request, now time.Time) (expectation, error) {
	switch {
	case g.faults.truncated:
		return toBreakOff, nil
	case g.faults.slow > 0:
		return toEndSomehow, nil
	case g.faults.forging() == "":
		return toAccept, nil
	}
	if g.faults.tampered {
		body, ok := tampered(r.Body)
		if !ok {
			return 0, fail(exitUsage, "give one with --body", "send: --fault tampered: the body has nothing to change")
		}
		r.Body = body
	}
	if g.faults.badSignature {
		spoilSignature(r, g.provider)
	}
	r.ReceivedAt = now
	if g.provider.Verify(*r, []signature.Secret{g.secret}).Verdict != signature.Valid {
		return toRefuse, nil
	}
	if g.faults.badSignature {
		return 0, fail(exitUsage, "--fault wrong-secret is possible", "send: --fault bad-signature: the signatures of %s aren't in a header, where hook could spoil them", g.provider.Title)
	}
	return toDecide, nil
}

// excuse says why the signature doesn't tell that a delivery is forged.
func (g *signer) excuse() string {
	switch {
	case g.faults.shift != 0 && g.provider.Tolerance() == 0:
		return g.provider.Title + " signs no time, or sets it no limit"
	case g.faults.shift > 0:
		return g.provider.Title + " sets times that are ahead no such limit"
	case g.faults.shift != 0:
		return fmt.Sprintf("%s takes times up to %s old", g.provider.Title, timespan(g.provider.Tolerance()))
	}
	return "the signatures of " + g.provider.Title + " don't cover that"
}

// tampered is a body with one digit, else one letter, changed: the one nearest to its middle.
func tampered(body []byte) ([]byte, bool) {
	isDigit := func(c byte) bool { return '0' <= c && c <= '9' }
	isLetter := func(c byte) bool { return 'a' <= c && c <= 'z' }
	for _, fits := range []func(byte) bool{isDigit, isLetter} {
		if i := nearMiddle(body, fits); i >= 0 {
			body = bytes.Clone(body)
			body[i] = other(body[i])
			return body, true
		}
	}
	return nil, false
}

// nearMiddle is the place of the byte that fits and is nearest to the middle, or -1.
func nearMiddle(b []byte, fits func(byte) bool) int {
	middle := len(b) / 2
	for d := range middle + 1 {
		if i := middle + d; i < len(b) && fits(b[i]) {
			return i
		}
		if i := middle - d; i < len(b) && fits(b[i]) {
			return i
		}
	}
	return -1
}

// other is another character of the same sort, which hex digits stay too.
func other(c byte) byte {
	switch c {
	case '9', 'Z', 'z', 'f', 'F':
		return c - 1
	case '+', '/', '-', '_', '=':
		return 'A'
	}
	return c + 1
}

// shortestSignature is how long what looks like a signature must be: longer than times and versions.
const shortestSignature = 16

// spoilSignature changes one character in all that looks like a signature in the header where the provider has them.
func spoilSignature(r *signature.Request, provider *signature.Provider) {
	for _, name := range provider.Headers() {
		values := slices.Clone(r.Header[name])
		spoilt := false
		for i, value := range values {
			b := []byte(value)
			for start := 0; start < len(b); {
				end := start
				for end < len(b) && isSignatureByte(b[end]) {
					end++
				}
				if end-start >= shortestSignature {
					at := start + (end-start)/2
					b[at], spoilt = other(b[at]), true
				}
				start = end + 1
			}
			values[i] = string(b)
		}
		if spoilt {
			r.Header[name] = values
			return // the signature's own header is the first
		}
	}
}

func isSignatureByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_'
}
