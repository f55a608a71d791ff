package signature

import "strings"

// Meta is what a request says of itself. Both come from the sender as they are: neither is checked or made printable.
type Meta struct {
	EventType string // "payment_intent.succeeded"; empty if the request names none
	ID        string // of the event or delivery, the same on the provider's retries; empty if the request has none
}

// Meta reads the event type and the id that p gives its requests, from headers or from the first 4 MiB of a JSON or
// form body. It never fails: what is not there, or is longer than 256 bytes, is empty.
func (p *Provider) Meta(r Request) Meta {
	if p == nil || p.meta == nil {
		return Meta{}
	}
	return p.meta(r)
}

// A source is one place in a request that may hold a value.
type source struct {
	header string   // canonical; empty if it is in the body
	path   []string // in the JSON body
}

func inHeader(name string) source { return source{header: name} }

// inBody is a source in a JSON body; the path is dotted: "event.type".
func inBody(path string) source { return source{path: strings.Split(path, ".")} }

func (s source) value(r Request) string {
	if s.header != "" {
		return headerValue(r, s.header)
	}
	return pick(r.Body, s.path...)
}

// headerValue is a header's first value, if it is not too long to be an event type or id.
func headerValue(r Request, name string) string {
	if value := header(r.Header, name); len(value) <= maxValue {
		return value
	}
	return ""
}

// metaFrom reads the event type from one place and the id from another.
func metaFrom(eventType, id source) func(Request) Meta {
	return func(r Request) Meta {
		return Meta{EventType: eventType.value(r), ID: id.value(r)}
	}
}

// document is the JSON of r: its body, or, as GitHub and Slack post it in a form, the field "payload".
func document(r Request) []byte {
	if isForm(r.Header) {
		return []byte(formValue(r.Body, "payload"))
	}
	return r.Body
}

// githubMeta joins the event with its action, where it has one: "pull_request.opened", "push".
func githubMeta(r Request) Meta {
	m := Meta{EventType: headerValue(r, "X-Github-Event"), ID: headerValue(r, "X-Github-Delivery")}
	if m.EventType == "" {
		return m
	}
	if action := pick(document(r), "action"); action != "" {
		m.EventType += "." + action
	}
	return m
}

// slackMeta tells the Events API (the inner event's type), slash commands ("/deploy") and interactivity apart.
func slackMeta(r Request) Meta {
	if isForm(r.Header) {
		if command := formValue(r.Body, "command"); command != "" {
			return short(Meta{EventType: command, ID: formValue(r.Body, "trigger_id")})
		}
		doc := document(r)
		return Meta{EventType: pick(doc, "type"), ID: pick(doc, "trigger_id")}
	}
	m := Meta{EventType: pick(r.Body, "type"), ID: pick(r.Body, "event_id")}
	if m.EventType == "event_callback" {
		m.EventType = pick(r.Body, "event", "type")
	}
	return m
}

// twilioMeta names an event after its product and status: "message.delivered", "call.completed", "message.received".
// A message or call keeps its Sid as its status changes, so the id is Sid and status, unless Twilio sends a token.
func twilioMeta(r Request) Meta {
	if !isForm(r.Header) {
		return Meta{EventType: pick(r.Body, "type"), ID: headerValue(r, "I-Twilio-Idempotency-Token")}
	}
	field := func(name string) string { return formValue(r.Body, name) }
	product, sid, status := "message", field("MessageSid"), field("MessageStatus")
	switch {
	case status != "":
	case field("RecordingStatus") != "":
		product, sid, status = "recording", field("RecordingSid"), field("RecordingStatus")
	case field("CallStatus") != "":
		product, sid, status = "call", field("CallSid"), field("CallStatus")
	case field("SmsStatus") != "":
		status = field("SmsStatus")
	case field("Body") != "":
		status = "received"
	default:
		return Meta{ID: headerValue(r, "I-Twilio-Idempotency-Token")}
	}
	m := Meta{EventType: product + "." + status, ID: headerValue(r, "I-Twilio-Idempotency-Token")}
	if m.ID == "" && sid != "" {
		m.ID = sid + ":" + status
	}
	return short(m)
}

// standardMeta reads the id from the family's header, and the type from the body.
func standardMeta(families ...family) func(Request) Meta {
	carrier := threeHeaders{families}
	return func(r Request) Meta {
		used := families[carrier.used(r.Header)]
		return Meta{EventType: pick(r.Body, "type"), ID: headerValue(r, used.id)}
	}
}

// short is m without what is too long.
func short(m Meta) Meta {
	if len(m.EventType) > maxValue {
		m.EventType = ""
	}
	if len(m.ID) > maxValue {
		m.ID = ""
	}
	return m
}
