package signature

import (
	"slices"
	"strings"
	"time"
)

// A Provider is a sender of webhooks: what people need to know of it, and how its requests are recognised, read,
// verified and signed. The package's own providers are shared: do not change them. A nil *Provider stands for a sender
// that nobody recognised; its methods say so and do not panic.
type Provider struct {
	Name       string        // lower case, as commands and files name it: "standard-webhooks"
	Title      string        // as it writes itself: "Standard Webhooks"
	Docs       string        // the page that describes its signatures
	SecretVars []string      // environment variables that usually hold its signing secret, the likeliest first
	RegisterAt string        // where in its dashboard a webhook's URL is registered
	SecretAt   string        // where its signing secret is found
	Timeout    time.Duration // how long it waits for an answer; 0 if that is not published
	Retries    string        // when it sends again, in a short phrase

	scheme scheme             // nil if it signs nothing
	clues  []clue             // what tells that a request is its
	meta   func(Request) Meta // nil if there is nothing to read
}

// Lookup finds a provider by its exact, lower-case name. It is nil if there is none.
func Lookup(name string) *Provider {
	return builtin.byName[name]
}

// Providers lists every provider, sorted by name. The slice is the caller's, the providers are not.
func Providers() []*Provider {
	return slices.Clone(builtin.sorted)
}

// Tolerance is how old a signed timestamp may be; 0 if the provider signs no time, or accepts any.
func (p *Provider) Tolerance() time.Duration {
	if p == nil || p.scheme == nil {
		return 0
	}
	return p.scheme.limits().past
}

// A catalogue is a set of providers with the tables that find them. It never changes once it is made.
type catalogue struct {
	sorted []*Provider
	byName map[string]*Provider
	clues  map[string][]ownedClue // by header name
}

// builtin is the catalogue of the providers that this package knows.
var builtin = newCatalogue(knownProviders())

func newCatalogue(providers []*Provider) *catalogue {
	c := &catalogue{
		sorted: slices.Clone(providers),
		byName: make(map[string]*Provider, len(providers)),
		clues:  make(map[string][]ownedClue),
	}
	slices.SortFunc(c.sorted, func(a, b *Provider) int { return strings.Compare(a.Name, b.Name) })
	for _, p := range c.sorted {
		c.byName[p.Name] = p
		for _, clue := range p.clues {
			c.clues[clue.header] = append(c.clues[clue.header], ownedClue{clue, p, clue.String()})
		}
	}
	return c
}
