package signature

import "strings"

// pairs is the carrier of the Stripe-like family: one header of name=value pairs, one of which is the timestamp and
// any number of which are signatures, as while a secret is being rolled. Pairs of other names are ignored.
type pairs struct {
	name      string // of the header, canonical
	separator string // the characters any of which stands between pairs: ","
	joint     string // what is written between pairs; empty for separator
	time      string // what the timestamp's pair begins with: "t="; of several, the last counts; empty if there is none
	id        string // what the id's or nonce's pair begins with; empty if there is none
	signature string // what the signatures' pairs begin with: "v1="
	first     bool   // the signature is written first, then the id and the timestamp
}

func (p pairs) label() string     { return p.signature }
func (p pairs) headers() []string { return []string{p.name} }

func (p pairs) form(signature string) string {
	return p.name + ": " + p.join("<timestamp>", "<id>", signature)
}

// join writes the header's value.
func (p pairs) join(stamp, id, signature string) string {
	joint := p.joint
	if joint == "" {
		joint = p.separator
	}
	if p.first {
		if p.id != "" {
			signature += joint + p.id + id
		}
		return signature + joint + p.time + stamp
	}
	text := ""
	if p.time != "" {
		text += p.time + stamp + joint
	}
	if p.id != "" {
		text += p.id + id + joint
	}
	return text + signature
}

func (p pairs) read(r Request) (claims, Reason) {
	value, reason := single(r.Header, p.name)
	c := claims{got: value}
	if reason != ReasonOK {
		return c, reason
	}
	dated := false
	for rest := value; rest != ""; {
		pair := rest
		if i := strings.IndexAny(rest, p.separator); i >= 0 {
			pair, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		if strings.HasPrefix(pair, p.signature) {
			c.add(pair)
		} else if stamp, found := strings.CutPrefix(pair, p.time); found && p.time != "" {
			c.timestamp, dated = stamp, true
		} else if id, found := strings.CutPrefix(pair, p.id); found && p.id != "" {
			c.id = id
		}
	}
	switch {
	case len(c.signatures) == 0:
		return c, ReasonMalformed
	case p.time != "" && dated && c.timestamp == "":
		reason = ReasonTimestampMalformed
	case p.time != "" && !dated:
		reason = ReasonTimestampMissing
	case p.id != "" && c.id == "":
		reason = ReasonMalformed
	}
	c.got = c.signatures[0]
	return c, reason
}

func (p pairs) stamp(*Request, claims) error { return nil }

func (p pairs) put(r *Request, c claims, signature string) error {
	r.Header[p.name] = []string{p.join(c.timestamp, c.id, signature)}
	return nil
}
