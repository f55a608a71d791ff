package signature

import "time"

// operationsProviders send webhooks about errors, incidents, flags and what else happens to a service in use.
func operationsProviders() []*Provider {
	return []*Provider{
		castle(), incidentIO(), launchDarkly(), pagerDuty(), sentry(), signalSciences(), statsig(), trendMicro(), workOS(),
	}
}

func castle() *Provider {
	return &Provider{
		Name:       "castle",
		Title:      "Castle",
		Docs:       "https://docs.castle.io/docs/webhooks",
		Confidence: Judged,
		SecretVars: []string{"CASTLE_API_SECRET", "CASTLE_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Settings → Webhooks",
		SecretAt:   "Dashboard → Settings → API → API Secret",
		scheme:     signsBody("X-Castle-Signature", "", withSHA256(), inBase64(), ownSecret()),
		clues:      marks("X-Castle-Signature"),
		reads: reading{
			event: inBody("type"), id: joined(":", firstOf(inBody("data.id"), inBody("user_id")), inBody("type"), inBody("created_at")),
			account: inBody("app_id"),
		},
	}
}

func incidentIO() *Provider {
	return &Provider{
		Name:       "incident-io",
		Title:      "incident.io",
		Docs:       "https://docs.incident.io/integrations/webhooks",
		Confidence: Documented,
		SecretVars: []string{"INCIDENT_IO_WEBHOOK_SECRET", "INCIDENT_WEBHOOK_SECRET"},
		RegisterAt: "Settings → Webhooks",
		SecretAt:   "Settings → Webhooks → the endpoint → Signing secret",
		Retries:    "7 times over 28 hours: after 5 seconds, 5 and 30 minutes, 2, 5, 10 and 10 hours",
		scheme:     signsStandard(secretForm{prefix: "whsec_", length: 24, encoded: true}),
		clues: sentBySvix(
			clue{within: inBody("event_type"), prefix: "public_incident.", weight: likely, words: "the body's event_type"},
			clue{within: inBody("event_type"), prefix: "private_incident.", weight: likely, words: "the body's event_type"},
		),
		reads: reading{event: inBody("event_type"), id: inHeader("Webhook-Id")},
	}
}

func launchDarkly() *Provider {
	return &Provider{
		Name:       "launchdarkly",
		Title:      "LaunchDarkly",
		Docs:       "https://launchdarkly.com/docs/integrations/webhooks",
		Confidence: Documented,
		SecretVars: []string{"LAUNCHDARKLY_WEBHOOK_SECRET", "LD_WEBHOOK_SECRET"},
		RegisterAt: "Integrations → Webhooks",
		SecretAt:   "Integrations → Webhooks → the webhook → Sign this webhook → Secret, which you may choose yourself",
		Retries:    "once",
		scheme:     signsBody("X-Ld-Signature", "", withSHA256(), inHex(), ownSecret()),
		clues:      marks("X-Ld-Signature"),
		reads: reading{
			event: joined(".", inBody("kind"), inBody("accesses.0.action")), id: inBody("_id"), account: inBody("_accountId"),
		},
	}
}

func pagerDuty() *Provider {
	return &Provider{
		Name:       "pagerduty",
		Title:      "PagerDuty",
		Docs:       "https://developer.pagerduty.com/docs/verifying-webhook-signatures",
		Confidence: Judged,
		Note:       "Answers of 400 and 403 stop it from sending again.",
		SecretVars: []string{"PAGERDUTY_WEBHOOK_SECRET", "PAGERDUTY_SIGNING_SECRET"},
		RegisterAt: "Integrations → Generic Webhooks (v3)",
		SecretAt:   "shown once when the webhook subscription is made",
		Retries:    "with growing pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Pagerduty-Signature", before: "v1=", separator: ","},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{body}"), secret: secretForm{alphabet: alphanumeric, length: 64},
		},
		clues: append(marks("X-Pagerduty-Signature"), agent("PagerDuty-Webhook/")),
		reads: reading{
			event: inBody("event.event_type"), id: inBody("event.id"), account: firstOf(inBody("event.data.service.summary"), inBody("event.data.id")),
			mode: when(inBody("event.event_type"), []string{"pagey.ping"}, ModeTest, ModeLive),
		},
	}
}

func sentry() *Provider {
	return &Provider{
		Name:       "sentry",
		Title:      "Sentry",
		Docs:       "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
		Confidence: Judged,
		Note:       "It waits for one second only. Sentry-Hook-Timestamp is not signed.",
		SecretVars: []string{"SENTRY_CLIENT_SECRET", "SENTRY_WEBHOOK_SECRET"},
		RegisterAt: "Settings → Developer Settings → the integration → Webhook URL",
		SecretAt:   "Settings → Developer Settings → the integration → Client Secret",
		Timeout:    time.Second,
		scheme: signsBody("Sentry-Hook-Signature", "", withSHA256(), inHex(),
			secretForm{alphabet: hexDigits, length: 64}),
		clues: marks("Sentry-Hook-Resource", "Sentry-Hook-Signature", "Sentry-Hook-Timestamp"),
		reads: reading{
			event: joined(".", inHeader("Sentry-Hook-Resource"), inBody("action")), id: inHeader("Request-Id"),
			account: firstOf(inBody("data.issue.project.slug"), inBody("data.error.project"), inBody("installation.uuid")),
		},
	}
}

func signalSciences() *Provider {
	return &Provider{
		Name:       "signal-sciences",
		Title:      "Fastly Next-Gen WAF (Signal Sciences)",
		Docs:       "https://www.fastly.com/documentation/guides/next-gen-waf/integrations/generic-webhooks/",
		Confidence: Documented,
		SecretVars: []string{"SIGSCI_SIGNING_KEY", "SIGSCI_WEBHOOK_SECRET", "SIGNAL_SCIENCES_WEBHOOK_SECRET"},
		RegisterAt: "the site → Manage → Site Integrations → Generic Webhook",
		SecretAt:   "the site → Manage → Site Integrations → the webhook → Signing key",
		scheme:     signsBody("X-Sigsci-Signature", "", withSHA256(), inHex(), secretForm{alphabet: hexDigits, length: 64}),
		clues:      marks("X-Sigsci-Signature"),
		reads: reading{
			event: inBody("type"), id: joined(":", inBody("payload.ID"), inBody("created")), account: inBody("payload.SiteID"),
		},
	}
}

func statsig() *Provider {
	return &Provider{
		Name:       "statsig",
		Title:      "Statsig",
		Docs:       "https://docs.statsig.com/integrations/event_webhook",
		Confidence: Documented,
		SecretVars: []string{"STATSIG_WEBHOOK_SECRET", "STATSIG_WEBHOOK_SIGNING_SECRET"},
		RegisterAt: "Project Settings → Integrations → Generic Webhook",
		SecretAt:   "Project Settings → Integrations → Generic Webhook → Signing secret",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Statsig-Signature", before: "v0=", time: "X-Statsig-Request-Timestamp"},
			digest:  withSHA256(), encoding: inHex(), signs: signs("v0:{timestamp}:{body}"),
			clock:  clock{unit: time.Millisecond},
			secret: secretForm{prefix: "webhook-", alphabet: alphanumeric, length: 40},
		},
		clues: append(marks("X-Statsig-Signature", "X-Statsig-Request-Timestamp"), shape("the body's verification_code", inBody("data.verification_code"))),
		reads: reading{
			event: firstOf(inBody("data.0.eventName"), inBody("0.eventName"), inBody("data.event")),
			id:    firstOf(inBody("data.0.timeUUID"), inBody("0.timeUUID")), account: firstOf(inBody("data.0.metadata.projectName"), inBody("data.0.metadata.projectID")),
		},
		handshake: statsigCode,
	}
}

// statsigCode repeats the code that a new URL is sent.
func statsigCode(r Request, _ []Secret) (Answer, bool) {
	code := pick(r.Body, "data", "verification_code")
	if pick(r.Body, "data", "event") != "url_verification" || code == "" {
		return Answer{}, false
	}
	return jsonAnswer(string(append(appendJSONString([]byte(`{"verification_code":`), []byte(code)), '}'))), true
}

func trendMicro() *Provider {
	return &Provider{
		Name:       "trend-micro",
		Title:      "Trend Micro Conformity",
		Docs:       "https://docs.trendmicro.com/en-us/documentation/article/trend-micro-cloud-one-conformity-webhook-communication",
		Confidence: Documented,
		Note:       "Without a security token nothing is signed.",
		SecretVars: []string{"TRENDMICRO_WEBHOOK_SECRET", "CONFORMITY_WEBHOOK_SECRET"},
		RegisterAt: "the account → Settings → Communication settings → Webhook",
		SecretAt:   "the account → Settings → Communication settings → Webhook → Security Token, which you choose yourself",
		scheme:     signsBody("X-Trendmicro-Signature", "", withSHA256(), inHex(), ownSecret()),
		clues:      marks("X-Trendmicro-Signature"),
		reads:      reading{event: inBody("status"), id: inBody("id"), account: firstOf(inBody("accountName"), inBody("accountId"))},
	}
}

func workOS() *Provider {
	return &Provider{
		Name:       "workos",
		Title:      "WorkOS",
		Docs:       "https://workos.com/docs/events/data-syncing/webhooks",
		Confidence: Judged,
		SecretVars: []string{"WORKOS_WEBHOOK_SECRET", "WORKOS_WEBHOOK_SIGNING_SECRET"},
		RegisterAt: "Dashboard → Developer → Webhooks",
		SecretAt:   "Dashboard → Developer → Webhooks → the endpoint → Signing secret",
		Success:    "200",
		Retries:    "up to 12 times over 3 days with growing pauses",
		scheme: &hmacScheme{
			carrier: pairs{name: "Workos-Signature", separator: ", ", joint: ", ", time: "t=", signature: "v1="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock: clock{unit: time.Millisecond, past: 3 * time.Minute}, secret: ownSecret(),
		},
		clues: append(marks("Workos-Signature"), agent("WorkOS")),
		reads: reading{
			event: inBody("event"), id: inBody("id"), account: firstOf(inBody("data.organization_id"), inBody("data.directory_id")),
		},
	}
}
