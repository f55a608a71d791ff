package signature

import "time"

// mollie sends two headers of the same name for a day after a secret was rolled, each with a signature.
func mollie() *Provider {
	return &Provider{
		Name:       "mollie",
		Title:      "Mollie",
		Docs:       "https://docs.mollie.com/reference/webhooks-new",
		Confidence: Documented,
		Note: "Only webhooks that are subscribed to in the dashboard or by POST /v2/webhooks are signed. A payment's own webhookUrl gets " +
			"nothing but an id in a form: fetch what it names, and answer 200 for an id that is unknown too.",
		SecretVars: []string{"MOLLIE_WEBHOOK_SECRET", "MOLLIE_SIGNING_SECRET"},
		RegisterAt: "Dashboard → Developers → Webhooks, or webhookUrl of each payment",
		SecretAt:   "Dashboard → Developers → Webhooks → the webhook → Signing secret",
		Timeout:    15 * time.Second,
		Success:    "200",
		Retries:    "10 times over 26 hours with growing pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Mollie-Signature", before: "sha256=", separator: ",", repeated: true},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{body}"),
			secret: secretForm{alphabet: alphanumeric, length: 32},
		},
		clues: append(marks("X-Mollie-Signature"), agent("Mollie "),
			clue{within: inForm("id"), prefix: "tr_", weight: likely, words: "the form's id, tr_…"}),
		reads: reading{event: inBody("type"), id: firstOf(inBody("id"), inForm("id")), account: inBody("_embedded.entity.profileId")},
	}
}
