package signature

import (
	"errors"
	"net/url"
	"strings"
)

// KeysAt is the https URL at which the provider itself publishes the keys that verify r: a certificate that r names, or
// the provider's fixed address. It is empty if there is none, or if what r names is not on the provider's own host. Nothing
// is fetched here.
func (p *Provider) KeysAt(r Request) string {
	if p == nil || p.keysAt == nil {
		return ""
	}
	return p.keysAt(r)
}

// namedKeys are keys at a URL that the request names, if it is https, a plain file, and own says that the host is the
// provider's.
func namedKeys(where source, own func(host, path string) bool) func(Request) string {
	return func(r Request) string {
		text := where(r)
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" || u.RawQuery != "" || u.Fragment != "" || !own(strings.ToLower(u.Hostname()), u.Path) {
			return ""
		}
		return text
	}
}

// publishedKeys are keys at an address that never changes.
func publishedKeys(address string) func(Request) string {
	return func(Request) string { return address }
}

// NeedsKeys says whether secret lacks the provider's public keys, which its requests are verified with: it holds nothing,
// or just the text that goes before them.
func (p *Provider) NeedsKeys(secret string) bool {
	if p == nil {
		return false
	}
	switch s := p.scheme.(type) {
	case *keyScheme:
	case *jwtScheme:
		if s.algorithm == hs256 {
			return false
		}
	default:
		if p.keysAt == nil {
			return false
		}
	}
	ring, err := readKeyring(secret)
	return errors.Is(err, errEmpty) || err == nil && len(ring.keys) == 0
}
