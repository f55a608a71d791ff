package signature

import "time"

// ledgerProviders keep accounts: of money, of invoices, of coins.
func ledgerProviders() []*Provider {
	return []*Provider{bridgeAPI(), exactOnline(), orb(), synctera(), treezor(), zeroHash()}
}

func bridgeAPI() *Provider {
	return &Provider{
		Name:       "bridge-api",
		Title:      "Bridge API",
		Docs:       "https://docs.bridgeapi.io/docs/secure-your-webhooks",
		Confidence: Documented,
		Note:       "This is bridgeapi.io, for banks' accounts. For a day after its secret was replaced, a webhook is signed with both.",
		SecretVars: []string{"BRIDGE_WEBHOOK_SECRET", "BRIDGEAPI_WEBHOOK_SECRET", "BRIDGE_API_WEBHOOK_SECRET"},
		RegisterAt: "dashboard.bridgeapi.io → Webhooks",
		SecretAt:   "dashboard.bridgeapi.io shows it once, when the webhook is made",
		Success:    "200",
		Retries:    "for 1 to 2 days with growing pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "Bridgeapi-Signature", before: "v1=", separator: ","}, digest: withSHA256(), encoding: inUpperHex(),
			signs: signs("{body}"), secret: secretForm{alphabet: alphanumeric, length: 32},
		},
		clues: marks("Bridgeapi-Signature"),
		reads: reading{event: inBody("type"), account: firstOf(inBody("content.user_uuid"), inBody("content.item_id"))},
	}
}

func exactOnline() *Provider {
	return &Provider{
		Name:       "exact-online",
		Title:      "Exact Online",
		Docs:       "https://support.exactonline.com/community/s/article/All-All-DNO-Content-webhookstut?language=en_GB",
		Confidence: Documented,
		Note: "The signature stands in the body, as HashCode, and covers Content as it is written. A new subscription's URL first " +
			"gets an empty POST, which must be answered 2xx.",
		SecretVars: []string{"EXACT_WEBHOOK_SECRET", "EXACT_ONLINE_WEBHOOK_SECRET", "EXACTONLINE_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /api/v1/{division}/webhooks/WebhookSubscriptions",
		SecretAt:   "the App Center → the app → Webhook secret",
		Retries:    "several times after any answer but 2xx",
		scheme: &hmacScheme{
			carrier: slots{signature: memberAt("HashCode")}, digest: withSHA256(), encoding: inUpperHex(),
			signs: computes("the body's Content", exactContent).of("{json:Content}"), secret: ownSecret(),
		},
		clues: []clue{shape("the body's HashCode and Content.Topic", inBody("HashCode"), inBody("Content.Topic"))},
		reads: reading{
			event: joined(".", inBody("Content.Topic"), inBody("Content.Action")), account: inBody("Content.Division"),
			id: joined(":", inBody("Content.Key"), inBody("Content.Action"), inBody("Content.EventCreatedOn")),
		},
		handshake: exactTrial,
	}
}

func orb() *Provider {
	return &Provider{
		Name:       "orb",
		Title:      "Orb",
		Docs:       "https://docs.withorb.com/integrations-and-exports/webhooks",
		Confidence: Judged,
		Note:       "The time comes as text without a zone, and is UTC.",
		SecretVars: []string{"ORB_WEBHOOK_SECRET"},
		RegisterAt: "app.withorb.com → Developers → Webhooks",
		SecretAt:   "app.withorb.com → Developers → Webhooks → the endpoint → Signing secret",
		Retries:    "several times with growing pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Orb-Signature", before: "v1=", separator: " ", time: "X-Orb-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("v1:{timestamp}:{body}"),
			clock:  clock{unit: time.Second, layout: "2006-01-02T15:04:05", past: 5 * time.Minute, future: 5 * time.Minute},
			secret: ownSecret(),
		},
		clues: marks("X-Orb-Signature", "X-Orb-Timestamp"),
		reads: reading{
			event: inBody("type"), id: inBody("id"),
			account: firstOf(inBody("customer.external_customer_id"), inBody("customer.id"), inBody("subscription.customer.id"), inBody("invoice.customer.id")),
		},
	}
}

func synctera() *Provider {
	return &Provider{
		Name:       "synctera",
		Title:      "Synctera",
		Docs:       "https://docs.synctera.com/docs/webhooks-guide",
		Confidence: Documented,
		Note:       "While the secret is rolled, there are two signatures with a dot between them.",
		SecretVars: []string{"SYNCTERA_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /v0/webhooks",
		SecretAt:   "the API: POST /v0/webhook_secrets",
		Timeout:    5 * time.Second,
		Success:    "200",
		Retries:    "for 55 hours with growing pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "Synctera-Signature", separator: ".", time: "Request-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock: clock{unit: time.Second, past: 5 * time.Minute, future: 5 * time.Minute}, secret: ownSecret(),
		},
		clues: marks("Synctera-Signature"),
		reads: reading{event: inBody("type"), id: inBody("id"), account: inBody("webhook_id")},
	}
}

func treezor() *Provider {
	return &Provider{
		Name:       "treezor",
		Title:      "Treezor",
		Docs:       "https://docs.treezor.com/guide/webhooks/integrity-checks.html",
		Confidence: Documented,
		Note:       "The signature stands in the body and covers object_payload, written as PHP writes JSON. The body comes as text/plain.",
		SecretVars: []string{"TREEZOR_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /settings/hooks",
		SecretAt:   "from your account manager at Treezor; sandbox and production have one each",
		Success:    "200",
		Retries:    "every minute, up to 30 times, after 5xx",
		scheme: &hmacScheme{
			carrier: slots{signature: memberAt("object_payload_signature")}, digest: withSHA256(), encoding: inBase64(),
			signs: computes("the body's object_payload as PHP writes JSON", treezorText).of("{json:object_payload}"), secret: ownSecret(),
		},
		clues: []clue{shape("the body's webhook and object_payload_signature", inBody("webhook"), inBody("object_payload_signature"))},
		reads: reading{event: inBody("webhook"), id: inBody("webhook_id"), account: joined(":", inBody("object"), inBody("object_id"))},
	}
}

func zeroHash() *Provider {
	secret := secretForm{alphabet: hexDigits, length: 64}
	return &Provider{
		Name:       "zero-hash",
		Title:      "Zero Hash",
		Docs:       "https://docs.zerohash.com/reference/webhook-security",
		Confidence: Documented,
		Note:       "The older X-Zh-Hook-Signature-256 covers no time, and counts where the newer one was taken away: such a request can be repeated. Signatures with RSA are not verified here.",
		SecretVars: []string{"ZEROHASH_WEBHOOK_SECRET", "ZERO_HASH_WEBHOOK_SECRET"},
		RegisterAt: "your contact at Zero Hash registers it",
		SecretAt:   "from your contact at Zero Hash",
		Retries:    "not published",
		scheme: oneOf{
			&hmacScheme{
				carrier: headers{signature: "X-Zh-Hook-Signature", time: "X-Zh-Hook-Timestamp"},
				digest:  withSHA256(), encoding: inHex(), signs: signs("{body}{timestamp}"),
				clock: clock{unit: time.Millisecond, past: 5 * time.Minute, future: 5 * time.Minute}, secret: secret,
			},
			signsBody("X-Zh-Hook-Signature-256", "", withSHA256(), inHex(), secret),
		},
		clues: marks("X-Zh-Hook-Signature", "X-Zh-Hook-Signature-256", "X-Zh-Hook-Payload-Type", "X-Zh-Hook-Notification-Id"),
		reads: reading{
			event: inHeader("X-Zh-Hook-Payload-Type"), id: inHeader("X-Zh-Hook-Notification-Id"), account: inBody("participant_code"),
		},
	}
}
