package signature

import (
	"net/http"
	"strings"
	"time"
)

// firstChat are chats, calls and messages.
func firstChat() []*Provider {
	return []*Provider{discord(), intercom(), microsoftTeams(), slack(), twilio()}
}

func discord() *Provider {
	return &Provider{
		Name:       "discord",
		Title:      "Discord",
		Docs:       "https://docs.discord.com/developers/events/webhook-events",
		Confidence: Judged,
		Note: "Discord checks an endpoint from time to time with wrong signatures, which must be answered 401. " +
			"Only Discord has its private key: an app accepts what hook signs only if it is given hook's public key.",
		SecretVars: []string{"DISCORD_PUBLIC_KEY", "DISCORD_APP_PUBLIC_KEY", "DISCORD_APPLICATION_PUBLIC_KEY"},
		RegisterAt: "discord.com/developers → the application → Webhooks → Endpoint; for interactions → General Information",
		SecretAt:   "discord.com/developers → the application → General Information → Public Key",
		Timeout:    3 * time.Second,
		Success:    "204 to events, 200 with an answer in JSON to interactions",
		Retries:    "events several times within 10 minutes, interactions never",
		scheme: &keyScheme{
			carrier:   headers{signature: "X-Signature-Ed25519", time: "X-Signature-Timestamp"},
			algorithm: withEd25519(), encoding: inHex(), signs: signs("{timestamp}{body}"),
			clock: clock{unit: time.Second}, shows: asHex,
		},
		clues: []clue{
			{header: "X-Signature-Ed25519", weight: certain, also: inBody("application_id")},
			hint("X-Signature-Ed25519"), agent("Discord-Interactions/"), agent("Discord-Webhook/"),
		},
		meta:            discordMeta,
		ChallengeSecret: "the application's public key",
		handshake:       discordHandshake,
	}
}

func intercom() *Provider {
	return &Provider{
		Name:       "intercom",
		Title:      "Intercom",
		Docs:       "https://developers.intercom.com/docs/webhooks/webhook-notifications",
		Confidence: Documented,
		Note:       "It is HMAC-SHA1 with the app's client secret. 410 ends the subscription, 429 slows it down.",
		SecretVars: []string{"INTERCOM_CLIENT_SECRET", "INTERCOM_WEBHOOK_SECRET", "INTERCOM_APP_SECRET"},
		RegisterAt: "Developer Hub → the app → Configure → Webhooks",
		SecretAt:   "Developer Hub → the app → Configure → Basic information → Client secret",
		Timeout:    5 * time.Second,
		Retries:    "once, after 1 minute",
		Schedule:   []time.Duration{time.Minute},
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Hub-Signature", before: "sha1="},
			digest:  withSHA1(), encoding: inHex(), signs: signs("{body}"),
			secret: secretForm{alphabet: hexDigits, length: 36},
		},
		clues: []clue{
			agent("intercom-parrot-service-client/"),
			{within: inBody("type"), prefix: "notification_event", weight: likely, words: "the body's type notification_event"},
			hint("X-Hub-Signature"),
		},
		reads:     reading{event: inBody("topic"), id: inBody("id"), account: inBody("app_id")},
		handshake: accepts(http.MethodHead),
	}
}

func microsoftTeams() *Provider {
	return &Provider{
		Name:       "microsoft-teams",
		Title:      "Microsoft Teams",
		Docs:       "https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook",
		Confidence: Judged,
		Note:       "This is the outgoing webhook. Its answer is posted to the channel: JSON with type message and a text.",
		SecretVars: []string{
			"TEAMS_WEBHOOK_SECRET", "MSTEAMS_WEBHOOK_SECRET", "TEAMS_OUTGOING_WEBHOOK_SECRET", "MICROSOFT_TEAMS_WEBHOOK_SECRET",
			"TEAMS_SECURITY_TOKEN", "TEAMS_HMAC_SECRET",
		},
		RegisterAt: "Teams → the team → Manage team → Apps → Create an outgoing webhook",
		SecretAt:   "Teams shows the security token once, when the outgoing webhook is created",
		Timeout:    5 * time.Second,
		Success:    "200 with the message to post, in JSON",
		Retries:    "never",
		scheme: &hmacScheme{
			carrier: headers{signature: "Authorization", before: "HMAC "},
			digest:  withSHA256(), encoding: inBase64(), signs: signs("{body}"),
			secret: secretForm{length: 32, encoded: true},
		},
		clues: []clue{
			{header: "Authorization", prefix: "HMAC ", weight: likely},
			{within: inBody("channelId"), prefix: "msteams", weight: likely, words: "the body's channelId msteams"},
		},
		reads: reading{event: inBody("type"), id: inBody("id"), account: inBody("channelData.tenant.id")},
	}
}

func slack() *Provider {
	return &Provider{
		Name:       "slack",
		Title:      "Slack",
		Docs:       "https://docs.slack.dev/authentication/verifying-requests-from-slack",
		Confidence: Judged,
		Note:       "The header X-Slack-No-Retry: 1 in an answer stops the retries.",
		SecretVars: []string{"SLACK_SIGNING_SECRET"},
		RegisterAt: "api.slack.com/apps → the app → Event Subscriptions, Slash Commands or Interactivity",
		SecretAt:   "api.slack.com/apps → the app → Basic Information → Signing Secret",
		Timeout:    3 * time.Second,
		Retries:    "3 times: at once, after 1 minute, after 5 minutes",
		Schedule:   []time.Duration{0, time.Minute, 5 * time.Minute},
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Slack-Signature", before: "v0=", time: "X-Slack-Request-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("v0:{timestamp}:{body}"),
			clock:  clock{unit: time.Second, past: 5 * time.Minute},
			secret: secretForm{alphabet: hexDigits, length: 32},
		},
		clues:     append(marks("X-Slack-Signature", "X-Slack-Request-Timestamp", "X-Slack-Retry-Num"), agent("Slackbot")),
		meta:      slackMeta,
		handshake: slackHandshake,
	}
}

// slackHandshake echoes the challenge of the Events API, and accepts the check of an endpoint's certificate.
func slackHandshake(r Request, _ []Secret) (Answer, bool) {
	if !strings.EqualFold(r.Method, http.MethodPost) {
		return Answer{}, false
	}
	if isForm(r.Header) {
		return Answer{Status: http.StatusOK, Asks: "Slack's certificate check"}, formValue(r.Body, "ssl_check") == "1"
	}
	a := textAnswer(pick(r.Body, "challenge"))
	a.Asks, a.loosely = "Slack's URL verification", true
	return a, pick(r.Body, "type") == "url_verification" && a.Body != ""
}

func twilio() *Provider {
	return &Provider{
		Name:       "twilio",
		Title:      "Twilio",
		Docs:       "https://www.twilio.com/docs/usage/security#validating-requests",
		Confidence: Judged,
		Note:       "The URL is signed exactly as it is registered. Answers to calls and messages are TwiML.",
		SecretVars: []string{"TWILIO_AUTH_TOKEN"},
		RegisterAt: "Console → Phone Numbers → the number, or the URL given with each API call",
		SecretAt:   "Console → Account Dashboard → Account Info → Auth Token",
		Timeout:    15 * time.Second,
		Retries:    "never by itself; the fallback URL once, if there is one",
		scheme: &urlBound{hashesBody: true, escapes: true, hmacScheme: hmacScheme{
			carrier: headers{signature: "X-Twilio-Signature"},
			digest:  withSHA1(), encoding: inBase64(), signs: signs("{url}{form}"),
			secret: secretForm{alphabet: hexDigits, length: 32},
		}},
		clues: append(marks("X-Twilio-Signature", "I-Twilio-Idempotency-Token"), agent("TwilioProxy/")),
		meta:  twilioMeta,
	}
}
