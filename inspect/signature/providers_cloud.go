package signature

import "time"

// cloudProviders send webhooks about clouds, queues and platforms.
func cloudProviders() []*Provider {
	return []*Provider{
		awsSNS(), dockerHub(), googlePubsub(), heroku(), mongodbAtlas(), netlify(), render(), smartcar(), tailscale(),
		terraformCloud(), vercel(),
	}
}

func awsSNS() *Provider {
	return &Provider{
		Name:       "aws-sns",
		Title:      "Amazon SNS",
		Docs:       "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html",
		Confidence: Judged,
		Note: "A new subscription sends nothing until its SubscribeURL is opened. With raw delivery nothing is signed. Apps take the " +
			"certificate from Amazon, so what hook signs verifies only where they can be given another.",
		SecretVars: []string{"SNS_SIGNING_CERT", "AWS_SNS_SIGNING_CERT"},
		RegisterAt: "SNS console → Topics → the topic → Create subscription → HTTPS",
		SecretAt:   "the certificate at the SigningCertURL that each message names",
		Timeout:    15 * time.Second,
		Success:    "2xx; 4xx is final",
		Retries:    "3 times, 20 seconds apart, unless the subscription has another policy",
		Schedule:   []time.Duration{20 * time.Second, 20 * time.Second, 20 * time.Second},
		scheme:     newSNSScheme(),
		clues: append(marks("X-Amz-Sns-Message-Type", "X-Amz-Sns-Topic-Arn"),
			agent("Amazon Simple Notification Service Agent"), shape("the body's TopicArn and SigningCertURL", inBody("TopicArn"), inLongBody("SigningCertURL"))),
		reads: reading{
			event: firstOf(inBody("Type"), inHeader("X-Amz-Sns-Message-Type")), id: firstOf(inBody("MessageId"), inHeader("X-Amz-Sns-Message-Id")),
			account: firstOf(inBody("TopicArn"), inHeader("X-Amz-Sns-Topic-Arn")),
		},
		handshake: snsConfirmation,
		keysAt:    namedKeys(inLongBody("SigningCertURL"), snsHost),
	}
}

func dockerHub() *Provider {
	return &Provider{
		Name:       "docker-hub",
		Title:      "Docker Hub",
		Docs:       "https://docs.docker.com/docker-hub/repos/manage/webhooks/",
		Confidence: Documented,
		Note:       "Nothing is signed: the practice is a secret in the URL, or a POST to the body's callback_url, which only Docker Hub knows.",
		SecretVars: []string{"DOCKER_HUB_WEBHOOK_TOKEN", "DOCKERHUB_WEBHOOK_TOKEN", "DOCKERHUB_WEBHOOK_SECRET"},
		RegisterAt: "the repository → Webhooks",
		SecretAt:   "the URL that you register, which you choose yourself",
		scheme:     &urlToken{name: "token"},
		clues:      []clue{shape("the body's push_data and repository", inBody("push_data.tag"), inBody("repository.repo_name"))},
		reads: reading{
			event: joined(":", always("push"), inBody("push_data.tag")), id: joined(":", inBody("repository.repo_name"), inBody("push_data.pushed_at")),
			account: inBody("repository.repo_name"),
		},
	}
}

func googlePubsub() *Provider {
	return &Provider{
		Name:       "google-pubsub",
		Title:      "Google Cloud Pub/Sub",
		Docs:       "https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions",
		Confidence: Judged,
		Note:       "The token proves who sends and to whom; it doesn't cover the body. Answers 102, 200, 201, 202 and 204 acknowledge a message.",
		SecretVars: []string{"PUBSUB_AUDIENCE", "GOOGLE_PUBSUB_AUDIENCE", "PUBSUB_PUSH_AUDIENCE"},
		RegisterAt: "Cloud console → Pub/Sub → Subscriptions → Create → Push, with authentication enabled",
		SecretAt:   "the subscription's audience, which is its URL unless you choose another; Google publishes the keys",
		Success:    "102, 200, 201, 202 or 204",
		Retries:    "until the message expires, after 7 days by default, with pauses up to 60 seconds",
		scheme: &jwtScheme{
			at: headerAt("Authorization"), before: "Bearer ", algorithm: rs256, audience: true,
			issuers: []string{"https://accounts.google.com", "accounts.google.com"}, clock: clock{unit: time.Second, future: 5 * time.Minute}, shows: asPEM,
		},
		clues: append(marks("X-Goog-Pubsub-Subscription-Name", "X-Goog-Pubsub-Message-Id"), agent("CloudPubSub-Google"),
			shape("the body's message and subscription", inBody("message.messageId"), inBody("subscription"))),
		reads: reading{
			event: firstOf(
				inBody("message.attributes.eventType"), inBody("message.attributes.event_type"), inBody("message.attributes.type"),
				inBody("message.attributes.ce-type"),
			),
			id:      firstOf(inBody("message.messageId"), inHeader("X-Goog-Pubsub-Message-Id")),
			account: firstOf(inBody("subscription"), inHeader("X-Goog-Pubsub-Subscription-Name")),
		},
		keysAt: publishedKeys("https://www.googleapis.com/oauth2/v3/certs"),
	}
}

func heroku() *Provider {
	return &Provider{
		Name:       "heroku",
		Title:      "Heroku",
		Docs:       "https://devcenter.heroku.com/articles/app-webhooks#securing-webhook-requests",
		Confidence: Documented,
		SecretVars: []string{"HEROKU_WEBHOOK_SECRET"},
		RegisterAt: "heroku webhooks:add, or Dashboard → the app → More → View webhooks",
		SecretAt:   "the Heroku-Webhook-Secret of the answer to heroku webhooks:add, or -s SECRET, which you choose yourself",
		Retries:    "never at level notify; at level sync until it succeeds or a limit is reached",
		scheme: signsBody("Heroku-Webhook-Hmac-Sha256", "", withSHA256(), inBase64(),
			secretForm{alphabet: hexDigits, length: 64}),
		clues: append(marks("Heroku-Webhook-Hmac-Sha256"), shape("the body's webhook_metadata", inBody("webhook_metadata.event.id"))),
		reads: reading{
			event: joined(".", inBody("resource"), inBody("action")), id: inBody("webhook_metadata.event.id"),
			account: firstOf(inBody("data.app.name"), inBody("data.name")),
		},
	}
}

func mongodbAtlas() *Provider {
	return &Provider{
		Name:       "mongodb-atlas",
		Title:      "MongoDB Atlas",
		Docs:       "https://www.mongodb.com/docs/atlas/tutorial/webhook-integration/",
		Confidence: Documented,
		Note:       "These are Atlas alerts; triggers of App Services sign in another way.",
		SecretVars: []string{"MONGODB_ATLAS_WEBHOOK_SECRET", "ATLAS_WEBHOOK_SECRET"},
		RegisterAt: "Project Settings → Integrations → Webhook",
		SecretAt:   "Project Settings → Integrations → Webhook → Webhook Secret, which you choose yourself",
		scheme:     signsBody("X-Mms-Signature", "", withSHA1(), inBase64(), ownSecret()),
		clues:      marks("X-Mms-Signature", "X-Mms-Event"),
		reads: reading{
			event: firstOf(inHeader("X-Mms-Event"), inBody("eventTypeName")), id: joined(":", inBody("id"), inBody("status"), inBody("updated")),
			account: inBody("groupId"),
		},
	}
}

func netlify() *Provider {
	return &Provider{
		Name:       "netlify",
		Title:      "Netlify",
		Docs:       "https://docs.netlify.com/site-deploys/notifications/#payload-signature",
		Confidence: Documented,
		SecretVars: []string{"NETLIFY_WEBHOOK_SECRET", "NETLIFY_WEBHOOK_JWS_SECRET", "NETLIFY_JWS_SECRET"},
		RegisterAt: "Project configuration → Notifications → HTTP POST request",
		SecretAt:   "Project configuration → Notifications → the notification → JWS secret token, which you choose yourself",
		scheme: &jwtScheme{
			at: headerAt("X-Webhook-Signature"), algorithm: hs256, bodyHash: "sha256", hashIn: hexSum, issuers: []string{"netlify"},
			secret: ownSecret(),
		},
		clues: append(marks("X-Netlify-Event"), clue{header: "X-Webhook-Signature", prefix: "eyJ", weight: weak}),
		reads: reading{
			event: firstOf(inHeader("X-Netlify-Event"), inBody("state")), id: joined(":", inBody("id"), inBody("state")),
			account: firstOf(inBody("name"), inBody("site_id")),
		},
	}
}

func render() *Provider {
	return &Provider{
		Name:       "render",
		Title:      "Render",
		Docs:       "https://render.com/docs/webhooks",
		Confidence: Documented,
		SecretVars: []string{"RENDER_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → the workspace → Integrations → Webhooks",
		SecretAt:   "Dashboard → the workspace → Integrations → Webhooks → the webhook → Signing secret",
		scheme:     signsStandard(secretForm{prefix: "whsec_", length: 24, encoded: true}),
		clues:      sentBySvix(shape("the body's data.serviceId", inBody("type"), inBody("data.serviceId"))),
		reads:      reading{event: inBody("type"), id: inHeader("Webhook-Id"), account: firstOf(inBody("data.serviceName"), inBody("data.serviceId"))},
	}
}

func smartcar() *Provider {
	return &Provider{
		Name:       "smartcar",
		Title:      "Smartcar",
		Docs:       "https://smartcar.com/docs/integrations/webhooks/payload-verification",
		Confidence: Judged,
		SecretVars: []string{"SMARTCAR_MANAGEMENT_TOKEN", "SMARTCAR_APPLICATION_MANAGEMENT_TOKEN", "SMARTCAR_AMT", "SMARTCAR_WEBHOOK_SECRET"},
		RegisterAt: "Dashboard → Integrations → Webhooks",
		SecretAt:   "Dashboard → Configuration → Application Management Token",
		Timeout:    15 * time.Second,
		scheme:     signsBody("Sc-Signature", "", withSHA256(), inHex(), secretForm{alphabet: hexDigits, length: 32}),
		clues:      marks("Sc-Signature"),
		reads: reading{
			event: inBody("eventType"), id: inBody("eventId"), account: firstOf(inBody("data.vehicle.id"), inBody("meta.webhookName")),
			mode: when(firstOf(inBody("meta.mode"), inBody("data.vehicle.mode")), []string{"LIVE", "live"}, ModeLive, ModeTest),
		},
		ChallengeSecret: "the application management token",
		handshake:       smartcarChallenge,
	}
}

// smartcarChallenge answers with the HMAC of the challenge by the secret that signed the request. Whoever else asked could
// have any body signed.
func smartcarChallenge(r Request, secrets []Secret) (Answer, bool) {
	challenge := firstOf(inBody("data.challenge"), inBody("payload.challenge"))(r)
	event := firstOf(inBody("eventType"), inBody("eventName"))(r)
	secret := signerOf("smartcar", r, secrets)
	if event != "VERIFY" && event != "verify" || challenge == "" || secret == "" {
		return Answer{}, false
	}
	return jsonAnswer(`{"challenge":"` + hexMAC(secret, challenge) + `"}`), true
}

func tailscale() *Provider {
	return &Provider{
		Name:       "tailscale",
		Title:      "Tailscale",
		Docs:       "https://tailscale.com/kb/1213/webhooks#verifying-an-event-signature",
		Confidence: Judged,
		SecretVars: []string{"TAILSCALE_WEBHOOK_SECRET"},
		RegisterAt: "Admin console → Settings → Webhooks",
		SecretAt:   "shown once when the endpoint is made, and again by Rotate secret",
		scheme: &hmacScheme{
			carrier: pairs{name: "Tailscale-Webhook-Signature", separator: ",", time: "t=", signature: "v1="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock:  clock{unit: time.Second, past: 5 * time.Minute},
			secret: secretForm{prefix: "tskey-webhook-", alphabet: alphanumeric, length: 40},
		},
		clues: marks("Tailscale-Webhook-Signature"),
		reads: reading{
			event: inBody("0.type"), id: joined(":", inBody("0.type"), inBody("0.timestamp"), inBody("0.data.nodeID")),
			account: inBody("0.tailnet"), mode: when(inBody("0.type"), []string{"test"}, ModeTest, ModeLive),
		},
	}
}

func terraformCloud() *Provider {
	return &Provider{
		Name:       "terraform-cloud",
		Title:      "HCP Terraform",
		Docs:       "https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations#notification-authenticity",
		Confidence: Documented,
		Note:       "A notification or run task is saved only if the request that tries its URL is answered with 2xx.",
		SecretVars: []string{"TFC_NOTIFICATION_TOKEN", "TFE_NOTIFICATION_TOKEN", "TFC_RUN_TASK_HMAC_KEY", "TFC_HMAC_KEY"},
		RegisterAt: "the workspace → Settings → Notifications, or the organization → Settings → Run tasks",
		SecretAt:   "the notification's Token, or the run task's HMAC key, which you choose yourself",
		scheme: oneOf{
			signsBody("X-Tfe-Notification-Signature", "", withSHA512(), inHex(), ownSecret()),
			signsBody("X-Tfc-Task-Signature", "", withSHA512(), inHex(), ownSecret()),
		},
		clues: append(marks("X-Tfe-Notification-Signature", "X-Tfc-Task-Signature"),
			shape("the body's notification_configuration_id", inBody("notification_configuration_id")),
			shape("the body's task_result_callback_url", inLongBody("task_result_callback_url"))),
		reads: reading{
			event: firstOf(inBody("notifications.0.trigger"), inBody("stage")),
			id: firstOf(inBody("task_result_id"),
				joined(":", inBody("run_id"), inBody("notifications.0.trigger"), inBody("notifications.0.run_updated_at"))),
			account: firstOf(joined("/", inBody("organization_name"), inBody("workspace_name")), inBody("notification_configuration_id")),
		},
		handshake: terraformTrial,
	}
}

// terraformTrial accepts the requests that try a URL before it is saved.
func terraformTrial(r Request, _ []Secret) (Answer, bool) {
	return Answer{Status: 200}, pick(r.Body, "notifications", "0", "trigger") == "verification" || pick(r.Body, "stage") == "test"
}

func vercel() *Provider {
	return &Provider{
		Name:       "vercel",
		Title:      "Vercel",
		Docs:       "https://vercel.com/docs/webhooks/webhooks-api#securing-webhooks",
		Confidence: Documented,
		Note:       "A drain of logs carries the same header; when it is added, its URL must answer with the dashboard's X-Vercel-Verify header.",
		SecretVars: []string{"VERCEL_WEBHOOK_SECRET", "WEBHOOK_INTEGRATION_SECRET", "VERCEL_INTEGRATION_SECRET"},
		RegisterAt: "Team Settings → Webhooks, or the integration's console",
		SecretAt:   "shown once when the webhook is made; for an integration its Client Secret",
		Timeout:    30 * time.Second,
		Retries:    "for up to 24 hours with growing pauses",
		scheme: signsBody("X-Vercel-Signature", "", withSHA1(), inHex(),
			secretForm{alphabet: alphanumeric, length: 24}),
		clues: marks("X-Vercel-Signature"),
		reads: reading{
			event: inBody("type"), id: inBody("id"),
			account: firstOf(inBody("payload.name"), inBody("payload.deployment.name"), inBody("payload.team.id")),
		},
	}
}
