package signature

import "time"

// signsBody is the scheme of most providers: an HMAC of the raw body in a header, with a label before it if it has one.
func signsBody(header, label string, d digest, e encoding, secret secretForm) *hmacScheme {
	return &hmacScheme{
		carrier: headers{signature: header, before: label}, digest: d, encoding: e, signs: signs("{body}"), secret: secret,
	}
}

// signsStandard is the scheme of Standard Webhooks with secrets of the provider's own form. The families are the names of its
// headers; without any they are the standard's.
func signsStandard(secret secretForm, families ...family) *hmacScheme {
	if len(families) == 0 {
		families = []family{familyOf("Webhook-")}
	}
	return &hmacScheme{
		carrier: threeHeaders{families},
		digest:  withSHA256(), encoding: inBase64(), signs: signs("{id}.{timestamp}.{body}"),
		clock:  clock{unit: time.Second, past: 5 * time.Minute, future: 5 * time.Minute},
		secret: secret,
	}
}
