package signature

import "net/http"

// twoHeaders is the carrier of the Slack-like family: the signature in one header, the timestamp in another.
type twoHeaders struct {
	signature string // the header's name, canonical
	time      string // the header's name, canonical
	before    string // the signature's label: "v0="; may be empty
}

func (t twoHeaders) label() string     { return t.before }
func (t twoHeaders) headers() []string { return []string{t.signature, t.time} }

func (t twoHeaders) form(signature string) string {
	return t.signature + ": " + signature + " beside " + t.time
}

func (t twoHeaders) read(h http.Header) (claims, Reason) {
	c, reason := oneHeader{name: t.signature, before: t.before}.read(h)
	if reason != ReasonOK {
		return c, reason
	}
	stamp, reason := single(h, t.time)
	c.timestamp = stamp
	return c, aboutTime(reason)
}

func (t twoHeaders) write(h http.Header, c claims, signature string) {
	h[t.signature] = []string{signature}
	h[t.time] = []string{c.timestamp}
}

// aboutTime is the reason of a timestamp's header.
func aboutTime(reason Reason) Reason {
	switch reason {
	case ReasonMissing:
		return ReasonTimestampMissing
	case ReasonMalformed:
		return ReasonTimestampMalformed
	default:
		return reason
	}
}
