package signature

import "time"

// cloudinaryScheme is a plain digest, with the hash that the account is set to: the signature's length tells which.
//
// https://cloudinary.com/documentation/notification_signatures
type cloudinaryScheme struct {
	hmacScheme
	longer *hmacScheme
}

func newCloudinaryScheme() *cloudinaryScheme {
	usual := hmacScheme{
		carrier: headers{signature: "X-Cld-Signature", time: "X-Cld-Timestamp"},
		digest:  withSHA1().unkeyed(), encoding: inHex(), signs: signs("{body}{timestamp}{secret}"),
		clock:  clock{unit: time.Second, past: 2 * time.Hour},
		secret: secretForm{alphabet: alphanumeric, length: 27},
	}
	longer := usual
	longer.digest = withSHA256().unkeyed()
	return &cloudinaryScheme{usual, &longer}
}

// of is the scheme of a request's signature.
func (s *cloudinaryScheme) of(r Request) *hmacScheme {
	if len(header(r.Header, "X-Cld-Signature")) == s.longer.encoding.length(s.longer.digest.size) {
		return s.longer
	}
	return &s.hmacScheme
}

func (s *cloudinaryScheme) read(r Request) (claims, Reason) { return s.of(r).read(r) }
func (s *cloudinaryScheme) outlines() []Outline {
	return append(s.hmacScheme.outlines(), s.longer.outlines()...)
}

func (s *cloudinaryScheme) try(r Request, c claims, secret string) (string, bool, error) {
	return s.of(r).try(r, c, secret)
}

func (s *cloudinaryScheme) tryKey(r Request, c claims, key []byte) (string, bool) {
	return s.of(r).tryKey(r, c, key)
}

func (s *cloudinaryScheme) sign(r *Request, secret string, at time.Time) error {
	return s.of(*r).sign(r, secret, at)
}
