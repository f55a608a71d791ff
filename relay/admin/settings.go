package admin

import "github.com/seed-4575fdc3/hook/relay/wire"

// Settings are those of an endpoint as people see them: what senders must prove is not among them, only that they must.
type Settings struct {
	WhenAway string   `json:"when_away,omitempty"`
	Provider string   `json:"provider,omitempty"`
	Browsers bool     `json:"browsers,omitempty"`
	Access   []string `json:"access,omitempty"` // of "basic", "bearer", "url_secret" and "networks"; none: anyone may send
}

// SettingsOf are the endpoint's settings without secrets and their hashes.
func SettingsOf(set wire.Settings) Settings {
	s := Settings{WhenAway: set.WhenAway, Provider: set.Provider, Browsers: set.Browsers != nil && *set.Browsers}
	if set.Access == nil {
		return s
	}
	for _, kind := range []struct {
		name string
		n    int
	}{
		{"basic", len(set.Access.Basic)}, {"bearer", len(set.Access.Bearer)}, {"url_secret", len(set.Access.URLSecret)},
		{"networks", len(set.Access.Networks)},
	} {
		if kind.n > 0 {
			s.Access = append(s.Access, kind.name)
		}
	}
	return s
}
