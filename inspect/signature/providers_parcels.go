package signature

import (
	"crypto"
	"time"
)

// parcelProviders send webhooks about parcels, labels and warehouses.
func parcelProviders() []*Provider {
	return []*Provider{aftership(), easypost(), flexport(), picqer(), shipbob(), shipengine(), shiphero(), shippo(), shipstation()}
}

func aftership() *Provider {
	secret := secretForm{alphabet: hexDigits, length: 32}
	return &Provider{
		Name:       "aftership",
		Title:      "AfterShip",
		Docs:       "https://www.aftership.com/docs/tracking/webhook/webhook-signature",
		Confidence: Documented,
		Note:       "Each of its products has a secret and a header of its own.",
		SecretVars: []string{"AFTERSHIP_WEBHOOK_SECRET"},
		RegisterAt: "Tracking → Settings → Notifications → Webhooks",
		SecretAt:   "Tracking → Settings → Notifications → Webhooks → Webhook secret",
		Retries:    "14 times over some 68 hours with growing pauses",
		scheme: oneOf{
			signsBody("Aftership-Hmac-Sha256", "", withSHA256(), inBase64(), secret),
			signsBody("As-Signature-Hmac-Sha256", "", withSHA256(), inBase64(), secret),
			signsBody("Am-Webhook-Signature", "hmac-sha256=", withSHA256(), inBase64(), secret),
		},
		clues: append(marks("Aftership-Hmac-Sha256", "As-Signature-Hmac-Sha256"), clue{header: "Am-Webhook-Signature", weight: likely}),
		reads: reading{event: firstOf(inBody("event"), inBody("event_type"), inBody("meta.event_type")), id: firstOf(inBody("event_id"), inBody("id"))},
	}
}

func easypost() *Provider {
	return &Provider{
		Name:       "easypost",
		Title:      "EasyPost",
		Docs:       "https://docs.easypost.com/guides/webhooks-guide",
		Confidence: Judged,
		Note:       "A weight without a fraction is signed as if it had one: 17 as 17.0.",
		SecretVars: []string{"EASYPOST_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Webhooks & Events, or the API: POST /v2/webhooks",
		SecretAt:   "webhook_secret of the webhook, which you choose yourself",
		Timeout:    7 * time.Second,
		Retries:    "6 times with growing pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Hmac-Signature", before: "hmac-sha256-hex="},
			digest:  withSHA256(), encoding: inHex(), signs: computes("{body}, its whole weights as fractions", easypostBody),
			secret: secretForm{alphabet: alphanumeric, length: 32, derived: &derivation{"which must be ASCII", asciiKey}},
		},
		clues: []clue{
			{header: "X-Hmac-Signature", prefix: "hmac-sha256-hex=", weight: likely},
			shape("the body's object, result.object and description", inBody("result.object"), inBody("object"), inBody("description")),
		},
		reads: reading{
			event: inBody("description"), id: inBody("id"), account: inBody("user_id"),
			mode: when(inBody("mode"), []string{"production"}, ModeLive, ModeTest),
		},
	}
}

func flexport() *Provider {
	secret := secretForm{alphabet: hexDigits, length: 40}
	both := signsBody("X-Hub-Signature-256", "sha256=", withSHA256(), inHex(), secret)
	both.also = []scheme{signsBody("X-Hub-Signature", "sha1=", withSHA1(), inHex(), secret)}
	return &Provider{
		Name:       "flexport",
		Title:      "Flexport",
		Docs:       "https://apidocs.flexport.com/v2/tag/Webhook-Endpoints/",
		Confidence: Documented,
		SecretVars: []string{"FLEXPORT_WEBHOOK_SECRET"},
		RegisterAt: "Account Settings → API → Webhook endpoints",
		SecretAt:   "Account Settings → API → Webhook endpoints → the endpoint → Secret token",
		Success:    "200",
		Retries:    "not published",
		scheme:     both,
		clues:      []clue{{within: inBody("_object"), prefix: "/event", weight: likely, words: "the body's _object, /event"}},
		reads:      reading{event: inBody("type"), id: inBody("id")},
	}
}

func picqer() *Provider {
	return &Provider{
		Name:       "picqer",
		Title:      "Picqer",
		Docs:       "https://picqer.com/en/api/webhooks#validating-webhooks",
		Confidence: Documented,
		Note:       "Only hooks that were created with a secret are signed.",
		SecretVars: []string{"PICQER_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /api/v1/hooks",
		SecretAt:   "secret of the hook, which you choose yourself",
		Timeout:    10 * time.Second,
		Success:    "200, 201 or 202",
		Retries:    "15 times over some 17 hours",
		scheme:     signsBody("X-Picqer-Signature", "", withSHA256(), inBase64(), secretForm{alphabet: alphanumeric, length: 32}),
		clues:      marks("X-Picqer-Signature"),
		reads: reading{
			event: inBody("event"), id: joined(":", inBody("idhook"), inBody("event"), inBody("event_triggered_at")), account: inBody("idhook"),
		},
	}
}

func shipbob() *Provider {
	return &Provider{
		Name:       "shipbob",
		Title:      "ShipBob",
		Docs:       "https://developer.shipbob.com/2026-01/webhooks",
		Confidence: Documented,
		SecretVars: []string{"SHIPBOB_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /2026-01/webhook",
		SecretAt:   "the API's answer: secret",
		Retries:    "with growing pauses",
		scheme:     signsStandard(secretForm{prefix: "whsec_", length: 24, encoded: true}),
		clues: append(marks("Shipbob-Topic", "Shipbob-Subscription-Id"),
			clue{header: "X-Webhook-Topic", also: inHeader("Webhook-Signature"), weight: likely}),
		reads: reading{event: firstOf(inHeader("X-Webhook-Topic"), inHeader("Shipbob-Topic")), id: inHeader("Webhook-Id")},
	}
}

func shipengine() *Provider {
	return &Provider{
		Name:       "shipengine",
		Title:      "ShipStation API (ShipEngine)",
		Docs:       "https://www.shipengine.com/docs/webhooks/#validating-webhooks",
		Confidence: Documented,
		Note:       "These are the webhooks of version 2 of ShipStation's API; those of version 1 are not signed.",
		SecretVars: []string{"SHIPENGINE_PUBLIC_KEY", "SHIPENGINE_JWKS"},
		RegisterAt: "Dashboard → Webhooks, or the API: POST /v2/environment/webhooks",
		SecretAt:   "https://api.shipengine.com/jwks",
		Timeout:    10 * time.Second,
		Retries:    "2 times, 30 minutes apart",
		Schedule:   []time.Duration{30 * time.Minute, 30 * time.Minute},
		scheme: &keyScheme{
			carrier:   headers{signature: "X-Shipengine-Rsa-Sha256-Signature", time: "X-Shipengine-Timestamp"},
			algorithm: withRSA(crypto.SHA256, false), encoding: inBase64(), signs: signs("{timestamp}.{body}"), shows: asPEM,
			names: inHeader("X-Shipengine-Rsa-Sha256-Key-Id"),
			clock: clock{unit: time.Second, layout: time.RFC3339, past: 5 * time.Minute, future: 5 * time.Minute},
		},
		clues:  marks("X-Shipengine-Rsa-Sha256-Signature", "X-Shipengine-Rsa-Sha256-Key-Id", "X-Shipengine-Timestamp"),
		reads:  reading{event: inBody("resource_type"), id: inBody("resource_url")},
		keysAt: publishedKeys("https://api.shipengine.com/jwks"),
	}
}

func shiphero() *Provider {
	return &Provider{
		Name:       "shiphero",
		Title:      "ShipHero",
		Docs:       "https://developer.shiphero.com/webhooks/",
		Confidence: Documented,
		SecretVars: []string{"SHIPHERO_WEBHOOK_SECRET", "SHIPHERO_SHARED_SECRET"},
		RegisterAt: "the API: webhook_create",
		SecretAt:   "the API's answer when the webhook is created: shared_signature_secret",
		Timeout:    10 * time.Second,
		Success:    `2xx with {"code": "200", "Status": "Success"}`,
		Retries:    "5 times",
		scheme:     signsBody("X-Shiphero-Hmac-Sha256", "", withSHA256(), inBase64(), secretForm{alphabet: hexDigits, length: 64}),
		clues:      marks("X-Shiphero-Hmac-Sha256", "X-Shiphero-Message-Id"),
		reads:      reading{event: inBody("webhook_type"), id: inHeader("X-Shiphero-Message-Id"), account: inBody("account_id")},
	}
}

func shippo() *Provider {
	return &Provider{
		Name:       "shippo",
		Title:      "Shippo",
		Docs:       "https://docs.goshippo.com/docs/tracking/webhooksecurity/",
		Confidence: Documented,
		Note:       "Signatures are switched on by Shippo's support only; else the practice is a token in the registered URL, ?token=…",
		SecretVars: []string{"SHIPPO_WEBHOOK_SECRET", "SHIPPO_WEBHOOK_HMAC_SECRET"},
		RegisterAt: "Settings → API → Webhooks",
		SecretAt:   "Shippo's support, who gives it out",
		Timeout:    3 * time.Second,
		Retries:    "6 times over some 3 hours",
		scheme: &hmacScheme{
			carrier: pairs{name: "Shippo-Auth-Signature", separator: ",", time: "t=", signature: "v1="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock: clock{unit: time.Second, past: 5 * time.Minute}, secret: secretForm{alphabet: alphanumeric, length: 32},
		},
		clues: append(marks("Shippo-Auth-Signature", "Shippo-Api-Version"),
			shape("the body's event, test and data.carrier", inBody("test"), inBody("data.carrier"), inBody("event"))),
		reads: reading{
			event: inBody("event"), account: inBody("data.object_owner"), mode: when(inBody("test"), []string{"true"}, ModeTest, ModeLive),
			id: joined(":", firstOf(inBody("data.tracking_status.object_id"), inBody("data.object_id")), inBody("event")),
		},
	}
}

func shipstation() *Provider {
	return &Provider{
		Name:       "shipstation",
		Title:      "ShipStation",
		Docs:       "https://help.shipstation.com/hc/en-us/articles/360025856252-ShipStation-Webhooks",
		Confidence: Documented,
		Note: "It signs nothing: put a secret into the URL that you register, and fetch the resource_url with your own credentials. " +
			"Version 2 of its API signs; see shipengine.",
		SecretVars: []string{"SHIPSTATION_WEBHOOK_TOKEN", "SHIPSTATION_WEBHOOK_SECRET"},
		RegisterAt: "Settings → Account → Integrations → Webhooks, or the API: POST /webhooks/subscribe",
		SecretAt:   "the URL that you registered, a secret of your choice in its query",
		Retries:    "not published",
		scheme:     &urlToken{name: "secret"},
		clues: []clue{
			{within: inBody("resource_url"), prefix: "https://ssapi", weight: likely, words: "the body's resource_url at ShipStation"},
		},
		reads: reading{event: inBody("resource_type"), id: inBody("resource_url")},
	}
}
