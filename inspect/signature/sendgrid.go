package signature

import (
	"crypto"
	"time"
)

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
