package signature

import "time"

// aiProviders run models and agents, and tell when work is done.
func aiProviders() []*Provider {
	return []*Provider{
		anthropic(), cursor(), elevenLabs(), gemini(), huggingFace(), openAI(), replicate(), retell(), vapi(),
	}
}

func anthropic() *Provider {
	return &Provider{
		Name:       "anthropic",
		Title:      "Anthropic",
		Docs:       "https://platform.claude.com/docs/en/managed-agents/webhooks",
		Confidence: Judged,
		Note:       "An event says only what happened to which object: ask the API for the rest. A redirection counts as a failure.",
		SecretVars: []string{"ANTHROPIC_WEBHOOK_SIGNING_KEY", "ANTHROPIC_WEBHOOK_SECRET"},
		RegisterAt: "Claude Console → Manage → Webhooks",
		SecretAt:   "Claude Console shows the signing key once, when the webhook is made; it begins with whsec_",
		Retries:    "after any answer but 2xx, with growing pauses",
		scheme:     signsStandard(secretForm{prefix: "whsec_", length: 32, encoded: true}),
		clues: []clue{
			shape("the body's data.organization_id and data.workspace_id", inBody("data.workspace_id"), inBody("data.organization_id"), inBody("data.type")),
		},
		reads: reading{event: inBody("data.type"), id: firstOf(inBody("id"), inHeader("Webhook-Id")), account: inBody("data.workspace_id")},
	}
}

func cursor() *Provider {
	return &Provider{
		Name:       "cursor",
		Title:      "Cursor",
		Docs:       "https://docs.cursor.com/account/cloud-agent-webhooks",
		Confidence: Documented,
		SecretVars: []string{"CURSOR_WEBHOOK_SECRET"},
		RegisterAt: "the API call that starts a cloud agent, as webhook.url",
		SecretAt:   "the API call that starts a cloud agent, as webhook.secret, which you choose yourself: 32 characters at least",
		scheme:     signsBody("X-Webhook-Signature", "sha256=", withSHA256(), inHex(), ownSecret()),
		clues: []clue{
			agent("Cursor-Agent-Webhook/"), shape("the body's event statusChange", cursorChange),
			{header: "X-Webhook-Signature", prefix: "sha256=", weight: weak},
		},
		reads: reading{
			event: joined(".", firstOf(inBody("event"), inHeader("X-Webhook-Event")), inBody("status")), id: inHeader("X-Webhook-Id"),
			account: inBody("source.repository"),
		},
	}
}

// cursorChange is an agent's new status, if that is what the body tells.
func cursorChange(r Request) string {
	if pick(r.Body, "event") != "statusChange" {
		return ""
	}
	return pick(r.Body, "status")
}

func elevenLabs() *Provider {
	return &Provider{
		Name:       "elevenlabs",
		Title:      "ElevenLabs",
		Docs:       "https://elevenlabs.io/docs/overview/administration/webhooks",
		Confidence: Judged,
		SecretVars: []string{"ELEVENLABS_WEBHOOK_SECRET", "ELEVENLABS_POST_CALL_WEBHOOK_SECRET", "ELEVEN_LABS_WEBHOOK_SECRET"},
		RegisterAt: "elevenlabs.io → Developers → Webhooks",
		SecretAt:   "elevenlabs.io shows it once, when the webhook is made",
		Retries:    "not published; after 10 failures in a row the webhook is turned off",
		scheme: &hmacScheme{
			carrier: pairs{name: "Elevenlabs-Signature", separator: ",", time: "t=", signature: "v0="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{timestamp}.{body}"),
			clock:  clock{unit: time.Second, past: 30 * time.Minute},
			secret: secretForm{prefix: "wsec_", alphabet: hexDigits, length: 64},
		},
		clues: marks("Elevenlabs-Signature"),
		reads: reading{
			event:   inBody("type"),
			id:      joined(":", firstOf(inBody("data.conversation_id"), inBody("data.request_id"), inBody("data.voice_id")), inBody("type")),
			account: inBody("data.agent_id"),
		},
	}
}

func gemini() *Provider {
	return &Provider{
		Name:       "gemini",
		Title:      "Google Gemini",
		Docs:       "https://ai.google.dev/gemini-api/docs/webhooks",
		Confidence: Documented,
		Note: "This is the webhook of a project. One that is given with a single job is signed with Google's own keys, as a JSON Web " +
			"Token, which is not verified here.",
		SecretVars: []string{"GEMINI_WEBHOOK_SECRET", "GEMINI_WEBHOOK_SIGNING_SECRET"},
		RegisterAt: "the Gemini API: webhooks.create",
		SecretAt:   "the answer to webhooks.create, as new_signing_secret; it is shown once",
		Retries:    "for 24 hours with growing pauses",
		scheme:     signsStandard(secretForm{prefix: "whsec_", length: 32, encoded: true, derived: decodedIfPrefixed()}),
		clues: []clue{
			{header: "Webhook-Id", weight: likely, also: geminiEvent}, shape("the type of one of Gemini's events", geminiEvent),
		},
		reads: reading{event: inBody("type"), id: inHeader("Webhook-Id"), account: inBody("data.id")},
	}
}

// geminiEvent is the type of an event whose family nobody else has.
func geminiEvent(r Request) string {
	switch kind := pick(r.Body, "type"); kind {
	case "batch.succeeded", "batch.expired", "video.generated", "interaction.requires_action", "interaction.completed", "interaction.failed",
		"interaction.cancelled":
		return kind
	default:
		return ""
	}
}

func huggingFace() *Provider {
	return &Provider{
		Name:       "hugging-face",
		Title:      "Hugging Face",
		Docs:       "https://huggingface.co/docs/hub/webhooks",
		Confidence: Documented,
		Note:       "Nothing is signed: the secret itself comes as X-Webhook-Secret. It doesn't cover the body.",
		SecretVars: []string{"HUGGINGFACE_WEBHOOK_SECRET", "HUGGING_FACE_WEBHOOK_SECRET", "HF_WEBHOOK_SECRET"},
		RegisterAt: "huggingface.co → Settings → Webhooks",
		SecretAt:   "huggingface.co → Settings → Webhooks → the webhook → Secret, which you choose yourself",
		Retries:    "never by itself; by hand from the webhook's activity",
		Forgetful:  true,
		scheme:     &tokenScheme{at: headerAt("X-Webhook-Secret"), secret: ownSecret()},
		clues: []clue{
			shape("the body's event.scope and repo.name", inBody("event.scope"), inBody("event.action"), inBody("repo.name")),
			{header: "X-Webhook-Secret", weight: likely, also: inBody("event.scope")}, hint("X-Webhook-Secret"),
		},
		reads: reading{event: joined(".", inBody("event.scope"), inBody("event.action")), account: inBody("repo.name")},
	}
}

func openAI() *Provider {
	return &Provider{
		Name:       "openai",
		Title:      "OpenAI",
		Docs:       "https://platform.openai.com/docs/guides/webhooks",
		Confidence: Judged,
		SecretVars: []string{"OPENAI_WEBHOOK_SECRET"},
		RegisterAt: "platform.openai.com → the project → Settings → Webhooks",
		SecretAt:   "platform.openai.com shows it once, when the webhook is made; it begins with whsec_",
		Retries:    "for up to 72 hours with growing pauses",
		scheme:     signsStandard(secretForm{prefix: "whsec_", length: 32, encoded: true, derived: decodedIfPrefixed()}),
		clues: []clue{
			agent("OpenAI/"), {header: "Webhook-Id", prefix: "wh_", weight: likely, also: openAIEvent},
			shape("the body's object event, id and data.id", openAIEvent, inBody("data.id"), inBody("created_at")),
		},
		reads: reading{event: inBody("type"), id: firstOf(inBody("id"), inHeader("Webhook-Id"))},
	}
}

// openAIEvent is an event's id. Stripe's events are of the same form, but have no created_at.
func openAIEvent(r Request) string {
	if pick(r.Body, "object") != "event" || pick(r.Body, "created_at") == "" {
		return ""
	}
	return pick(r.Body, "id")
}

// decodedIfPrefixed is for secrets that are base64 if they begin with whsec_, and else text as it is.
func decodedIfPrefixed() *derivation {
	decoded := secretForm{prefix: "whsec_", encoded: true}
	return &derivation{"base64-decoded if it begins so, else its text", func(text string) ([]byte, error) {
		if len(text) > len(decoded.prefix) && text[:len(decoded.prefix)] == decoded.prefix {
			return decoded.appendKey(nil, text)
		}
		return []byte(text), nil
	}}
}

func replicate() *Provider {
	scheme := signsStandard(secretForm{prefix: "whsec_", length: 24, encoded: true})
	scheme.clock = clock{unit: time.Second}
	return &Provider{
		Name:       "replicate",
		Title:      "Replicate",
		Docs:       "https://replicate.com/docs/topics/webhooks/verify-webhook",
		Confidence: Judged,
		Note:       "A prediction's events are told apart by its status. Replicate's library accepts requests of any age.",
		SecretVars: []string{"REPLICATE_WEBHOOK_SIGNING_SECRET", "REPLICATE_WEBHOOK_SECRET", "REPLICATE_WEBHOOK_SIGNING_KEY"},
		RegisterAt: "the API call that makes a prediction or training, as webhook",
		SecretAt:   "the API: webhooks.default.secret.get; or replicate.com/account/webhooks",
		Retries:    "the last event of a prediction several times with growing pauses, the others never",
		scheme:     scheme,
		clues:      sentBySvix(shape("the body's status, version and urls.get", inBody("urls.get"), inBody("version"), inBody("status"))),
		reads: reading{
			event: inBody("status"), id: firstOf(inHeader("Webhook-Id"), joined(":", inBody("id"), inBody("status"))), account: inBody("model"),
		},
	}
}

func retell() *Provider {
	return &Provider{
		Name:       "retell",
		Title:      "Retell AI",
		Docs:       "https://docs.retellai.com/features/secure-webhook",
		Confidence: Judged,
		Note:       "The secret is an API key: the one that the dashboard marks with a webhook.",
		SecretVars: []string{"RETELL_API_KEY", "RETELL_WEBHOOK_SECRET", "RETELL_WEBHOOK_API_KEY"},
		RegisterAt: "Dashboard → Settings → Webhooks, or the agent → Webhook Settings",
		SecretAt:   "Dashboard → Settings → API Keys → the key with the webhook badge",
		Timeout:    10 * time.Second,
		Retries:    "up to 3 times",
		scheme: &hmacScheme{
			carrier: pairs{name: "X-Retell-Signature", separator: ",", time: "v=", signature: "d="},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{body}{timestamp}"),
			clock:  clock{unit: time.Millisecond, past: 5 * time.Minute, future: 5 * time.Minute},
			secret: secretForm{prefix: "key_", alphabet: hexDigits, length: 28},
		},
		clues: marks("X-Retell-Signature"),
		reads: reading{
			event: inBody("event"), id: joined(":", firstOf(inBody("call.call_id"), inBody("chat.chat_id")), inBody("event")),
			account: firstOf(inBody("call.agent_id"), inBody("chat.agent_id")),
		},
	}
}

func vapi() *Provider {
	return &Provider{
		Name:       "vapi",
		Title:      "Vapi",
		Docs:       "https://docs.vapi.ai/server-url/server-authentication",
		Confidence: Unconfirmed,
		Note: "What is sent is up to the credential that you attach: here it is HMAC-SHA256 of the body as X-Vapi-Signature, or the secret itself as " +
			"X-Vapi-Secret. Some messages want an answer with content.",
		SecretVars: []string{"VAPI_WEBHOOK_SECRET", "VAPI_SERVER_SECRET", "VAPI_SERVER_URL_SECRET", "VAPI_SECRET"},
		RegisterAt: "dashboard.vapi.ai → the assistant, the phone number or the organization → Server URL",
		SecretAt:   "dashboard.vapi.ai → Custom Credentials, which you choose yourself",
		Timeout:    20 * time.Second,
		scheme: oneOf{
			signsBody("X-Vapi-Signature", "", withSHA256(), inHex(), ownSecret()),
			&tokenScheme{at: headerAt("X-Vapi-Secret"), secret: ownSecret()},
		},
		clues: append(marks("X-Vapi-Signature", "X-Vapi-Secret"),
			shape("the body's message.type and message.call.id", inBody("message.type"), inBody("message.call.id"))),
		reads: reading{
			event: inBody("message.type"), id: joined(":", inBody("message.call.id"), inBody("message.type"), inBody("message.timestamp")),
			account: inBody("message.call.orgId"),
		},
	}
}
