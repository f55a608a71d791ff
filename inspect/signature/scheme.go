package signature

import (
	"net/http"
	"time"
)

// A scheme is how a provider's requests prove where they come from. It is data, so one value serves all requests at
// once.
//
// Nearly all are an hmacScheme, a keyScheme, a jwtScheme or a tokenScheme, and differ in their carrier and template.
type scheme interface {
	// read takes from r its signatures and what was signed beside the body. The claims hold what could be read even
	// when the reason is not ReasonOK.
	read(r Request) (claims, Reason)
	// try judges the claims with one secret: the signature that it makes, as the request would carry it (empty if the
	// scheme can't make one), and whether that is among the claims. The error says what form a secret needs, or is
	// errKeyUnknown.
	try(r Request, c claims, secret string) (expected string, ok bool, err error)
	// sign sets in r what the provider would send.
	sign(r *Request, secret string, at time.Time) error
	headers() []string // the names that it reads, canonical; the signature's own first
	form() string      // the signature's place with its value in outline, for people
	limits(c claims) clock
	signsURL() bool
	checkSecret(value string) error
	newSecret() string
	outlines() []Outline
}

// Claims are what a request's headers say of its signature.
type claims struct {
	signatures []string  // as the header carries them, label included; at most maxSignatures
	got        string    // the first of them, or the whole header if it can't be read
	timestamp  string    // as sent: its text is what is signed
	signed     time.Time // that, read
	id         string    // as sent
	family     int       // which of the carrier's sets of headers the request uses
	form       []byte    // the body's parameters as they are signed, if the scheme signs those
	which      int       // which of several schemes the request uses
	unclear    bool      // readers may find the signature, or what it covers, in different places of the body
	secret     string    // the one at hand, for templates that name it
}

const (
	maxSignatures = 32       // that are looked at in one request; further ones are ignored
	maxHeader     = 16 << 10 // bytes of a header that a scheme reads; a longer one is malformed
)

// add takes a signature, if there are not too many yet.
func (c *claims) add(signature string) {
	if len(c.signatures) < maxSignatures {
		c.signatures = append(c.signatures, signature)
	}
}

// A carrier is where a family of schemes puts signature, timestamp and id.
type carrier interface {
	// read finds them in r. Its reason never concerns the form of the timestamp or of the signature proper.
	read(r Request) (claims, Reason)
	// stamp sets c's timestamp and id where they stand apart from the signature, as they may be a part of what is signed.
	stamp(r *Request, c claims) error
	// put sets the signature, label included.
	put(r *Request, c claims, signature string) error
	label() string // what stands right before a signature: "v1="
	headers() []string
	form(signature string) string
}

// single is the only value of a header. It is missing when it is empty too, and malformed when it is repeated, as
// receivers disagree which of the values counts, or longer than maxHeader.
func single(h http.Header, name string) (string, Reason) {
	values := h[name]
	switch {
	case len(values) == 0 || len(values) == 1 && values[0] == "":
		return "", ReasonMissing
	case len(values) > 1 || len(values[0]) > maxHeader:
		return values[0], ReasonMalformed
	default:
		return values[0], ReasonOK
	}
}
