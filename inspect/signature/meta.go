package signature

// Meta is what a request says of itself. All but Mode come from the sender as they are: nothing is checked or made
// printable.
type Meta struct {
	EventType string // "payment_intent.succeeded"; empty if the request names none
	ID        string // of the event or delivery, the same on the provider's retries; empty if the request has none
	Account   string // whose event it is at the provider: an account, shop, repository or workspace; empty if it names none
	Mode      string // ModeLive or ModeTest; empty if the request does not tell
}

// Meta reads the event type and the id that p gives its requests, from headers or from the first 4 MiB of a JSON or
// form body. It never fails: what is not there, or is longer than 256 bytes, is empty.
func (p *Provider) Meta(r Request) Meta {
	switch {
	case p == nil:
		return Meta{}
	case p.meta != nil:
		return p.meta(r)
	default:
		return p.reads.of(r)
	}
}

// The modes of a request's data.
const (
	ModeLive = "live"
	ModeTest = "test" // a sandbox, test keys, or an event that the dashboard makes up
)

// A reading is where a provider's requests hold what Meta says of them; a nil source is nowhere.
type reading struct {
	event, id, account, mode source
}

func (m reading) of(r Request) Meta {
	value := func(s source) string {
		if s == nil {
			return ""
		}
		return s(r)
	}
	return Meta{EventType: value(m.event), ID: value(m.id), Account: value(m.account), Mode: value(m.mode)}
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
	doc := document(r)
	m := Meta{EventType: headerValue(r, "X-Github-Event"), ID: headerValue(r, "X-Github-Delivery")}
	if m.Account = pick(doc, "repository", "full_name"); m.Account == "" {
		m.Account = pick(doc, "organization", "login")
	}
	if m.EventType == "" {
		return m
	}
	if action := pick(doc, "action"); action != "" {
		m.EventType += "." + action
	}
	return m
}

// slackMeta tells the Events API (the inner event's type), slash commands ("/deploy") and interactivity apart.
func slackMeta(r Request) Meta {
	if isForm(r.Header) {
		if command := formValue(r.Body, "command"); command != "" {
			return short(Meta{EventType: command, ID: formValue(r.Body, "trigger_id"), Account: formValue(r.Body, "team_id")})
		}
		doc := document(r)
		return Meta{EventType: pick(doc, "type"), ID: pick(doc, "trigger_id"), Account: pick(doc, "team", "id")}
	}
	m := Meta{EventType: pick(r.Body, "type"), ID: pick(r.Body, "event_id"), Account: pick(r.Body, "team_id")}
	if m.EventType == "event_callback" {
		m.EventType = pick(r.Body, "event", "type")
	}
	return m
}

// headerValue is a header's first value, if it is not too long to be an event type or id.
func headerValue(r Request, name string) string { return fitting(header(r.Header, name)) }

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
	return Meta{EventType: fitting(m.EventType), ID: fitting(m.ID), Account: fitting(m.Account), Mode: m.Mode}
}
