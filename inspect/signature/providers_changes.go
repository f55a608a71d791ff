package signature

import (
	"net/http"
	"strings"
	"time"
)

// changeProviders tell of changes to what they keep for people. Most of them sign nothing and repeat a token that was given
// them with the subscription.
func changeProviders() []*Provider {
	return []*Provider{dropbox(), figma(), googleCalendar(), googleDrive(), meraki(), microsoftGraph(), sharePoint()}
}

func dropbox() *Provider {
	return &Provider{
		Name:       "dropbox",
		Title:      "Dropbox",
		Docs:       "https://www.dropbox.com/developers/reference/webhooks",
		Confidence: Documented,
		Note:       "A request only names the accounts in which something changed: the app asks the API what did.",
		SecretVars: []string{"DROPBOX_APP_SECRET", "DROPBOX_CLIENT_SECRET", "DROPBOX_WEBHOOK_SECRET"},
		RegisterAt: "dropbox.com/developers/apps → the app → Settings → Webhooks",
		SecretAt:   "dropbox.com/developers/apps → the app → Settings → App secret",
		Timeout:    10 * time.Second,
		Success:    "any 2xx within 10 seconds",
		Retries:    "with growing pauses, while most of its requests fail",
		scheme:     signsBody("X-Dropbox-Signature", "", withSHA256(), inHex(), secretForm{alphabet: alphanumeric, length: 15}),
		clues: append(marks("X-Dropbox-Signature"), agent("DropboxWebhooks/"),
			shape("the body's list_folder and its accounts", inBody("list_folder.accounts.0"))),
		reads:     reading{event: dropboxEvent, account: inBody("list_folder.accounts.0")},
		handshake: echoes(http.MethodGet, inQuery("challenge")),
	}
}

func dropboxEvent(r Request) string {
	for _, kind := range []string{"list_folder", "file_requests"} {
		if hasMember(r.Body, kind) {
			return kind
		}
	}
	return ""
}

func figma() *Provider {
	return &Provider{
		Name:       "figma",
		Title:      "Figma",
		Docs:       "https://developers.figma.com/docs/rest-api/webhooks-security",
		Confidence: Documented,
		Note:       "Nothing is signed: the body repeats the passcode that the webhook was given. An answer of 400 stops the retries.",
		SecretVars: []string{"FIGMA_WEBHOOK_PASSCODE", "FIGMA_PASSCODE", "FIGMA_WEBHOOK_SECRET"},
		RegisterAt: "the API: POST /v2/webhooks",
		SecretAt:   "the passcode that you choose when the webhook is created",
		Success:    "200",
		Retries:    "3 times: after 5 minutes, 30 minutes and 3 hours",
		Schedule:   []time.Duration{5 * time.Minute, 30 * time.Minute, 3 * time.Hour},
		scheme:     &tokenScheme{at: memberAt("passcode"), secret: ownSecret()},
		clues:      []clue{shape("the body's passcode and webhook_id", inBody("passcode"), inBody("webhook_id"))},
		reads: reading{
			event: inBody("event_type"), id: joined(":", inBody("webhook_id"), inBody("event_type"), inBody("timestamp"), inBody("file_key")),
			account: firstOf(inBody("file_name"), inBody("file_key"), inBody("team_id")),
		},
	}
}

// googleChannel is a provider of Google's push notifications.
func googleChannel(name, title, docs, api string, variables []string) *Provider {
	return &Provider{
		Name:       name,
		Title:      title,
		Docs:       docs,
		Confidence: Documented,
		Note:       "Nothing is signed: a header repeats the token that the channel was given. The request only says that something changed, mostly without a body.",
		SecretVars: variables,
		RegisterAt: "the API: the resource's watch",
		SecretAt:   "the token that you choose when the channel is made",
		Success:    "200, 201, 202, 204 or 102",
		Retries:    "with growing pauses, after 500, 502, 503 and 504",
		scheme:     &tokenScheme{at: headerAt("X-Goog-Channel-Token"), secret: ownSecret()},
		clues: []clue{
			{header: "X-Goog-Resource-Uri", prefix: "https://www.googleapis.com/" + api + "/", weight: certain},
			{header: "X-Goog-Channel-Id", weight: likely}, hint("X-Goog-Channel-Token"),
		},
		reads: reading{
			event: inHeader("X-Goog-Resource-State"), id: joined(":", inHeader("X-Goog-Channel-Id"), inHeader("X-Goog-Message-Number")),
			account: inHeader("X-Goog-Resource-Id"),
		},
	}
}

func googleCalendar() *Provider {
	return googleChannel("google-calendar", "Google Calendar", "https://developers.google.com/workspace/calendar/api/guides/push", "calendar",
		[]string{"GOOGLE_CALENDAR_CHANNEL_TOKEN", "GOOGLE_CALENDAR_WEBHOOK_TOKEN", "GOOGLE_CALENDAR_WEBHOOK_SECRET"})
}

func googleDrive() *Provider {
	return googleChannel("google-drive", "Google Drive", "https://developers.google.com/workspace/drive/api/guides/push", "drive",
		[]string{"GOOGLE_DRIVE_CHANNEL_TOKEN", "GOOGLE_DRIVE_WEBHOOK_TOKEN", "GOOGLE_DRIVE_WEBHOOK_SECRET"})
}

func meraki() *Provider {
	return &Provider{
		Name:       "meraki",
		Title:      "Cisco Meraki",
		Docs:       "https://developer.cisco.com/meraki/webhooks/",
		Confidence: Documented,
		Note:       "Nothing is signed: the body bears the shared secret itself.",
		SecretVars: []string{"MERAKI_SHARED_SECRET", "MERAKI_WEBHOOK_SECRET", "MERAKI_WEBHOOK_SHARED_SECRET"},
		RegisterAt: "Dashboard → Network-wide → Alerts → Webhooks → HTTP servers",
		SecretAt:   "Dashboard → Network-wide → Alerts → Webhooks → HTTP servers → Shared secret, which you choose yourself",
		scheme:     &tokenScheme{at: memberAt("sharedSecret"), secret: ownSecret()},
		clues:      []clue{shape("the body's alertType and organizationId", inBody("alertType"), inBody("organizationId"))},
		reads: reading{
			event: firstOf(inBody("alertTypeId"), inBody("alertType")), id: firstOf(inBody("alertId"), joined(":", inBody("networkId"), inBody("alertTypeId"), inBody("occurredAt"))),
			account: firstOf(inBody("organizationName"), inBody("organizationId")),
			mode:    when(inBody("alertData.isTest"), []string{"true"}, ModeTest, ModeLive),
		},
	}
}

func microsoftGraph() *Provider {
	return &Provider{
		Name:       "microsoft-graph",
		Title:      "Microsoft Graph",
		Docs:       "https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks",
		Confidence: Documented,
		Note: "Nothing is signed: the body repeats the subscription's clientState, which is compared in the first notification of a batch. " +
			"Notifications with data bear tokens in validationTokens besides, which are not judged here.",
		SecretVars: []string{"GRAPH_CLIENT_STATE", "MS_GRAPH_CLIENT_STATE", "MICROSOFT_GRAPH_CLIENT_STATE", "GRAPH_WEBHOOK_CLIENT_STATE"},
		RegisterAt: "the API: POST /v1.0/subscriptions, notificationUrl",
		SecretAt:   "the clientState that you choose when the subscription is created",
		Timeout:    3 * time.Second,
		Retries:    "with growing pauses, for 4 hours",
		scheme:     &tokenScheme{at: memberAt("value.0.clientState"), secret: ownSecret()},
		clues: []clue{
			shape("the body's subscriptionId and changeType", inBody("value.0.subscriptionId"), firstOf(inBody("value.0.changeType"), inBody("value.0.lifecycleEvent"))),
			shape("the query's validationToken", inQuery("validationToken")),
		},
		reads: reading{
			event: firstOf(inBody("value.0.lifecycleEvent"), inBody("value.0.changeType")), id: inBody("value.0.id"),
			account: firstOf(inBody("value.0.tenantId"), inBody("value.0.subscriptionId")),
		},
		handshake: validates("validationToken"),
	}
}

func sharePoint() *Provider {
	return &Provider{
		Name:       "sharepoint",
		Title:      "SharePoint",
		Docs:       "https://learn.microsoft.com/en-us/sharepoint/dev/apis/webhooks/overview-sharepoint-webhooks",
		Confidence: Documented,
		Note:       "Nothing is signed: the body repeats the subscription's clientState. It only says that a list changed.",
		SecretVars: []string{"SHAREPOINT_CLIENT_STATE", "SHAREPOINT_WEBHOOK_CLIENT_STATE"},
		RegisterAt: "the API: POST /_api/web/lists('{id}')/subscriptions, notificationUrl",
		SecretAt:   "the clientState that you choose when the subscription is created",
		Timeout:    5 * time.Second,
		Retries:    "5 times, 5 minutes apart",
		Schedule:   []time.Duration{5 * time.Minute, 5 * time.Minute, 5 * time.Minute, 5 * time.Minute, 5 * time.Minute},
		scheme:     &tokenScheme{at: memberAt("value.0.clientState"), secret: ownSecret()},
		clues: []clue{
			shape("the body's subscriptionId and siteUrl", inBody("value.0.subscriptionId"), inBody("value.0.siteUrl")),
			shape("the query's validationtoken", inQuery("validationtoken")),
		},
		reads:     reading{account: firstOf(inBody("value.0.siteUrl"), inBody("value.0.tenantId"))},
		handshake: validates("validationtoken"),
	}
}

// validates answers a POST with a token in its URL with that token.
func validates(parameter string) handshake {
	at := queryAt(parameter)
	return func(r Request, _ []Secret) (Answer, bool) {
		token, reason := at.get(r)
		return textAnswer(token), reason == ReasonOK && strings.EqualFold(r.Method, http.MethodPost)
	}
}
