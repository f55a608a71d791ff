package signature

import (
	"crypto/rand"
	"net/http"
	"strings"
)

// threeHeaders is the carrier of Standard Webhooks: an id, a timestamp and a space-separated list of signatures, in
// three headers of a common prefix. Signatures of another version than label's are skipped.
//
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
type threeHeaders struct {
	families []family // the first of which a request has all headers counts
}

// A family is the names of three headers that belong together, canonical.
type family struct {
	signature, id, timestamp string
}

// familyOf is the family with a prefix in canonical form: "Webhook-".
func familyOf(prefix string) family {
	return family{prefix + "Signature", prefix + "Id", prefix + "Timestamp"}
}

func (f family) all() [3]string { return [3]string{f.signature, f.id, f.timestamp} }

func (t threeHeaders) label() string { return "v1," }

func (t threeHeaders) headers() []string {
	names := t.families[0].all()
	return names[:]
}

func (t threeHeaders) form(signature string) string {
	f := t.families[0]
	return f.signature + ": " + signature + " beside " + f.id + " and " + f.timestamp
}

func (t threeHeaders) read(r Request) (claims, Reason) { return t.find(r, t.label()) }

// find is read for signatures with another label.
func (t threeHeaders) find(r Request, label string) (claims, Reason) {
	h := r.Header
	index := t.used(h)
	names := t.families[index]
	list, reason := single(h, names.signature)
	id, idReason := single(h, names.id)
	c := claims{got: list, id: id, family: index}
	if reason == ReasonOK {
		reason = idReason
	}
	if reason != ReasonOK {
		return c, reason
	}
	for one, rest, more := "", list, true; more; {
		one, rest, more = strings.Cut(rest, " ")
		if strings.HasPrefix(one, label) {
			c.add(one)
		}
	}
	if len(c.signatures) == 0 {
		return c, ReasonMalformed
	}
	c.got = c.signatures[0]
	c.timestamp, reason = single(h, names.timestamp)
	return c, aboutTime(reason)
}

// stamp keeps to the family that the request used, and removes the others: a stale set could be preferred.
func (t threeHeaders) stamp(r *Request, c claims) error {
	for _, f := range t.families {
		for _, name := range f.all() {
			delete(r.Header, name)
		}
	}
	f := t.families[c.family]
	r.Header[f.id] = []string{c.id}
	r.Header[f.timestamp] = []string{c.timestamp}
	return nil
}

func (t threeHeaders) put(r *Request, c claims, signature string) error {
	r.Header[t.families[c.family].signature] = []string{signature}
	return nil
}

// used is the index of the family that h uses: the first that is there as a whole, else the first of which anything
// is there, else 0.
func (t threeHeaders) used(h http.Header) int {
	partly := -1
	for i, f := range t.families {
		n, names := 0, f.all()
		for _, name := range names {
			n += min(len(h[name]), 1)
		}
		if n == len(names) {
			return i
		}
		if n > 0 && partly < 0 {
			partly = i
		}
	}
	return max(partly, 0)
}

// newMessageID is a fresh id in the form that Standard Webhooks suggests.
func newMessageID() string {
	return "msg_" + rand.Text()
}
