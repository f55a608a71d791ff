package signature

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// formProviders send webhooks about forms that are filled in and documents that are signed.
func formProviders() []*Provider {
	return []*Provider{adobeSign(), docuSign(), jotform(), pandaDoc(), tally(), typeform()}
}

func adobeSign() *Provider {
	return &Provider{
		Name:       "adobe-sign",
		Title:      "Adobe Acrobat Sign",
		Docs:       "https://opensource.adobe.com/acrobat-sign/developer_guide/webhookapis.html",
		Confidence: Documented,
		Note: "Nothing is signed: a header names the client id of the application that made the webhook. " +
			"Each answer must repeat it, in the header X-AdobeSign-ClientId or as xAdobeSignClientId in JSON.",
		SecretVars: []string{"ADOBE_SIGN_CLIENT_ID", "ADOBESIGN_CLIENT_ID", "ACROBAT_SIGN_CLIENT_ID"},
		RegisterAt: "Account → Webhooks",
		SecretAt:   "Account → Acrobat Sign API → API Applications → the application → Application ID",
		Timeout:    5 * time.Second,
		Success:    "2xx with the client id repeated",
		Retries:    "with growing pauses from 1 minute to 12 hours, for 72 hours",
		scheme:     &tokenScheme{at: headerAt(adobeSignClient), secret: ownSecret()},
		clues:      marks(adobeSignClient),
		reads: reading{
			event: inBody("event"), id: inBody("webhookNotificationId"), account: firstOf(inBody("webhookName"), inBody("webhookId")),
		},
		handshake: adobeSignEcho,
	}
}

const adobeSignClient = "X-Adobesign-Clientid"

// adobeSignEcho repeats the client id to the GET that a new URL gets.
func adobeSignEcho(r Request, _ []Secret) (Answer, bool) {
	client := inHeader(adobeSignClient)(r)
	a := jsonAnswer(string(append(appendJSONString([]byte(`{"xAdobeSignClientId":`), []byte(client)), '}')))
	a.Header[adobeSignClient] = []string{client}
	return a, strings.EqualFold(r.Method, http.MethodGet) && client != ""
}

func docuSign() *Provider {
	const signature, first = "X-Docusign-Signature-", 1
	var further []string
	for i := first + 1; i <= 10; i++ {
		further = append(further, fmt.Sprint(signature, i))
	}
	return &Provider{
		Name:       "docusign",
		Title:      "Docusign Connect",
		Docs:       "https://developers.docusign.com/platform/webhooks/connect/validate",
		Confidence: Documented,
		Note:       "With several keys there is a header for each of them, X-DocuSign-Signature-1 and so on. Without Include HMAC Signature nothing is signed.",
		SecretVars: []string{"DOCUSIGN_HMAC_KEY", "DOCUSIGN_CONNECT_HMAC_KEY", "DOCUSIGN_HMAC_SECRET", "DOCUSIGN_WEBHOOK_SECRET", "DOCUSIGN_CONNECT_KEY"},
		RegisterAt: "Admin → Integrations → Connect",
		SecretAt:   "Admin → Integrations → Connect → Connect Keys → Add Secret Key; it is shown once",
		Timeout:    100 * time.Second,
		Retries:    "with growing pauses, for 15 days",
		scheme: &hmacScheme{
			carrier: headers{signature: fmt.Sprint(signature, first), more: further},
			digest:  withSHA256(), encoding: inBase64(), signs: signs("{body}"), secret: secretForm{alphabet: alphanumeric, length: 44},
		},
		clues: append(marks(fmt.Sprint(signature, first)), hint("X-Authorization-Digest"),
			shape("the body's envelopeId", inBody("data.envelopeId"), inBody("event"))),
		reads: reading{
			event: inBody("event"), id: joined(":", firstOf(inBody("data.envelopeId"), inXML("EnvelopeID")), inBody("event"), inBody("data.recipientId")),
			account: inBody("data.accountId"),
		},
	}
}

func jotform() *Provider {
	return &Provider{
		Name:       "jotform",
		Title:      "Jotform",
		Docs:       "https://www.jotform.com/help/245-how-to-setup-a-webhook-with-jotform/",
		Confidence: Unconfirmed,
		Note:       "Nothing is signed: the practice is a secret in the registered URL. The answers are in the form's field rawRequest, as JSON.",
		SecretVars: []string{"JOTFORM_WEBHOOK_SECRET", "JOTFORM_WEBHOOK_TOKEN"},
		RegisterAt: "the form → Settings → Integrations → WebHooks",
		SecretAt:   "a parameter of the URL that you register, with a value of your choice",
		scheme:     &urlToken{name: "secret"},
		clues:      []clue{shape("the form's formID and submissionID", inMultipart("formID"), inMultipart("submissionID"))},
		reads:      reading{event: jotformEvent, id: inMultipart("submissionID"), account: firstOf(inMultipart("formTitle"), inMultipart("formID"))},
	}
}

// jotformEvent names the only thing that is ever sent.
func jotformEvent(r Request) string {
	if inMultipart("submissionID")(r) == "" {
		return ""
	}
	return "submission"
}

// inMultipart is the text of a part of a multipart body. It does not parse the body: file names and types are passed over.
func inMultipart(name string) source {
	open, end := []byte(`name="`+name+"\"\r\n\r\n"), []byte("\r\n--")
	return func(r Request) string {
		_, rest, _ := bytes.Cut(r.Body[:min(len(r.Body), maxScan)], open)
		text, _, closed := bytes.Cut(rest, end)
		if !closed {
			return ""
		}
		return fitting(string(text))
	}
}

func pandaDoc() *Provider {
	return &Provider{
		Name:       "pandadoc",
		Title:      "PandaDoc",
		Docs:       "https://developers.pandadoc.com/docs/webhook-verification",
		Confidence: Documented,
		Note:       "The signature is in the URL's query. One request may hold several events.",
		SecretVars: []string{"PANDADOC_SHARED_KEY", "PANDADOC_WEBHOOK_SHARED_KEY", "PANDADOC_WEBHOOK_KEY", "PANDADOC_WEBHOOK_SECRET"},
		RegisterAt: "Developer Dashboard → Configuration → Webhooks",
		SecretAt:   "Developer Dashboard → Configuration → Webhooks → the webhook → Shared key",
		scheme: &hmacScheme{
			carrier: slots{signature: queryAt("signature")},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{body}"), secret: secretForm{alphabet: alphanumeric, length: 22},
		},
		clues: []clue{
			{within: inBody("0.event"), prefix: "document_", weight: likely, words: "the body's event"},
			{within: inBody("0.event"), prefix: "recipient_", weight: likely, words: "the body's event"},
		},
		reads: reading{
			event: inBody("0.event"), id: joined(":", inBody("0.data.id"), inBody("0.event"), inBody("0.data.status"), inBody("0.data.date_modified")),
			account: inBody("0.data.created_by.email"),
		},
	}
}

func tally() *Provider {
	return &Provider{
		Name:       "tally",
		Title:      "Tally",
		Docs:       "https://tally.so/help/webhooks",
		Confidence: Documented,
		SecretVars: []string{"TALLY_SIGNING_SECRET", "TALLY_WEBHOOK_SECRET", "TALLY_WEBHOOK_SIGNING_SECRET"},
		RegisterAt: "the form → Integrations → Webhooks",
		SecretAt:   "the form → Integrations → Webhooks → Signing secret",
		Timeout:    10 * time.Second,
		Retries:    "5 times: after 5 and 30 minutes, 1 hour, 6 hours, 1 day",
		Schedule:   []time.Duration{5 * time.Minute, 30 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour},
		scheme:     signsBody("Tally-Signature", "", withSHA256(), inBase64(), ownSecret()),
		clues:      append(marks("Tally-Signature"), shape("the body's eventType and data.formId", inBody("eventType"), inBody("data.formId"))),
		reads: reading{
			event: inBody("eventType"), id: inBody("eventId"), account: firstOf(inBody("data.formName"), inBody("data.formId")),
		},
	}
}

func typeform() *Provider {
	return &Provider{
		Name:       "typeform",
		Title:      "Typeform",
		Docs:       "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
		Confidence: Documented,
		Note:       "The signature is base64 behind sha256=, unlike GitHub's. Answers of 404 and 410 disable the webhook.",
		SecretVars: []string{"TYPEFORM_WEBHOOK_SECRET", "TYPEFORM_SECRET"},
		RegisterAt: "the form → Connect → Webhooks",
		SecretAt:   "the form → Connect → Webhooks → the webhook → Edit → Secret, which you choose yourself",
		Timeout:    30 * time.Second,
		Retries:    "every 2 or 3 minutes for 10 hours after 408, 423, 429 and 503, else about 5 times",
		scheme:     signsBody("Typeform-Signature", "sha256=", withSHA256(), inBase64(), ownSecret()),
		clues: append(marks("Typeform-Signature"), agent("Typeform Webhooks"),
			shape("the body's form_response", inBody("form_response.form_id"), inBody("event_id"))),
		reads: reading{
			event: inBody("event_type"), id: inBody("event_id"), account: firstOf(inBody("form_response.definition.title"), inBody("form_response.form_id")),
		},
	}
}
