package signature

import (
	"crypto"
	"slices"
	"strconv"
	"strings"
)

// paddleClassic is what Paddle was before Paddle Billing: a form with an RSA signature over its other fields, sorted and
// written as PHP serialises an array of strings.
func paddleClassic() *Provider {
	return &Provider{
		Name:       "paddle-classic",
		Title:      "Paddle Classic",
		Docs:       "https://developer.paddle.com/classic/webhook-reference/verifying-webhooks",
		Confidence: Unconfirmed,
		Note:       "Answers must be 200.",
		SecretVars: []string{"PADDLE_PUBLIC_KEY", "PADDLE_CLASSIC_PUBLIC_KEY"},
		RegisterAt: "Dashboard → Developer Tools → Alerts / Webhooks",
		SecretAt:   "Dashboard → Developer Tools → Public Key",
		Success:    "200",
		Retries:    "every hour for 3 days",
		scheme: &keyScheme{
			carrier: slots{signature: fieldAt("p_signature")}, algorithm: withRSA(crypto.SHA1, false), encoding: inBase64(),
			signs: computes("the other fields, sorted and serialised by PHP", phpFields), shows: asPEM,
		},
		clues: []clue{shape("the form's p_signature and alert_name", inForm("p_signature"), inForm("alert_name"))},
		reads: reading{event: inForm("alert_name"), id: inForm("alert_id")},
	}
}

// phpFields is the form without p_signature, as PHP's serialize writes it: a:1:{s:4:"name";s:5:"value";}
func phpFields(r Request, _ claims) []byte {
	var fields []parameter
	for pair := range strings.SplitSeq(string(r.Body), "&") {
		if p := parameterOf(pair); p.name != "" && p.name != "p_signature" && len(fields) < maxParameters {
			fields = append(fields, p)
		}
	}
	slices.SortStableFunc(fields, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	text := append(strconv.AppendInt([]byte("a:"), int64(len(fields)), 10), ":{"...)
	quoted := func(value string) {
		text = append(strconv.AppendInt(append(text, "s:"...), int64(len(value)), 10), `:"`...)
		text = append(append(text, value...), `";`...)
	}
	for _, p := range fields {
		quoted(p.name)
		quoted(p.value)
	}
	return append(text, '}')
}
