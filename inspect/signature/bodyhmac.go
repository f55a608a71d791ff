package signature

import (
	"net/http"
	"strings"
)

// oneHeader is the largest family's carrier: one header, nothing in it but a label and the signature, usually of the
// body alone. GitHub, Shopify and most others are so.
type oneHeader struct {
	name   string // canonical
	before string // the label: "sha256="; may be empty
}

func (o oneHeader) label() string                { return o.before }
func (o oneHeader) headers() []string            { return []string{o.name} }
func (o oneHeader) form(signature string) string { return o.name + ": " + signature }

func (o oneHeader) read(h http.Header) (claims, Reason) {
	value, reason := single(h, o.name)
	c := claims{got: value}
	if reason == ReasonOK && !strings.HasPrefix(value, o.before) {
		reason = ReasonMalformed
	}
	if reason == ReasonOK {
		c.add(value)
	}
	return c, reason
}

func (o oneHeader) write(h http.Header, _ claims, signature string) {
	h[o.name] = []string{signature}
}
