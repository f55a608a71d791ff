package signature

import (
	"crypto"
	"crypto/sha256"
	"slices"
	"time"
)

// cryptoProviders send webhooks about digital assets.
func cryptoProviders() []*Provider {
	return []*Provider{bridge(), circle(), coinbase(), coinbaseCommerce(), fireblocks(), utila()}
}

// bridge signs the SHA-256 of what others sign, which is hashed once more as RSA does.
func bridge() *Provider {
	return &Provider{
		Name:       "bridge-xyz",
		Title:      "Bridge (bridge.xyz)",
		Docs:       "https://apidocs.bridge.xyz/platform/additional-information/webhooks/signature",
		Confidence: Published,
		Note:       "Each webhook has a public key of its own. What is signed is hashed twice.",
		SecretVars: []string{"BRIDGE_XYZ_PUBLIC_KEY", "BRIDGE_WEBHOOK_PUBLIC_KEY"},
		RegisterAt: "the API: POST /v0/webhooks, then PUT with status active",
		SecretAt:   "the API's answer: GET /v0/webhooks, public_key",
		Retries:    "with growing pauses; each retry is signed anew",
		scheme: &keyScheme{
			carrier:   pairs{name: "X-Webhook-Signature", separator: ",", time: "t=", signature: "v0="},
			algorithm: withRSA(crypto.SHA256, false), encoding: inBase64(), shows: asPEM,
			signs: computes("the SHA-256 of {timestamp}.{body}", func(r Request, c claims) []byte {
				h := sha256.New()
				_, _ = h.Write([]byte(c.timestamp + ".")) // a hash never fails
				_, _ = h.Write(r.Body)
				return h.Sum(nil)
			}),
			clock: clock{unit: time.Millisecond, past: 10 * time.Minute},
		},
		clues: []clue{
			{header: "X-Webhook-Signature", prefix: "t=", weight: weak},
			shape("the body's event_category and event_object_id", inBody("event_category"), inBody("event_object_id"), inBody("event_type")),
		},
		reads: reading{event: inBody("event_type"), id: inBody("event_id")},
	}
}

func circle() *Provider {
	return &Provider{
		Name:       "circle",
		Title:      "Circle",
		Docs:       "https://developers.circle.com/cpn/guides/webhooks/verify-webhook-signatures",
		Confidence: Published,
		Note:       "X-Circle-Key-Id names the public key, which the API gives out to its users only.",
		SecretVars: []string{"CIRCLE_PUBLIC_KEY", "CIRCLE_WEBHOOK_PUBLIC_KEY"},
		RegisterAt: "Console → Webhooks, or the API: POST …/notifications/subscriptions",
		SecretAt:   "the API's answer: GET …/notifications/publicKey/{X-Circle-Key-Id}, publicKey",
		Success:    "200, to HEAD too",
		Retries:    "11 times with growing pauses",
		scheme: &keyScheme{
			carrier: headers{signature: "X-Circle-Signature"}, algorithm: withECDSA(crypto.SHA256), encoding: inBase64(),
			signs: signs("{body}"), shows: asSPKI, names: inHeader("X-Circle-Key-Id"),
		},
		clues:     marks("X-Circle-Signature", "X-Circle-Key-Id"),
		reads:     reading{event: inBody("notificationType"), id: inBody("notificationId"), account: inBody("subscriptionId")},
		handshake: accepts("HEAD"),
	}
}

func coinbase() *Provider {
	secret := secretForm{alphabet: hexDigits, length: 64}
	limits := clock{unit: time.Second, past: 5 * time.Minute}
	v0 := &hmacScheme{
		carrier: pairs{name: hook0Header, separator: ",", time: "t=", signature: "v0="},
		digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"), clock: limits, secret: secret,
	}
	v1 := &hmacScheme{
		carrier: pairs{name: hook0Header, separator: ",", time: "t=", id: "h=", signature: "v1="},
		digest:  withSHA256(), encoding: inHex(), clock: limits, secret: secret,
		signs: slices.Concat(signs("{timestamp}.{id}."), computes("the values of these headers, joined by dots", namedHeaders), signs(".{body}")),
	}
	return &Provider{
		Name:       "coinbase",
		Title:      "Coinbase Developer Platform",
		Docs:       "https://docs.cdp.coinbase.com/webhooks/verify-signatures",
		Confidence: Documented,
		Note:       "Other customers of Hook0, through which it sends, sign the same way.",
		SecretVars: []string{"COINBASE_WEBHOOK_SECRET", "CDP_WEBHOOK_SECRET", "CB_WEBHOOK_SECRET"},
		RegisterAt: "CDP Portal → Webhooks, or the API: POST …/webhooks/subscriptions",
		SecretAt:   "the API's answer when the subscription is created: secret",
		Retries:    "with growing pauses",
		scheme:     &hook0Scheme{oneOf{v0, v1}, v1},
		clues:      marks(hook0Header),
		reads: reading{
			event: firstOf(inHeader("X-Event-Type"), inBody("eventType"), inBody("type")),
			id:    firstOf(inHeader("X-Event-Id"), inBody("id")),
		},
	}
}

func coinbaseCommerce() *Provider {
	return &Provider{
		Name:       "coinbase-commerce",
		Title:      "Coinbase Commerce",
		Docs:       "https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security",
		Confidence: Judged,
		SecretVars: []string{"COINBASE_COMMERCE_WEBHOOK_SECRET", "COINBASE_COMMERCE_SHARED_SECRET"},
		RegisterAt: "Settings → Notifications → Webhook subscriptions",
		SecretAt:   "Settings → Notifications → Show shared secret",
		Success:    "200",
		Retries:    "for 3 days with growing pauses, at most 1 hour",
		scheme:     signsBody("X-Cc-Webhook-Signature", "", withSHA256(), inHex(), secretForm{alphabet: hexDigits, length: 32}),
		clues:      marks("X-Cc-Webhook-Signature"),
		reads:      reading{event: inBody("event.type"), id: inBody("event.id")},
	}
}

func fireblocks() *Provider {
	v2 := detachedJWS{"Fireblocks-Webhook-Signature", "RS512"}
	return &Provider{
		Name:       "fireblocks",
		Title:      "Fireblocks",
		Docs:       "https://developers.fireblocks.com/reference/validating-webhooks",
		Confidence: Documented,
		Note: "Keys are published for each region: keys, eu-keys, eu2-keys and sandbox-keys.fireblocks.io/.well-known/jwks.json. " +
			"Version 1 of its webhooks signed with fixed keys, which are in its documentation.",
		SecretVars: []string{"FIREBLOCKS_WEBHOOK_PUBLIC_KEY", "FIREBLOCKS_PUBLIC_KEY"},
		RegisterAt: "Console → Developer Center → Webhooks",
		SecretAt:   "https://keys.fireblocks.io/.well-known/jwks.json, or that of your region",
		Success:    "200",
		Retries:    "9 times over some 8 hours",
		Schedule: []time.Duration{
			10 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
		},
		scheme: oneOf{
			&keyScheme{
				carrier: v2, algorithm: withRSA(crypto.SHA512, false), encoding: inBase64URL(),
				signs: computes("the JWS's header, a dot, and the body in base64url", v2.input), shows: asPEM, names: v2.key,
			},
			&keyScheme{
				carrier: headers{signature: "Fireblocks-Signature"}, algorithm: withRSA(crypto.SHA512, false), encoding: inBase64(),
				signs: signs("{body}"), shows: asPEM,
			},
		},
		clues: marks("Fireblocks-Webhook-Signature", "Fireblocks-Signature"),
		reads: reading{
			event: firstOf(inBody("eventType"), inBody("type")), account: firstOf(inBody("workspaceId"), inBody("tenantId")),
			id: firstOf(inBody("id"), joined(":", inBody("data.id"), inBody("type"), inBody("data.status"))),
		},
		keysAt: func(r Request) string {
			if header(r.Header, "Fireblocks-Webhook-Signature") == "" {
				return ""
			}
			return "https://keys.fireblocks.io/.well-known/jwks.json"
		},
	}
}

func utila() *Provider {
	return &Provider{
		Name:       "utila",
		Title:      "Utila",
		Docs:       "https://docs.utila.io/reference/webhooks",
		Confidence: Documented,
		SecretVars: []string{"UTILA_PUBLIC_KEY", "UTILA_WEBHOOK_PUBLIC_KEY"},
		RegisterAt: "Console → Vault Settings → Webhooks",
		SecretAt:   "Console → Vault Settings → Webhooks → Public key",
		Success:    "200",
		Retries:    "for up to 24 hours with growing pauses",
		scheme: &keyScheme{
			carrier: headers{signature: "X-Utila-Signature"}, algorithm: withRSA(crypto.SHA512, true), encoding: inBase64(),
			signs: signs("{body}"), shows: asPEM,
		},
		clues: marks("X-Utila-Signature"),
		reads: reading{event: inBody("type"), id: inBody("id"), account: inBody("vault")},
	}
}
