package signature

import "strings"

// headers is the carrier of most providers: the signature in a header of its own with perhaps a label before it, and,
// where those are signed, a timestamp and an id in others. GitHub, Shopify, Slack and most others are so.
type headers struct {
	signature string   // the header's name, canonical, as all here
	before    string   // the signature's label: "sha256="; may be empty
	separator string   // between several signatures, as while a secret is being rolled: ","; empty if there is only one
	repeated  bool     // the header may come several times instead, with a signature each
	more      []string // further headers with a signature each
	time      string   // the timestamp's header; empty if there is none
	id        string   // the id's header; empty if there is none
}

func (k headers) label() string { return k.before }

func (k headers) headers() []string {
	names := []string{k.signature}
	for _, name := range []string{k.time, k.id} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (k headers) form(signature string) string {
	text := k.signature + ": " + signature
	if rest := k.headers()[1:]; len(rest) > 0 {
		text += " beside " + strings.Join(rest, " and ")
	}
	return text
}

func (k headers) read(r Request) (claims, Reason) {
	value, reason := single(r.Header, k.signature)
	if values := r.Header[k.signature]; k.repeated && len(values) > 1 {
		if value = strings.Join(values, k.separator); len(value) <= maxHeader {
			reason = ReasonOK
		}
	}
	c := claims{got: value}
	if k.id != "" {
		c.id, _ = single(r.Header, k.id) // for signing, though there may be no signature yet
	}
	if reason == ReasonMalformed {
		return c, reason
	}
	c.addAll(value, k.before, k.separator)
	for _, name := range k.more {
		further, why := single(r.Header, name)
		if why == ReasonMissing {
			continue
		}
		if c.got == "" {
			c.got = further
		}
		if why == ReasonMalformed {
			return c, why
		}
		c.addAll(further, k.before, k.separator)
	}
	switch {
	case c.got == "":
		return c, ReasonMissing
	case len(c.signatures) == 0:
		return c, ReasonMalformed
	}
	return k.beside(r, c)
}

// addAll takes from a header's value the signatures with the label before. Without a separator there is only one.
func (c *claims) addAll(value, before, separator string) {
	known := len(c.signatures)
	if separator == "" {
		if value != "" && strings.HasPrefix(value, before) {
			c.add(value)
		}
		return
	}
	for one := range strings.SplitSeq(value, separator) {
		if one = strings.TrimLeft(one, " "); one != "" && strings.HasPrefix(one, before) {
			c.add(one)
		}
	}
	if known == 0 && len(c.signatures) > 0 {
		c.got = c.signatures[0]
	}
}

// beside reads the timestamp and the id.
func (k headers) beside(r Request, c claims) (claims, Reason) {
	if k.id != "" {
		id, reason := single(r.Header, k.id)
		if c.id = id; reason != ReasonOK {
			return c, reason
		}
	}
	if k.time == "" {
		return c, ReasonOK
	}
	stamp, reason := single(r.Header, k.time)
	c.timestamp = stamp
	return c, aboutTime(reason)
}

func (k headers) stamp(r *Request, c claims) error {
	if k.time != "" {
		r.Header[k.time] = []string{c.timestamp}
	}
	if k.id != "" {
		r.Header[k.id] = []string{c.id}
	}
	return nil
}

func (k headers) put(r *Request, _ claims, signature string) error {
	for _, name := range k.more {
		delete(r.Header, name)
	}
	r.Header[k.signature] = []string{signature}
	return nil
}

// aboutTime is the reason of a timestamp's place.
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
