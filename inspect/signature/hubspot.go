package signature

import (
	"slices"
	"time"
)

// hubSpotScheme are HubSpot's three: version 3 is HMAC over the request and its time, 1 and 2 are plain SHA-256 of the
// secret and the body, or the secret and the request. Requests are mostly signed in two versions; the newest counts.
//
// https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
type hubSpotScheme struct{ oneOf }

const hubSpotOlder = "X-Hubspot-Signature"

func hubSpot() *Provider {
	secret := secretForm{alphabet: hexDigits, length: 36}
	older := func(version, signed string) scheme {
		return &hmacScheme{
			carrier: hubSpotVersion{headers{signature: hubSpotOlder}, version},
			digest:  withSHA256().unkeyed(), encoding: inHex(), signs: signs(signed), secret: secret,
		}
	}
	newest := &twoWays{
		hmacScheme: hmacScheme{
			carrier: headers{signature: "X-Hubspot-Signature-V3", time: "X-Hubspot-Request-Timestamp"},
			digest:  withSHA256(), encoding: inBase64(), clock: clock{unit: time.Millisecond, past: 5 * time.Minute}, secret: secret,
			signs: slices.Concat(signs("{method}"), computes("URL, its escapes decoded", hubSpotURL), signs("{body}{timestamp}")),
		},
		second: signs("{method}{url}{body}{timestamp}"),
	}
	return &Provider{
		Name:       "hubspot",
		Title:      "HubSpot",
		Docs:       "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
		Confidence: Judged,
		Note: "The URL is signed exactly as it is registered. One request may hold up to 100 events, and their order is not kept. " +
			"Without X-HubSpot-Signature-V3 the older signature counts, which covers no time and may cover no URL: whoever takes the newer one away can repeat a request.",
		SecretVars: []string{"HUBSPOT_CLIENT_SECRET", "HUBSPOT_APP_SECRET", "HUBSPOT_WEBHOOK_SECRET"},
		RegisterAt: "Development → the app → Webhooks",
		SecretAt:   "Development → the app → Auth → Client secret",
		Timeout:    5 * time.Second,
		Retries:    "up to 10 times within 24 hours, after pauses that differ",
		scheme:     &hubSpotScheme{oneOf{newest, older("v2", "{secret}{method}{url}{body}"), older("v1", "{secret}{body}")}},
		clues:      append(marks("X-Hubspot-Signature-V3", hubSpotOlder, "X-Hubspot-Request-Timestamp"), agent("HubSpot Connect ")),
		reads: reading{
			event: firstOf(inBody("0.subscriptionType"), inBody("subscriptionType")), id: firstOf(inBody("0.eventId"), inBody("eventId")),
			account: firstOf(inBody("0.portalId"), inBody("portalId"), inBody("origin.portalId")),
		},
	}
}

// sign renews the older signature too, if the request has one.
func (s *hubSpotScheme) sign(r *Request, secret string, at time.Time) error {
	for _, older := range s.oneOf[1:] {
		if _, reason := older.read(*r); reason != ReasonMissing {
			if err := older.sign(r, secret, at); err != nil {
				return err
			}
			break
		}
	}
	return s.oneOf.sign(r, secret, at)
}

// hubSpotVersion is a carrier of one of the older versions. A request that names none is of the first.
type hubSpotVersion struct {
	carrier
	version string
}

const hubSpotVersionHeader = "X-Hubspot-Signature-Version"

func (k hubSpotVersion) read(r Request) (claims, Reason) {
	if got := header(r.Header, hubSpotVersionHeader); got != k.version && (got != "" || k.version != "v1") {
		return claims{}, ReasonMissing
	}
	return k.carrier.read(r)
}

func (k hubSpotVersion) put(r *Request, c claims, signature string) error {
	r.Header[hubSpotVersionHeader] = []string{k.version}
	return k.carrier.put(r, c, signature)
}

// hubSpotURL is the URL with the escapes decoded that HubSpot decodes: of : / ? @ ! $ ' ( ) * , and ;
func hubSpotURL(r Request, _ claims) []byte {
	text := make([]byte, 0, len(r.URL))
	for rest := r.URL; rest != ""; rest = rest[1:] {
		if len(rest) >= 3 && rest[0] == '%' {
			if char := hubSpotEscape(rest[1:3]); char != 0 {
				text, rest = append(text, char), rest[2:]
				continue
			}
		}
		text = append(text, rest[0])
	}
	return text
}

// hubSpotEscape is the character that two digits stand for, 0 if it stays escaped.
func hubSpotEscape(digits string) byte {
	switch digits {
	case "3A", "3a":
		return ':'
	case "2F", "2f":
		return '/'
	case "3F", "3f":
		return '?'
	case "40":
		return '@'
	case "21":
		return '!'
	case "24":
		return '$'
	case "27":
		return '\''
	case "28":
		return '('
	case "29":
		return ')'
	case "2A", "2a":
		return '*'
	case "2C", "2c":
		return ','
	case "3B", "3b":
		return ';'
	}
	return 0
}
