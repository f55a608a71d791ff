package signature

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A Provider is a sender of webhooks: what people need to know of it, and how its requests are recognised, read,
// verified and signed. The package's own providers are shared: do not change them. A nil *Provider stands for a sender
// that nobody recognised; its methods say so and do not panic.
type Provider struct {
	Name       string          // lower case, as commands and files name it: "standard-webhooks"
	Title      string          // as it writes itself: "Standard Webhooks"
	Docs       string          // the page that describes its signatures
	Confidence Confidence      // how sure it is that the scheme is right
	Note       string          // what people should know besides, in a sentence or two; empty if there is nothing
	SecretVars []string        // environment variables that usually hold its signing secret, the likeliest first
	RegisterAt string          // where in its dashboard a webhook's URL is registered
	SecretAt   string          // where its signing secret is found
	Addresses  []string        // the IP addresses or prefixes that it publishes as its own; empty if it publishes none
	Timeout    time.Duration   // how long it waits for an answer; 0 if that is not published
	Success    string          // which answers it takes for success; empty for any 2xx
	Retries    string          // when it sends again, in a short phrase
	Schedule   []time.Duration // the pauses between its attempts, as far as they are known; empty if it never sends again
	Forgetful  bool            // it never sends again by itself unless told to, and nothing reads the app's answer: a webhook that fails is lost

	ChallengeSecret string // the secret that the answer to its question takes, for people: "the app's Secret Token"; empty for none

	scheme    scheme             // nil if it proves nothing
	clues     []clue             // what tells that a request is its
	reads     reading            // what Meta says
	meta      func(Request) Meta // in place of reads, where that needs a function
	handshake handshake          // what it asks when a URL is registered; nil if nothing
	password  source             // the word that comes with its question, if that is what ChallengeSecret is
	keysAt    func(Request) string
}

// Confidence is how sure it is that a provider's scheme is as this package has it.
type Confidence string

// The confidences, the surest first.
const (
	Judged      Confidence = "judged"      // the provider's own library or server was seen to agree
	Published   Confidence = "published"   // it agrees with a request whose signature the provider has published
	Documented  Confidence = "documented"  // it follows the provider's documentation; nothing independent has confirmed it
	Unconfirmed Confidence = "unconfirmed" // from other sources: what does not match is unknown, never invalid
)

// Lookup finds a provider by its exact, lower-case name, among the package's own and those that Register added. It is nil
// if there is none.
func Lookup(name string) *Provider {
	return known.Load().byName[name]
}

// Providers lists every provider, sorted by name. The slice is the caller's, the providers are not.
func Providers() []*Provider {
	return slices.Clone(known.Load().sorted)
}

// Register adds providers to those that Lookup, Providers and Detect know, in place of any with the same name. Make them
// with [Declaration.Provider]. It is meant for a program's start.
func Register(providers ...*Provider) {
	registering.Lock()
	defer registering.Unlock()
	all := slices.DeleteFunc(Providers(), func(old *Provider) bool {
		return slices.ContainsFunc(providers, func(p *Provider) bool { return p.Name == old.Name })
	})
	known.Store(newCatalogue(append(all, providers...)))
}

// Tolerance is how old a signed timestamp may be; 0 if the provider signs no time, or accepts any.
func (p *Provider) Tolerance() time.Duration {
	if p == nil || p.scheme == nil {
		return 0
	}
	return p.scheme.limits(claims{}).past
}

// A catalogue is a set of providers with the tables that find them. It never changes once it is made.
type catalogue struct {
	sorted []*Provider
	byName map[string]*Provider
	clues  map[string][]ownedClue // by header name
	shapes []ownedClue            // that look at the body
}

var (
	known       atomic.Pointer[catalogue]
	registering sync.Mutex
)

func init() { known.Store(newCatalogue(builtinProviders())) }

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
			owned := ownedClue{clue, p, clue.String()}
			if clue.header == "" {
				c.shapes = append(c.shapes, owned)
			} else {
				c.clues[clue.header] = append(c.clues[clue.header], owned)
			}
		}
	}
	return c
}
