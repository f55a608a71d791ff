package signature

import (
	"crypto"
	"slices"
	"time"
)

// firstMoney are shops and payments.
func firstMoney() []*Provider {
	return []*Provider{paypal(), shopify(), square(), stripe(), woocommerce()}
}

func paypal() *Provider {
	return &Provider{
		Name:       "paypal",
		Title:      "PayPal",
		Docs:       "https://developer.paypal.com/api/rest/webhooks/rest/",
		Confidence: Judged,
		Note: "The webhook's id is signed with the body's CRC-32, by the certificate that Paypal-Cert-Url names. Events of PayPal's simulator " +
			"have the webhook id WEBHOOK_ID. Only PayPal has its private key: an app accepts what hook signs only if it is given hook's public key.",
		SecretVars: []string{"PAYPAL_WEBHOOK_ID", "PAYPAL_WEBHOOK_SECRET"},
		RegisterAt: "developer.paypal.com → Apps & Credentials → the app → Webhooks → Add Webhook",
		SecretAt:   "developer.paypal.com → Apps & Credentials → the app → Webhooks → Webhook ID",
		Retries:    "25 times over 3 days",
		scheme: &keyScheme{
			carrier: paypalHeaders{headers{
				signature: "Paypal-Transmission-Sig", id: "Paypal-Transmission-Id", time: "Paypal-Transmission-Time",
			}},
			algorithm: withRSA(crypto.SHA256, false), encoding: inBase64(),
			signs: signs("{id}|{timestamp}|{secret}|{body_crc32}"),
			clock: clock{unit: time.Second, layout: time.RFC3339},
			shows: asPEM, text: "webhook id",
		},
		clues:  marks("Paypal-Transmission-Sig", "Paypal-Transmission-Id", "Paypal-Cert-Url"),
		reads:  reading{event: inBody("event_type"), id: inBody("id"), mode: paypalMode},
		keysAt: namedKeys(inHeader("Paypal-Cert-Url"), isPaypal),
	}
}

func shopify() *Provider {
	return &Provider{
		Name:       "shopify",
		Title:      "Shopify",
		Docs:       "https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
		Confidence: Judged,
		Note: "Webhooks from a shop's notification settings are signed with the secret that is shown there, not with the app's. " +
			"After 8 failures a webhook that was registered through the Admin API is deleted.",
		SecretVars: []string{"SHOPIFY_WEBHOOK_SECRET", "SHOPIFY_API_SECRET", "SHOPIFY_CLIENT_SECRET"},
		RegisterAt: "shopify.app.toml or the Admin API; for one shop: Settings → Notifications → Webhooks",
		SecretAt:   "Dev Dashboard → the app → Settings → Secret; for one shop: Settings → Notifications → Webhooks",
		Timeout:    5 * time.Second,
		Retries:    "8 times over 4 hours",
		scheme: &hmacScheme{
			carrier: shopifyHeaders{headers{signature: "X-Shopify-Hmac-Sha256"}, headers{signature: eventsHMAC}},
			digest:  withSHA256(), encoding: inBase64(), signs: signs("{body}"),
			secret: secretForm{alphabet: hexDigits, length: 64},
		},
		clues: marks("X-Shopify-Hmac-Sha256", "X-Shopify-Topic", "X-Shopify-Webhook-Id", eventsHMAC, "Shopify-Topic"),
		reads: reading{
			event:   firstOf(inHeader("X-Shopify-Topic"), inHeader("Shopify-Topic")),
			id:      firstOf(inHeader("X-Shopify-Webhook-Id"), inHeader("Shopify-Event-Id")),
			account: firstOf(inHeader("X-Shopify-Shop-Domain"), inHeader("Shopify-Shop-Domain")),
			mode:    when(inHeader("X-Shopify-Test"), []string{"true"}, ModeTest, ModeLive),
		},
	}
}

func square() *Provider {
	key := secretForm{alphabet: alphanumeric, length: 22}
	return &Provider{
		Name:       "square",
		Title:      "Square",
		Docs:       "https://developer.squareup.com/docs/webhooks/step3validate",
		Confidence: Judged,
		Note:       "The URL is signed exactly as it is registered. The older X-Square-Signature, HMAC-SHA1, is verified too.",
		SecretVars: []string{"SQUARE_WEBHOOK_SIGNATURE_KEY", "SQUARE_SIGNATURE_KEY", "SQUARE_WEBHOOK_SECRET"},
		RegisterAt: "Developer Console → the application → Webhooks → Subscriptions",
		SecretAt:   "Developer Console → the application → Webhooks → Subscriptions → the subscription → Signature key",
		Timeout:    10 * time.Second,
		Retries:    "for 24 hours with growing pauses",
		Schedule: []time.Duration{
			time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour,
		},
		scheme: oneOf{
			&hmacScheme{
				carrier: headers{signature: "X-Square-Hmacsha256-Signature"},
				digest:  withSHA256(), encoding: inBase64(), signs: signs("{url}{body}"), secret: key,
			},
			&hmacScheme{
				carrier: headers{signature: "X-Square-Signature"},
				digest:  withSHA1(), encoding: inBase64(), signs: signs("{url}{body}"), secret: key,
			},
		},
		clues: append(marks("X-Square-Hmacsha256-Signature", "X-Square-Signature"), agent("Square Connect")),
		reads: reading{
			event: inBody("type"), id: inBody("event_id"), account: inBody("merchant_id"),
			mode: when(inHeader("Square-Environment"), []string{"Production", "production"}, ModeLive, ModeTest),
		},
	}
}

func stripe() *Provider {
	return &Provider{
		Name:       "stripe",
		Title:      "Stripe",
		Docs:       "https://docs.stripe.com/webhooks/signature",
		Confidence: Judged,
		Note:       "Each endpoint has a secret of its own, and `stripe listen` prints another one.",
		SecretVars: []string{"STRIPE_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SIGNING_SECRET", "STRIPE_SIGNING_SECRET"},
		RegisterAt: "Dashboard → Developers → Webhooks",
		SecretAt:   "Dashboard → Developers → Webhooks → the endpoint → Signing secret",
		Retries:    "for up to 3 days with growing pauses; in a sandbox 3 times in a few hours",
		scheme: &hmacScheme{
			carrier: pairs{name: "Stripe-Signature", separator: ",", time: "t=", signature: "v1="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock:  clock{unit: time.Second, past: 5 * time.Minute},
			secret: secretForm{prefix: "whsec_", alphabet: alphanumeric, length: 32},
		},
		clues: append(marks("Stripe-Signature"), agent("Stripe/")),
		reads: reading{
			event: inBody("type"), id: inBody("id"), account: firstOf(inBody("account"), inBody("context")),
			mode: when(inBody("livemode"), []string{"true"}, ModeLive, ModeTest),
		},
	}
}

func woocommerce() *Provider {
	return &Provider{
		Name:       "woocommerce",
		Title:      "WooCommerce",
		Docs:       "https://woocommerce.com/document/webhooks/",
		Confidence: Judged,
		Note: "HTML entities in the secret (&amp;) are decoded before it is used. When a webhook is saved, WooCommerce posts an unsigned form " +
			"with its id, which must be answered 200. After more than 5 failures in a row it is switched off.",
		SecretVars: []string{"WOOCOMMERCE_WEBHOOK_SECRET", "WC_WEBHOOK_SECRET", "WOO_WEBHOOK_SECRET"},
		RegisterAt: "WooCommerce → Settings → Advanced → Webhooks",
		SecretAt:   "WooCommerce → Settings → Advanced → Webhooks → the webhook → Secret",
		Timeout:    60 * time.Second,
		Success:    "a status from 200 to 302",
		Retries:    "never",
		Forgetful:  true,
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Wc-Webhook-Signature"},
			digest:  withSHA256(), encoding: inBase64(), signs: signs("{body}"),
			secret: secretForm{alphabet: alphanumeric, length: 50, derived: &derivation{"its HTML entities decoded", wooKey}},
		},
		clues: slices.Concat(
			marks("X-Wc-Webhook-Signature", "X-Wc-Webhook-Topic", "X-Wc-Webhook-Source", "X-Wc-Webhook-Delivery-Id"),
			[]clue{agent("WooCommerce/")},
		),
		reads: reading{
			event: inHeader("X-Wc-Webhook-Topic"), id: inHeader("X-Wc-Webhook-Delivery-Id"), account: inHeader("X-Wc-Webhook-Source"),
		},
		handshake: wooPing,
	}
}
