package signature

import (
	"crypto"
	"encoding/base64"
	"net/http"
	"time"
)

// bankingProviders send webhooks about banks, cards and ledgers.
func bankingProviders() []*Provider {
	return []*Provider{brex(), lithic(), modernTreasury(), pinwheel(), plaid(), tokenIO(), wise()}
}

func brex() *Provider {
	return &Provider{
		Name:       "brex",
		Title:      "Brex",
		Docs:       "https://developer.brex.com/docs/webhooks/",
		Confidence: Documented,
		SecretVars: []string{"BREX_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /v1/webhooks",
		SecretAt:   "the API: GET /v1/webhooks/secrets",
		Retries:    "with growing pauses",
		scheme:     signsStandard(secretForm{prefix: "whsec_", length: 32, encoded: true}),
		clues:      sentBySvix(shape("the body's event_type and company_id", inBody("company_id"), inBody("event_type"))),
		reads:      reading{event: inBody("event_type"), id: inHeader("Webhook-Id"), account: inBody("company_id")},
	}
}

func lithic() *Provider {
	return &Provider{
		Name:       "lithic",
		Title:      "Lithic",
		Docs:       "https://docs.lithic.com/docs/events-api#verifying-webhooks",
		Confidence: Judged,
		SecretVars: []string{"LITHIC_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Events → Subscriptions, or the API: POST /v1/event_subscriptions",
		SecretAt:   "Dashboard → Events → the subscription, or GET /v1/event_subscriptions/{token}/secret",
		Retries:    "with growing pauses; after 5 days of failures it stops",
		scheme:     signsStandard(secretForm{prefix: "whsec_", length: 24, encoded: true}, familyOf("Webhook-"), familyOf("Svix-")),
		clues: sentBySvix(
			shape("the body's event_type and card_token", inBody("card_token"), inBody("event_type")),
			shape("the body's event_type and financial_account_token", inBody("financial_account_token"), inBody("event_type")),
		),
		reads: reading{
			event: inBody("event_type"), id: firstOf(inHeader("Webhook-Id"), inHeader("Svix-Id")), account: inBody("account_token"),
		},
	}
}

func modernTreasury() *Provider {
	return &Provider{
		Name:       "modern-treasury",
		Title:      "Modern Treasury",
		Docs:       "https://docs.moderntreasury.com/platform/docs/webhook-signatures",
		Confidence: Judged,
		SecretVars: []string{"MODERN_TREASURY_WEBHOOK_KEY", "MODERN_TREASURY_WEBHOOK_SECRET"},
		RegisterAt: "Developers → Webhooks",
		SecretAt:   "Developers → Webhooks → Webhook Key",
		Retries:    "with growing pauses",
		scheme:     signsBody("X-Signature", "", withSHA256(), inHex(), secretForm{alphabet: alphanumeric, length: 40}),
		clues: []clue{
			{header: "X-Topic", also: inHeader("X-Signature"), weight: likely},
			shape("the body's event, data.object and data.live_mode", inBody("data.live_mode"), inBody("data.object"), inBody("event")),
		},
		reads: reading{
			event: joined(".", firstOf(inHeader("X-Topic"), inBody("data.object")), inBody("event")),
			id:    firstOf(inHeader("X-Event-Id"), inHeader("X-Delivery-Id"), joined(":", inBody("data.id"), inBody("event"), inBody("data.updated_at"))),
			mode:  when(inBody("data.live_mode"), []string{"true"}, ModeLive, ModeTest),
		},
	}
}

func pinwheel() *Provider {
	return &Provider{
		Name:       "pinwheel",
		Title:      "Pinwheel",
		Docs:       "https://docs.pinwheelapi.com/public/docs/webhooks",
		Confidence: Unconfirmed,
		Note:       "The secret is the API secret, of the mode that the event belongs to.",
		SecretVars: []string{"PINWHEEL_API_SECRET", "PINWHEEL_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Webhooks, or the API: POST /v1/webhooks",
		SecretAt:   "Dashboard → API Secrets",
		Retries:    "with growing pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Pinwheel-Signature", before: "v2=", time: "X-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("v2:{timestamp}:{body}"),
			clock: clock{unit: time.Second}, secret: secretForm{alphabet: hexDigits, length: 64},
		},
		clues: marks("X-Pinwheel-Signature"),
		reads: reading{event: inBody("event"), id: firstOf(inBody("event_id"), inBody("payload.id")), account: inBody("payload.account_id")},
	}
}

func plaid() *Provider {
	return &Provider{
		Name:       "plaid",
		Title:      "Plaid",
		Docs:       "https://plaid.com/docs/api/webhooks/webhook-verification/",
		Confidence: Documented,
		Note: "The key that the token's kid names is to be asked for with your own credentials, at /webhook_verification_key/get; " +
			"its answer can be the secret as it is. The token holds the body's SHA-256, so white space matters.",
		SecretVars: []string{"PLAID_WEBHOOK_VERIFICATION_KEY"},
		RegisterAt: "webhook of /link/token/create or /item/webhook/update; Dashboard → Developers → Webhooks",
		SecretAt:   "the API: POST /webhook_verification_key/get",
		Timeout:    10 * time.Second,
		Success:    "200",
		Retries:    "for up to 24 hours with growing pauses",
		scheme: &jwtScheme{
			at: headerAt("Plaid-Verification"), algorithm: es256, bodyHash: "request_body_sha256", hashIn: hexSum, shows: asPEM,
			clock: clock{unit: time.Second, past: 5 * time.Minute},
		},
		clues: append(marks("Plaid-Verification"), shape("the body's webhook_type and webhook_code", inBody("webhook_code"), inBody("webhook_type"))),
		reads: reading{
			event: joined(".", inBody("webhook_type"), inBody("webhook_code")), account: inBody("item_id"),
			mode: when(inBody("environment"), []string{"production"}, ModeLive, ModeTest),
		},
	}
}

func tokenIO() *Provider {
	return &Provider{
		Name:       "token-io",
		Title:      "Token.io",
		Docs:       "https://docs.token.io/products/tpp/integration-considerations/webhooks",
		Confidence: Documented,
		SecretVars: []string{"TOKEN_IO_PUBLIC_KEY", "TOKENIO_PUBLIC_KEY"},
		RegisterAt: "the API: PUT /webhook/config",
		SecretAt:   "Dashboard → Settings → Member Information → Public key",
		Success:    "200",
		Retries:    "some 10 times over 72 hours",
		Schedule:   []time.Duration{10 * time.Minute, 30 * time.Minute, 70 * time.Minute, 150 * time.Minute},
		scheme: &keyScheme{
			carrier: headers{signature: "Token-Signature"}, algorithm: withEd25519(), encoding: inBase64URL(), signs: signs("{body}"),
			shows: func(public crypto.PublicKey) string { return base64.RawURLEncoding.EncodeToString(bare(public)) },
		},
		clues: marks("Token-Signature", "Token-Event"),
		reads: reading{
			event: inHeader("Token-Event"), account: inBody("payment.memberId"),
			id: joined(":", firstOf(inBody("refund.id"), inBody("payment.id")), firstOf(inBody("refund.status"), inBody("payment.status"))),
		},
	}
}

func wise() *Provider {
	return &Provider{
		Name:       "wise",
		Title:      "Wise",
		Docs:       "https://docs.wise.com/guides/developer/webhooks/event-handling",
		Confidence: Unconfirmed,
		Note:       "One public key serves all webhooks, another one all of the sandbox; both are in the documentation.",
		SecretVars: []string{"WISE_WEBHOOK_PUBLIC_KEY", "WISE_PUBLIC_KEY"},
		RegisterAt: "Settings → Developer tools → Webhooks, or the API: POST …/subscriptions",
		SecretAt:   "Wise's documentation, Event handling → Public keys",
		Timeout:    5 * time.Second,
		Retries:    "some 25 times over 2 weeks",
		scheme: &keyScheme{
			carrier: headers{signature: "X-Signature-Sha256"}, algorithm: withRSA(crypto.SHA256, false), encoding: inBase64(),
			signs: signs("{body}"), shows: asPEM,
		},
		clues: []clue{
			{header: "X-Signature-Sha256", also: inHeader("X-Delivery-Id"), weight: likely},
			{header: "X-Signature-Sha256", weight: weak},
			shape("the body's subscription_id, schema_version and event_type", inBody("subscription_id"), inBody("schema_version"), inBody("event_type")),
		},
		reads: reading{
			event: inBody("event_type"), id: inHeader("X-Delivery-Id"), account: inBody("data.resource.profile_id"),
			mode: when(inHeader("X-Test-Notification"), []string{"true"}, ModeTest, ModeLive),
		},
		handshake: func(r Request, _ []Secret) (Answer, bool) {
			return Answer{Status: 200}, r.Method == http.MethodPost && header(r.Header, "X-Test-Notification") == "true"
		},
	}
}
