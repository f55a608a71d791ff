package signature

import (
	"net/http"
	"slices"
)

// Forgetful says whether a request with this header is from a provider that is Forgetful. Of who is recognised only by what
// the body is like it says no. It allocates nothing, and its work grows with the header, not with the number of providers.
func Forgetful(h http.Header) bool {
	best := known.Load().byHeader(Request{Header: h})
	return best != nil && best.weight > weak && best.owner.Forgetful
}

// KnownByHeader says whether a header alone can tell that a request is from the provider.
func (p *Provider) KnownByHeader() bool {
	return slices.ContainsFunc(p.clues, func(c clue) bool { return c.header != "" && c.weight > weak && c.also == nil })
}
