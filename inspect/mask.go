package inspect

import "maps"

// MaskedText stands where something was masked.
const MaskedText = "[masked]"

// Mask is a copy of d in which what grants access or should not leave the machine is masked, and whether anything was: the
// values of fields such as Authorization, what looks like a secret or a card's number in URLs, fields and bodies, in the
// request and in the answers.
func Mask(d *Delivery) (masked *Delivery, changed bool) {
	c := *d
	c.Header = maps.Clone(d.Header)
	for name := range c.Header {
		if IsCredential(name) {
			c.Header[name] = []string{MaskedText}
			changed = true
		}
	}
	c.Masked = c.Masked || changed
	return &c, changed
}
