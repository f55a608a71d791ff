package signature

import (
	"slices"
	"time"
)

// builtinProviders are the providers of this package. The facts are from each one's Docs and its own library.
func builtinProviders() []*Provider {
	return slices.Concat(
		firstProviders(), shopProviders(), paymentProviders(), bankingProviders(), aiProviders(), mailProviders(),
		messagingProviders(), socialProviders(), cloudProviders(), devtoolProviders(), contentProviders(), workProviders(),
		crmProviders(), identityProviders(),
	)
}

func github() *Provider {
	token := secretForm{alphabet: hexDigits, length: 40}
	return &Provider{
		Name:       "github",
		Title:      "GitHub",
		Docs:       "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
		Confidence: Judged,
		SecretVars: []string{"GITHUB_WEBHOOK_SECRET", "GITHUB_APP_WEBHOOK_SECRET", "GH_WEBHOOK_SECRET"},
		RegisterAt: "the repository, organization or app → Settings → Webhooks",
		SecretAt:   "the repository, organization or app → Settings → Webhooks → Secret, which you choose yourself",
		Timeout:    10 * time.Second,
		Retries:    "never by itself; by hand within 3 days",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Hub-Signature-256", before: "sha256="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{body}"), secret: token,
			also: []scheme{&hmacScheme{
				carrier: headers{signature: "X-Hub-Signature", before: "sha1="},
				digest:  withSHA1(), encoding: inHex(), signs: signs("{body}"), secret: token,
			}},
		},
		clues: []clue{
			{header: "X-Github-Event", weight: certain},
			{header: "X-Github-Delivery", weight: certain},
			{header: "User-Agent", prefix: "GitHub-Hookshot/", weight: likely},
			{header: "X-Hub-Signature-256", weight: weak},
		},
		meta: githubMeta,
	}
}

func shopify() *Provider {
	return &Provider{
		Name:       "shopify",
		Title:      "Shopify",
		Docs:       "https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
		Confidence: Judged,
		SecretVars: []string{"SHOPIFY_WEBHOOK_SECRET", "SHOPIFY_API_SECRET", "SHOPIFY_CLIENT_SECRET"},
		RegisterAt: "shopify.app.toml or the Admin API; for one shop: Settings → Notifications → Webhooks",
		SecretAt:   "Dev Dashboard → the app → Settings → Secret; for one shop: Settings → Notifications → Webhooks",
		Timeout:    5 * time.Second,
		Retries:    "8 times over 4 hours",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Shopify-Hmac-Sha256"},
			digest:  withSHA256(), encoding: inBase64(), signs: signs("{body}"),
			secret: secretForm{alphabet: hexDigits, length: 64},
		},
		clues: []clue{
			{header: "X-Shopify-Hmac-Sha256", weight: certain},
			{header: "X-Shopify-Topic", weight: certain},
		},
		reads: reading{
			event: inHeader("X-Shopify-Topic"), id: inHeader("X-Shopify-Webhook-Id"), account: inHeader("X-Shopify-Shop-Domain"),
			mode: when(inHeader("X-Shopify-Test"), []string{"true"}, ModeTest, ModeLive),
		},
	}
}

func slack() *Provider {
	return &Provider{
		Name:       "slack",
		Title:      "Slack",
		Docs:       "https://docs.slack.dev/authentication/verifying-requests-from-slack",
		Confidence: Judged,
		SecretVars: []string{"SLACK_SIGNING_SECRET"},
		RegisterAt: "api.slack.com/apps → the app → Event Subscriptions, Slash Commands or Interactivity",
		SecretAt:   "api.slack.com/apps → the app → Basic Information → Signing Secret",
		Timeout:    3 * time.Second,
		Retries:    "3 times: at once, after 1 minute, after 5 minutes",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Slack-Signature", before: "v0=", time: "X-Slack-Request-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("v0:{timestamp}:{body}"),
			clock:  clock{unit: time.Second, past: 5 * time.Minute},
			secret: secretForm{alphabet: hexDigits, length: 32},
		},
		clues: []clue{
			{header: "X-Slack-Signature", weight: certain},
			{header: "X-Slack-Request-Timestamp", weight: certain},
			{header: "User-Agent", prefix: "Slackbot ", weight: likely},
		},
		meta: slackMeta,
	}
}

func standardWebhooks() *Provider {
	return &Provider{
		Name:       "standard-webhooks",
		Title:      "Standard Webhooks",
		Docs:       "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
		Confidence: Judged,
		SecretVars: []string{"STANDARD_WEBHOOKS_SECRET", "WEBHOOK_SECRET"},
		RegisterAt: "the sender's dashboard",
		SecretAt:   "the sender's dashboard; it begins with whsec_",
		Retries:    "as the sender decides, usually over days with growing pauses",
		scheme: &hmacScheme{
			carrier: threeHeaders{[]family{familyOf("Webhook-")}},
			digest:  withSHA256(), encoding: inBase64(), signs: signs("{id}.{timestamp}.{body}"),
			clock:  clock{unit: time.Second, past: 5 * time.Minute, future: 5 * time.Minute},
			secret: secretForm{prefix: "whsec_", length: 32, encoded: true},
		},
		clues: []clue{{header: "Webhook-Signature", weight: weak}, {header: "Webhook-Id", weight: weak}},
		meta:  standardMeta(familyOf("Webhook-")),
	}
}

func stripe() *Provider {
	return &Provider{
		Name:       "stripe",
		Title:      "Stripe",
		Docs:       "https://docs.stripe.com/webhooks/signature",
		Confidence: Judged,
		SecretVars: []string{"STRIPE_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SIGNING_SECRET", "STRIPE_SIGNING_SECRET"},
		RegisterAt: "Dashboard → Developers → Webhooks",
		SecretAt:   "Dashboard → Developers → Webhooks → the endpoint → Signing secret",
		Retries:    "for up to 3 days with growing pauses; in a sandbox 3 times in a few hours",
		scheme: &hmacScheme{
			carrier: pairs{name: "Stripe-Signature", separator: ",", time: "t=", signature: "v1="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock:  clock{unit: time.Second, past: 5 * time.Minute},
			secret: secretForm{prefix: "whsec_", alphabet: alphanumeric, length: 32},
		},
		clues: []clue{
			{header: "Stripe-Signature", weight: certain},
			{header: "User-Agent", prefix: "Stripe/", weight: likely},
		},
		reads: reading{
			event: inBody("type"), id: inBody("id"), account: inBody("account"),
			mode: when(inBody("livemode"), []string{"true"}, ModeLive, ModeTest),
		},
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
		scheme: &hmacScheme{
			carrier: threeHeaders{families},
			digest:  withSHA256(), encoding: inBase64(), signs: signs("{id}.{timestamp}.{body}"),
			clock:  clock{unit: time.Second, past: 5 * time.Minute, future: 5 * time.Minute},
			secret: secretForm{prefix: "whsec_", length: 24, encoded: true},
		},
		clues: []clue{
			{header: "Svix-Signature", weight: certain},
			{header: "Svix-Id", weight: certain},
			{header: "User-Agent", prefix: "Svix-Webhooks/", weight: likely},
		},
		meta: standardMeta(families...),
	}
}

func twilio() *Provider {
	return &Provider{
		Name:       "twilio",
		Title:      "Twilio",
		Docs:       "https://www.twilio.com/docs/usage/security#validating-requests",
		Confidence: Judged,
		SecretVars: []string{"TWILIO_AUTH_TOKEN"},
		RegisterAt: "Console → Phone Numbers → the number, or the URL given with each API call",
		SecretAt:   "Console → Account Dashboard → Account Info → Auth Token",
		Timeout:    15 * time.Second,
		Retries:    "never by itself; the fallback URL once, if there is one",
		scheme: &urlBound{hashesBody: true, hmacScheme: hmacScheme{
			carrier: headers{signature: "X-Twilio-Signature"},
			digest:  withSHA1(), encoding: inBase64(), signs: signs("{url}{form}"),
			secret: secretForm{alphabet: hexDigits, length: 32},
		}},
		clues: []clue{
			{header: "X-Twilio-Signature", weight: certain},
			{header: "I-Twilio-Idempotency-Token", weight: certain},
			{header: "User-Agent", prefix: "TwilioProxy/", weight: likely},
		},
		meta: twilioMeta,
	}
}
