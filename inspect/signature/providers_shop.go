package signature

import (
	"crypto"
	"slices"
	"time"
)

// shopProviders send webhooks about shops, orders and parcels.
func shopProviders() []*Provider {
	return slices.Concat([]*Provider{
		bigcommerce(), commerceLayer(), ebay(), ecwid(), nuvemshop(), shopline(), walmart(),
	}, parcelProviders())
}

func bigcommerce() *Provider {
	return &Provider{
		Name:       "bigcommerce",
		Title:      "BigCommerce",
		Docs:       "https://docs.bigcommerce.com/developer/docs/integrations/webhooks/https",
		Confidence: Documented,
		Note:       "The app's client secret is the key, as text. Older webhooks have only headers that you chose when you created them. The body names what changed and no more.",
		SecretVars: []string{"BIGCOMMERCE_CLIENT_SECRET", "BIGCOMMERCE_APP_SECRET"},
		RegisterAt: "the API: POST /stores/{store_hash}/v3/hooks",
		SecretAt:   "Developer Portal → the app → View Client ID → Client secret",
		Success:    "200",
		Retries:    "for 48 hours, after 1 minute at first, later once a day; then the webhook is switched off",
		scheme:     signsStandard(secretForm{alphabet: hexDigits, length: 64}),
		clues: []clue{
			{within: inBody("producer"), prefix: "stores/", weight: likely, words: "the body's producer, stores/…"},
		},
		reads: reading{event: inBody("scope"), id: inBody("hash"), account: firstOf(inBody("store_id"), inBody("producer"))},
	}
}

func commerceLayer() *Provider {
	return &Provider{
		Name:       "commerce-layer",
		Title:      "Commerce Layer",
		Docs:       "https://docs.commercelayer.io/core/callbacks-security",
		Confidence: Documented,
		SecretVars: []string{"COMMERCE_LAYER_SHARED_SECRET", "CL_SHARED_SECRET", "COMMERCELAYER_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /api/webhooks, or Dashboard → Settings → Webhooks",
		SecretAt:   "the webhook's shared_secret",
		Timeout:    5 * time.Second,
		Retries:    "10 times; after 30 failures in a row the webhook is switched off",
		scheme:     signsBody("X-Commercelayer-Signature", "", withSHA256(), inBase64(), secretForm{alphabet: hexDigits, length: 32}),
		clues:      marks("X-Commercelayer-Signature", "X-Commercelayer-Topic"),
		reads: reading{
			event: inHeader("X-Commercelayer-Topic"),
			id:    joined(":", inBody("data.id"), inHeader("X-Commercelayer-Topic"), inBody("data.attributes.updated_at")),
			mode:  when(inBody("data.meta.mode"), []string{"live"}, ModeLive, ModeTest),
		},
	}
}

// ebay's signature header is base64 of JSON that holds the signature, in base64 again, and names the key.
func ebay() *Provider {
	return &Provider{
		Name:       "ebay",
		Title:      "eBay",
		Docs:       "https://developer.ebay.com/marketplace-account-deletion",
		Confidence: Judged,
		Note: "The key that the header's kid names is to be asked for with your own credentials, at /commerce/notification/v1/public_key/{kid}. " +
			"Write the secret as a line with the verification token, then the key; the token alone answers the challenge.",
		SecretVars: []string{"EBAY_VERIFICATION_TOKEN", "EBAY_WEBHOOK_SECRET"},
		RegisterAt: "Developer Portal → Application Keys → Notifications",
		SecretAt:   "Developer Portal → Application Keys → Notifications → Verification token, which you choose yourself",
		Retries:    "for 24 hours; then the endpoint is marked down",
		scheme: &keyScheme{
			carrier: headers{signature: "X-Ebay-Signature"}, algorithm: withECDSA(crypto.SHA1), encoding: ebayEncoding(),
			signs: signs("{body}"), shows: asPEM, text: "verification token", names: ebayKey,
		},
		clues: append(marks("X-Ebay-Signature"), clue{within: inQuery("challenge_code"), weight: likely, words: "the query's challenge_code"}),
		reads: reading{event: inBody("metadata.topic"), id: inBody("notification.notificationId"), account: inBody("notification.data.userId")},

		ChallengeSecret: "the verification token",
		handshake:       ebayChallenge,
	}
}

func ecwid() *Provider {
	return &Provider{
		Name:       "ecwid",
		Title:      "Ecwid",
		Docs:       "https://api-docs.ecwid.com/reference/webhooks",
		Confidence: Unconfirmed,
		Note:       "Only the event's id and time are signed. The body names what changed and no more.",
		SecretVars: []string{"ECWID_CLIENT_SECRET", "ECWID_WEBHOOK_SECRET"},
		RegisterAt: "the app's settings at my.ecwid.com/#develop-apps → Webhooks",
		SecretAt:   "my.ecwid.com/#develop-apps → the app → client_secret",
		Timeout:    10 * time.Second,
		Success:    "200, 201, 202, 204 or 209",
		Retries:    "every 15 minutes 4 times, then every hour for 24 hours",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Ecwid-Webhook-Signature"},
			digest:  withSHA256(), encoding: inBase64(), signs: signs("{json:eventCreated}.{json:eventId}"),
			secret: secretForm{alphabet: alphanumeric, length: 32},
		},
		clues: marks("X-Ecwid-Webhook-Signature"),
		reads: reading{event: inBody("eventType"), id: inBody("eventId"), account: inBody("storeId")},
	}
}

func nuvemshop() *Provider {
	return &Provider{
		Name:       "nuvemshop",
		Title:      "Nuvemshop (Tiendanube)",
		Docs:       "https://tiendanube.github.io/api-documentation/resources/webhook",
		Confidence: Documented,
		SecretVars: []string{"NUVEMSHOP_CLIENT_SECRET", "TIENDANUBE_CLIENT_SECRET"},
		RegisterAt: "the API: POST /webhooks",
		SecretAt:   "Partners portal → the app → Client secret",
		Timeout:    3 * time.Second,
		Retries:    "up to 18 times over 48 hours: at once, after 5, 10 and 15 minutes, then with growing pauses",
		scheme:     signsBody("X-Linkedstore-Hmac-Sha256", "", withSHA256(), inHex(), secretForm{alphabet: alphanumeric, length: 48}),
		clues:      marks("X-Linkedstore-Hmac-Sha256"),
		reads: reading{
			event: inBody("event"), id: joined(":", inBody("store_id"), inBody("event"), inBody("id")), account: inBody("store_id"),
		},
	}
}

func shopline() *Provider {
	return &Provider{
		Name:       "shopline",
		Title:      "SHOPLINE",
		Docs:       "https://developer.shopline.com/docs/apps/api-instructions-for-use/generate-and-verify-signatures/",
		Confidence: Documented,
		Note:       "The signature is written in hexadecimal digits, though an example in its documentation looks like base64.",
		SecretVars: []string{"SHOPLINE_APP_SECRET", "SHOPLINE_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /admin/openapi/{version}/webhooks.json",
		SecretAt:   "Developer Center → the app → App credentials → App secret",
		Timeout:    5 * time.Second,
		Retries:    "up to 19 times over 48 hours; then the webhook is removed",
		scheme:     signsBody("X-Shopline-Hmac-Sha256", "", withSHA256(), inHex(), secretForm{alphabet: hexDigits, length: 40}),
		clues:      marks("X-Shopline-Hmac-Sha256", "X-Shopline-Topic"),
		reads: reading{
			event: inHeader("X-Shopline-Topic"), id: inHeader("X-Shopline-Webhook-Id"), account: inHeader("X-Shopline-Shop-Domain"),
		},
	}
}

func walmart() *Provider {
	return &Provider{
		Name:       "walmart",
		Title:      "Walmart Marketplace",
		Docs:       "https://developer.walmart.com/us-marketplace/docs/security-and-authenticity",
		Confidence: Documented,
		SecretVars: []string{"WALMART_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /v3/webhooks/subscriptions",
		SecretAt:   "the subscription's shared secret, which you choose yourself",
		Timeout:    3 * time.Second,
		Retries:    "some 3 times",
		scheme: &hmacScheme{
			carrier: headers{signature: "Wm_sec.signature", time: "Wm_sec.timestamp"},
			digest:  withSHA256(), encoding: inBase64(),
			signs: slices.Concat(signs("{method}\n{path}"), computes("?{query} if there is one", questionAndQuery), signs("\n{timestamp}\n{body_sha256}")),
			clock: clock{unit: time.Second, past: 5 * time.Minute, future: 5 * time.Minute}, secret: secretForm{alphabet: alphanumeric, length: 32},
		},
		clues: marks("Wm_sec.signature", "Wm_sec.timestamp", "Wm_sec.key_id"),
		reads: reading{
			event: firstOf(inBody("eventType"), inBody("source.eventType")), id: firstOf(inBody("eventId"), inBody("source.eventId")),
			account: firstOf(inBody("sellerId"), inBody("payload.partnerId")),
		},
	}
}

func questionAndQuery(r Request, _ claims) []byte {
	u := splitURL(r.URL)
	if !u.asked {
		return nil
	}
	return []byte("?" + u.query)
}
