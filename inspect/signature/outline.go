package signature

// An Outline says for people how a request proves where it comes from.
type Outline struct {
	Form      string // where the signature is, and what it looks like: "X-Hub-Signature-256: sha256=<64 hexadecimal digits>"
	Signs     string // what is signed, as a template: "{timestamp}.{body}"; empty if nothing is
	Algorithm string // "HMAC-SHA256", "Ed25519", "RS256", "comparison"
	Encoding  string // of the signature: "hexadecimal digits"; empty if the Form says it
	Key       string // what the secret is and how it becomes the key
	Clock     string // how the time is signed and how old it may be; empty if none is
}

// Outlines are the ways in which the provider's requests prove where they come from, the usual one first. There are none
// if it signs nothing.
func (p *Provider) Outlines() []Outline {
	if p == nil || p.scheme == nil {
		return nil
	}
	return p.scheme.outlines()
}
