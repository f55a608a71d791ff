package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// maxNamed is how many providers with a test secret are named; there are more than a hundred.
const maxNamed = 4

// summary names what was found and where, a line for each provider, and who is left with a test secret. What is found out
// later is not said any more, as whoever asks for a summary opens a screen.
func (s *secrets) summary() []string {
	var lines, tests []string
	for _, f := range s.flags {
		if f.Provider == "" {
			lines = append(lines, "from "+f.Source+", for every provider")
		}
	}
	made, left := s.made(), 0
	for _, p := range signature.Providers() {
		own := s.configured(p)
		switch {
		case len(own) > 0 && slices.ContainsFunc(s.flags, func(f signature.Secret) bool { return f.Provider == "" && f.Source == own[0].Source }):
		case len(own) > 0:
			lines = append(lines, p.Name+" from "+own[0].Source)
		case slices.ContainsFunc(s.now().safes, func(c contents) bool { return len(c.Secrets[p.Name]) > 0 }):
			lines = append(lines, p.Name+" is left out: its secret is in the keychain, which doesn't give it")
		case p.CanSign():
			left++
			if t := made[p.Name]; t != nil && t.Used && len(tests) < maxNamed {
				tests = append(tests, p.Name)
			}
		}
	}
	s.once.Do(func() {})
	if left > 0 {
		lines = append(lines, "test secrets for "+others(tests, left, len(lines) > 0)+": `hook events PROVIDER` shows the variable to set")
	}
	return lines
}

// others names some of so many providers.
func others(named []string, all int, besides bool) string {
	rest := all - len(named)
	switch {
	case rest == 0:
		return strings.Join(named, ", ")
	case len(named) > 0:
		return fmt.Sprintf("%s and %d more", strings.Join(named, ", "), rest)
	case besides:
		return "the other " + plural(rest, "provider", "providers")
	}
	return "all " + plural(rest, "provider", "providers")
}
