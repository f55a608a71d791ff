package signature

import (
	"fmt"
	"regexp"
	"strings"
)

// A kind is what people take for a signing secret though it is for something else, told by its form alone.
type kind struct {
	prefix string
	is     string // for people
}

// kinds are told by what they begin with. None is a provider's own form of a signing secret: see otherKind.
func kinds() []kind {
	return []kind{
		{"sk_live_", "a secret API key, of live mode"}, {"sk_test_", "a secret API key, of test mode"},
		{"rk_live_", "a restricted API key, of live mode"}, {"rk_test_", "a restricted API key, of test mode"},
		{"pk_live_", "a publishable API key, of live mode"}, {"pk_test_", "a publishable API key, of test mode"},
		{"we_", "a webhook endpoint's id"}, {"ws_", "a webhook's id"}, {"evt_", "an event's id"}, {"acct_", "an account's id"},
		{"xoxb-", "a Slack bot token"}, {"xoxp-", "a Slack user token"}, {"xapp-", "a Slack app-level token"}, {"xoxe", "a Slack refresh token"},
		{"ghp_", "a GitHub personal access token"}, {"github_pat_", "a GitHub personal access token"}, {"gho_", "a GitHub OAuth token"},
		{"ghs_", "a GitHub installation token"}, {"ghu_", "a GitHub user token"}, {"ghr_", "a GitHub refresh token"},
		{"glpat-", "a GitLab access token"}, {"gldt-", "a GitLab deploy token"},
		{"shpat_", "a Shopify access token"}, {"shpca_", "a Shopify access token"}, {"shppa_", "a Shopify app password"},
		{"SG.", "a SendGrid API key"}, {"key-", "a Mailgun API key"}, {"re_", "a Resend API key"},
		{"sq0idp-", "a Square application id"}, {"sq0csp-", "a Square application secret"}, {"EAAA", "an access token"},
		{"rzp_live_", "a Razorpay key id"}, {"rzp_test_", "a Razorpay key id"}, {"APP_USR-", "a Mercado Pago access token"},
		{"pdl_live_apikey_", "a Paddle API key"}, {"pdl_sdbx_apikey_", "a Paddle API key"},
		{"lin_api_", "a Linear API key"}, {"lin_oauth_", "a Linear OAuth token"}, {"ntn_", "a Notion token"}, {"pat-", "a personal access token"},
		{"sk-", "an API key"}, {"AKIA", "an AWS access key's id"}, {"AIza", "a Google API key"}, {"ya29.", "a Google access token"},
		{"WH-", "the id of one event, and not that of the webhook"}, {"whpk_", "a public key"},
		{"eyJ", "a token (JWT), or JSON in base64"}, {"https://", "a URL"}, {"http://", "a URL"},
		{"-----BEGIN ", "a key in PEM"}, {"ssh-", "an SSH key"},
	}
}

var (
	twilioSID   = regexp.MustCompile(`^(AC|SK|VA|MG|PN)[0-9a-f]{32}$`)
	discordID   = regexp.MustCompile(`^[0-9]{17,20}$`)
	discordBot  = regexp.MustCompile(`^[A-Za-z0-9_-]{23,28}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,}$`)
	placeholder = regexp.MustCompile(`(?i)^(<.*>|\[.*\]|\{\{.*\}\}|\$\{?[a-z_]+\}?|.*(\.\.\.|…|x{6,}|\*{4,}).*|` +
		`(whsec_?|sk_?)?(your|insert|enter|add|paste|put)[-_ ].*|my[-_ ]?(webhook|signing)?[-_ ]?(secret|key)([-_ ]?(key|here))?|(re)?place[-_ ]?(me|holder).*|change[-_ ]?me.*|change[-_ ]?it|` +
		`set[-_ ]?me.*|todo|tbd|none|null|undefined|secret|test|dummy|example|foo|foobar|webhook[-_]?secret|signing[-_]?secret)$`)
	hexOnly = regexp.MustCompile(`^[0-9a-fA-F]+$`)
)

// kindOf says what else a secret seems to be.
func (s *search) kindOf(secret string) string {
	switch {
	case twilioSID.MatchString(secret):
		return "the SID of a Twilio account, key or service"
	case s.p.NeedsKeys("") && discordID.MatchString(secret):
		return "an id, and not a public key"
	case discordBot.MatchString(secret):
		return "a token of three parts, as a bot has"
	}
	for _, k := range kinds() {
		if strings.HasPrefix(secret, k.prefix) {
			return k.is
		}
	}
	return ""
}

// otherKind recognises by their form a placeholder, a secret that is for something else, and one that was cut short.
func (s *search) otherKind() (Explanation, bool) {
	for _, c := range s.edited() {
		secret := trimSpace(c.Value)
		if len(secret) > maxHeader || c.Test {
			continue
		}
		if placeholder.MatchString(secret) {
			return s.placeholder(c), true
		}
		if e, found := s.ownKind(c, secret); found {
			return e, true
		}
		if e, found := s.cutSecret(c, secret); found {
			return e, true
		}
	}
	return Explanation{}, false
}

func (s *search) placeholder(c Secret) Explanation {
	return Explanation{
		Mistake: MistakeSecretPlaceholder, Headline: "the secret is a placeholder",
		Text: s.facts() + fmt.Sprintf(" The text that is set as the secret in %s, of %d characters, looks like one that stands for a secret in an example.",
			place(c.Source), len([]rune(c.Value))),
		Next: "put the secret itself in its place: " + s.p.SecretAt,
	}
}

// ownKind leaves out the forms that the provider's own secrets have: some sign with an API key.
func (s *search) ownKind(c Secret, secret string) (Explanation, bool) {
	is := s.kindOf(secret)
	takesKeys := s.priceOf(s.p).keyed
	if takesKeys && (strings.Contains(secret, "PRIVATE KEY-----") || strings.HasPrefix(secret, "whsk_")) {
		return Explanation{
			Mistake: MistakePrivateKey, Headline: "the key that is configured is a private one",
			Text: fmt.Sprintf("%s The key from %s is a private one, and the private key of %s is nobody's but its own: its requests are "+
				"verified with its public key.", s.facts(), place(c.Source), s.p.Title),
			Next: "use the public key: " + s.p.SecretAt,
		}, true
	}
	if is == "" || takesKeys && (strings.HasPrefix(secret, "-----BEGIN ") || strings.HasPrefix(secret, "whpk_")) {
		return Explanation{}, false
	}
	if s.signsWithAPIKey() && strings.Contains(is, " key") && !strings.Contains(is, "publishable") {
		return Explanation{}, false
	}
	return Explanation{
		Mistake: MistakeAPIKey, Headline: "what is set as the signing secret is something else",
		Text: fmt.Sprintf("%s By its form, %s from %s is %s: webhooks of %s are not signed with that.",
			s.facts(), named(c.Value), place(c.Source), is, s.p.Title),
		Next: "use the signing secret: " + s.p.SecretAt,
	}, true
}

// signsWithAPIKey says whether the provider's signing secret is its API key, as its variables or the place where it is
// found tell.
func (s *search) signsWithAPIKey() bool {
	at := strings.ToLower(s.p.SecretAt)
	return strings.Contains(at, "api key") || strings.Contains(at, "secret key") || strings.Contains(at, "private key")
}

// cutSecret is for the few providers whose secrets all have the same length.
func (s *search) cutSecret(c Secret, secret string) (Explanation, bool) {
	want, ok := 0, true
	switch s.p.Name {
	case "stripe":
		want, ok = 38, strings.HasPrefix(secret, "whsec_")
	case "slack", "twilio":
		want, ok = 32, hexOnly.MatchString(secret)
	}
	if n := len(secret); !ok || n >= want {
		return Explanation{}, false
	}
	return Explanation{
		Mistake: MistakeSecretTruncated, Headline: "the secret looks cut short",
		Text: fmt.Sprintf("%s Signing secrets of %s have at least %d characters; %s from %s has fewer.",
			s.facts(), s.p.Title, want, named(c.Value), place(c.Source)),
		Next: "copy the whole secret from " + s.p.SecretAt,
	}, true
}
