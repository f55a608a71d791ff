package signature

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// crmProviders send webhooks about customers, forms and support.
func crmProviders() []*Provider {
	return slices.Concat(
		[]*Provider{front(), hubSpot(), linkedIn(), pipedrive(), salesforce(), segment(), xero(), zendesk()}, formProviders(),
	)
}

// front sends two kinds of webhooks: those of applications sign the time and the body, those of rules the body only, with
// another digest and another secret. The header of the signature is the same.
//
// https://dev.frontapp.com/docs/application-webhooks and https://dev.frontapp.com/docs/rule-webhooks
func front() *Provider {
	key := secretForm{alphabet: hexDigits, length: 32}
	return &Provider{
		Name:       "front",
		Title:      "Front",
		Docs:       "https://dev.frontapp.com/docs/application-webhooks",
		Confidence: Documented,
		Note: "Application webhooks sign time and body; a rule's webhooks sign the body only, as compact JSON, with the API secret. " +
			"A request from which the time was taken away is judged as a rule's.",
		SecretVars: []string{"FRONT_APP_SECRET", "FRONT_SIGNING_KEY", "FRONT_WEBHOOK_SECRET", "FRONT_API_SECRET"},
		RegisterAt: "Settings → Developers → the app → Features → Webhooks, or a rule's action Send to a webhook",
		SecretAt:   "Settings → Developers → the app → Basic information → App signing key; for rules Settings → Developers → API secret",
		Timeout:    10 * time.Second,
		Retries:    "an application's up to 3 times, a rule's never",
		scheme: oneOf{
			&hmacScheme{
				carrier: datedCarrier{headers{signature: "X-Front-Signature", time: frontTime}, frontTime},
				digest:  withSHA256(), encoding: inBase64(), signs: signs("{timestamp}:{body}"),
				clock: clock{unit: time.Millisecond}, secret: key,
			},
			signsBody("X-Front-Signature", "", withSHA1(), inBase64(), key),
		},
		clues: marks("X-Front-Signature", frontTime, "X-Front-Challenge"),
		reads: reading{
			event: inBody("type"), id: firstOf(inBody("payload.id"), inBody("id")), account: inBody("authorization.id"),
		},
		handshake: frontEcho,
	}
}

func linkedIn() *Provider {
	return &Provider{
		Name:       "linkedin",
		Title:      "LinkedIn",
		Docs:       "https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation",
		Confidence: Documented,
		Note:       "It checks the URL again every 2 hours, with the app's client secret; three failures block the webhook.",
		SecretVars: []string{"LINKEDIN_CLIENT_SECRET", "LINKEDIN_WEBHOOK_SECRET"},
		RegisterAt: "linkedin.com/developers/apps → the app → Webhooks",
		SecretAt:   "linkedin.com/developers/apps → the app → Auth → Client Secret",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Li-Signature"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("hmacsha256={body}"),
			secret: secretForm{alphabet: alphanumeric, length: 16},
		},
		clues: append(marks("X-Li-Signature"), shape("the query's challengeCode", inQuery("challengeCode"))),
		reads: reading{
			event: joined(".", inBody("type"), firstOf(inBody("notifications.0.action"), inBody("leadAction"))), id: inBody("notifications.0.notificationId"),
			account: firstOf(inBody("notifications.0.organizationalEntity"), inBody("owner.organization")),
		},
		ChallengeSecret: "the app's client secret",
		handshake:       linkedInChallenge,
	}
}

// linkedInChallenge answers a code with its HMAC. Only what looks like a code is signed.
func linkedInChallenge(r Request, secrets []Secret) (Answer, bool) {
	code, secret := inQuery("challengeCode")(r), preferred(secrets)
	if !strings.EqualFold(r.Method, http.MethodGet) || !isNonce(code) || secret == "" {
		return Answer{}, false
	}
	text := appendJSONString([]byte(`{"challengeCode":`), []byte(code))
	return jsonAnswer(string(text) + `,"challengeResponse":"` + hexMAC(secret, code) + `"}`), true
}

func pipedrive() *Provider {
	return &Provider{
		Name:       "pipedrive",
		Title:      "Pipedrive",
		Docs:       "https://pipedrive.readme.io/docs/guide-for-webhooks-v2",
		Confidence: Documented,
		Note:       "Nothing is signed: it can send a user name and a password, which do not cover the body.",
		SecretVars: []string{"PIPEDRIVE_WEBHOOK_AUTH", "PIPEDRIVE_WEBHOOK_SECRET", "PIPEDRIVE_WEBHOOK_PASSWORD"},
		RegisterAt: "Settings → Tools and apps → Webhooks",
		SecretAt:   "Settings → Tools and apps → Webhooks → HTTP auth: choose both and write them as user:password",
		Timeout:    10 * time.Second,
		Retries:    "3 times: after 3, 30 and 150 seconds",
		Schedule:   []time.Duration{3 * time.Second, 30 * time.Second, 150 * time.Second},
		scheme:     basicAuth(),
		clues: []clue{
			shape("the body's meta: company_id and entity", inBody("meta.company_id"), firstOf(inBody("meta.entity"), inBody("meta.object"))),
		},
		reads: reading{
			event: firstOf(inBody("event"), joined(".", inBody("meta.action"), inBody("meta.entity"))), account: firstOf(inBody("meta.host"), inBody("meta.company_id")),
			id: joined(":", firstOf(inBody("meta.correlation_id"), inBody("meta.id")), firstOf(inBody("meta.entity"), inBody("meta.object")),
				firstOf(inBody("meta.entity_id"), inBody("meta.id"))),
		},
	}
}

func salesforce() *Provider {
	return &Provider{
		Name:       "salesforce",
		Title:      "Salesforce outbound messages",
		Docs:       "https://developer.salesforce.com/docs/platform/api/guide/sforce-api-om-outboundmessaging.html",
		Confidence: Documented,
		Note: "Nothing is signed: apps check the message's OrganizationId, and Salesforce's client certificate where they can. " +
			"The answer must be a SOAP envelope with <Ack>true</Ack>, or the message comes again.",
		RegisterAt: "Setup → Workflow Actions → Outbound Messages",
		Timeout:    time.Minute,
		Success:    "200 with a SOAP envelope that holds <Ack>true</Ack>",
		Retries:    "with growing pauses of at most 2 hours, for 24 hours",
		clues:      []clue{shape("the message's OrganizationId and ActionId", inXML("OrganizationId"), inXML("ActionId"))},
		reads:      reading{event: salesforceObject, id: inXML("Id"), account: inXML("OrganizationId")},
	}
}

// salesforceObject is what kind of record a message is about: "Opportunity".
func salesforceObject(r Request) string {
	_, rest, _ := bytes.Cut(r.Body[:min(len(r.Body), maxScan)], []byte(`xsi:type="sf:`))
	kind, _, closed := bytes.Cut(rest, []byte{'"'})
	if !closed {
		return ""
	}
	return fitting(string(kind))
}

func segment() *Provider {
	return &Provider{
		Name:       "segment",
		Title:      "Segment",
		Docs:       "https://segment.com/docs/connections/destinations/catalog/webhooks/",
		Confidence: Documented,
		Note:       "Of a batch only the first event is signed.",
		SecretVars: []string{"SEGMENT_WEBHOOK_SECRET", "SEGMENT_SHARED_SECRET", "SEGMENT_SIGNING_SECRET"},
		RegisterAt: "Connections → Destinations → Webhooks",
		SecretAt:   "Connections → Destinations → Webhooks → Settings → Shared Secret, which you choose yourself",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Signature"},
			digest:  withSHA1(), encoding: inHex(), signs: computes("body, of a batch its first event", segmentText), secret: ownSecret(),
		},
		clues: []clue{
			agent("Segment.io/"), {header: "X-Signature", also: firstOf(inBody("messageId"), inBody("0.messageId")), weight: likely}, hint("X-Signature"),
		},
		reads: reading{
			event: firstOf(inBody("event"), inBody("0.event"), inBody("type"), inBody("0.type")), id: firstOf(inBody("messageId"), inBody("0.messageId")),
			account: firstOf(inBody("projectId"), inBody("0.projectId")),
		},
	}
}

// segmentText is the body, or the first event of a body that is a batch of them.
func segmentText(r Request, _ claims) []byte {
	s := jsonScanner{doc: r.Body}
	if s.next() != '[' || !json.Valid(r.Body) || !s.enter("0") {
		return r.Body
	}
	s.next()
	start := s.at
	if !s.skip() {
		return r.Body
	}
	return r.Body[start:s.at]
}

func xero() *Provider {
	return &Provider{
		Name:       "xero",
		Title:      "Xero",
		Docs:       "https://developer.xero.com/documentation/guides/webhooks/overview/",
		Confidence: Documented,
		Note: "To see whether the app checks signatures it sends requests without events, some of them signed wrongly: " +
			"those must be answered 401, the others 200, with an empty body and no cookies.",
		SecretVars: []string{"XERO_WEBHOOK_KEY", "XERO_WEBHOOK_SIGNING_KEY", "XERO_WEBHOOK_SECRET"},
		RegisterAt: "developer.xero.com/app/manage → the app → Webhooks",
		SecretAt:   "developer.xero.com/app/manage → the app → Webhooks → Webhooks key",
		Timeout:    5 * time.Second,
		Success:    "200 with an empty body",
		Retries:    "with growing pauses, for 24 hours",
		scheme:     signsBody("X-Xero-Signature", "", withSHA256(), inBase64(), secretForm{alphabet: alphanumeric, length: 88}),
		clues:      append(marks("X-Xero-Signature"), agent("XeroWebhooks/")),
		reads: reading{
			event: joined(".", inBody("events.0.eventCategory"), inBody("events.0.eventType")), account: inBody("events.0.tenantId"),
			id: joined(":", inBody("lastEventSequence"), inBody("entropy")),
		},
		ChallengeSecret: "the webhook's signing key",
		handshake:       xeroIntent,
	}
}

// xeroIntent answers Xero's "intent to receive", which it sends with right and wrong signatures. Without the key there is
// no answer.
func xeroIntent(r Request, secrets []Secret) (Answer, bool) {
	if !strings.EqualFold(r.Method, http.MethodPost) || !hasMember(r.Body, "entropy") || pick(r.Body, "lastEventSequence") != "0" {
		return Answer{}, false
	}
	a := Answer{Status: http.StatusOK, Asks: "Xero's intent to receive", silent: true}
	switch res := Lookup("xero").Verify(r, secrets); {
	case res.Verdict == Valid:
	case res.Verdict == Invalid && !res.Test:
		a.Status = http.StatusUnauthorized
	default: // only the app may know the key
		return Answer{}, false
	}
	return a, true
}

func zendesk() *Provider {
	return &Provider{
		Name:       "zendesk",
		Title:      "Zendesk",
		Docs:       "https://developer.zendesk.com/documentation/webhooks/verifying/",
		Confidence: Documented,
		Note:       "Tests of a webhook that is not created yet are signed with dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==, as text.",
		SecretVars: []string{"ZENDESK_WEBHOOK_SECRET", "ZENDESK_WEBHOOK_SIGNING_SECRET", "ZENDESK_SIGNING_SECRET"},
		RegisterAt: "Admin Center → Apps and integrations → Webhooks",
		SecretAt:   "Admin Center → Apps and integrations → Webhooks → the webhook → Signing secret",
		Timeout:    12 * time.Second,
		Retries:    "5 times after 429 and 5xx, 3 times after 409; then it pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Zendesk-Webhook-Signature", time: "X-Zendesk-Webhook-Signature-Timestamp"},
			digest:  withSHA256(), encoding: inBase64(), signs: signs("{timestamp}{body}"),
			clock: clock{unit: time.Second, layout: time.RFC3339}, secret: secretForm{alphabet: alphanumeric, length: 44},
		},
		clues: append(marks("X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Id", "X-Zendesk-Account-Id"), agent("Zendesk Webhook")),
		reads: reading{
			event: inBody("type"), id: firstOf(inHeader("X-Zendesk-Webhook-Invocation-Id"), inBody("id")),
			account: firstOf(inHeader("X-Zendesk-Account-Id"), inBody("account_id")),
		},
	}
}
