package cmd

import (
	"fmt"
	"path"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

const maxRegistrations = 3

// registrations say where in a provider's dashboard the endpoint's URL is registered: for the one that the target's path
// names, as in /webhooks/stripe, and for those that a secret is configured of.
func (l *listener) registrations() []string {
	named := signature.Lookup(path.Base(l.engine.Target.Path))
	var lines []string
	for _, p := range append([]*signature.Provider{named}, signature.Providers()...) {
		if p == nil || p.RegisterAt == "" || len(lines) == maxRegistrations || (len(lines) > 0 && p == named) {
			continue
		}
		if p == named || l.secrets.hasOwn(p) {
			lines = append(lines, fmt.Sprintf("register it with %s at: %s", p.Title, p.RegisterAt))
		}
	}
	return lines
}

// hasOwn says whether a secret is configured for this very provider.
func (s *secrets) hasOwn(p *signature.Provider) bool {
	own := s.configured(p)
	for _, f := range s.flags {
		if f.Provider == "" && len(own) > 0 && own[0].Source == f.Source {
			return false
		}
	}
	return len(own) > 0
}
