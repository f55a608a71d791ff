package signature

import (
	"slices"
	"time"
)

// paymentProviders send webhooks about payments and subscriptions.
func paymentProviders() []*Provider {
	return slices.Concat([]*Provider{
		airwallex(), bolt(), checkout(), flutterwave(), gocardless(), nmi(), paystack(), razorpay(), revolut(), worldline(),
	}, gatewayProviders(), billingProviders(), cryptoProviders())
}

func airwallex() *Provider {
	return &Provider{
		Name:       "airwallex",
		Title:      "Airwallex",
		Docs:       "https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events",
		Confidence: Documented,
		SecretVars: []string{"AIRWALLEX_WEBHOOK_SECRET"},
		RegisterAt: "Airwallex web app → Settings → Developer → Webhooks",
		SecretAt:   "Airwallex web app → Settings → Developer → Webhooks → the webhook → Secret",
		Retries:    "for 3 days with growing pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Signature", time: "X-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}{body}"),
			clock:  clock{unit: time.Millisecond, past: 5 * time.Minute},
			secret: secretForm{prefix: "whsec_", alphabet: alphanumeric, length: 32},
		},
		clues: []clue{
			{header: "X-Signature", also: inHeader("X-Timestamp"), weight: weak},
			shape("the body's name, account_id and created_at", inBody("account_id"), inBody("created_at"), inBody("name")),
		},
		reads: reading{event: inBody("name"), id: inBody("id"), account: inBody("account_id")},
	}
}

func bolt() *Provider {
	scheme := signsBody("X-Bolt-Hmac-Sha256", "", withSHA256(), inBase64(), secretForm{alphabet: hexDigits, length: 64})
	scheme.carrier = headers{signature: "X-Bolt-Hmac-Sha256", more: []string{"X-Bolt-Hmac-Sha256-Pending"}}
	return &Provider{
		Name:       "bolt",
		Title:      "Bolt",
		Docs:       "https://help.bolt.com/developers/webhooks/hook-verification/",
		Confidence: Documented,
		Note:       "While a secret is rolled, a second header is signed with the new one.",
		SecretVars: []string{"BOLT_SIGNING_SECRET"},
		RegisterAt: "Merchant Dashboard → Administration → API → Webhooks",
		SecretAt:   "Merchant Dashboard → Administration → API → Signing Secret",
		Retries:    "not published",
		scheme:     scheme,
		clues:      marks("X-Bolt-Hmac-Sha256", "X-Bolt-Hmac-Sha256-Pending", "X-Bolt-Trace-Id"),
		reads: reading{
			event: firstOf(inBody("event"), inBody("type")), id: joined(":", firstOf(inBody("reference"), inBody("id")), firstOf(inBody("event"), inBody("type"))),
		},
	}
}

func checkout() *Provider {
	return &Provider{
		Name:       "checkout-com",
		Title:      "Checkout.com",
		Docs:       "https://www.checkout.com/docs/developer-resources/event-notifications/receive-webhooks",
		Confidence: Documented,
		SecretVars: []string{"CHECKOUT_WEBHOOK_SIGNATURE_KEY", "CHECKOUT_WEBHOOK_SECRET", "CKO_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Settings → Webhooks, or a workflow's webhook action",
		SecretAt:   "Dashboard → Settings → Webhooks → the webhook → Signature key, which you choose yourself",
		Retries:    "8 times over some 30 hours",
		scheme:     signsBody("Cko-Signature", "", withSHA256(), inHex(), secretForm{alphabet: alphanumeric, length: 32}),
		clues:      marks("Cko-Signature"),
		reads:      reading{event: inBody("type"), id: inBody("id"), account: inBody("data.processing.entity_id")},
	}
}

func flutterwave() *Provider {
	secret := secretForm{alphabet: alphanumeric, length: 32}
	return &Provider{
		Name:       "flutterwave",
		Title:      "Flutterwave",
		Docs:       "https://developer.flutterwave.com/docs/webhooks",
		Confidence: Documented,
		Note:       "Version 3 of its API sends the secret hash itself as verif-hash, which says nothing of the body.",
		SecretVars: []string{"FLW_SECRET_HASH", "FLUTTERWAVE_SECRET_HASH", "FLUTTERWAVE_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Settings → Webhooks",
		SecretAt:   "Dashboard → Settings → Webhooks → Secret hash, which you choose yourself",
		Timeout:    60 * time.Second,
		Retries:    "3 times, 30 minutes apart",
		Schedule:   []time.Duration{30 * time.Minute, 30 * time.Minute, 30 * time.Minute},
		scheme: oneOf{
			signsBody("Flutterwave-Signature", "", withSHA256(), inBase64(), secret),
			&tokenScheme{at: headerAt("Verif-Hash"), secret: secret},
		},
		clues: marks("Flutterwave-Signature", "Verif-Hash"),
		reads: reading{
			event: firstOf(inBody("event"), inBody("type")), id: firstOf(inBody("webhook_id"), inBody("id"), inBody("data.id")),
		},
	}
}

func gocardless() *Provider {
	return &Provider{
		Name:       "gocardless",
		Title:      "GoCardless",
		Docs:       "https://developer.gocardless.com/getting-started/api/staying-up-to-date-with-webhooks/",
		Confidence: Judged,
		Note:       "It wants 204 for a good signature and 498 for a bad one.",
		SecretVars: []string{"GOCARDLESS_WEBHOOK_SECRET", "GC_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Developers → Create → Webhook endpoint",
		SecretAt:   "Dashboard → Developers → the webhook endpoint → Secret",
		Timeout:    10 * time.Second,
		Retries:    "some 8 times with growing pauses",
		scheme:     signsBody("Webhook-Signature", "", withSHA256(), inHex(), secretForm{alphabet: alphanumeric, length: 40}),
		clues: []clue{
			agent("gocardless-webhook-service/"),
			shape("the body's events with resource_type and action", inBody("events.0.resource_type"), inBody("events.0.action")),
		},
		reads: reading{
			event: joined(".", inBody("events.0.resource_type"), inBody("events.0.action")),
			id:    firstOf(inBody("meta.webhook_id"), inBody("events.0.id")), account: inBody("events.0.links.organisation"),
		},
	}
}

func nmi() *Provider {
	return &Provider{
		Name:       "nmi",
		Title:      "NMI",
		Docs:       "https://docs.nmi.com/reference/overview",
		Confidence: Documented,
		Note:       "What stands behind t= is a nonce and no time.",
		SecretVars: []string{"NMI_WEBHOOK_SIGNING_KEY", "NMI_SIGNING_KEY"},
		RegisterAt: "Merchant Control Panel → Settings → Webhooks",
		SecretAt:   "Merchant Control Panel → Settings → Webhooks → Signing key",
		Retries:    "up to 20 times over 3 days",
		scheme: &hmacScheme{
			carrier: pairs{name: "Webhook-Signature", separator: ",", id: "t=", signature: "s="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{id}.{body}"),
			secret: secretForm{alphabet: hexDigits, length: 32},
		},
		clues: []clue{
			{header: "Webhook-Signature", prefix: "t=", also: inBody("event_id"), weight: likely},
			shape("the body's event_id, event_type and event_body", inBody("event_id"), inBody("event_body.transaction_id"), inBody("event_type")),
		},
		reads: reading{event: inBody("event_type"), id: inBody("event_id"), account: inBody("event_body.merchant.id")},
	}
}

func paystack() *Provider {
	return &Provider{
		Name:       "paystack",
		Title:      "Paystack",
		Docs:       "https://paystack.com/docs/payments/webhooks/#verify-event-origin",
		Confidence: Documented,
		Note:       "The secret is the account's secret key, of the test or the live mode.",
		SecretVars: []string{"PAYSTACK_SECRET_KEY", "PAYSTACK_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Settings → API Keys & Webhooks",
		SecretAt:   "Dashboard → Settings → API Keys & Webhooks → Secret Key",
		Addresses:  []string{"52.31.139.75", "52.49.173.169", "52.214.14.220"},
		Timeout:    30 * time.Second,
		Retries:    "live 4 times every 3 minutes, then every hour for 72 hours; test every hour for 10 hours",
		Schedule:   []time.Duration{3 * time.Minute, 3 * time.Minute, 3 * time.Minute, 3 * time.Minute, time.Hour},
		scheme:     signsBody("X-Paystack-Signature", "", withSHA512(), inHex(), secretForm{prefix: "sk_test_", alphabet: hexDigits, length: 40}),
		clues:      marks("X-Paystack-Signature"),
		reads: reading{
			event: inBody("event"), id: joined(":", inBody("event"), firstOf(inBody("data.id"), inBody("data.reference"))),
			mode: when(inBody("data.domain"), []string{"live"}, ModeLive, ModeTest),
		},
	}
}

func razorpay() *Provider {
	return &Provider{
		Name:       "razorpay",
		Title:      "Razorpay",
		Docs:       "https://razorpay.com/docs/webhooks/validate-test/",
		Confidence: Judged,
		SecretVars: []string{"RAZORPAY_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Account & Settings → Webhooks",
		SecretAt:   "Dashboard → Account & Settings → Webhooks → the webhook → Secret, which you choose yourself",
		Timeout:    5 * time.Second,
		Retries:    "for 24 hours with growing pauses",
		scheme:     signsBody("X-Razorpay-Signature", "", withSHA256(), inHex(), secretForm{alphabet: alphanumeric, length: 24}),
		clues:      marks("X-Razorpay-Signature", "X-Razorpay-Event-Id"),
		reads:      reading{event: inBody("event"), id: inHeader("X-Razorpay-Event-Id"), account: inBody("account_id")},
	}
}

func revolut() *Provider {
	return &Provider{
		Name:       "revolut",
		Title:      "Revolut",
		Docs:       "https://developer.revolut.com/docs/guides/manage-accounts/webhooks/verify-the-payload-signature",
		Confidence: Published,
		SecretVars: []string{"REVOLUT_WEBHOOK_SECRET", "REVOLUT_WEBHOOK_SIGNING_SECRET", "REVOLUT_SIGNING_SECRET"},
		RegisterAt: "the Merchant or the Business API: POST …/webhooks",
		SecretAt:   "the API's answer: GET …/webhooks/{id}, signing_secret",
		Retries:    "3 times, 10 minutes apart",
		Schedule:   []time.Duration{10 * time.Minute, 10 * time.Minute, 10 * time.Minute},
		scheme: &hmacScheme{
			carrier: headers{signature: "Revolut-Signature", before: "v1=", separator: ",", time: "Revolut-Request-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("v1.{timestamp}.{body}"),
			clock:  clock{unit: time.Millisecond, past: 5 * time.Minute, future: 5 * time.Minute},
			secret: secretForm{prefix: "wsk_", alphabet: alphanumeric, length: 32},
		},
		clues: marks("Revolut-Signature", "Revolut-Request-Timestamp"),
		reads: reading{event: inBody("event"), id: joined(":", firstOf(inBody("order_id"), inBody("data.id")), inBody("event"), inBody("timestamp"))},
	}
}

func worldline() *Provider {
	return &Provider{
		Name:       "worldline",
		Title:      "Worldline",
		Docs:       "https://docs.connect.worldline-solutions.com/documentation/webhooks/event-structure/",
		Confidence: Published,
		Note:       "X-GCS-KeyId names the key; while keys are rolled, configure both.",
		SecretVars: []string{"WORLDLINE_WEBHOOK_SECRET", "WORLDLINE_WEBHOOKS_SECRET_KEY"},
		RegisterAt: "Configuration Center or Merchant Portal → Webhooks → Endpoints",
		SecretAt:   "Configuration Center or Merchant Portal → Webhooks → Keys",
		Retries:    "5 times with growing pauses, for up to a day",
		scheme:     signsBody("X-Gcs-Signature", "", withSHA256(), inBase64(), secretForm{alphabet: alphanumeric, length: 44}),
		clues:      marks("X-Gcs-Signature", "X-Gcs-Keyid", endpointVerification),
		reads:      reading{event: inBody("type"), id: inBody("id"), account: inBody("merchantId")},
		handshake:  echoes("GET", inHeader(endpointVerification)),
	}
}

// endpointVerification is the header whose value Worldline wants back when an endpoint is added.
const endpointVerification = "X-Gcs-Webhooks-Endpoint-Verification"
