package signature

import (
	"net/http"
	"strings"
	"time"
)

// firstMail are Mailchimp's two, which have little in common.
func firstMail() []*Provider {
	return []*Provider{mailchimp(), mandrill()}
}

func mailchimp() *Provider {
	list := firstOf(inForm("data%5Blist_id%5D"), inForm("data[list_id]"))
	return &Provider{
		Name:       "mailchimp",
		Title:      "Mailchimp",
		Docs:       "https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/",
		Confidence: Documented,
		Note: "Nothing is signed: the practice is a secret in the registered URL. When a webhook is saved, Mailchimp sends a GET, " +
			"which must be answered 200.",
		SecretVars: []string{"MAILCHIMP_WEBHOOK_SECRET", "MAILCHIMP_WEBHOOK_TOKEN", "MAILCHIMP_WEBHOOK_KEY"},
		RegisterAt: "Audience → Settings → Webhooks → Create New Webhook",
		SecretAt:   "you choose it yourself and write it into the URL: ?secret=…",
		Timeout:    10 * time.Second,
		Retries:    "for 75 minutes with growing pauses",
		scheme:     &urlToken{name: "secret"},
		clues:      []clue{agent("MailChimp"), shape("the form's type, fired_at and data[list_id]", inForm("type"), inForm("fired_at"), list)},
		reads: reading{
			event:   inForm("type"),
			id:      joined(":", firstOf(inForm("data%5Bid%5D"), inForm("data[id]"), list), inForm("type"), inForm("fired_at")),
			account: list,
		},
		handshake: accepts(http.MethodGet),
	}
}

func mandrill() *Provider {
	return &Provider{
		Name:       "mandrill",
		Title:      "Mailchimp Transactional",
		Docs:       "https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/#authenticating-webhook-requests",
		Confidence: Documented,
		Note: "The URL is signed exactly as it is registered. The request that tests a new URL has no events and is signed with the key " +
			"test-webhook. One request carries up to 1,000 events; the first one's type and id are shown.",
		SecretVars: []string{"MANDRILL_WEBHOOK_KEY", "MANDRILL_WEBHOOK_SECRET", "MAILCHIMP_TRANSACTIONAL_WEBHOOK_KEY"},
		RegisterAt: "mandrillapp.com → Settings → Webhooks → Add a Webhook",
		SecretAt:   "mandrillapp.com → Settings → Webhooks → the webhook → Key",
		Retries:    "again and again with growing pauses, until you give up the batch",
		scheme: &urlBound{hmacScheme: hmacScheme{
			carrier: headers{signature: "X-Mandrill-Signature"},
			digest:  withSHA1(), encoding: inBase64(), signs: signs("{url}{form}"),
			secret: secretForm{alphabet: alphanumeric, length: 22},
		}},
		clues: append(marks("X-Mandrill-Signature"), agent("Mandrill-Webhook/"), shape("the form's mandrill_events", inForm("mandrill_events"))),
		reads: reading{
			event: firstOf(inPayload("mandrill_events", "0.event"), inPayload("mandrill_events", "0.type")),
			id:    inPayload("mandrill_events", "0._id"),
		},
		handshake: anyOf(accepts(http.MethodHead), mandrillTest),
	}
}

// mandrillTest accepts the request without events that follows where HEAD was not answered 200.
func mandrillTest(r Request, _ []Secret) (Answer, bool) {
	empty := strings.TrimSpace(formValue(r.Body, "mandrill_events")) == "[]"
	return Answer{Status: http.StatusOK}, strings.EqualFold(r.Method, http.MethodPost) && empty
}
