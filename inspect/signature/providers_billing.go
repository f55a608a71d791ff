package signature

import (
	"crypto"
	"encoding/json"
	"net/http"
	"time"
)

// billingProviders send webhooks about subscriptions and invoices, some of them as merchants of record.
func billingProviders() []*Provider {
	return []*Provider{
		chargebee(), chargify(), fastspring(), lemonSqueezy(), paddle(), paddleClassic(), payPro(), polar(), recharge(), recurly(), tebex(),
	}
}

func chargebee() *Provider {
	return &Provider{
		Name:       "chargebee",
		Title:      "Chargebee",
		Docs:       "https://www.chargebee.com/docs/2.0/events_and_webhooks.html",
		Confidence: Documented,
		Note:       "It signs nothing: the user name and password that you give it come with each request, and prove nothing of the body.",
		SecretVars: []string{"CHARGEBEE_WEBHOOK_AUTH", "CHARGEBEE_WEBHOOK_BASIC_AUTH"},
		RegisterAt: "Settings → Configure Chargebee → API Keys and Webhooks → Webhooks",
		SecretAt:   "Settings → Configure Chargebee → API Keys and Webhooks → Webhooks → Basic Authentication: write user:password",
		Timeout:    20 * time.Second,
		Retries:    "for up to 2 days with growing pauses",
		scheme:     basicAuth(),
		clues: []clue{
			agent("ChargeBee"),
			shape("the body's event_type, webhook_status and api_version", inBody("webhook_status"), inBody("api_version"), inBody("event_type")),
		},
		reads: reading{event: inBody("event_type"), id: inBody("id")},
	}
}

func chargify() *Provider {
	secret := secretForm{alphabet: hexDigits, length: 40}
	return &Provider{
		Name:       "chargify",
		Title:      "Maxio Advanced Billing (Chargify)",
		Docs:       "https://docs.maxio.com/hc/en-us/articles/24266136649869-Webhooks-Overview",
		Confidence: Documented,
		SecretVars: []string{"CHARGIFY_SHARED_KEY", "CHARGIFY_WEBHOOK_SECRET", "MAXIO_WEBHOOK_SECRET", "MAXIO_SHARED_KEY"},
		RegisterAt: "Config → Integrations → Webhooks",
		SecretAt:   "Config → Settings → Site shared key",
		Retries:    "5 times over some hours",
		scheme: oneOf{
			signsBody("X-Chargify-Webhook-Signature-Hmac-Sha-256", "", withSHA256(), inHex(), secret),
			&hmacScheme{
				carrier: headers{signature: "X-Chargify-Webhook-Signature"},
				digest:  withMD5().unkeyed(), encoding: inHex(), signs: signs("{secret}{body}"), secret: secret,
			},
		},
		clues: marks("X-Chargify-Webhook-Signature-Hmac-Sha-256", "X-Chargify-Webhook-Signature", "X-Chargify-Webhook-Id"),
		reads: reading{event: inForm("event"), id: firstOf(inHeader("X-Chargify-Webhook-Id"), inForm("id"))},
	}
}

func fastspring() *Provider {
	return &Provider{
		Name:       "fastspring",
		Title:      "FastSpring",
		Docs:       "https://developer.fastspring.com/reference/message-security",
		Confidence: Documented,
		SecretVars: []string{"FASTSPRING_WEBHOOK_SECRET", "FASTSPRING_HMAC_SECRET"},
		RegisterAt: "Developer Tools → Webhooks → Configuration",
		SecretAt:   "Developer Tools → Webhooks → Configuration → the webhook → HMAC SHA256 Secret, which you choose yourself",
		Success:    "200",
		Retries:    "until 200 is answered; by hand with a new id",
		scheme:     signsBody("X-Fs-Signature", "", withSHA256(), inBase64(), secretForm{alphabet: alphanumeric, length: 32}),
		clues:      marks("X-Fs-Signature"),
		reads: reading{
			event: inBody("events.0.type"), id: inBody("events.0.id"),
			mode: when(inBody("events.0.live"), []string{"true"}, ModeLive, ModeTest),
		},
	}
}

func lemonSqueezy() *Provider {
	return &Provider{
		Name:       "lemon-squeezy",
		Title:      "Lemon Squeezy",
		Docs:       "https://docs.lemonsqueezy.com/help/webhooks/signing-requests",
		Confidence: Unconfirmed,
		SecretVars: []string{"LEMONSQUEEZY_WEBHOOK_SECRET", "LEMON_SQUEEZY_WEBHOOK_SECRET", "LEMONSQUEEZY_SIGNING_SECRET"},
		RegisterAt: "Settings → Webhooks",
		SecretAt:   "Settings → Webhooks → the webhook → Signing secret, which you choose yourself",
		Success:    "200",
		Retries:    "3 times: after 5, 25 and 125 seconds",
		Schedule:   []time.Duration{5 * time.Second, 25 * time.Second, 125 * time.Second},
		scheme:     signsBody("X-Signature", "", withSHA256(), inHex(), secretForm{alphabet: alphanumeric, length: 40}),
		clues: []clue{
			{header: "X-Event-Name", also: inHeader("X-Signature"), weight: likely},
			shape("the body's meta.event_name", inBody("meta.event_name"), inBody("data.type")),
		},
		reads: reading{
			event:   firstOf(inHeader("X-Event-Name"), inBody("meta.event_name")),
			id:      joined(":", inBody("data.type"), inBody("data.id"), inBody("meta.event_name"), inBody("data.attributes.updated_at")),
			account: inBody("data.attributes.store_id"), mode: when(inBody("meta.test_mode"), []string{"true"}, ModeTest, ModeLive),
		},
	}
}

func paddle() *Provider {
	return &Provider{
		Name:       "paddle",
		Title:      "Paddle",
		Docs:       "https://developer.paddle.com/webhooks/signature-verification",
		Confidence: Judged,
		Note:       "Its own library for Node.js accepts a signature for no more than 5 seconds, so a replay must be signed anew.",
		SecretVars: []string{"PADDLE_WEBHOOK_SECRET", "PADDLE_WEBHOOK_SECRET_KEY", "PADDLE_NOTIFICATION_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Developer Tools → Notifications → New destination",
		SecretAt:   "Dashboard → Developer Tools → Notifications → the destination → Edit → Secret key",
		Timeout:    5 * time.Second,
		Success:    "200",
		Retries:    "live 60 times in 3 days, in a sandbox 3 times in 15 minutes",
		scheme: &hmacScheme{
			carrier: pairs{name: "Paddle-Signature", separator: ";", time: "ts=", signature: "h1="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}:{body}"),
			clock:  clock{unit: time.Second, past: 5 * time.Second},
			secret: secretForm{prefix: "pdl_ntfset_", alphabet: alphanumeric, length: 59},
		},
		clues: append(marks("Paddle-Signature"), agent("Paddle")),
		reads: reading{event: inBody("event_type"), id: firstOf(inBody("event_id"), inBody("notification_id"))},
	}
}

// paddleClassic is what Paddle was before Paddle Billing: a form with an RSA signature over its other fields, sorted and
// written as PHP serialises an array of strings.
func paddleClassic() *Provider {
	return &Provider{
		Name:       "paddle-classic",
		Title:      "Paddle Classic",
		Docs:       "https://developer.paddle.com/classic/webhook-reference/verifying-webhooks",
		Confidence: Unconfirmed,
		Note:       "Answers must be 200.",
		SecretVars: []string{"PADDLE_PUBLIC_KEY", "PADDLE_CLASSIC_PUBLIC_KEY"},
		RegisterAt: "Dashboard → Developer Tools → Alerts / Webhooks",
		SecretAt:   "Dashboard → Developer Tools → Public Key",
		Success:    "200",
		Retries:    "every hour for 3 days",
		scheme: &keyScheme{
			carrier: slots{signature: fieldAt("p_signature")}, algorithm: withRSA(crypto.SHA1, false), encoding: inBase64(),
			signs: computes("the other fields, sorted and serialised by PHP", phpFields), shows: asPEM,
		},
		clues: []clue{shape("the form's p_signature and alert_name", inForm("p_signature"), inForm("alert_name"))},
		reads: reading{event: inForm("alert_name"), id: inForm("alert_id")},
	}
}

func payPro() *Provider {
	return &Provider{
		Name:       "paypro-global",
		Title:      "PayPro Global",
		Docs:       "https://developers.payproglobal.com/docs/integrate-with-paypro-global/webhook-ipn/",
		Confidence: Documented,
		Note:       "Only seven fields of the form are signed. The key is the validation key, not the secret key that its HASH is made with.",
		SecretVars: []string{"PAYPRO_VALIDATION_KEY", "PAYPRO_IPN_VALIDATION_KEY"},
		RegisterAt: "Store Settings → Notifications, or Product Setup → IPN URL",
		SecretAt:   "Store Settings → General Settings → Integration → Validation key",
		Success:    "200",
		Retries:    "3 times, 30 minutes apart",
		Schedule:   []time.Duration{30 * time.Minute, 30 * time.Minute, 30 * time.Minute},
		scheme: &hmacScheme{
			carrier: slots{signature: fieldAt("SIGNATURE")},
			digest:  withSHA256().unkeyed(), encoding: inHex(),
			signs: signs("{field:ORDER_ID}{field:ORDER_STATUS}{field:ORDER_TOTAL_AMOUNT}{field:CUSTOMER_EMAIL}{secret}" +
				"{field:TEST_MODE}{field:IPN_TYPE_NAME}"),
			secret: secretForm{alphabet: alphanumeric, length: 32},
		},
		clues: []clue{shape("the form's IPN_TYPE_NAME and ORDER_ID", inForm("IPN_TYPE_NAME"), inForm("ORDER_ID"))},
		reads: reading{
			event: inForm("IPN_TYPE_NAME"), id: joined(":", inForm("ORDER_ID"), inForm("IPN_TYPE_NAME")),
			mode: when(inForm("TEST_MODE"), []string{"1"}, ModeTest, ModeLive),
		},
	}
}

func polar() *Provider {
	return &Provider{
		Name:       "polar",
		Title:      "Polar",
		Docs:       "https://polar.sh/docs/integrate/webhooks/delivery",
		Confidence: Judged,
		Note:       "The secret's whole text is the key: libraries for Standard Webhooks want it base64-encoded first.",
		SecretVars: []string{"POLAR_WEBHOOK_SECRET"},
		RegisterAt: "the organization → Settings → Webhooks → Add Endpoint",
		SecretAt:   "the organization → Settings → Webhooks → the endpoint → Secret",
		Timeout:    10 * time.Second,
		Retries:    "10 times with growing pauses",
		scheme:     signsStandard(secretForm{prefix: "polar_whs_", alphabet: alphanumeric, length: 43}),
		clues: []clue{
			agent("polar.sh"),
			shape("the body's type, timestamp and data.organization_id", inBody("timestamp"), inBody("data.organization_id"), inBody("type")),
		},
		reads: reading{event: inBody("type"), id: inHeader("Webhook-Id"), account: inBody("data.organization_id")},
	}
}

func recharge() *Provider {
	secret := secretForm{alphabet: hexDigits, length: 64}
	return &Provider{
		Name:       "recharge",
		Title:      "Recharge",
		Docs:       "https://docs.getrecharge.com/docs/webhooks-overview#validating-webhooks",
		Confidence: Documented,
		Note:       "The secret is the API client secret, not the API token. A webhook that fails for 48 hours is deleted.",
		SecretVars: []string{"RECHARGE_CLIENT_SECRET", "RECHARGE_API_CLIENT_SECRET", "RECHARGE_WEBHOOK_SECRET"},
		RegisterAt: "the Admin API: POST /webhooks",
		SecretAt:   "Dashboard → Integrations → API Tokens → the token → API Client Secret",
		Timeout:    5 * time.Second,
		Success:    "200",
		Retries:    "20 times over 48 hours",
		scheme: oneOf{
			&hmacScheme{
				carrier: pairs{name: "X-Recharge-Webhook-Signature", separator: ",", time: "t=", signature: "v1="},
				digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
				clock: clock{unit: time.Second, past: 48 * time.Hour, future: 48 * time.Hour}, secret: secret,
			},
			&hmacScheme{
				carrier: headers{signature: "X-Recharge-Hmac-Sha256"},
				digest:  withSHA256().unkeyed(), encoding: inHex(), signs: signs("{secret}{body}"), secret: secret,
			},
		},
		clues: marks("X-Recharge-Webhook-Signature", "X-Recharge-Hmac-Sha256", "X-Recharge-Webhook-Timestamp", "X-Recharge-Topic"),
		reads: reading{event: firstOf(inHeader("X-Recharge-Topic"), leadingMember), id: firstOf(inBody("charge.id"), inBody("order.id"), inBody("subscription.id"))},
	}
}

// leadingMember is the name of the first member of a JSON body: Recharge tells its events by it.
func leadingMember(r Request) string {
	s := jsonScanner{doc: r.Body}
	if s.next() != '{' {
		return ""
	}
	s.at++
	if s.next() != '"' {
		return ""
	}
	name, _ := s.text()
	return fitting(string(name))
}

func recurly() *Provider {
	return &Provider{
		Name:       "recurly",
		Title:      "Recurly",
		Docs:       "https://docs.recurly.com/recurly-subscriptions/docs/signature-verification",
		Confidence: Documented,
		Note:       "Only JSON endpoints are signed; XML ones have Basic authentication at most.",
		SecretVars: []string{"RECURLY_WEBHOOK_SECRET", "RECURLY_WEBHOOK_KEY", "RECURLY_WEBHOOKS_KEY"},
		RegisterAt: "Integrations → Webhooks → Configure → New Endpoint",
		SecretAt:   "Integrations → Webhooks → the endpoint → Secret key",
		Retries:    "10 times with growing pauses",
		scheme: &hmacScheme{
			carrier: timeFirst{name: "Recurly-Signature", separator: ","},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock:  clock{unit: time.Millisecond, past: 5 * time.Minute},
			secret: secretForm{alphabet: hexDigits, length: 64},
		},
		clues: marks("Recurly-Signature"),
		reads: reading{
			event: joined(".", inBody("object_type"), inBody("event_type")), account: inBody("site_id"),
			id: joined(":", inBody("id"), inBody("object_type"), inBody("event_type"), inBody("event_time")),
		},
	}
}

func tebex() *Provider {
	return &Provider{
		Name:       "tebex",
		Title:      "Tebex",
		Docs:       "https://docs.tebex.io/developers/webhooks/overview#verifying-webhook-authenticity",
		Confidence: Documented,
		Note:       "It signs the hexadecimal SHA-256 of the body, not the body.",
		SecretVars: []string{"TEBEX_WEBHOOK_SECRET"},
		RegisterAt: "Creator Panel → Developers → Webhooks → Endpoints",
		SecretAt:   "Creator Panel → Developers → Webhooks → Endpoints → Secret key",
		Retries:    "until 2xx is answered",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Signature"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{body_sha256}"), secret: secretForm{alphabet: hexDigits, length: 32},
		},
		clues: []clue{
			shape("the body's type and subject", inBody("subject.transaction_id"), inBody("type")),
			{within: inBody("type"), prefix: "validation.webhook", weight: likely, words: "the body's type, validation.webhook"},
		},
		reads:     reading{event: inBody("type"), id: inBody("id")},
		handshake: tebexValidation,
	}
}

// tebexValidation answers the ping that Tebex sends to a new endpoint with its id.
func tebexValidation(r Request, _ []Secret) (Answer, bool) {
	id := pick(r.Body, "id")
	if r.Method != http.MethodPost || pick(r.Body, "type") != "validation.webhook" || id == "" {
		return Answer{}, false
	}
	answer, err := json.Marshal(map[string]string{"id": id})
	return jsonAnswer(string(answer)), err == nil
}
