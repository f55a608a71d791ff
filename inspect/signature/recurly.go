package signature

import "strings"

// timeFirst is a carrier whose header is a list that begins with the timestamp, all further ones being signatures, as
// Recurly's: "1659641851000,a8c85…,cafe6…".
type timeFirst struct {
	name      string // of the header, canonical
	separator string
}

func (k timeFirst) label() string     { return "" }
func (k timeFirst) headers() []string { return []string{k.name} }
func (k timeFirst) form(signature string) string {
	return k.name + ": <timestamp>" + k.separator + signature
}

func (k timeFirst) read(r Request) (claims, Reason) {
	value, reason := single(r.Header, k.name)
	c := claims{got: value}
	if reason != ReasonOK {
		return c, reason
	}
	stamp, list, _ := strings.Cut(value, k.separator)
	c.addAll(list, "", k.separator)
	if len(c.signatures) == 0 {
		return c, ReasonMalformed
	}
	c.timestamp = stamp
	return c, ReasonOK
}

func (k timeFirst) stamp(*Request, claims) error { return nil }

func (k timeFirst) put(r *Request, c claims, signature string) error {
	r.Header[k.name] = []string{c.timestamp + k.separator + signature}
	return nil
}
