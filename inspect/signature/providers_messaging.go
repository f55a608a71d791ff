package signature

import (
	"net/http"
	"strings"
	"time"
)

// messagingProviders carry messages, calls and pushes.
func messagingProviders() []*Provider {
	return []*Provider{
		airship(), lineMessaging(), plivo(), pusher(), ringCentral(), telegram(), telnyx(), viber(), webex(),
	}
}

func airship() *Provider {
	return &Provider{
		Name:       "airship",
		Title:      "Airship",
		Docs:       "https://support.airship.com/hc/en-us/articles/360032501831-Implementing-a-Signature-Hash-and-Validating-an-Open-Channel-Webhook",
		Confidence: Unconfirmed,
		Note:       "These are open channels. When one is set up, Airship sends a signed GET to the URL with /validate behind it.",
		SecretVars: []string{"AIRSHIP_WEBHOOK_SECRET", "AIRSHIP_SIGNATURE_SECRET"},
		RegisterAt: "Settings → Channels → Open Channels",
		SecretAt:   "Settings → Channels → Open Channels → the channel → Signature Hash, which you choose yourself",
		Retries:    "not published",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Ua-Signature", time: "X-Ua-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}:{body}"),
			clock: clock{unit: time.Second}, secret: secretForm{alphabet: hexDigits, length: 64},
		},
		clues: marks("X-Ua-Signature", "X-Ua-Timestamp"),
		reads: reading{id: firstOf(inBody("push_id"), inBody("send_id")), account: inBody("app_key")},
	}
}

func lineMessaging() *Provider {
	return &Provider{
		Name:       "line",
		Title:      "LINE",
		Docs:       "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/",
		Confidence: Judged,
		Note:       "One request carries several events; the first one's type and id are shown. The console's Verify button sends none.",
		SecretVars: []string{"LINE_CHANNEL_SECRET", "LINE_BOT_CHANNEL_SECRET", "LINE_SECRET"},
		RegisterAt: "developers.line.biz → the channel → Messaging API → Webhook URL",
		SecretAt:   "developers.line.biz → the channel → Basic settings → Channel secret",
		Success:    "200",
		Retries:    "never, unless Webhook redelivery is on: then several times with growing pauses",
		scheme:     signsBody("X-Line-Signature", "", withSHA256(), inBase64(), secretForm{alphabet: hexDigits, length: 32}),
		clues:      append(marks("X-Line-Signature"), agent("LineBotWebhook/")),
		reads: reading{
			event: inBody("events.0.type"), id: inBody("events.0.webhookEventId"), account: inBody("destination"),
		},
		handshake: lineVerification,
	}
}

func plivo() *Provider {
	return &Provider{
		Name:       "plivo",
		Title:      "Plivo",
		Docs:       "https://www.plivo.com/docs/voice/concepts/signature-validation",
		Confidence: Judged,
		Note:       "The URL is signed as it is registered, and the fields of the form. Answers to calls are Plivo XML.",
		SecretVars: []string{"PLIVO_AUTH_TOKEN"},
		RegisterAt: "console.plivo.com → the application → Answer URL or Message URL, or the URL given with each API call",
		SecretAt:   "console.plivo.com → Overview → Auth Token",
		scheme:     oneOf{plivoV3(), plivoV2()},
		clues: marks(
			"X-Plivo-Signature-V3", "X-Plivo-Signature-Ma-V3", "X-Plivo-Signature-V3-Nonce", "X-Plivo-Signature-V2", "X-Plivo-Signature-V2-Nonce",
		),
		meta: plivoMeta,
	}
}

func pusher() *Provider {
	return &Provider{
		Name:       "pusher",
		Title:      "Pusher Channels",
		Docs:       "https://pusher.com/docs/channels/server_api/webhooks/#security",
		Confidence: Judged,
		Note: "Pusher's libraries refuse a request whose X-Pusher-Key is not the app's key: set that header yourself on what hook sends. " +
			"One request carries several events; the first one's name is shown.",
		SecretVars: []string{"PUSHER_APP_SECRET", "PUSHER_SECRET"},
		RegisterAt: "dashboard.pusher.com → the app → Webhooks",
		SecretAt:   "dashboard.pusher.com → the app → App Keys → secret",
		Timeout:    4 * time.Second,
		Retries:    "for 5 minutes with growing pauses",
		scheme:     signsBody("X-Pusher-Signature", "", withSHA256(), inHex(), secretForm{alphabet: hexDigits, length: 20}),
		clues:      append(marks("X-Pusher-Signature", "X-Pusher-Key"), agent("pusher-webhooks/")),
		reads: reading{
			event: inBody("events.0.name"), id: joined(":", inBody("time_ms"), inBody("events.0.name"), inBody("events.0.channel")),
			account: inHeader("X-Pusher-Key"),
		},
	}
}

func ringCentral() *Provider {
	return &Provider{
		Name:       "ringcentral",
		Title:      "RingCentral",
		Docs:       "https://developers.ringcentral.com/guide/notifications/webhooks/receiving",
		Confidence: Documented,
		Note: "Nothing is signed: the verification token itself comes in a header and doesn't cover the body. When a subscription is made or " +
			"renewed, the header Validation-Token must come back in the answer.",
		SecretVars: []string{"RINGCENTRAL_VERIFICATION_TOKEN", "RINGCENTRAL_WEBHOOK_VERIFICATION_TOKEN", "RC_WEBHOOK_VERIFICATION_TOKEN"},
		RegisterAt: "the API: POST /restapi/v1.0/subscription",
		SecretAt:   "the API call that makes the subscription, as deliveryMode.verificationToken, which you choose yourself",
		Timeout:    3 * time.Second,
		Retries:    "not published; a URL that fails is blocked and tried again every 15 minutes",
		scheme:     &tokenScheme{at: headerAt("Verification-Token"), secret: ownSecret()},
		clues: []clue{
			agent("RingCentral-WebHook"), {header: "Verification-Token", weight: likely, also: inBody("subscriptionId")},
			{header: "Validation-Token", weight: likely}, hint("Verification-Token"),
			shape("the body's subscriptionId and ownerId", inBody("event"), inBody("subscriptionId"), inBody("ownerId")),
		},
		reads:     reading{event: inBody("event"), id: inBody("uuid"), account: inBody("ownerId")},
		handshake: repeatsHeader("Validation-Token"),
	}
}

func telegram() *Provider {
	return &Provider{
		Name:       "telegram",
		Title:      "Telegram",
		Docs:       "https://core.telegram.org/bots/api#setwebhook",
		Confidence: Documented,
		Note:       "Nothing is signed: the secret token itself comes in a header and doesn't cover the body. Without one, the practice is a secret path.",
		SecretVars: []string{"TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_SECRET_TOKEN", "TELEGRAM_WEBHOOK_SECRET_TOKEN", "TELEGRAM_BOT_API_SECRET_TOKEN"},
		RegisterAt: "the Bot API: setWebhook",
		SecretAt:   "the Bot API: setWebhook, as secret_token, which you choose yourself: 1 to 256 of A-Z, a-z, 0-9, _ and -",
		Retries:    "until it is answered 2xx, with growing pauses, for about a day",
		scheme:     &tokenScheme{at: headerAt("X-Telegram-Bot-Api-Secret-Token"), secret: ownSecret()},
		clues:      append(marks("X-Telegram-Bot-Api-Secret-Token"), shape("the body's update_id", inBody("update_id"))),
		reads:      reading{event: telegramUpdate, id: inBody("update_id")},
	}
}

// telegramUpdate is an update's kind: the member beside its id.
func telegramUpdate(r Request) string {
	if pick(r.Body, "update_id") == "" {
		return ""
	}
	return memberThat(r.Body, func(name string) bool { return name != "update_id" })
}

func telnyx() *Provider {
	return &Provider{
		Name:       "telnyx",
		Title:      "Telnyx",
		Docs:       "https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks",
		Confidence: Judged,
		Note:       "Only Telnyx has its private key: an app accepts what hook signs only if it is given hook's public key.",
		SecretVars: []string{"TELNYX_PUBLIC_KEY", "TELNYX_WEBHOOK_PUBLIC_KEY"},
		RegisterAt: "Mission Control → the messaging profile or the voice application → Webhook URL",
		SecretAt:   "Mission Control → Account Settings → Keys & Credentials → Public Key",
		Timeout:    2 * time.Second,
		Retries:    "several times with growing pauses, then at the failover URL",
		scheme: &keyScheme{
			carrier:   headers{signature: "Telnyx-Signature-Ed25519", time: "Telnyx-Timestamp"},
			algorithm: withEd25519(), encoding: inBase64(), signs: signs("{timestamp}|{body}"),
			clock: clock{unit: time.Second, past: 5 * time.Minute, future: 5 * time.Minute}, shows: asBase64,
		},
		clues: append(marks("Telnyx-Signature-Ed25519", "Telnyx-Timestamp"), agent("telnyx-webhooks")),
		reads: reading{
			event: inBody("data.event_type"), id: inBody("data.id"),
			account: firstOf(inBody("data.payload.messaging_profile_id"), inBody("data.payload.connection_id")),
		},
	}
}

func viber() *Provider {
	return &Provider{
		Name:       "viber",
		Title:      "Viber",
		Docs:       "https://developers.viber.com/docs/api/rest-bot-api/#callbacks",
		Confidence: Unconfirmed,
		SecretVars: []string{"VIBER_AUTH_TOKEN", "VIBER_BOT_TOKEN", "VIBER_TOKEN"},
		RegisterAt: "the API: POST /pa/set_webhook",
		SecretAt:   "partners.viber.com → the bot → Token",
		Success:    "200",
		Retries:    "several times for an hour",
		scheme:     signsBody("X-Viber-Content-Signature", "", withSHA256(), inHex(), secretForm{alphabet: hexDigits, length: 50}),
		clues: append(marks("X-Viber-Content-Signature"),
			shape("the body's event, message_token and chat_hostname", inBody("event"), inBody("message_token"), inBody("chat_hostname"))),
		reads:     reading{event: inBody("event"), id: inBody("message_token"), account: inBody("chat_hostname")},
		handshake: viberTrial,
	}
}

// viberTrial accepts what Viber sends when a webhook is set.
func viberTrial(r Request, _ []Secret) (Answer, bool) {
	trial := pick(r.Body, "event") == "webhook" && pick(r.Body, "message_token") != ""
	return Answer{Status: http.StatusOK}, trial && strings.EqualFold(r.Method, http.MethodPost)
}

func webex() *Provider {
	return &Provider{
		Name:       "webex",
		Title:      "Webex",
		Docs:       "https://developer.webex.com/docs/receive-and-verify-webhooks",
		Confidence: Documented,
		Note:       "It is HMAC-SHA1. A webhook without a secret is not signed.",
		SecretVars: []string{"WEBEX_WEBHOOK_SECRET", "WEBEX_SECRET"},
		RegisterAt: "the API: POST /v1/webhooks",
		SecretAt:   "the API call that makes the webhook, as secret, which you choose yourself",
		Retries:    "not published; after 100 failures within 5 minutes the webhook is turned off",
		scheme:     signsBody("X-Spark-Signature", "", withSHA1(), inHex(), ownSecret()),
		clues: append(marks("X-Spark-Signature"),
			shape("the body's resource, event and orgId", inBody("resource"), inBody("event"), inBody("orgId"))),
		reads: reading{
			event: joined(".", inBody("resource"), inBody("event")), id: joined(":", inBody("data.id"), inBody("resource"), inBody("event")),
			account: inBody("orgId"),
		},
	}
}
