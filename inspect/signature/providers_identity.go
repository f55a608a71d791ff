package signature

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// identityProviders send webhooks about identity.
func identityProviders() []*Provider {
	return []*Provider{auth0(), clerk(), fusionAuth(), okta(), onfido(), persona(), stytch(), veriff()}
}

func auth0() *Provider {
	return &Provider{
		Name:       "auth0",
		Title:      "Auth0 log streams",
		Docs:       "https://auth0.com/docs/customize/log-streams/custom-log-streams",
		Confidence: Documented,
		Note:       "Nothing is signed: the Authorization header is what the stream was given. One request may hold several records.",
		SecretVars: []string{"AUTH0_LOG_STREAM_TOKEN", "AUTH0_LOG_STREAM_AUTHORIZATION", "AUTH0_WEBHOOK_TOKEN", "AUTH0_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Monitoring → Streams → Custom Webhook",
		SecretAt:   "Dashboard → Monitoring → Streams → the stream → Authorization Token: the whole header, of your choice",
		Retries:    "up to 3 times; a stream that keeps failing for 7 days is disabled",
		scheme:     &tokenScheme{at: headerAt("Authorization"), secret: ownSecret()},
		clues: []clue{
			shape("the records' log_id and data", inBody("0.log_id"), inBody("0.data.type")),
			shape("the record's log_id and data", inBody("log_id"), inBody("data.type")),
		},
		reads: reading{
			event: firstOf(inBody("0.data.type"), inBody("data.type")), id: firstOf(inBody("0.log_id"), inBody("log_id")),
			account: firstOf(inBody("0.data.tenant_name"), inBody("data.tenant_name")),
		},
	}
}

// throughSvix is the scheme of those that send through Svix.
func throughSvix() *hmacScheme {
	return signsStandard(secretForm{prefix: "whsec_", length: 24, encoded: true}, familyOf("Svix-"), familyOf("Webhook-"))
}

// sentBySvix are the clues of one who sends through Svix and is told by what the body is like: that, and Svix's headers with
// such a body. Svix's own clues must not win over them: they weigh no more, and its name comes later.
func sentBySvix(shapes ...clue) []clue {
	clues := slices.Clone(shapes)
	for _, shape := range shapes {
		body := func(r Request) string {
			if value := shape.within(r); strings.HasPrefix(value, shape.prefix) {
				return value
			}
			return ""
		}
		clues = append(clues,
			clue{header: "Svix-Id", also: body, weight: certain}, clue{header: "Webhook-Id", also: body, weight: likely},
			clue{header: "User-Agent", prefix: "Svix-Webhooks/", also: body, weight: likely})
	}
	return clues
}

// throughSvixSchedule are the pauses of Svix.
func throughSvixSchedule() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour,
	}
}

func clerk() *Provider {
	return &Provider{
		Name:       "clerk",
		Title:      "Clerk",
		Docs:       "https://clerk.com/docs/guides/development/webhooks/overview",
		Confidence: Documented,
		SecretVars: []string{"CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Configure → Webhooks",
		SecretAt:   "Dashboard → Configure → Webhooks → the endpoint → Signing Secret",
		Timeout:    15 * time.Second,
		Retries:    "7 times within 28 hours, after pauses from 5 seconds to 10 hours",
		Schedule:   throughSvixSchedule(),
		scheme:     throughSvix(),
		clues:      sentBySvix(clue{within: inBody("instance_id"), prefix: "ins_", weight: likely, words: "the body's instance_id"}),
		reads: reading{
			event: inBody("type"), id: firstOf(inHeader("Svix-Id"), inHeader("Webhook-Id")), account: inBody("instance_id"),
		},
	}
}

func fusionAuth() *Provider {
	token := func(algorithm jwtAlgorithm) *jwtScheme {
		return &jwtScheme{
			at: headerAt(fusionAuthHeader), algorithm: algorithm, bodyHash: "request_body_sha256", hashIn: base64Sum,
			secret: secretForm{alphabet: alphanumeric, length: 43}, shows: asPEM,
		}
	}
	return &Provider{
		Name:       "fusionauth",
		Title:      "FusionAuth",
		Docs:       "https://fusionauth.io/docs/extend/events-and-webhooks/signing",
		Confidence: Documented,
		Note:       "The secret is the key's text, or the public key of RS256 and ES256: PEM, or what /.well-known/jwks.json answers.",
		SecretVars: []string{"FUSIONAUTH_WEBHOOK_SECRET", "FUSIONAUTH_WEBHOOK_SIGNING_KEY", "FUSIONAUTH_SIGNING_KEY"},
		RegisterAt: "Settings → Webhooks, and Tenants → the tenant → Webhooks for its events",
		SecretAt:   "Settings → Key Master → the key that Settings → Webhooks → the webhook → Security names",
		Retries:    "not by itself; an event that needs all webhooks to succeed fails instead",
		scheme:     &fusionAuthScheme{&bySecret{schemes: []scheme{token(hs256), token(rs256), token(es256)}, index: fusionAuthKind}},
		clues:      marks(fusionAuthHeader),
		reads:      reading{event: inBody("event.type"), id: inBody("event.id"), account: inBody("event.tenantId")},
	}
}

func okta() *Provider {
	return &Provider{
		Name:       "okta",
		Title:      "Okta event hooks",
		Docs:       "https://developer.okta.com/docs/concepts/event-hooks/",
		Confidence: Documented,
		Note:       "Nothing is signed: the Authorization header is what the hook was given. One request may hold several events.",
		SecretVars: []string{"OKTA_EVENT_HOOK_SECRET", "OKTA_HOOK_SECRET", "OKTA_WEBHOOK_SECRET", "OKTA_EVENT_HOOK_AUTH"},
		RegisterAt: "Admin Console → Workflow → Event Hooks",
		SecretAt:   "Admin Console → Workflow → Event Hooks → the hook → Authentication secret: the whole header, of your choice",
		Timeout:    3 * time.Second,
		Success:    "200 or 204",
		Retries:    "once",
		scheme:     &tokenScheme{at: headerAt("Authorization"), secret: ownSecret()},
		clues: append(marks(oktaChallenge),
			shape("the body's cloudEventsVersion and eventTypeVersion", inBody("cloudEventsVersion"), inBody("eventTypeVersion"))),
		reads: reading{
			event: firstOf(inBody("data.events.0.eventType"), inBody("eventType")), id: inBody("eventId"), account: inBody("source"),
		},
		handshake: oktaEcho,
	}
}

const oktaChallenge = "X-Okta-Verification-Challenge"

// oktaEcho answers the one GET that verifies a new hook.
func oktaEcho(r Request, _ []Secret) (Answer, bool) {
	challenge := inHeader(oktaChallenge)(r)
	return jsonAnswer(string(append(appendJSONString([]byte(`{"verification":`), []byte(challenge)), '}'))),
		strings.EqualFold(r.Method, http.MethodGet) && challenge != ""
}

func onfido() *Provider {
	return &Provider{
		Name:       "onfido",
		Title:      "Onfido",
		Docs:       "https://documentation.identity.entrust.com/api/manual-webhook-signature-verification/",
		Confidence: Judged,
		SecretVars: []string{"ONFIDO_WEBHOOK_TOKEN", "ONFIDO_WEBHOOK_SECRET_TOKEN", "ONFIDO_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Developers → Webhooks, or the API: POST /v3.6/webhooks",
		SecretAt:   "Dashboard → Developers → Webhooks → the webhook → Token",
		scheme:     signsBody("X-Sha2-Signature", "", withSHA256(), inHex(), secretForm{alphabet: alphanumeric, length: 32}),
		clues: []clue{
			{header: "X-Sha2-Signature", also: inBody("payload.resource_type"), weight: likely}, hint("X-Sha2-Signature"),
			shape("the payload's resource_type and action", inBody("payload.resource_type"), inBody("payload.action"), inBody("payload.object.id")),
		},
		reads: reading{
			event: inBody("payload.action"), id: joined(":", inBody("payload.object.id"), inBody("payload.action"), inBody("payload.object.completed_at_iso8601")),
		},
	}
}

func persona() *Provider {
	return &Provider{
		Name:       "persona",
		Title:      "Persona",
		Docs:       "https://docs.withpersona.com/webhooks-best-practices",
		Confidence: Documented,
		Note:       "While a secret is rotated the header holds two pairs of time and signature, with a space between them.",
		SecretVars: []string{"PERSONA_WEBHOOK_SECRET", "PERSONA_WEBHOOK_SIGNING_SECRET"},
		RegisterAt: "Dashboard → Webhooks",
		SecretAt:   "Dashboard → Webhooks → the webhook → Webhook secret",
		Timeout:    5 * time.Second,
		Success:    "200, 201, 202 or 204",
		Retries:    "up to 7 times with growing pauses",
		scheme: &hmacScheme{
			carrier: pairs{name: "Persona-Signature", separator: ", ", joint: ",", time: "t=", signature: "v1="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock: clock{unit: time.Second}, secret: secretForm{prefix: "wbhsec_", alphabet: alphanumeric, length: 32},
		},
		clues: marks("Persona-Signature"),
		reads: reading{
			event: inBody("data.attributes.name"), id: inBody("data.id"),
			account: firstOf(inBody("data.attributes.payload.data.attributes.reference-id"), inBody("data.attributes.payload.data.id")),
		},
	}
}

func stytch() *Provider {
	return &Provider{
		Name:       "stytch",
		Title:      "Stytch",
		Docs:       "https://stytch.com/docs/workspace-management/webhooks",
		Confidence: Documented,
		SecretVars: []string{"STYTCH_WEBHOOK_SECRET", "STYTCH_WEBHOOK_SIGNING_SECRET"},
		RegisterAt: "Dashboard → Webhooks",
		SecretAt:   "Dashboard → Webhooks → the endpoint → Signing Secret",
		Timeout:    15 * time.Second,
		Retries:    "7 times within 28 hours, after pauses from 5 seconds to 10 hours",
		Schedule:   throughSvixSchedule(),
		scheme:     throughSvix(),
		clues:      sentBySvix(shape("the body's project_id, object_type and action", inBody("project_id"), stytchEvent)),
		reads:      reading{event: stytchEvent, id: firstOf(inBody("event_id"), inHeader("Svix-Id")), account: inBody("project_id"), mode: stytchMode},
	}
}

// stytchEvent is how Stytch names its events: "direct.organization.create".
func stytchEvent(r Request) string {
	origin, object, action := pick(r.Body, "source"), pick(r.Body, "object_type"), pick(r.Body, "action")
	if origin == "" || object == "" || action == "" {
		return ""
	}
	return fitting(strings.ToLower(origin + "." + object + "." + action))
}

func stytchMode(r Request) string {
	switch project := pick(r.Body, "project_id"); {
	case strings.HasPrefix(project, "project-test-"):
		return ModeTest
	case strings.HasPrefix(project, "project-live-"):
		return ModeLive
	default:
		return ""
	}
}

func veriff() *Provider {
	return &Provider{
		Name:       "veriff",
		Title:      "Veriff",
		Docs:       "https://devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security",
		Confidence: Documented,
		SecretVars: []string{"VERIFF_SHARED_SECRET", "VERIFF_SHARED_SECRET_KEY", "VERIFF_WEBHOOK_SECRET", "VERIFF_API_SECRET"},
		RegisterAt: "Customer Portal → Settings → Integrations → the integration → Webhooks",
		SecretAt:   "Customer Portal → Settings → Integrations → the integration → Shared secret key",
		scheme:     signsBody("X-Hmac-Signature", "", withSHA256(), inHex(), secretForm{alphabet: hexDigits, length: 36}),
		clues: []clue{
			{header: "X-Auth-Client", also: inHeader("X-Hmac-Signature"), weight: likely}, hint("X-Hmac-Signature"), {header: "Vrf-Auth-Client", weight: likely},
		},
		reads: reading{
			event: firstOf(inBody("action"), inBody("verification.status"), inBody("eventType"), inBody("status")),
			id: joined(":", firstOf(inBody("attemptId"), inBody("verification.attemptId"), inBody("verification.id"), inBody("id")),
				firstOf(inBody("code"), inBody("verification.code"))),
			account: firstOf(inHeader("X-Auth-Client"), inHeader("Vrf-Integration-Id")),
		},
	}
}
