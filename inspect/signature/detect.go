package signature

import "strings"

// A Detection is who a request seems to come from, and what says so.
type Detection struct {
	Provider *Provider // nil if nobody is recognised
	Evidence string    // "header Stripe-Signature"; empty without a provider
}

// Detect tells from r who sent it: from its headers, and, where those tell nothing or too little, from what its body is
// like. It does not look at signatures: anybody can send a header. The same request always gives the same answer. As long
// as a header tells, it allocates nothing, and its work grows with r's headers, not with the number of providers.
func Detect(r Request) Detection {
	return known.Load().detect(r)
}

// A clue is what tells a provider: a header, or, if that is empty, something in the body or the URL.
type clue struct {
	header string // canonical
	prefix string // what the value begins with; empty for any value
	weight weight
	within source // where the value is, if not in a header
	also   source // what must have a value besides; nil for nothing
	words  string // for people, of a clue that is no header: "the body's object and entry"
}

// marks are clues that headers of the provider's own are.
func marks(headers ...string) []clue {
	clues := make([]clue, len(headers))
	for i, name := range headers {
		clues[i] = clue{header: name, weight: certain}
	}
	return clues
}

// agent is the clue that a User-Agent is.
func agent(prefix string) clue {
	return clue{header: "User-Agent", prefix: prefix, weight: likely}
}

// hint is a clue that a header is which several providers send.
func hint(header string) clue { return clue{header: header, weight: weak} }

// shape is the clue that the body's form is: all the sources have a value.
func shape(words string, sources ...source) clue {
	all := func(r Request) string {
		value := ""
		for _, s := range sources {
			if value = s(r); value == "" {
				return ""
			}
		}
		return value
	}
	return clue{within: all, weight: likely, words: words}
}

// A weight says how much a clue tells. Where clues disagree, the heaviest wins, then the provider's name in
// alphabetical order.
type weight int

const (
	weak     weight = iota + 1 // several providers send such a header: Webhook-Signature
	likely                     // a User-Agent, or the body's shape: it tells the software more than the sender
	certain                    // a header that bears the provider's own name
	foremost                   // such a header, of software that sends those of others too: X-Gitea-Event beside X-GitHub-Event
)

// String is the clue as evidence.
func (c clue) String() string {
	if c.header == "" {
		return c.words
	}
	if c.prefix != "" {
		return "header " + c.header + ": " + strings.TrimSpace(c.prefix)
	}
	return "header " + c.header
}

// maxShape is how many bytes of a body shapes are looked for in: there are more than a hundred, and anybody can send a body.
const maxShape = 16 << 10

type ownedClue struct {
	clue
	owner    *Provider
	evidence string
}

func (c *catalogue) detect(r Request) Detection {
	best := c.byHeader(r)
	if best == nil || best.weight == weak {
		r.Body = r.Body[:min(len(r.Body), maxShape)]
		for i := range c.shapes {
			shape := &c.shapes[i]
			if value := shape.within(r); value != "" && strings.HasPrefix(value, shape.prefix) && shape.beats(best) {
				best = shape
			}
		}
	}
	if best == nil {
		return Detection{}
	}
	return Detection{Provider: best.owner, Evidence: best.evidence}
}

// byHeader is the heaviest clue that a header of r's is; nil if none is one.
func (c *catalogue) byHeader(r Request) *ownedClue {
	var best *ownedClue
	for name, values := range r.Header {
		clues := c.clues[name]
		for i := range clues {
			if clues[i].fits(r, values) && clues[i].beats(best) {
				best = &clues[i]
			}
		}
	}
	return best
}

func (c *ownedClue) fits(r Request, values []string) bool {
	return len(values) > 0 && strings.HasPrefix(values[0], c.prefix) && (c.also == nil || c.also(r) != "")
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
