package wire

import "net/netip"

// Settings are what an endpoint's owner has chosen for it, kept at the relay with the name: PROTOCOL.md section 3. In a hello,
// what is empty stays as it was before.
type Settings struct {
	WhenAway        string  `json:"when_away,omitempty"`        // "auto", "fail", "hold" or "wait:30s"; empty: auto
	Provider        string  `json:"provider,omitempty"`         // whose registration challenges are answered; NoProvider: nobody's
	ChallengeSecret string  `json:"challenge_secret,omitempty"` // for challenges whose answer needs one
	Browsers        *bool   `json:"browsers,omitempty"`         // browsers get no warning
	Access          *Access `json:"access,omitempty"`           // who may send; nil: anyone
}

// NoProvider is the Settings.Provider that takes back the one of before.
const NoProvider = "none"

// Access is what an endpoint demands of senders: an address in one of Networks, if there are any, and one of the other
// proofs, if there are any. Each proof is the SHA-256 in lower-case hex.
type Access struct {
	Basic     []string       `json:"basic,omitempty"`      // of "USER:PASSWORD"
	Bearer    []string       `json:"bearer,omitempty"`     // of the token
	URLSecret []string       `json:"url_secret,omitempty"` // of the value of hook_secret in the query
	Networks  []netip.Prefix `json:"networks,omitempty"`
}

// IsZero says whether nothing was chosen.
func (s Settings) IsZero() bool { return s == Settings{} }

// With gives s with the changes, of which only what isn't empty counts.
func (s Settings) With(changes Settings) Settings {
	if changes.WhenAway != "" {
		s.WhenAway = changes.WhenAway
	}
	if changes.Provider != "" {
		s.Provider, s.ChallengeSecret = changes.Provider, ""
		if changes.Provider == NoProvider {
			s.Provider = ""
		}
	}
	if changes.ChallengeSecret != "" {
		s.ChallengeSecret = changes.ChallengeSecret
	}
	if changes.Browsers != nil {
		s.Browsers = changes.Browsers
	}
	if changes.Access != nil {
		s.Access = changes.Access
	}
	return s
}
