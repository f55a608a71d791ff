package history

import "github.com/seed-4575fdc3/hook/inspect"

// Has says whether d has all of the words, as List says it of what is in a history: for what is in none.
func Has(d *inspect.Delivery, words []string) bool {
	p := parsePattern(words)
	if len(p) == 0 {
		return len(words) == 0
	}
	fields := []string{d.Method, d.Path, d.Endpoint, d.Provider, d.EventType, d.ProviderID}
	return p.in(searchText(fields, d.Header, d.Body.Bytes[:min(len(d.Body.Bytes), maxSearched)]))
}
