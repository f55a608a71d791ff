package diff

import (
	"encoding/json"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Shown is Before and After as others may see them: what grants access or looks like a secret is masked, unless reveal.
func (c Change) Shown(reveal bool) (before, after string) {
	if reveal || c.Kind == Moved {
		return c.Before, c.After
	}
	name := leaf(c.Path)
	return masked(name, c.Before, c.Secret), masked(name, c.After, c.Secret)
}

// masked is the value of a field, masked if it must be or if it is what inspect.MaskBody masks.
func masked(name, value string, secret bool) string {
	switch {
	case value == "":
		return ""
	case secret:
		return quote(inspect.MaskedText)
	}
	doc := []byte("{" + quote(name) + ":" + value + "}")
	doc, n := inspect.MaskBody("application/json", doc)
	if n == 0 || !json.Valid(doc) {
		return value
	}
	if all, _ := members(doc); len(all) == 1 {
		return string(all[0].value)
	}
	return quote(inspect.MaskedText)
}
