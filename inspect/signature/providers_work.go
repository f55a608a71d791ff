package signature

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// workProviders send webhooks about calendars, boards and meetings, and about changes of what is kept at Google, Microsoft
// and others.
func workProviders() []*Provider {
	return slices.Concat(
		[]*Provider{airtable(), asana(), calCom(), calendly(), clickUp(), favro(), monday(), trello(), zoom()}, changeProviders(),
	)
}

func airtable() *Provider {
	return &Provider{
		Name:       "airtable",
		Title:      "Airtable",
		Docs:       "https://airtable.com/developers/web/api/webhooks-overview",
		Confidence: Documented,
		Note:       "A request only says that there is something new: the app asks the API what changed. A webhook expires after 7 days unless it is refreshed.",
		SecretVars: []string{"AIRTABLE_WEBHOOK_SECRET", "AIRTABLE_WEBHOOK_MAC_SECRET", "AIRTABLE_MAC_SECRET"},
		RegisterAt: "the API: POST /v0/bases/{baseId}/webhooks",
		SecretAt:   "the API's answer when the webhook is created: macSecretBase64; it is shown once",
		Success:    "200 or 204, with an empty body",
		Retries:    "with growing pauses; then notifications are turned off",
		scheme: signsBody("X-Airtable-Content-Mac", "hmac-sha256=", withSHA256(), inHex(),
			secretForm{length: 32, encoded: true}),
		clues: append(marks("X-Airtable-Content-Mac"), shape("the body's base and webhook", inBody("base.id"), inBody("webhook.id"))),
		reads: reading{id: joined(":", inBody("webhook.id"), inBody("timestamp")), account: inBody("base.id")},
	}
}

func asana() *Provider {
	return &Provider{
		Name:       "asana",
		Title:      "Asana",
		Docs:       "https://developers.asana.com/docs/webhooks-guide",
		Confidence: Documented,
		Note: "The secret comes with the first request to a new URL, in X-Hook-Secret, which the answer must repeat; each webhook has its own. " +
			"A request without events is a heartbeat.",
		SecretVars: []string{"ASANA_WEBHOOK_SECRET", "ASANA_HOOK_SECRET"},
		RegisterAt: "the API: POST /api/1.0/webhooks",
		SecretAt:   "the header X-Hook-Secret of the first request that a new URL gets",
		Timeout:    10 * time.Second,
		Success:    "200 or 204",
		Retries:    "with growing pauses, for 24 hours; then the webhook is deleted",
		scheme:     signsBody("X-Hook-Signature", "", withSHA256(), inHex(), secretForm{alphabet: hexDigits, length: 32}),
		clues: []clue{
			{header: "X-Hook-Signature", also: inBody("events.0.resource.gid"), weight: likely},
			shape("the body's events and their resource", inBody("events.0.resource.gid"), inBody("events.0.action")),
			hint("X-Hook-Signature"), hint("X-Hook-Secret"),
		},
		reads: reading{
			event: joined(".", inBody("events.0.resource.resource_type"), inBody("events.0.action")),
			id:    joined(":", inBody("events.0.resource.gid"), inBody("events.0.action"), inBody("events.0.created_at")),
		},
		handshake: asanaSecret,
	}
}

// asanaSecret repeats the secret of a new webhook in the answer's head.
func asanaSecret(r Request, _ []Secret) (Answer, bool) {
	secret := header(r.Header, "X-Hook-Secret")
	return Answer{
		Status: http.StatusOK, Header: http.Header{"X-Hook-Secret": {secret}},
		Secret: true, Note: "keep the request's X-Hook-Secret: it is the webhook's signing secret",
	}, strings.EqualFold(r.Method, http.MethodPost) && secret != ""
}

func calCom() *Provider {
	return &Provider{
		Name:       "cal-com",
		Title:      "Cal.com",
		Docs:       "https://cal.com/docs/developing/guides/automation/webhooks",
		Confidence: Judged,
		Note:       "Without a secret the signature is the text no-secret-provided.",
		SecretVars: []string{"CALCOM_WEBHOOK_SECRET", "CAL_WEBHOOK_SECRET", "CAL_COM_WEBHOOK_SECRET"},
		RegisterAt: "Settings → Developer → Webhooks",
		SecretAt:   "Settings → Developer → Webhooks → the webhook → Secret, which you choose yourself",
		scheme:     signsBody("X-Cal-Signature-256", "", withSHA256(), inHex(), ownSecret()),
		clues:      append(marks("X-Cal-Signature-256", "X-Cal-Webhook-Version"), shape("the body's triggerEvent", inBody("triggerEvent"), inBody("createdAt"))),
		reads: reading{
			event: inBody("triggerEvent"), id: joined(":", firstOf(inBody("payload.uid"), inBody("uid")), inBody("triggerEvent"), inBody("createdAt")),
			account: firstOf(inBody("payload.organizer.username"), inBody("payload.organizer.email")),
		},
	}
}

func calendly() *Provider {
	return &Provider{
		Name:       "calendly",
		Title:      "Calendly",
		Docs:       "https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures",
		Confidence: Documented,
		SecretVars: []string{"CALENDLY_WEBHOOK_SIGNING_KEY", "CALENDLY_WEBHOOK_SECRET", "CALENDLY_SIGNING_KEY"},
		RegisterAt: "the API: POST /webhook_subscriptions",
		SecretAt:   "the signing_key that you choose when you create the subscription; an OAuth app's is at developer.calendly.com → the app",
		Timeout:    15 * time.Second,
		Retries:    "with growing pauses, for 24 hours; then the webhook is disabled",
		scheme: &hmacScheme{
			carrier: pairs{name: "Calendly-Webhook-Signature", separator: ",", time: "t=", signature: "v1="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock: clock{unit: time.Second, past: 3 * time.Minute}, secret: ownSecret(),
		},
		clues: marks("Calendly-Webhook-Signature"),
		reads: reading{
			event: inBody("event"), id: joined(":", inBody("payload.uri"), inBody("event"), inBody("created_at")), account: inBody("created_by"),
		},
	}
}

func clickUp() *Provider {
	return &Provider{
		Name:       "clickup",
		Title:      "ClickUp",
		Docs:       "https://developer.clickup.com/docs/webhooksignature",
		Confidence: Documented,
		SecretVars: []string{"CLICKUP_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /api/v2/team/{team_id}/webhook",
		SecretAt:   "the API's answer when the webhook is created: webhook.secret",
		scheme: signsBody("X-Signature", "", withSHA256(), inHex(),
			secretForm{alphabet: alphanumeric, length: 64}),
		clues: []clue{
			{header: "X-Signature", also: inBody("webhook_id"), weight: likely}, hint("X-Signature"),
			shape("the body's webhook_id and history_items", inBody("webhook_id"), inBody("history_items.0.id")),
		},
		reads: reading{
			event: inBody("event"), id: inBody("history_items.0.id"), account: firstOf(inBody("team_id"), inBody("webhook_id")),
		},
	}
}

func favro() *Provider {
	return &Provider{
		Name:       "favro",
		Title:      "Favro",
		Docs:       "https://favro.com/developer/#webhook-signatures",
		Confidence: Documented,
		Note:       "Only the body's payloadId and the URL are signed, exactly as it is registered; not the rest of the body.",
		SecretVars: []string{"FAVRO_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /api/v1/webhooks, or the board's settings → Outgoing webhooks",
		SecretAt:   "the secret that you choose when the webhook is created",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Favro-Webhook"},
			digest:  withSHA1(), encoding: inBase64(), signs: signs("{json:payloadId}{url}"), secret: ownSecret(),
		},
		clues: marks("X-Favro-Webhook"),
		reads: reading{event: favroEvent, id: inBody("payloadId"), account: inBody("hookId")},
	}
}

// favroEvent is the action with what it was done to: a comment comes with its card, a card with its column.
func favroEvent(r Request) string {
	action := pick(r.Body, "action")
	for _, kind := range []string{"comment", "card", "column"} {
		if action != "" && hasMember(r.Body, kind) {
			return kind + "." + action
		}
	}
	return action
}

func monday() *Provider {
	return &Provider{
		Name:       "monday",
		Title:      "monday.com",
		Docs:       "https://developer.monday.com/apps/docs/authorization-header",
		Confidence: Documented,
		Note:       "The body is not signed, and only an app's webhooks bear a token; those that are made on a board bear none.",
		SecretVars: []string{"MONDAY_SIGNING_SECRET", "MONDAY_WEBHOOK_SECRET"},
		RegisterAt: "the board → Integrate → Webhooks, or the API: create_webhook",
		SecretAt:   "Developer Center → the app → General settings → Signing Secret; for its lifecycle's webhooks the Client Secret",
		Retries:    "every minute, for 30 minutes",
		scheme:     &jwtScheme{at: headerAt("Authorization"), algorithm: hs256, secret: secretForm{alphabet: hexDigits, length: 32}},
		clues: []clue{
			shape("the event's triggerUuid", inBody("event.triggerUuid")), shape("the event's boardId", inBody("event.boardId"), inBody("event.type")),
			shape("the body's lone challenge", mondayChallenge),
		},
		reads: reading{
			event: firstOf(inBody("event.type"), inBody("type")), id: inBody("event.triggerUuid"), account: firstOf(inBody("event.boardId"), inBody("data.account_id")),
		},
		handshake: mondayEcho,
	}
}

// mondayChallenge is the challenge that a new URL is sent. Slack's comes with a type.
func mondayChallenge(r Request) string {
	if hasMember(r.Body, "type") || hasMember(r.Body, "event") {
		return ""
	}
	return pick(r.Body, "challenge")
}

func mondayEcho(r Request, _ []Secret) (Answer, bool) {
	challenge := mondayChallenge(r)
	return jsonAnswer(string(append(appendJSONString([]byte(`{"challenge":`), []byte(challenge)), '}'))),
		strings.EqualFold(r.Method, http.MethodPost) && challenge != ""
}

func trello() *Provider {
	return &Provider{
		Name:       "trello",
		Title:      "Trello",
		Docs:       "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
		Confidence: Documented,
		Note:       "The URL is signed exactly as it is registered. An answer of 410 deletes the webhook.",
		SecretVars: []string{"TRELLO_API_SECRET", "TRELLO_OAUTH_SECRET", "TRELLO_SECRET", "TRELLO_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /1/webhooks",
		SecretAt:   "trello.com/power-ups/admin → the Power-Up → API key → Secret",
		Success:    "200",
		Retries:    "3 times: after 30, 60 and 120 seconds",
		Schedule:   []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute},
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Trello-Webhook"},
			digest:  withSHA1(), encoding: inBase64(), signs: signs("{body}{url}"),
			secret: secretForm{alphabet: hexDigits, length: 64},
		},
		clues:     append(marks("X-Trello-Webhook", "X-Trello-Client-Identifier"), shape("the body's model and action", inBody("model.id"), inBody("action.type"))),
		reads:     reading{event: inBody("action.type"), id: inBody("action.id"), account: firstOf(inBody("model.name"), inBody("model.id"))},
		handshake: accepts(http.MethodHead),
	}
}

func zoom() *Provider {
	return &Provider{
		Name:       "zoom",
		Title:      "Zoom",
		Docs:       "https://developers.zoom.us/docs/api/webhooks/",
		Confidence: Documented,
		Note:       "It checks the URL again every 72 hours, with the secret.",
		SecretVars: []string{"ZOOM_WEBHOOK_SECRET_TOKEN", "ZOOM_SECRET_TOKEN", "ZOOM_WEBHOOK_SECRET"},
		RegisterAt: "marketplace.zoom.us → Manage → the app → Access → Event Subscriptions",
		SecretAt:   "marketplace.zoom.us → Manage → the app → Access → Secret Token",
		Timeout:    3 * time.Second,
		Success:    "200 or 204",
		Retries:    "3 times: after 5, 30 and 90 minutes",
		Schedule:   []time.Duration{5 * time.Minute, 30 * time.Minute, 90 * time.Minute},
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Zm-Signature", before: "v0=", time: "X-Zm-Request-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("v0:{timestamp}:{body}"),
			clock: clock{unit: time.Second}, secret: secretForm{alphabet: alphanumeric, length: 22},
		},
		clues: append(marks("X-Zm-Signature", "X-Zm-Request-Timestamp"), shape("the payload's plainToken", inBody("payload.plainToken"))),
		reads: reading{
			event: inBody("event"), account: inBody("payload.account_id"),
			id: joined(":", inBody("event"), inBody("event_ts"), firstOf(inBody("payload.object.uuid"), inBody("payload.object.id"))),
		},
		ChallengeSecret: "the app's Secret Token",
		handshake:       zoomToken,
	}
}

// zoomToken answers a token with its HMAC by the secret that signed the request. Whoever else asked could have any request
// signed.
func zoomToken(r Request, secrets []Secret) (Answer, bool) {
	token := pick(r.Body, "payload", "plainToken")
	secret := signerOf("zoom", r, secrets)
	if pick(r.Body, "event") != "endpoint.url_validation" || token == "" || secret == "" {
		return Answer{}, false
	}
	text := appendJSONString([]byte(`{"plainToken":`), []byte(token))
	return jsonAnswer(string(text) + `,"encryptedToken":"` + hexMAC(secret, token) + `"}`), true
}

// signerOf is the secret that signed r; empty if none did.
func signerOf(provider string, r Request, secrets []Secret) string {
	p := Lookup(provider)
	for i, s := range secrets {
		if p.Verify(r, secrets[i:i+1]).Verdict == Valid {
			return s.Value
		}
	}
	return ""
}

// preferred is the first secret that is no test secret, else the first. It is empty if there is none.
func preferred(secrets []Secret) string {
	first := ""
	for _, s := range secrets {
		if !s.Test && s.Value != "" {
			return s.Value
		}
		first = cmp.Or(first, s.Value)
	}
	return first
}

// isNonce says whether a text can be signed for whoever asks: it is made of letters, digits, "-", "_" and "=", as no
// body that a webhook has.
func isNonce(text string) bool {
	return text != "" && strings.Trim(text, alphanumeric+"-_=") == ""
}

// hexMAC is the HMAC-SHA256 of a text in hexadecimal digits.
func hexMAC(secret, text string) string {
	mac := withSHA256().keyed([]byte(secret))
	_, _ = mac.Write([]byte(text))
	return string(inHex().append(nil, mac.Sum(nil)))
}
