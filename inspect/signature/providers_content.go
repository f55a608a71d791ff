package signature

import (
	"slices"
	"time"
)

// contentProviders send webhooks about content, files and documents.
func contentProviders() []*Provider {
	return []*Provider{
		box(), contentful(), discourse(), dropboxSign(), ghost(), hygraph(), notion(), sanity(), strapi(), webflow(),
	}
}

func box() *Provider {
	return &Provider{
		Name:       "box",
		Title:      "Box",
		Docs:       "https://developer.box.com/guides/webhooks/v2/signatures-v2/",
		Confidence: Judged,
		Note:       "Each request is signed with both keys, so that they can be replaced one after the other.",
		SecretVars: []string{"BOX_WEBHOOK_PRIMARY_SIGNATURE_KEY", "BOX_WEBHOOK_SECONDARY_SIGNATURE_KEY", "BOX_WEBHOOK_PRIMARY_KEY", "BOX_WEBHOOK_SECRET"},
		RegisterAt: "Developer Console → the app → Webhooks",
		SecretAt:   "Developer Console → the app → Webhooks → Manage signature keys",
		scheme: &twoWays{
			hmacScheme: hmacScheme{
				carrier: constants{
					headers{signature: "Box-Signature-Primary", more: []string{"Box-Signature-Secondary"}, time: "Box-Delivery-Timestamp"},
					[][2]string{{"Box-Signature-Version", "1"}, {"Box-Signature-Algorithm", "HmacSHA256"}},
				},
				digest: withSHA256(), encoding: inBase64(), signs: signs("{body}{timestamp}"),
				clock:  clock{unit: time.Second, layout: time.RFC3339, past: 10 * time.Minute, future: time.Second},
				secret: secretForm{alphabet: alphanumeric, length: 32},
			},
			second: slices.Concat(computes("body, its characters beyond ASCII escaped", escapedUnicode), signs("{timestamp}")),
		},
		clues: marks("Box-Signature-Primary", "Box-Signature-Secondary", "Box-Delivery-Id"),
		reads: reading{event: inBody("trigger"), id: inHeader("Box-Delivery-Id"), account: inBody("webhook.id")},
	}
}

func contentful() *Provider {
	return &Provider{
		Name:       "contentful",
		Title:      "Contentful",
		Docs:       "https://www.contentful.com/developers/docs/webhooks/request-verification/",
		Confidence: Judged,
		Note:       "The headers that X-Contentful-Signed-Headers lists are signed too, and the path with its query.",
		SecretVars: []string{"CONTENTFUL_WEBHOOK_SIGNING_SECRET", "CONTENTFUL_WEBHOOK_SECRET", "CONTENTFUL_SIGNING_SECRET"},
		RegisterAt: "the space → Settings → Webhooks",
		SecretAt:   "the space → Settings → Webhooks → Settings → Enable request verification; it is shown once",
		scheme: &contentfulScheme{hmacScheme{
			carrier: contentfulCarrier{headers{signature: "X-Contentful-Signature", time: contentfulTime}},
			digest:  withSHA256(), encoding: inHex(), signs: contentfulSigns(),
			clock:  clock{unit: time.Millisecond, past: 30 * time.Second},
			secret: secretForm{alphabet: alphanumeric, length: 64},
		}},
		clues: marks("X-Contentful-Topic", "X-Contentful-Signature", "X-Contentful-Webhook-Name"),
		reads: reading{
			event: inHeader("X-Contentful-Topic"), id: inHeader("X-Contentful-Idempotency-Key"),
			account: firstOf(inHeader("X-Contentful-Space-Id"), inBody("sys.space.sys.id")),
		},
	}
}

func discourse() *Provider {
	return &Provider{
		Name:       "discourse",
		Title:      "Discourse",
		Docs:       "https://meta.discourse.org/t/configure-webhooks-that-trigger-on-discourse-events-to-integrate-with-external-services/49045",
		Confidence: Judged,
		SecretVars: []string{"DISCOURSE_WEBHOOK_SECRET"},
		RegisterAt: "Admin → API → Webhooks",
		SecretAt:   "Admin → API → Webhooks → the webhook → Secret, which you choose yourself",
		Retries:    "never, unless the site turns it on: then 4 times, after 1, 5, 25 and 125 minutes",
		Forgetful:  true,
		scheme:     signsBody("X-Discourse-Event-Signature", "sha256=", withSHA256(), inHex(), ownSecret()),
		clues:      append(marks("X-Discourse-Event-Signature", "X-Discourse-Event", "X-Discourse-Instance"), agent("Discourse/")),
		reads: reading{
			event: firstOf(inHeader("X-Discourse-Event"), inHeader("X-Discourse-Event-Type")), id: inHeader("X-Discourse-Event-Id"),
			account: inHeader("X-Discourse-Instance"),
		},
	}
}

func dropboxSign() *Provider {
	return &Provider{
		Name:       "dropbox-sign",
		Title:      "Dropbox Sign",
		Docs:       "https://developers.hellosign.com/docs/events/walkthrough/",
		Confidence: Judged,
		Note:       "Answers must be 200 with the text Hello API Event Received. Only an event's time and type are signed, not the rest of the body.",
		SecretVars: []string{"DROPBOX_SIGN_API_KEY", "HELLOSIGN_API_KEY"},
		RegisterAt: "Settings → API → Account callback, or the API app → Event callback",
		SecretAt:   "Settings → API → API keys",
		Success:    "200 with the text Hello API Event Received",
		Retries:    "with growing pauses, for about 3 days",
		scheme: &hmacScheme{
			carrier: dropboxSignCarrier{slots{signature: memberAt("event.event_hash"), time: memberAt("event.event_time")}},
			digest:  withSHA256(), encoding: inHex(), signs: computes("the event's time and type", dropboxSignText),
			clock:  clock{unit: time.Second},
			secret: secretForm{alphabet: hexDigits, length: 64},
		},
		clues: []clue{agent("HelloSign API"), shape("the event's event_hash", inJSONPart("event", "event_hash"))},
		reads: reading{
			event: inJSONPart("event", "event_type"), account: inJSONPart("account_guid"),
			id: joined(":", inJSONPart("event", "event_hash"), inJSONPart("signature_request", "signature_request_id")),
		},
		handshake: dropboxSignTest,
	}
}

func ghost() *Provider {
	return &Provider{
		Name:       "ghost",
		Title:      "Ghost",
		Docs:       "https://ghost.org/docs/webhooks/",
		Confidence: Judged,
		Note:       "Older versions sign the body without the time. An answer of 410 deletes the webhook.",
		SecretVars: []string{"GHOST_WEBHOOK_SECRET"},
		RegisterAt: "Settings → Integrations → the custom integration → Add webhook",
		SecretAt:   "Settings → Integrations → the custom integration → the webhook → Secret, which you choose yourself",
		Timeout:    2 * time.Second,
		scheme: &twoWays{
			hmacScheme: hmacScheme{
				carrier: pairs{name: "X-Ghost-Signature", separator: ", ", joint: ", ", time: "t=", signature: "sha256=", first: true},
				digest:  withSHA256(), encoding: inHex(), signs: signs("{body}{timestamp}"),
				clock: clock{unit: time.Millisecond}, secret: ownSecret(),
			},
			second: signs("{body}"),
		},
		clues: marks("X-Ghost-Signature"),
		reads: reading{event: inBody("event")},
	}
}

func hygraph() *Provider {
	return &Provider{
		Name:       "hygraph",
		Title:      "Hygraph",
		Docs:       "https://hygraph.com/docs/api-reference/basics/webhooks",
		Confidence: Judged,
		SecretVars: []string{"HYGRAPH_WEBHOOK_SECRET", "GRAPHCMS_WEBHOOK_SECRET", "HYGRAPH_WEBHOOK_SECRET_KEY"},
		RegisterAt: "Project settings → Webhooks",
		SecretAt:   "Project settings → Webhooks → the webhook → Secret key, which you choose yourself",
		scheme: &hmacScheme{
			carrier: hygraphCarrier{pairs{name: "Gcms-Signature", separator: ", ", joint: ", ", time: "t=", id: "env=", signature: "sign=", first: true}},
			digest:  withSHA256(), encoding: inBase64(), signs: computes("JSON of body, environment and time", hygraphText),
			clock: clock{unit: time.Millisecond}, secret: ownSecret(),
		},
		clues: marks("Gcms-Signature"),
		reads: reading{
			event: joined(".", inBody("data.__typename"), inBody("operation")), account: inBody("data.stage"),
		},
	}
}

func notion() *Provider {
	return &Provider{
		Name:       "notion",
		Title:      "Notion",
		Docs:       "https://developers.notion.com/reference/webhooks",
		Confidence: Judged,
		Note:       "The secret comes in the first request to a new URL, as verification_token: paste it in the integration's settings.",
		SecretVars: []string{"NOTION_VERIFICATION_TOKEN", "NOTION_WEBHOOK_SECRET", "NOTION_WEBHOOK_VERIFICATION_TOKEN"},
		RegisterAt: "notion.so/profile/integrations → the integration → Webhooks",
		SecretAt:   "the verification_token of the first request that a new URL gets",
		Retries:    "up to 8 times with growing pauses, for about 24 hours",
		scheme: signsBody("X-Notion-Signature", "sha256=", withSHA256(), inHex(),
			secretForm{prefix: "secret_", alphabet: alphanumeric, length: 43}),
		clues: append(marks("X-Notion-Signature"), shape("the body's verification_token", inBody("verification_token"))),
		reads: reading{
			event: inBody("type"), id: inBody("id"), account: firstOf(inBody("workspace_name"), inBody("workspace_id")),
		},
		handshake: notionToken,
	}
}

// notionToken accepts the request that brings a new URL's secret, which it doesn't repeat.
func notionToken(r Request, _ []Secret) (Answer, bool) {
	a := Answer{
		Status: 200, Secret: true,
		Note: "paste the body's verification_token in the integration's settings, and keep it: it is the signing secret",
	}
	return a, pick(r.Body, "verification_token") != ""
}

func sanity() *Provider {
	return &Provider{
		Name:       "sanity",
		Title:      "Sanity",
		Docs:       "https://www.sanity.io/docs/content-lake/webhooks",
		Confidence: Judged,
		SecretVars: []string{"SANITY_WEBHOOK_SECRET", "SANITY_REVALIDATE_SECRET", "SANITY_HOOK_SECRET"},
		RegisterAt: "sanity.io/manage → the project → API → Webhooks",
		SecretAt:   "sanity.io/manage → the project → API → Webhooks → the webhook → Secret, which you choose yourself",
		Timeout:    30 * time.Second,
		Retries:    "twice, 30 seconds apart, after 429 and 5xx",
		Schedule:   []time.Duration{30 * time.Second, 30 * time.Second},
		scheme: &hmacScheme{
			carrier: pairs{name: "Sanity-Webhook-Signature", separator: ",", time: "t=", signature: "v1="},
			digest:  withSHA256(), encoding: inBase64URL(), signs: signs("{timestamp}.{body}"),
			clock: clock{unit: time.Millisecond}, secret: ownSecret(),
		},
		clues: marks("Sanity-Webhook-Signature", "Sanity-Webhook-Id", "Sanity-Transaction-Id"),
		reads: reading{
			event: joined(".", inBody("_type"), inHeader("Sanity-Operation")), id: inHeader("Idempotency-Key"),
			account: inHeader("Sanity-Project-Id"),
		},
	}
}

func strapi() *Provider {
	return &Provider{
		Name:       "strapi",
		Title:      "Strapi",
		Docs:       "https://docs.strapi.io/cms/backend-customization/webhooks",
		Confidence: Documented,
		Note:       "Nothing is signed: what proves the sender is an Authorization header that you give the webhook. It doesn't cover the body.",
		SecretVars: []string{"STRAPI_WEBHOOK_TOKEN", "STRAPI_WEBHOOK_SECRET"},
		RegisterAt: "Settings → Webhooks",
		SecretAt:   "Settings → Webhooks → the webhook → Headers, or webhooks.defaultHeaders in config/server, which you choose yourself",
		Timeout:    10 * time.Second,
		scheme:     &tokenScheme{at: headerAt("Authorization"), before: "Bearer ", secret: ownSecret()},
		clues:      marks("X-Strapi-Event"),
		reads:      reading{event: inHeader("X-Strapi-Event"), account: inBody("model")},
	}
}

func webflow() *Provider {
	return &Provider{
		Name:       "webflow",
		Title:      "Webflow",
		Docs:       "https://developers.webflow.com/data/docs/working-with-webhooks",
		Confidence: Judged,
		Note:       "Webhooks that are made in the dashboard may be unsigned; those of an app are signed with its client secret.",
		SecretVars: []string{"WEBFLOW_WEBHOOK_SECRET", "WEBFLOW_CLIENT_SECRET"},
		RegisterAt: "Site settings → Apps & integrations → Webhooks, or the API",
		SecretAt:   "the answer to the API call that made the webhook, or the app's client secret",
		Retries:    "3 times, 10 minutes apart",
		Schedule:   []time.Duration{10 * time.Minute, 10 * time.Minute, 10 * time.Minute},
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Webflow-Signature", time: "X-Webflow-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}:{body}"),
			clock:  clock{unit: time.Millisecond, past: 5 * time.Minute},
			secret: secretForm{alphabet: hexDigits, length: 64},
		},
		clues: marks("X-Webflow-Signature", "X-Webflow-Timestamp"),
		reads: reading{
			event: inBody("triggerType"), id: firstOf(inBody("payload.id"), inBody("payload.orderId")), account: inBody("payload.siteId"),
		},
	}
}
