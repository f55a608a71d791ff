package signature

import (
	"crypto"
	"net/http"
	"strings"
	"time"
)

// mailProviders send mail and notifications, and tell what became of them.
func mailProviders() []*Provider {
	return []*Provider{
		attentive(), courier(), customerIO(), klaviyo(), knock(), mailgun(), nylas(), postmark(), resend(), sendGrid(),
	}
}

func attentive() *Provider {
	return &Provider{
		Name:       "attentive",
		Title:      "Attentive",
		Docs:       "https://docs.attentive.com/docs/webhook-authentication/",
		Confidence: Documented,
		SecretVars: []string{"ATTENTIVE_WEBHOOK_SECRET", "ATTENTIVE_SIGNING_KEY"},
		RegisterAt: "Marketplace → Create app → Webhooks, or the Webhooks API",
		SecretAt:   "Marketplace → the app → Webhooks → Signing key",
		Retries:    "for up to 3 days with growing pauses",
		scheme:     signsBody("X-Attentive-Hmac-Sha256", "", withSHA256(), inHex(), ownSecret()),
		clues:      marks("X-Attentive-Hmac-Sha256"),
		reads: reading{
			event: inBody("type"), id: joined(":", inBody("subscriber.external_id"), inBody("type"), inBody("timestamp")),
			account: firstOf(inBody("company.company_id"), inBody("company.display_name")),
		},
	}
}

func courier() *Provider {
	return &Provider{
		Name:       "courier",
		Title:      "Courier",
		Docs:       "https://www.courier.com/docs/platform/workspaces/outbound-webhooks",
		Confidence: Documented,
		Note:       "One event, message:updated, tells of each change of a message's status.",
		SecretVars: []string{"COURIER_WEBHOOK_SECRET", "COURIER_SIGNING_SECRET"},
		RegisterAt: "Settings → Outbound Webhooks → New Webhook",
		SecretAt:   "Settings → Outbound Webhooks → the webhook → Signing secret",
		Retries:    "not published",
		scheme: &hmacScheme{
			carrier: pairs{name: "Courier-Signature", separator: ",", time: "t=", signature: "signature="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock: clock{unit: time.Millisecond}, secret: ownSecret(),
		},
		clues: marks("Courier-Signature"),
		reads: reading{event: inBody("type"), id: joined(":", inBody("data.id"), inBody("type"), inBody("data.status"))},
	}
}

func customerIO() *Provider {
	return &Provider{
		Name:       "customer-io",
		Title:      "Customer.io",
		Docs:       "https://docs.customer.io/integrations/api/webhooks/",
		Confidence: Documented,
		SecretVars: []string{"CUSTOMERIO_WEBHOOK_SIGNING_KEY", "CUSTOMER_IO_WEBHOOK_SIGNING_KEY", "CIO_WEBHOOK_SIGNING_KEY", "CUSTOMERIO_WEBHOOK_SECRET"},
		RegisterAt: "Data & Integrations → Integrations → Reporting Webhooks",
		SecretAt:   "Data & Integrations → Integrations → Reporting Webhooks → Webhook Signing Key",
		Timeout:    4 * time.Second,
		Retries:    "for 7 days with growing pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Cio-Signature", time: "X-Cio-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("v0:{timestamp}:{body}"),
			clock: clock{unit: time.Second}, secret: secretForm{alphabet: hexDigits, length: 64},
		},
		clues: marks("X-Cio-Signature", "X-Cio-Timestamp"),
		reads: reading{event: joined(".", inBody("object_type"), inBody("metric")), id: inBody("event_id")},
	}
}

func klaviyo() *Provider {
	return &Provider{
		Name:       "klaviyo",
		Title:      "Klaviyo",
		Docs:       "https://developers.klaviyo.com/en/docs/working_with_system_webhooks",
		Confidence: Documented,
		Note: "These are system webhooks. What a flow's webhook action sends is not signed. One request carries several events; the " +
			"first one's type and id are shown.",
		SecretVars: []string{"KLAVIYO_WEBHOOK_SECRET", "KLAVIYO_WEBHOOK_SIGNING_SECRET", "KLAVIYO_WEBHOOK_SECRET_KEY"},
		RegisterAt: "Integrations → Webhooks, or the Webhooks API",
		SecretAt:   "you choose it yourself when the webhook is made",
		scheme: &hmacScheme{
			carrier: headers{signature: "Klaviyo-Signature", time: "Klaviyo-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{body}{timestamp}"),
			clock:  clock{unit: time.Second, layout: http.TimeFormat, past: 5 * time.Minute},
			secret: ownSecret(),
		},
		clues: marks("Klaviyo-Signature", "Klaviyo-Webhook-Id", "Klaviyo-Timestamp"),
		reads: reading{event: inBody("data.0.topic"), id: inBody("data.0.external_id"), account: inBody("meta.klaviyo_account_id")},
	}
}

func knock() *Provider {
	return &Provider{
		Name:       "knock",
		Title:      "Knock",
		Docs:       "https://docs.knock.app/developer-tools/outbound-webhooks/overview",
		Confidence: Documented,
		Note:       "The time is in milliseconds.",
		SecretVars: []string{"KNOCK_WEBHOOK_SECRET", "KNOCK_WEBHOOK_SIGNING_SECRET", "KNOCK_WEBHOOK_SIGNING_KEY"},
		RegisterAt: "Dashboard → Developers → Webhooks",
		SecretAt:   "Dashboard → Developers → Webhooks → the webhook → Signing key",
		Retries:    "up to 8 times",
		scheme: &hmacScheme{
			carrier: pairs{name: "X-Knock-Signature", separator: ",", time: "t=", signature: "s="},
			digest:  withSHA256(), encoding: inBase64(), signs: signs("{timestamp}.{body}"),
			clock: clock{unit: time.Millisecond, past: 5 * time.Minute}, secret: ownSecret(),
		},
		clues: marks("X-Knock-Signature"),
		reads: reading{event: inBody("type"), id: inBody("id"), account: inBody("data.tenant")},
	}
}

func mailgun() *Provider {
	return &Provider{
		Name:       "mailgun",
		Title:      "Mailgun",
		Docs:       "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
		Confidence: Judged,
		Note:       "The signature stands in the body and covers a time and a token there, not the event.",
		SecretVars: []string{"MAILGUN_WEBHOOK_SIGNING_KEY", "MAILGUN_SIGNING_KEY", "MAILGUN_HTTP_WEBHOOK_SIGNING_KEY", "MAILGUN_WEBHOOK_KEY"},
		RegisterAt: "Sending → Webhooks",
		SecretAt:   "Settings → API Security → HTTP webhook signing key",
		Success:    "200; 406 stops the retries",
		Retries:    "6 times over 8 hours: after 5, 10 and 15 minutes, 1, 2 and 4 hours",
		Schedule: []time.Duration{
			5 * time.Minute, 10 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
		},
		scheme: &hmacScheme{
			carrier: newMailgunCarrier(), digest: withSHA256(), encoding: inHex(), signs: signs("{timestamp}{id}"),
			clock: clock{unit: time.Second}, secret: secretForm{alphabet: hexDigits, length: 32},
		},
		clues: []clue{
			shape("the body's signature.token and event-data", inBody("signature.token"), inBody("event-data.event")),
			shape("the form's token, timestamp and signature", inForm("token"), inForm("timestamp"), inForm("signature")),
		},
		reads: reading{
			event:   firstOf(inBody("event-data.event"), inForm("event")),
			id:      firstOf(inBody("event-data.id"), joined(":", inForm("Message-Id"), inForm("event")), inForm("token")),
			account: firstOf(inBody("event-data.domain.name"), inForm("domain")),
			mode:    when(inBody("event-data.flags.is-test-mode"), []string{"true"}, ModeTest, ModeLive),
		},
	}
}

func nylas() *Provider {
	return &Provider{
		Name:       "nylas",
		Title:      "Nylas",
		Docs:       "https://developer.nylas.com/docs/v3/notifications/webhooks/",
		Confidence: Documented,
		Note:       "A compressed body is signed as it is sent, compressed.",
		SecretVars: []string{"NYLAS_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Notifications → Webhooks, or the API",
		SecretAt:   "the answer to the API call that made the webhook, as webhook_secret; or Dashboard → Notifications → Rotate secret",
		Timeout:    10 * time.Second,
		Success:    "200",
		Retries:    "twice within 20 minutes, after 408, 429 and some of 5xx",
		scheme:     signsBody("X-Nylas-Signature", "", withSHA256(), inHex(), ownSecret()),
		clues: append(marks("X-Nylas-Signature"),
			shape("the body's source and data.grant_id", inBody("specversion"), inBody("type"), inBody("data.grant_id"))),
		reads:     reading{event: inBody("type"), id: inBody("id"), account: firstOf(inBody("data.grant_id"), inBody("data.application_id"))},
		handshake: echoes(http.MethodGet, inQuery("challenge")),
	}
}

func postmark() *Provider {
	return &Provider{
		Name:       "postmark",
		Title:      "Postmark",
		Docs:       "https://postmarkapp.com/developer/webhooks/webhooks-overview",
		Confidence: Documented,
		Note: "Nothing is signed: the URL may hold a user name and a password, which come as Basic authentication. An answer of 403 " +
			"stops the retries.",
		SecretVars: []string{"POSTMARK_WEBHOOK_BASIC_AUTH", "POSTMARK_WEBHOOK_SECRET", "POSTMARK_WEBHOOK_AUTH"},
		RegisterAt: "the server → the message stream → Webhooks",
		SecretAt:   "the server → the message stream → Webhooks → the webhook → Basic auth credentials, which you choose yourself: user:password",
		Addresses:  []string{"3.134.147.250", "50.31.156.6", "50.31.156.77", "18.217.206.57"},
		Success:    "200",
		Retries:    "bounces and inbound mail up to 10 times over 10.5 hours; others 3 times: after 1, 5 and 15 minutes",
		scheme:     basicAuth(),
		clues: []clue{
			shape("the body's RecordType and ServerID", inBody("RecordType"), inBody("ServerID")), agent("Postmark"),
			shape("the body's MessageStream and OriginalRecipient", inBody("MessageStream"), inBody("OriginalRecipient")),
		},
		reads: reading{
			event: firstOf(inBody("RecordType"), when(inBody("OriginalRecipient"), nil, "", "Inbound")),
			id: firstOf(inBody("ID"), joined(":", inBody("MessageID"), inBody("RecordType"),
				firstOf(inBody("DeliveredAt"), inBody("ReceivedAt"), inBody("ChangedAt")))),
			account: inBody("ServerID"),
		},
	}
}

func resend() *Provider {
	families := []family{familyOf("Svix-"), familyOf("Webhook-")}
	return &Provider{
		Name:       "resend",
		Title:      "Resend",
		Docs:       "https://resend.com/docs/webhooks/verify-webhooks-requests",
		Confidence: Judged,
		Note:       "Resend sends through Svix.",
		SecretVars: []string{"RESEND_WEBHOOK_SECRET", "RESEND_WEBHOOK_SIGNING_SECRET", "RESEND_SIGNING_SECRET"},
		RegisterAt: "resend.com/webhooks → Add Webhook",
		SecretAt:   "resend.com/webhooks → the webhook → Signing Secret",
		Timeout:    15 * time.Second,
		Retries:    "7 times over 28 hours: after 5 seconds, 5 and 30 minutes, 2, 5, 10 and 10 hours",
		Schedule: []time.Duration{
			5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour,
		},
		scheme: signsStandard(secretForm{prefix: "whsec_", length: 24, encoded: true}, families...),
		clues:  sentBySvix(shape("the type of one of Resend's events", resendEvent)),
		reads: reading{
			event: inBody("type"), id: firstOf(inHeader("Svix-Id"), inHeader("Webhook-Id")),
			account: firstOf(inBody("data.broadcast_id"), inBody("data.audience_id"), inBody("data.name")),
		},
	}
}

// resendEvent is the type of an event about a mail, a contact or a domain, whose data has what Resend's has.
func resendEvent(r Request) string {
	kind := pick(r.Body, "type")
	family, _, _ := strings.Cut(kind, ".")
	switch {
	case family == "email" && pick(r.Body, "data", "email_id") != "":
	case family == "contact" && (pick(r.Body, "data", "audience_id") != "" || pick(r.Body, "data", "unsubscribed") != ""):
	case family == "domain" && pick(r.Body, "data", "region") != "":
	default:
		return ""
	}
	return kind
}

func sendGrid() *Provider {
	return &Provider{
		Name:       "sendgrid",
		Title:      "SendGrid",
		Docs:       "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
		Confidence: Judged,
		Note: "This is the Event Webhook, whose body ends in a line break that is signed too. What Inbound Parse sends is not signed. Only SendGrid " +
			"has its private key: an app accepts what hook signs only if it is given hook's public key. The first event's type and id are shown.",
		SecretVars: []string{
			"SENDGRID_WEBHOOK_PUBLIC_KEY", "SENDGRID_WEBHOOK_VERIFICATION_KEY", "SENDGRID_VERIFICATION_KEY", "SENDGRID_PUBLIC_KEY",
			"SENDGRID_WEBHOOK_KEY", "SENDGRID_WEBHOOK_SECRET",
		},
		RegisterAt: "Settings → Mail Settings → Event Webhooks",
		SecretAt:   "Settings → Mail Settings → Event Webhooks → the webhook → Security features → Signature Verification → Verification Key",
		Retries:    "for up to 24 hours with growing pauses",
		scheme: &keyScheme{
			carrier: headers{
				signature: "X-Twilio-Email-Event-Webhook-Signature", time: "X-Twilio-Email-Event-Webhook-Timestamp",
			},
			algorithm: withECDSA(crypto.SHA256), encoding: inBase64(), signs: signs("{timestamp}{body}"),
			clock: clock{unit: time.Second}, shows: asSPKI,
		},
		clues: append(marks("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp"),
			shape("the body's sg_event_id", inBody("0.sg_event_id"))),
		reads: reading{event: inBody("0.event"), id: inBody("0.sg_event_id")},
	}
}
