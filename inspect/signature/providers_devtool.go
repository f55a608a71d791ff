package signature

import (
	"crypto"
	"slices"
	"time"
)

// devtoolProviders send webhooks about repositories, builds, errors and incidents.
func devtoolProviders() []*Provider {
	return slices.Concat([]*Provider{
		autodesk(), azureDevOps(), bitbucket(), bitbucketServer(), buildkite(), circleCI(), expo(), forgejo(), gitea(), gogs(),
		jira(), linear(), npm(), sonatypeNexus(), travisCI(),
	}, operationsProviders())
}

func autodesk() *Provider {
	return &Provider{
		Name:       "autodesk",
		Title:      "Autodesk Platform Services",
		Docs:       "https://aps.autodesk.com/en/docs/webhooks/v1/tutorials/how-to-verify-payload-signature/",
		Confidence: Documented,
		SecretVars: []string{"APS_WEBHOOK_SECRET", "AUTODESK_WEBHOOK_SECRET", "FORGE_WEBHOOK_SECRET"},
		RegisterAt: "the Webhooks API, POST systems/:system/events/:event/hooks",
		SecretAt:   "the token that you set with the Webhooks API, POST tokens",
		scheme:     signsBody("X-Adsk-Signature", "sha1hash=", withSHA1(), inHex(), ownSecret()),
		clues:      marks("X-Adsk-Signature", "X-Adsk-Delivery-Id"),
		reads: reading{
			event: inBody("hook.event"), id: inHeader("X-Adsk-Delivery-Id"), account: firstOf(inBody("hook.tenant"), inBody("payload.project")),
		},
	}
}

func azureDevOps() *Provider {
	return &Provider{
		Name:       "azure-devops",
		Title:      "Azure DevOps",
		Docs:       "https://learn.microsoft.com/en-us/azure/devops/service-hooks/services/webhooks",
		Confidence: Documented,
		Note:       "Nothing is signed: what proves the sender is Basic authentication or a header of your own. It doesn't cover the body.",
		SecretVars: []string{"AZURE_DEVOPS_WEBHOOK_CREDENTIALS", "AZURE_DEVOPS_WEBHOOK_SECRET"},
		RegisterAt: "Project settings → Service hooks → Create subscription → Web Hooks",
		SecretAt:   "Project settings → Service hooks → the subscription → Action: its user name and password, as user:password",
		scheme:     basicAuth(),
		clues: append(marks("X-Vss-Subscriptionid", "X-Vss-Activityid"), agent("VSServices/"),
			shape("the body's publisherId, eventType and subscriptionId", inBody("publisherId"), inBody("eventType"), inBody("subscriptionId"))),
		reads: reading{
			event: inBody("eventType"), id: inBody("id"), account: firstOf(
				inBody("resource.repository.name"), inBody("resource.teamProject"), inBody("resourceContainers.project.id")),
		},
	}
}

// atlassianHub is how Atlassian's products sign: with SHA-256 in the header that is SHA-1 elsewhere.
func atlassianHub() *hmacScheme {
	return signsBody("X-Hub-Signature", "sha256=", withSHA256(), inHex(), ownSecret())
}

func bitbucket() *Provider {
	return &Provider{
		Name:       "bitbucket",
		Title:      "Bitbucket Cloud",
		Docs:       "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/#Secure-webhooks",
		Confidence: Published,
		Note:       "Without a secret nothing is signed.",
		SecretVars: []string{"BITBUCKET_WEBHOOK_SECRET"},
		RegisterAt: "the repository or workspace → Settings → Webhooks",
		SecretAt:   "the repository or workspace → Settings → Webhooks → the webhook → Secret, which you choose yourself",
		Timeout:    10 * time.Second,
		Retries:    "twice, after a timeout or 5xx",
		scheme:     atlassianHub(),
		clues: append(marks("X-Hook-Uuid"), agent("Bitbucket-Webhooks/"),
			clue{header: "X-Event-Key", prefix: "repo:push", weight: likely}, clue{header: "X-Event-Key", prefix: "pullrequest:", weight: likely},
			clue{header: "X-Hub-Signature", prefix: "sha256=", weight: weak}),
		reads: reading{
			event: inHeader("X-Event-Key"), id: inHeader("X-Request-Uuid"), account: inBody("repository.full_name"),
		},
	}
}

func bitbucketServer() *Provider {
	return &Provider{
		Name:       "bitbucket-server",
		Title:      "Bitbucket Data Center",
		Docs:       "https://confluence.atlassian.com/bitbucketserver/manage-webhooks-938025878.html",
		Confidence: Documented,
		Note:       "Without a secret nothing is signed. Its test connection isn't signed either.",
		SecretVars: []string{"BITBUCKET_SERVER_WEBHOOK_SECRET", "BITBUCKET_DC_WEBHOOK_SECRET"},
		RegisterAt: "the repository or project → Settings → Webhooks",
		SecretAt:   "the repository or project → Settings → Webhooks → the webhook → Secret, which you choose yourself",
		scheme:     atlassianHub(),
		clues:      []clue{{header: "X-Event-Key", weight: likely}}, // Cloud sends X-Hook-UUID beside it
		reads: reading{
			event: inHeader("X-Event-Key"), id: inHeader("X-Request-Id"),
			account: firstOf(joined("/", inBody("repository.project.key"), inBody("repository.slug")),
				joined("/", inBody("pullRequest.toRef.repository.project.key"), inBody("pullRequest.toRef.repository.slug"))),
		},
		handshake: bitbucketTest,
	}
}

// bitbucketTest accepts the test of a connection.
func bitbucketTest(r Request, _ []Secret) (Answer, bool) {
	return Answer{Status: 200, Asks: "Bitbucket's test of the connection"}, header(r.Header, "X-Event-Key") == "diagnostics:ping"
}

func buildkite() *Provider {
	return &Provider{
		Name:       "buildkite",
		Title:      "Buildkite",
		Docs:       "https://buildkite.com/docs/apis/webhooks/pipelines#webhook-signature",
		Confidence: Documented,
		Note:       "It signs, or sends the token itself in X-Buildkite-Token, which doesn't cover the body: the webhook's settings say which.",
		SecretVars: []string{"BUILDKITE_WEBHOOK_TOKEN", "BUILDKITE_WEBHOOK_SECRET"},
		RegisterAt: "Organization settings → Notification services → Webhook",
		SecretAt:   "Organization settings → Notification services → the webhook → Token",
		scheme: oneOf{
			&hmacScheme{
				carrier: pairs{name: "X-Buildkite-Signature", separator: ",", time: "timestamp=", signature: "signature="},
				digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
				clock: clock{unit: time.Second}, secret: secretForm{alphabet: hexDigits, length: 32},
			},
			&tokenScheme{at: headerAt("X-Buildkite-Token"), secret: secretForm{alphabet: hexDigits, length: 32}},
		},
		clues: append(marks("X-Buildkite-Event", "X-Buildkite-Signature", "X-Buildkite-Token"), agent("Buildkite-Request")),
		reads: reading{
			event: firstOf(inHeader("X-Buildkite-Event"), inBody("event")),
			id: joined(":", firstOf(inBody("job.id"), inBody("build.id"), inBody("agent.id")),
				firstOf(inHeader("X-Buildkite-Event"), inBody("event"))),
			account: inBody("pipeline.slug"),
		},
	}
}

func circleCI() *Provider {
	return &Provider{
		Name:       "circleci",
		Title:      "CircleCI",
		Docs:       "https://circleci.com/docs/guides/integration/outbound-webhooks/",
		Confidence: Published,
		SecretVars: []string{"CIRCLECI_WEBHOOK_SECRET", "CIRCLE_WEBHOOK_SECRET"},
		RegisterAt: "Project Settings → Webhooks",
		SecretAt:   "Project Settings → Webhooks → the webhook → Secret token, which you choose yourself",
		Timeout:    5 * time.Second,
		Retries:    "later, as often as is not published",
		scheme: &hmacScheme{
			carrier: headers{signature: "Circleci-Signature", before: "v1=", separator: ","},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{body}"), secret: ownSecret(),
		},
		clues: append(marks("Circleci-Event-Type", "Circleci-Signature"), agent("CircleCI-Webhook/")),
		reads: reading{
			event: firstOf(inBody("type"), inHeader("Circleci-Event-Type")), id: inBody("id"), account: inBody("project.slug"),
			mode: when(firstOf(inBody("type"), inHeader("Circleci-Event-Type")), []string{"ping"}, ModeTest, ModeLive),
		},
	}
}

func expo() *Provider {
	return &Provider{
		Name:       "expo",
		Title:      "Expo EAS",
		Docs:       "https://docs.expo.dev/eas/webhooks/",
		Confidence: Documented,
		SecretVars: []string{"EXPO_WEBHOOK_SECRET", "EAS_WEBHOOK_SECRET", "SECRET_WEBHOOK_KEY"},
		RegisterAt: "eas webhook:create",
		SecretAt:   "eas webhook:create --secret, 16 characters at least, which you choose yourself",
		scheme:     signsBody("Expo-Signature", "sha1=", withSHA1(), inHex(), ownSecret()),
		clues:      marks("Expo-Signature"),
		reads: reading{
			event: joined(".", inBody("platform"), inBody("status")), id: joined(":", inBody("id"), inBody("status")),
			account: joined("/", inBody("accountName"), inBody("projectName")),
		},
	}
}

// ownSecret is the form of a secret that people make up themselves.
func ownSecret() secretForm { return secretForm{alphabet: alphanumeric, length: 32} }

// forgeScheme is that of Gogs and those that came of it: HMAC over the JSON, even where a form holds it. Each also sends
// the headers of those before it, and all send GitHub's X-GitHub-Event.
func forgeScheme(signature string, others ...string) *hmacScheme {
	overJSON := func(h headers, d digest) *hmacScheme {
		return &hmacScheme{
			carrier: h, digest: d, encoding: inHex(), secret: ownSecret(),
			signs: computes("body, or the form's payload", func(r Request, _ claims) []byte { return document(r) }).of("{field:payload}"),
		}
	}
	scheme := overJSON(headers{signature: signature}, withSHA256())
	for _, name := range others {
		scheme.also = append(scheme.also, overJSON(headers{signature: name}, withSHA256()))
	}
	if len(others) > 0 {
		scheme.also = append(scheme.also,
			overJSON(headers{signature: "X-Hub-Signature-256", before: "sha256="}, withSHA256()),
			overJSON(headers{signature: "X-Hub-Signature", before: "sha1="}, withSHA1()))
	}
	return scheme
}

// forgeMarks weigh more than GitHub's headers. Of two of them the younger software's wins, whose name comes first.
func forgeMarks(prefix string) []clue {
	clues := marks(prefix+"Event", prefix+"Signature", prefix+"Delivery")
	for i := range clues {
		clues[i].weight = foremost
	}
	return clues
}

func forgeReading(prefix string) reading {
	return reading{
		event: joined(".", inHeader(prefix+"Event"), inDocument("action")), id: inHeader(prefix + "Delivery"),
		account: firstOf(inDocument("repository.full_name"), inDocument("organization.username")),
	}
}

// inDocument is a value in the JSON that is the body, or that a form holds in its field "payload".
func inDocument(path string) source {
	return firstOf(inBody(path), inPayload("payload", path))
}

func forgejo() *Provider {
	return &Provider{
		Name:       "forgejo",
		Title:      "Forgejo",
		Docs:       "https://forgejo.org/docs/latest/user/webhooks/",
		Confidence: Judged,
		Note:       "A form's payload is signed as the JSON that it holds, not as the form.",
		SecretVars: []string{"FORGEJO_WEBHOOK_SECRET"},
		RegisterAt: "the repository or organization → Settings → Webhooks",
		SecretAt:   "the repository or organization → Settings → Webhooks → the webhook → Secret, which you choose yourself",
		Timeout:    5 * time.Second,
		Retries:    "never by itself; by hand",
		Forgetful:  true,
		scheme:     forgeScheme("X-Forgejo-Signature", "X-Gitea-Signature", "X-Gogs-Signature"),
		clues:      forgeMarks("X-Forgejo-"),
		reads:      forgeReading("X-Forgejo-"),
	}
}

func gitea() *Provider {
	return &Provider{
		Name:       "gitea",
		Title:      "Gitea",
		Docs:       "https://docs.gitea.com/usage/webhooks",
		Confidence: Judged,
		Note:       "A form's payload is signed as the JSON that it holds, not as the form.",
		SecretVars: []string{"GITEA_WEBHOOK_SECRET"},
		RegisterAt: "the repository or organization → Settings → Webhooks",
		SecretAt:   "the repository or organization → Settings → Webhooks → the webhook → Secret, which you choose yourself",
		Timeout:    5 * time.Second,
		Retries:    "never by itself; by hand",
		Forgetful:  true,
		scheme:     forgeScheme("X-Gitea-Signature", "X-Gogs-Signature"),
		clues:      forgeMarks("X-Gitea-"),
		reads:      forgeReading("X-Gitea-"),
	}
}

func gogs() *Provider {
	return &Provider{
		Name:       "gogs",
		Title:      "Gogs",
		Docs:       "https://gogs.io/docs/features/webhook",
		Confidence: Judged,
		Note:       "A form's payload is signed as the JSON that it holds, not as the form.",
		SecretVars: []string{"GOGS_WEBHOOK_SECRET"},
		RegisterAt: "the repository or organization → Settings → Webhooks",
		SecretAt:   "the repository or organization → Settings → Webhooks → the webhook → Secret, which you choose yourself",
		Retries:    "never by itself; by hand",
		Forgetful:  true,
		scheme:     forgeScheme("X-Gogs-Signature"),
		clues:      append(forgeMarks("X-Gogs-"), agent("GogsServer")),
		reads:      forgeReading("X-Gogs-"),
	}
}

func jira() *Provider {
	return &Provider{
		Name:       "jira",
		Title:      "Jira",
		Docs:       "https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks",
		Confidence: Published,
		Note:       "Only webhooks that an administrator made with a secret are signed. Those of an OAuth app bring a token that doesn't cover the body.",
		SecretVars: []string{"JIRA_WEBHOOK_SECRET", "ATLASSIAN_WEBHOOK_SECRET"},
		RegisterAt: "Jira settings → System → WebHooks",
		SecretAt:   "Jira settings → System → WebHooks → the webhook → Secret; for an OAuth app its client secret",
		Timeout:    20 * time.Second,
		Retries:    "5 times, 5 to 15 minutes apart, after 408, 409, 425, 429, 5xx or a timeout",
		scheme: oneOf{
			atlassianHub(),
			&jwtScheme{at: headerAt("Authorization"), before: "Bearer ", algorithm: hs256, secret: ownSecret()},
		},
		clues: append(marks("X-Atlassian-Webhook-Identifier", "X-Atlassian-Webhook-Flow"), shape("the body's webhookEvent", inBody("webhookEvent"))),
		reads: reading{
			event: inBody("webhookEvent"), id: inHeader("X-Atlassian-Webhook-Identifier"),
			account: firstOf(inBody("issue.fields.project.key"), inBody("project.key")),
		},
	}
}

func linear() *Provider {
	return &Provider{
		Name:       "linear",
		Title:      "Linear",
		Docs:       "https://linear.app/developers/webhooks#securing-webhooks",
		Confidence: Judged,
		Note:       "The time is the body's webhookTimestamp, which changes when a request is signed anew.",
		SecretVars: []string{"LINEAR_WEBHOOK_SECRET", "LINEAR_WEBHOOK_SIGNING_SECRET"},
		RegisterAt: "Settings → API → Webhooks",
		SecretAt:   "Settings → API → Webhooks → the webhook → Signing secret",
		Timeout:    5 * time.Second,
		Success:    "200",
		Retries:    "3 times, after 1 minute, 1 hour and 6 hours",
		Schedule:   []time.Duration{time.Minute, time.Hour, 6 * time.Hour},
		scheme: &hmacScheme{
			carrier: slots{signature: headerAt("Linear-Signature"), time: memberAt("webhookTimestamp")},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{body}"),
			clock:  clock{unit: time.Millisecond, past: time.Minute, future: time.Minute},
			secret: secretForm{prefix: "lin_wh_", alphabet: alphanumeric, length: 40},
		},
		clues: append(marks("Linear-Signature", "Linear-Event", "Linear-Delivery"), agent("Linear-Webhook")),
		reads: reading{
			event:   joined(".", firstOf(inHeader("Linear-Event"), inBody("type")), inBody("action")),
			id:      firstOf(inHeader("Linear-Delivery"), inBody("webhookId")),
			account: firstOf(inBody("data.team.key"), inBody("organizationId")),
		},
	}
}

func npm() *Provider {
	return &Provider{
		Name:       "npm",
		Title:      "npm",
		Docs:       "https://docs.npmjs.com/cli/v10/commands/npm-hook",
		Confidence: Unconfirmed,
		SecretVars: []string{"NPM_HOOK_SECRET", "NPM_WEBHOOK_SECRET"},
		RegisterAt: "npm hook add PACKAGE URL SECRET",
		SecretAt:   "npm hook add, which you choose yourself",
		scheme:     signsBody("X-Npm-Signature", "sha256=", withSHA256(), inHex(), ownSecret()),
		clues:      marks("X-Npm-Signature"),
		reads:      reading{event: inBody("event"), id: joined(":", inBody("name"), inBody("event"), inBody("time")), account: inBody("name")},
	}
}

func sonatypeNexus() *Provider {
	return &Provider{
		Name:       "sonatype-nexus",
		Title:      "Sonatype Nexus Repository",
		Docs:       "https://help.sonatype.com/en/working-with-hmac-payloads.html",
		Confidence: Unconfirmed,
		SecretVars: []string{"NEXUS_WEBHOOK_SECRET", "SONATYPE_WEBHOOK_SECRET"},
		RegisterAt: "Administration → System → Capabilities → Create → Webhook",
		SecretAt:   "Administration → System → Capabilities → the webhook → Secret Key, which you choose yourself",
		scheme:     signsBody("X-Nexus-Webhook-Signature", "", withSHA1(), inHex(), ownSecret()),
		clues:      marks("X-Nexus-Webhook-Signature", "X-Nexus-Webhook-Id", "X-Nexus-Webhook-Delivery"),
		reads: reading{
			event: joined(".", inHeader("X-Nexus-Webhook-Id"), inBody("action")), id: inHeader("X-Nexus-Webhook-Delivery"),
			account: inBody("repositoryName"),
		},
	}
}

func travisCI() *Provider {
	return &Provider{
		Name:       "travis-ci",
		Title:      "Travis CI",
		Docs:       "https://docs.travis-ci.com/user/notifications/#verifying-webhook-requests",
		Confidence: Unconfirmed,
		Note:       "The public key is in https://api.travis-ci.com/config, at config.notifications.webhook.public_key.",
		SecretVars: []string{"TRAVIS_PUBLIC_KEY", "TRAVIS_WEBHOOK_PUBLIC_KEY"},
		RegisterAt: ".travis.yml → notifications → webhooks",
		SecretAt:   "https://api.travis-ci.com/config → config.notifications.webhook.public_key",
		Retries:    "never by itself",
		Forgetful:  true,
		scheme: &keyScheme{
			carrier: headers{signature: "Signature"}, algorithm: withRSA(crypto.SHA1, false), encoding: inBase64(), shows: asPEM,
			signs: signs("{field:payload}"),
		},
		clues: append(marks("Travis-Repo-Slug"), shape("the payload's build_url", inPayload("payload", "build_url"))),
		reads: reading{
			event: joined(".", inPayload("payload", "type"), inPayload("payload", "state")),
			id:    joined(":", inPayload("payload", "id"), inPayload("payload", "state")), account: inHeader("Travis-Repo-Slug"),
		},
	}
}
