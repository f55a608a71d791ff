package signature

import "time"

// tradeProviders are the tools of one trade each: law, cars, catalogues, hiring, support.
func tradeProviders() []*Provider {
	return []*Provider{akeneo(), alchemy(), ashby(), clio(), enode(), pylon(), uber()}
}

func akeneo() *Provider {
	return &Provider{
		Name:       "akeneo",
		Title:      "Akeneo",
		Docs:       "https://api.akeneo.com/events-documentation/security.html",
		Confidence: Documented,
		Note:       "This is the Events API. One request carries up to 10 events; the first one's type and id are shown.",
		SecretVars: []string{"AKENEO_WEBHOOK_SECRET", "AKENEO_EVENTS_API_SECRET"},
		RegisterAt: "Connect → Connection settings → the connection → Event subscription",
		SecretAt:   "Connect → Connection settings → the connection → Event subscription → Secret",
		Timeout:    500 * time.Millisecond,
		Retries:    "never",
		Forgetful:  true,
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Akeneo-Request-Signature", time: "X-Akeneo-Request-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock: clock{unit: time.Second, past: 5 * time.Minute}, secret: ownSecret(),
		},
		clues: marks("X-Akeneo-Request-Signature", "X-Akeneo-Request-Timestamp"),
		reads: reading{event: inBody("events.0.action"), id: inBody("events.0.event_id"), account: inBody("events.0.pim_source")},
	}
}

func alchemy() *Provider {
	return &Provider{
		Name:       "alchemy",
		Title:      "Alchemy",
		Docs:       "https://www.alchemy.com/docs/reference/notify-api-quickstart#webhook-signature--security",
		Confidence: Documented,
		SecretVars: []string{"ALCHEMY_WEBHOOK_SIGNING_KEY", "ALCHEMY_SIGNING_KEY", "ALCHEMY_WEBHOOK_SECRET"},
		RegisterAt: "dashboard.alchemy.com → Webhooks → Create Webhook",
		SecretAt:   "dashboard.alchemy.com → Webhooks → the webhook → Signing Key",
		Retries:    "for 10 minutes with growing pauses; for enterprises an hour",
		scheme:     signsBody("X-Alchemy-Signature", "", withSHA256(), inHex(), secretForm{prefix: "whsec_", alphabet: alphanumeric, length: 24}),
		clues: append(marks("X-Alchemy-Signature"),
			shape("the body's webhookId and event.network", inBody("webhookId"), inBody("type"), inBody("event.network"))),
		reads: reading{event: inBody("type"), id: inBody("id"), account: firstOf(inBody("event.network"), inBody("webhookId"))},
	}
}

func ashby() *Provider {
	return &Provider{
		Name:       "ashby",
		Title:      "Ashby",
		Docs:       "https://developers.ashbyhq.com/docs/authenticating-webhooks",
		Confidence: Documented,
		Note:       "A webhook without a secret is not signed. Its ping, when it is made or changed, must be answered below 400, or it is turned off.",
		SecretVars: []string{"ASHBY_WEBHOOK_SECRET", "ASHBY_WEBHOOK_SECRET_TOKEN"},
		RegisterAt: "Admin → Integrations → Webhooks",
		SecretAt:   "Admin → Integrations → Webhooks → the webhook → Secret token, which you choose yourself",
		Retries:    "not published",
		scheme:     signsBody("Ashby-Signature", "sha256=", withSHA256(), inHex(), ownSecret()),
		clues:      append(marks("Ashby-Signature"), agent("Ashby-Webhook")),
		reads:      reading{event: inBody("action"), id: inBody("webhookActionId")},
	}
}

func clio() *Provider {
	return &Provider{
		Name:       "clio",
		Title:      "Clio",
		Docs:       "https://docs.developers.clio.com/api-reference/#tag/Webhooks",
		Confidence: Documented,
		Note: "The secret comes in the first request to a new URL, as the header X-Hook-Secret, which must come back in the answer. " +
			"Webhooks expire after 3 days, 31 at most.",
		SecretVars: []string{"CLIO_WEBHOOK_SECRET", "CLIO_HOOK_SECRET"},
		RegisterAt: "the API: POST /api/v4/webhooks.json",
		SecretAt:   "the header X-Hook-Secret of the first request, or the API: shared_secret of the webhook",
		Retries:    "not published",
		scheme:     signsBody("X-Hook-Signature", "", withSHA256(), inHex(), ownSecret()),
		clues: []clue{
			{header: "X-Hook-Signature", weight: likely, also: inBody("meta.webhook_id")}, hint("X-Hook-Signature"),
			shape("the body's meta.event and meta.webhook_id", inBody("meta.event"), inBody("meta.webhook_id")),
		},
		reads:     reading{event: inBody("meta.event"), account: inBody("meta.webhook_id")},
		handshake: bringsSecret(repeatsHeader("X-Hook-Secret")),
	}
}

func enode() *Provider {
	return &Provider{
		Name:       "enode",
		Title:      "Enode",
		Docs:       "https://developers.enode.com/docs/webhooks",
		Confidence: Documented,
		Note:       "It is HMAC-SHA1. One request carries several events; the first one's type is shown.",
		SecretVars: []string{"ENODE_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /webhooks",
		SecretAt:   "the API call that makes the webhook, as secret, which you choose yourself",
		Timeout:    5 * time.Second,
		Retries:    "for 24 hours with growing pauses",
		scheme:     signsBody("X-Enode-Signature", "sha1=", withSHA1(), inHex(), ownSecret()),
		clues:      marks("X-Enode-Signature", "X-Enode-Delivery"),
		reads:      reading{event: inBody("0.event"), id: inHeader("X-Enode-Delivery"), account: inBody("0.user.id")},
	}
}

func pylon() *Provider {
	return &Provider{
		Name:       "pylon",
		Title:      "Pylon",
		Docs:       "https://getpylon.com/developers/guides/using-webhooks/#event-signatures",
		Confidence: Documented,
		Note: "Webhooks that triggers send are signed in the older way, as X-Pylon-Signature and without a time; " +
			"so are those from which the newer header was taken away, which can be repeated.",
		SecretVars: []string{"PYLON_WEBHOOK_SECRET", "PYLON_SIGNING_SECRET"},
		RegisterAt: "app.usepylon.com → Settings → API → Webhook destinations",
		SecretAt:   "app.usepylon.com shows the signing secret once, when the destination is made",
		Retries:    "up to 5 times over 31 hours",
		scheme: oneOf{
			&hmacScheme{
				carrier: headers{signature: "Pylon-Webhook-Signature", before: "hs256=", time: "Pylon-Webhook-Timestamp"},
				digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
				clock: clock{unit: time.Second}, secret: ownSecret(),
			},
			signsBody("X-Pylon-Signature", "", withSHA256(), inHex(), ownSecret()),
		},
		clues: marks("Pylon-Webhook-Signature", "Pylon-Webhook-Timestamp", "Pylon-Webhook-Version", "X-Pylon-Signature"),
		reads: reading{event: firstOf(inBody("type"), inBody("event_type"), inBody("event")), id: firstOf(inBody("id"), inBody("event_id"))},
	}
}

func uber() *Provider {
	return &Provider{
		Name:       "uber",
		Title:      "Uber",
		Docs:       "https://developer.uber.com/docs/eats/guides/webhooks#webhook-security",
		Confidence: Documented,
		Note:       "Uber Eats signs with the app's client secret, Uber Direct with a signing key of its own.",
		SecretVars: []string{"UBER_CLIENT_SECRET", "UBER_WEBHOOK_SECRET", "UBER_SIGNING_KEY", "UBER_EATS_CLIENT_SECRET", "UBER_DIRECT_SIGNING_KEY"},
		RegisterAt: "developer.uber.com → the app → Webhooks",
		SecretAt:   "developer.uber.com → the app → Setup → Client secret; of Uber Direct the dashboard's Developer → Webhooks → Signing key",
		Success:    "200 with an empty body",
		Retries:    "up to 7 times: after 10, 30, 60 and 120 seconds, then with growing pauses",
		Schedule:   []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute},
		scheme:     signsBody("X-Uber-Signature", "", withSHA256(), inHex(), secretForm{alphabet: alphanumeric, length: 40}),
		clues: append(marks("X-Uber-Signature", "X-Postmates-Signature"),
			shape("the body's event_type and resource_href", inBody("event_type"), inBody("resource_href"), inBody("event_id"))),
		reads: reading{
			event: firstOf(inBody("event_type"), inBody("kind")), id: firstOf(inBody("event_id"), inBody("id")),
			account: firstOf(inBody("meta.user_id"), inBody("customer_id")),
		},
	}
}
