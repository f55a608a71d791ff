package signature

import (
	"net/http"
	"strings"
)

// pairs is the carrier of the Stripe-like family: one header of name=value pairs, one of which is the timestamp and
// any number of which are signatures, as while a secret is being rolled. Pairs of other names are ignored.
type pairs struct {
	name      string // of the header, canonical
	separator string // between pairs: ","
	time      string // what the timestamp's pair begins with: "t="; of several, the last counts
	signature string // what the signatures' pairs begin with: "v1="
}

func (p pairs) label() string     { return p.signature }
func (p pairs) headers() []string { return []string{p.name} }

func (p pairs) form(signature string) string {
	return p.name + ": " + p.time + "<timestamp>" + p.separator + signature
}

func (p pairs) read(h http.Header) (claims, Reason) {
	value, reason := single(h, p.name)
	c := claims{got: value}
	if reason != ReasonOK {
		return c, reason
	}
	dated := false
	for pair, rest, more := "", value, true; more; {
		pair, rest, more = strings.Cut(rest, p.separator)
		if strings.HasPrefix(pair, p.signature) {
			c.add(pair)
		} else if stamp, found := strings.CutPrefix(pair, p.time); found {
			c.timestamp, dated = stamp, true
		}
	}
	switch {
	case len(c.signatures) == 0:
		return c, ReasonMalformed
	case dated && c.timestamp == "":
		reason = ReasonTimestampMalformed
	case !dated:
		reason = ReasonTimestampMissing
	}
	c.got = c.signatures[0]
	return c, reason
}

func (p pairs) write(h http.Header, c claims, signature string) {
	h[p.name] = []string{p.time + c.timestamp + p.separator + signature}
}
