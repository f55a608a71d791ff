package signature

import "strings"

// A Detection is who a request seems to come from, and what says so.
type Detection struct {
	Provider *Provider // nil if nobody is recognised
	Evidence string    // "header Stripe-Signature"; empty without a provider
}

// Detect tells from r's headers who sent it. It does not look at signatures: anybody can send a header. The same
// headers always give the same answer. It allocates nothing, and its work grows with r's headers, not with the number
// of providers.
func Detect(r Request) Detection {
	return builtin.detect(r)
}

// A clue is a header that tells a provider.
type clue struct {
	header string // canonical
	prefix string // what its value begins with; empty for any value
	weight weight
}

// A weight says how much a clue tells. Where clues disagree, the heaviest wins, then the provider's name in
// alphabetical order.
type weight int

const (
	weak    weight = iota + 1 // several providers send such a header: Webhook-Signature
	likely                    // a User-Agent: it tells the software more than the sender
	certain                   // a header that bears the provider's own name
)

// String is the clue as evidence.
func (c clue) String() string {
	if c.prefix != "" {
		return "header " + c.header + ": " + strings.TrimSpace(c.prefix)
	}
	return "header " + c.header
}

type ownedClue struct {
	clue
	owner    *Provider
	evidence string
}

func (c *catalogue) detect(r Request) Detection {
	var best *ownedClue
	for name, values := range r.Header {
		clues := c.clues[name]
		for i := range clues {
			if clues[i].fits(values) && clues[i].beats(best) {
				best = &clues[i]
			}
		}
	}
	if best == nil {
		return Detection{}
	}
	return Detection{Provider: best.owner, Evidence: best.evidence}
}

func (c *ownedClue) fits(values []string) bool {
	return len(values) > 0 && strings.HasPrefix(values[0], c.prefix)
}

// beats orders all clues strictly, as a header's order in the map is random.
func (c *ownedClue) beats(other *ownedClue) bool {
	switch {
	case other == nil:
		return true
	case c.weight != other.weight:
		return c.weight > other.weight
	case c.owner != other.owner:
		return c.owner.Name < other.owner.Name
	default:
		return c.evidence < other.evidence
	}
}
