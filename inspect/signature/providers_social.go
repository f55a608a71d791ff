package signature

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"time"
)

// socialProviders send what people do: on social networks, with media, and in the tools of their trade.
func socialProviders() []*Provider {
	return slices.Concat([]*Provider{
		metaPlatforms(), strava(), tiktok(), tiktokShop(), twitch(), whatsapp(), xTwitter(), youtube(),
	}, mediaProviders(), tradeProviders(), ledgerProviders())
}

// metaScheme signs with both hashes, of which the older is not judged.
func metaScheme() *hmacScheme {
	secret := secretForm{alphabet: hexDigits, length: 32}
	both := signsBody("X-Hub-Signature-256", "sha256=", withSHA256(), inHex(), secret)
	both.also = []scheme{signsBody("X-Hub-Signature", "sha1=", withSHA1(), inHex(), secret)}
	return both
}

const metaNote = "Characters beyond ASCII come escaped (\\u00e9), and are signed so. The check of a URL is answered whatever its verify token. "

func metaPlatforms() *Provider {
	return &Provider{
		Name:       "meta",
		Title:      "Meta",
		Docs:       "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
		Confidence: Documented,
		Note:       "This is Facebook, Instagram and Messenger. " + metaNote + "One request carries several changes; the first one is shown.",
		SecretVars: []string{
			"META_APP_SECRET", "FACEBOOK_APP_SECRET", "FB_APP_SECRET", "INSTAGRAM_APP_SECRET", "MESSENGER_APP_SECRET", "FACEBOOK_CLIENT_SECRET",
		},
		RegisterAt: "developers.facebook.com → the app → Webhooks",
		SecretAt:   "developers.facebook.com → the app → App settings → Basic → App secret",
		Success:    "200",
		Retries:    "at once, then ever less often for 36 hours",
		scheme:     metaScheme(),
		clues: []clue{
			{header: "User-Agent", prefix: "facebookexternalua", weight: likely, also: metaObject},
			shape("the body's object and entry", metaObject), hint("X-Hub-Signature-256"),
			shape("the query's hub.verify_token and hub.challenge", metaCheck, inQuery("hub.challenge")),
		},
		reads: reading{
			event: metaEvent, account: inBody("entry.0.id"),
			id: firstOf(inBody("entry.0.messaging.0.message.mid"), joined(":", inBody("entry.0.id"), metaEvent, inBody("entry.0.time"))),
		},
		ChallengeSecret: "the verify token that was chosen at the registration; without one, any is taken",
		handshake:       hubChallenge,
		password:        inQuery("hub.verify_token"),
	}
}

// metaCheck is the verify token of a check of the URL. With a topic it is WebSub's, which may have one too.
func metaCheck(r Request) string {
	if inQuery("hub.topic")(r) != "" {
		return ""
	}
	return inQuery("hub.verify_token")(r)
}

// metaObject is what a change is of: "page", "instagram".
func metaObject(r Request) string {
	object := pick(r.Body, "object")
	if object == whatsappObject || pick(r.Body, "entry", "0", "id") == "" {
		return ""
	}
	return object
}

// metaEvent is the object with the field that changed, or, of a conversation, with what was sent: "page.feed",
// "page.message".
func metaEvent(r Request) string {
	object := pick(r.Body, "object")
	what := pick(r.Body, "entry", "0", "changes", "0", "field")
	if what == "" {
		what = memberThat(r.Body, isMessaging, "entry", "0", "messaging", "0")
	}
	if object == "" || what == "" {
		return object
	}
	return fitting(object + "." + what)
}

func isMessaging(name string) bool {
	return name != "sender" && name != "recipient" && name != "timestamp"
}

func strava() *Provider {
	return &Provider{
		Name:       "strava",
		Title:      "Strava",
		Docs:       "https://developers.strava.com/docs/webhooks/",
		Confidence: Documented,
		Note: "Nothing is signed: the body's subscription_id is all that tells, and the API, which has the details. The check of a " +
			"URL is answered whatever its verify token. Meta's check looks the same, but wants another answer: for Strava's, name the provider.",
		RegisterAt: "the API: POST /api/v3/push_subscriptions",
		Timeout:    2 * time.Second,
		Success:    "200",
		Retries:    "twice",
		clues: []clue{
			shape("the body's aspect_type, object_type and owner_id", inBody("aspect_type"), inBody("object_type"), inBody("owner_id")),
		},
		reads: reading{
			event:   joined(".", inBody("object_type"), inBody("aspect_type")),
			id:      joined(":", inBody("object_id"), inBody("aspect_type"), inBody("event_time")),
			account: inBody("owner_id"),
		},
		ChallengeSecret: "the verify token that was chosen at the registration; without one, any is taken",
		handshake:       stravaChallenge,
		password:        inQuery("hub.verify_token"),
	}
}

func tiktok() *Provider {
	return &Provider{
		Name:       "tiktok",
		Title:      "TikTok",
		Docs:       "https://developers.tiktok.com/doc/webhooks-verification",
		Confidence: Documented,
		SecretVars: []string{"TIKTOK_CLIENT_SECRET", "TIKTOK_WEBHOOK_SECRET"},
		RegisterAt: "developers.tiktok.com → the app → Webhooks",
		SecretAt:   "developers.tiktok.com → the app → Credentials → Client secret",
		Success:    "200",
		Retries:    "for up to 72 hours with growing pauses",
		scheme: &hmacScheme{
			carrier: pairs{name: "Tiktok-Signature", separator: ",", time: "t=", signature: "s="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock: clock{unit: time.Second}, secret: secretForm{alphabet: alphanumeric, length: 32},
		},
		clues: append(marks("Tiktok-Signature"), shape("the body's client_key, event and create_time", inBody("client_key"), inBody("event"), inBody("create_time"))),
		reads: reading{
			event: inBody("event"), id: joined(":", inBody("create_time"), inBody("event"), inBody("user_openid")), account: inBody("user_openid"),
		},
	}
}

func tiktokShop() *Provider {
	return &Provider{
		Name:       "tiktok-shop",
		Title:      "TikTok Shop",
		Docs:       "https://partner.tiktokshop.com/docv2/page/tts-webhooks-overview",
		Confidence: Documented,
		Note:       "The app's key is signed too, so the secret must be both, with a colon between them: app key:app secret.",
		SecretVars: []string{"TIKTOK_SHOP_WEBHOOK_SECRET", "TIKTOK_SHOP_APP_SECRET"},
		RegisterAt: "partner.tiktokshop.com → the app → Basic Information → Webhook URL",
		SecretAt:   "partner.tiktokshop.com → the app → Basic Information → App key and App secret",
		Timeout:    3 * time.Second,
		Success:    "200 with an empty body",
		Retries:    "4 times: after 2 and 30 minutes, 3 and 12 hours",
		Schedule:   []time.Duration{2 * time.Minute, 30 * time.Minute, 3 * time.Hour, 12 * time.Hour},
		scheme: &hmacScheme{
			carrier: headers{signature: "Authorization"}, digest: withSHA256(), encoding: inHex(),
			signs: append(computes("app key", tiktokShopKey), signs("{body}")...), secret: tiktokShopSecret(),
		},
		clues: []clue{shape("the body's tts_notification_id and shop_id", inBody("tts_notification_id"), inBody("shop_id"))},
		reads: reading{event: inBody("type"), id: inBody("tts_notification_id"), account: inBody("shop_id")},
	}
}

func twitch() *Provider {
	return &Provider{
		Name:       "twitch",
		Title:      "Twitch",
		Docs:       "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/",
		Confidence: Documented,
		Note:       "The challenge of a new subscription must come back as plain text.",
		SecretVars: []string{"TWITCH_EVENTSUB_SECRET", "TWITCH_WEBHOOK_SECRET", "TWITCH_SIGNING_SECRET", "TWITCH_SECRET"},
		RegisterAt: "the API: POST /helix/eventsub/subscriptions",
		SecretAt:   "the API call that makes the subscription, as transport.secret, which you choose yourself: 10 to 100 characters",
		Timeout:    10 * time.Second,
		Retries:    "several times; after too many failures the subscription is revoked",
		scheme: &hmacScheme{
			carrier: headers{
				signature: "Twitch-Eventsub-Message-Signature", before: "sha256=",
				time: "Twitch-Eventsub-Message-Timestamp", id: "Twitch-Eventsub-Message-Id",
			},
			digest: withSHA256(), encoding: inHex(), signs: signs("{id}{timestamp}{body}"),
			clock: clock{unit: time.Second, layout: time.RFC3339Nano, past: 10 * time.Minute}, secret: ownSecret(),
		},
		clues: marks("Twitch-Eventsub-Message-Signature", "Twitch-Eventsub-Message-Id", "Twitch-Eventsub-Message-Type"),
		reads: reading{
			event: twitchEvent, id: inHeader("Twitch-Eventsub-Message-Id"),
			account: firstOf(inBody("event.broadcaster_user_login"), inBody("subscription.condition.broadcaster_user_id"), inBody("event.user_login")),
		},
		handshake: twitchChallenge,
	}
}

// twitchEvent is the subscription's type; of a message about the subscription itself, the message's.
func twitchEvent(r Request) string {
	if kind := headerValue(r, "Twitch-Eventsub-Message-Type"); kind != "" && kind != "notification" {
		return kind
	}
	return firstOf(inHeader("Twitch-Eventsub-Subscription-Type"), inBody("subscription.type"))(r)
}

const whatsappObject = "whatsapp_business_account"

func whatsapp() *Provider {
	const value = "entry.0.changes.0.value."
	status := inBody(value + "statuses.0.status")
	isWhatsapp := clue{within: inBody("object"), prefix: whatsappObject, weight: likely, words: "the body's object " + whatsappObject}
	return &Provider{
		Name:       "whatsapp",
		Title:      "WhatsApp",
		Docs:       "https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint/",
		Confidence: Documented,
		Note:       metaNote + "One request may carry several changes; the first one is shown.",
		SecretVars: []string{"WHATSAPP_APP_SECRET", "WHATSAPP_WEBHOOK_SECRET", "WHATSAPP_CLIENT_SECRET"},
		RegisterAt: "developers.facebook.com → the app → WhatsApp → Configuration",
		SecretAt:   "developers.facebook.com → the app → App settings → Basic → App secret",
		Success:    "200",
		Retries:    "ever less often for up to 7 days",
		scheme:     metaScheme(),
		clues:      []clue{isWhatsapp, {header: "User-Agent", prefix: "facebookexternalua", weight: likely, also: whatsappOnly}},
		reads: reading{
			event:   joined(".", inBody("entry.0.changes.0.field"), firstOf(status, inBody(value+"messages.0.type"))),
			id:      firstOf(inBody(value+"messages.0.id"), joined(":", inBody(value+"statuses.0.id"), status)),
			account: firstOf(inBody(value+"metadata.display_phone_number"), inBody("entry.0.id")),
		},
		ChallengeSecret: "the verify token that was chosen at the registration; without one, any is taken",
		handshake:       hubChallenge,
		password:        inQuery("hub.verify_token"),
	}
}

func whatsappOnly(r Request) string {
	if object := pick(r.Body, "object"); object == whatsappObject {
		return object
	}
	return ""
}

func xTwitter() *Provider {
	return &Provider{
		Name:       "x",
		Title:      "X (Twitter)",
		Docs:       "https://docs.x.com/x-api/webhooks/quickstart",
		Confidence: Documented,
		Note:       "Each hour X checks the URL with a token, whose signature it wants in the answer.",
		SecretVars: []string{
			"X_CONSUMER_SECRET", "TWITTER_CONSUMER_SECRET", "X_API_SECRET", "X_API_KEY_SECRET", "TWITTER_API_SECRET", "TWITTER_API_SECRET_KEY",
		},
		RegisterAt: "the API: POST /2/webhooks",
		SecretAt:   "console.x.com → the app → Keys and tokens → API Key Secret, the consumer secret",
		Timeout:    10 * time.Second,
		Success:    "200",
		Retries:    "not published",
		scheme:     signsBody("X-Twitter-Webhooks-Signature", "sha256=", withSHA256(), inBase64(), secretForm{alphabet: alphanumeric, length: 50}),
		clues: append(marks("X-Twitter-Webhooks-Signature"),
			shape("the body's for_user_id", inBody("for_user_id")), shape("the query's crc_token", inQuery("crc_token"))),
		reads: reading{
			event: xEvent, account: inBody("for_user_id"),
			id: firstOf(inBody("data.event_uuid"), inBody("tweet_create_events.0.id_str"), inBody("direct_message_events.0.id")),
		},
		ChallengeSecret: "the app's API key secret",
		handshake:       xChallenge,
	}
}

// xEvent is the member that holds the events: "tweet_create_events".
func xEvent(r Request) string {
	if kind := pick(r.Body, "data", "event_type"); kind != "" {
		return kind
	}
	return memberThat(r.Body, func(name string) bool { return strings.HasSuffix(name, "_events") || name == "user_event" })
}

func youtube() *Provider {
	return &Provider{
		Name:       "youtube",
		Title:      "YouTube",
		Docs:       "https://developers.google.com/youtube/v3/guides/push_notifications",
		Confidence: Documented,
		Note: "It is WebSub, through Google's hub: an Atom feed, signed with HMAC-SHA1 if the subscription was made with hub.secret. " +
			"A hub wants 2xx even for a bad signature.",
		SecretVars: []string{"YOUTUBE_WEBHOOK_SECRET", "YOUTUBE_HUB_SECRET", "WEBSUB_SECRET", "PUBSUBHUBBUB_SECRET"},
		RegisterAt: "pubsubhubbub.appspot.com/subscribe",
		SecretAt:   "the request to the hub that subscribes, as hub.secret, which you choose yourself",
		Retries:    "several times with growing pauses",
		scheme:     signsBody("X-Hub-Signature", "sha1=", withSHA1(), inHex(), ownSecret()),
		clues: []clue{
			agent("FeedFetcher-Google"), shape("the feed's yt:videoId", youtubeVideo),
			shape("the query's hub.topic and hub.challenge", inQuery("hub.topic"), inQuery("hub.challenge")),
		},
		reads: reading{
			event: youtubeEvent, id: joined(":", youtubeVideo, firstOf(inXML("updated"), always("deleted"))), account: inXML("yt:channelId"),
		},
		ChallengeSecret: "the verify token that was chosen at the registration; without one, any is taken",
		handshake:       hubChallenge,
		password:        inQuery("hub.verify_token"),
	}
}

// youtubeVideo is the video that a feed tells of, or, of a deleted one, that its at:deleted-entry names.
func youtubeVideo(r Request) string {
	if !bytes.HasPrefix(r.Body, []byte("<")) {
		return ""
	}
	if id := inDeletedEntry(r); id != "" {
		return id
	}
	return inXML("yt:videoId")(r)
}

func inDeletedEntry(r Request) string {
	_, rest, _ := bytes.Cut(r.Body[:min(len(r.Body), maxHeader)], []byte(`ref="yt:video:`))
	id, _, closed := bytes.Cut(rest, []byte(`"`))
	if !closed {
		return ""
	}
	return fitting(string(id))
}

func youtubeEvent(r Request) string {
	switch {
	case inDeletedEntry(r) != "":
		return "video.deleted"
	case youtubeVideo(r) != "":
		return "video"
	case strings.EqualFold(r.Method, http.MethodGet):
		return inQuery("hub.mode")(r)
	default:
		return ""
	}
}
