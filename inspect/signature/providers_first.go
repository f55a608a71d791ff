package signature

import (
	"slices"
	"time"
)

// firstProviders are the senders that most people start with.
func firstProviders() []*Provider {
	return slices.Concat(firstMoney(), firstChat(), firstMail(), firstPlain(), []*Provider{
		github(), gitlab(), standardWebhooks(), svix(),
	})
}

func github() *Provider {
	token := secretForm{alphabet: hexDigits, length: 40}
	return &Provider{
		Name:       "github",
		Title:      "GitHub",
		Docs:       "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
		Confidence: Judged,
		Note:       "A webhook without a secret is not signed. Of a form the encoded bytes are signed, not the JSON in its payload field.",
		SecretVars: []string{"GITHUB_WEBHOOK_SECRET", "GITHUB_APP_WEBHOOK_SECRET", "GH_WEBHOOK_SECRET"},
		RegisterAt: "the repository, organization or app → Settings → Webhooks",
		SecretAt:   "the repository, organization or app → Settings → Webhooks → Secret, which you choose yourself",
		Timeout:    10 * time.Second,
		Retries:    "never by itself; by hand within 3 days",
		Forgetful:  true,
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Hub-Signature-256", before: "sha256="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{body}"), secret: token,
			also: []scheme{&hmacScheme{
				carrier: headers{signature: "X-Hub-Signature", before: "sha1="},
				digest:  withSHA1(), encoding: inHex(), signs: signs("{body}"), secret: token,
			}},
		},
		clues: slices.Concat(
			marks("X-Github-Event", "X-Github-Delivery", "X-Github-Hook-Id"),
			[]clue{agent("GitHub-Hookshot/"), hint("X-Hub-Signature-256")},
		),
		meta: githubMeta,
	}
}

func gitlab() *Provider {
	signing := standardScheme(32, familyOf("Webhook-")).schemes[0]
	secretToken := &tokenScheme{at: headerAt("X-Gitlab-Token"), secret: secretForm{alphabet: hexDigits, length: 40}}
	return &Provider{
		Name:       "gitlab",
		Title:      "GitLab",
		Docs:       "https://docs.gitlab.com/user/project/integrations/webhooks/",
		Confidence: Documented,
		Note: "A secret token is sent in clear and signs nothing. A signing token, which newer versions have and which begins with " +
			"whsec_, signs as Standard Webhooks do; with both set, either will do here.",
		SecretVars: []string{
			"GITLAB_WEBHOOK_SECRET", "GITLAB_WEBHOOK_TOKEN", "GITLAB_WEBHOOK_SECRET_TOKEN", "GITLAB_SECRET_TOKEN",
			"GITLAB_WEBHOOK_SIGNING_TOKEN", "GITLAB_SIGNING_TOKEN",
		},
		RegisterAt: "the project or group → Settings → Webhooks → Add new webhook",
		SecretAt:   "the project or group → Settings → Webhooks → the webhook → Secret token or Signing token; it is shown once",
		Timeout:    10 * time.Second,
		Retries:    "never by itself; by hand from the webhook's recent events; after 4 failures in a row it pauses",
		Forgetful:  true,
		scheme:     &bySecret{schemes: []scheme{secretToken, signing}, index: hasPrefix("whsec_")},
		clues: slices.Concat(
			marks("X-Gitlab-Event", "X-Gitlab-Token", "X-Gitlab-Event-Uuid", "X-Gitlab-Webhook-Uuid", "X-Gitlab-Instance"),
			[]clue{agent("GitLab/")},
		),
		reads: reading{
			event: firstOf(
				joined(".", firstOf(inBody("object_kind"), inBody("event_name")), inBody("object_attributes.action")),
				inHeader("X-Gitlab-Event"),
			),
			id:      firstOf(inHeader("Idempotency-Key"), inHeader("Webhook-Id"), inHeader("X-Gitlab-Event-Uuid")),
			account: firstOf(inBody("project.path_with_namespace"), inBody("path_with_namespace"), inBody("group.full_path")),
		},
	}
}

func standardWebhooks() *Provider {
	return &Provider{
		Name:       "standard-webhooks",
		Title:      "Standard Webhooks",
		Docs:       "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
		Confidence: Judged,
		Note:       "With a secret that begins with whsec_ it is HMAC; with keys that begin with whsk_ and whpk_, Ed25519.",
		SecretVars: []string{"STANDARD_WEBHOOKS_SECRET", "WEBHOOK_SECRET"},
		RegisterAt: "the sender's dashboard",
		SecretAt:   "the sender's dashboard; it begins with whsec_, a public key with whpk_",
		Retries:    "as the sender decides, usually over days with growing pauses",
		scheme:     standardScheme(32, familyOf("Webhook-")),
		clues:      []clue{hint("Webhook-Signature"), hint("Webhook-Id")},
		meta:       standardMeta(familyOf("Webhook-")),
	}
}

func svix() *Provider {
	families := []family{familyOf("Svix-"), familyOf("Webhook-")}
	return &Provider{
		Name:       "svix",
		Title:      "Svix",
		Docs:       "https://docs.svix.com/receiving/verifying-payloads/how-manual",
		Confidence: Judged,
		SecretVars: []string{"SVIX_WEBHOOK_SECRET", "SVIX_SECRET", "SVIX_SIGNING_SECRET"},
		RegisterAt: "the sender's webhook portal → Endpoints → Add Endpoint",
		SecretAt:   "the sender's webhook portal → Endpoints → the endpoint → Signing Secret",
		Timeout:    15 * time.Second,
		Retries:    "7 times over 28 hours: after 5 seconds, 5 and 30 minutes, 2, 5, 10 and 10 hours",
		Schedule: []time.Duration{
			5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour,
		},
		scheme: standardScheme(24, families...),
		clues:  append(marks("Svix-Signature", "Svix-Id"), agent("Svix-Webhooks/")),
		meta:   standardMeta(families...),
	}
}
