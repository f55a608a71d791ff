package signature

import "time"

// mediaProviders store and show pictures, films and sites.
func mediaProviders() []*Provider {
	return []*Provider{cloudinary(), frameIO(), mux(), wix()}
}

func cloudinary() *Provider {
	return &Provider{
		Name:       "cloudinary",
		Title:      "Cloudinary",
		Docs:       "https://cloudinary.com/documentation/notification_signatures",
		Confidence: Judged,
		Note:       "It is no HMAC, but SHA-1 of body, time and secret; SHA-256 if the account is set so.",
		SecretVars: []string{"CLOUDINARY_API_SECRET", "CLOUDINARY_SECRET"},
		RegisterAt: "Console → Settings → Webhook Notifications",
		SecretAt:   "Console → Settings → API Keys → API Secret",
		Retries:    "several times after any answer but 2xx",
		scheme:     newCloudinaryScheme(),
		clues: append(marks("X-Cld-Signature", "X-Cld-Timestamp"),
			shape("the body's notification_type and request_id", inBody("notification_type"), inBody("request_id"))),
		reads: reading{event: inBody("notification_type"), id: inBody("request_id"), account: inBody("notification_context.triggered_by.source")},
	}
}

func frameIO() *Provider {
	return &Provider{
		Name:       "frame-io",
		Title:      "Frame.io",
		Docs:       "https://developer.frame.io/platform/v2/webhooks-overview",
		Confidence: Documented,
		SecretVars: []string{"FRAMEIO_WEBHOOK_SECRET", "FRAME_IO_WEBHOOK_SECRET", "FRAMEIO_SIGNING_KEY", "FRAMEIO_SECRET"},
		RegisterAt: "developer.frame.io → Webhooks; since version 4 the API: POST /v4/accounts/…/workspaces/…/webhooks",
		SecretAt:   "developer.frame.io → Webhooks → the webhook → Signing key; since version 4 the answer to the API call that made it",
		Retries:    "several times with growing pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Frameio-Signature", before: "v0=", time: "X-Frameio-Request-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("v0:{timestamp}:{body}"),
			clock: clock{unit: time.Second, past: 5 * time.Minute}, secret: ownSecret(),
		},
		clues: append(marks("X-Frameio-Signature", "X-Frameio-Request-Timestamp"), agent("Frame.io")),
		reads: reading{event: inBody("type"), account: firstOf(inBody("account.id"), inBody("team.id"))},
	}
}

func mux() *Provider {
	return &Provider{
		Name:       "mux",
		Title:      "Mux",
		Docs:       "https://www.mux.com/docs/core/verify-webhook-signatures",
		Confidence: Judged,
		SecretVars: []string{"MUX_WEBHOOK_SECRET", "MUX_WEBHOOK_SIGNING_SECRET", "MUX_SIGNING_SECRET"},
		RegisterAt: "dashboard.mux.com → Settings → Webhooks",
		SecretAt:   "dashboard.mux.com → Settings → Webhooks → the webhook → Show signing secret",
		Timeout:    5 * time.Second,
		Retries:    "for 24 hours with growing pauses",
		scheme: &hmacScheme{
			carrier: pairs{name: "Mux-Signature", separator: ",", time: "t=", signature: "v1="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock: clock{unit: time.Second, past: 5 * time.Minute}, secret: secretForm{alphabet: alphanumeric, length: 32},
		},
		clues: marks("Mux-Signature"),
		reads: reading{event: inBody("type"), id: inBody("id"), account: firstOf(inBody("environment.name"), inBody("environment.id"))},
	}
}

func wix() *Provider {
	return &Provider{
		Name:       "wix",
		Title:      "Wix",
		Docs:       "https://dev.wix.com/docs/build-apps/develop-your-app/access/authentication/verify-requests-received-from-wix",
		Confidence: Documented,
		Note: "The body is a JSON Web Token. Only Wix has its private key: an app accepts what hook signs only if it is given hook's public key. " +
			"To sign a new request, give it the token's claims as JSON.",
		SecretVars: []string{"WIX_PUBLIC_KEY", "WIX_WEBHOOK_PUBLIC_KEY", "WIX_APP_PUBLIC_KEY"},
		RegisterAt: "the app's dashboard → Develop → Webhooks",
		SecretAt:   "the app's dashboard → Develop → Webhooks → Get Public Key",
		Timeout:    1250 * time.Millisecond,
		Success:    "200",
		Retries:    "up to 12 times over hours",
		scheme:     &jwtScheme{algorithm: rs256, clock: clock{unit: time.Second}, shows: asPEM},
		clues:      []clue{shape("the body's token, whose data has an eventType", wixEvent)},
		meta:       wixMeta,
	}
}
