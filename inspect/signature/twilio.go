package signature

import (
	"cmp"
	"strings"
)

// twilioMeta names an event after its product and status: "message.delivered", "call.completed", "message.received".
// A message or call keeps its Sid as its status changes, so the id is Sid and status, unless Twilio sends a token.
func twilioMeta(r Request) Meta {
	token := headerValue(r, "I-Twilio-Idempotency-Token")
	if !isForm(r.Header) {
		return twilioEvent(r, token)
	}
	field := func(name string) string { return formValue(r.Body, name) }
	product, sid, status := "message", field("MessageSid"), field("MessageStatus")
	switch {
	case status != "":
	case field("RecordingStatus") != "":
		product, sid, status = "recording", field("RecordingSid"), field("RecordingStatus")
	case field("CallStatus") != "":
		product, sid, status = "call", field("CallSid"), field("CallStatus")
	case field("EventType") != "": // of TaskRouter and Conversations
		return short(Meta{EventType: field("EventType"), ID: cmp.Or(token, field("Sid")), Account: field("AccountSid")})
	case field("SmsStatus") != "":
		status = field("SmsStatus")
	case field("Body") != "":
		status = "received"
	default:
		return Meta{ID: token}
	}
	m := Meta{EventType: product + "." + status, ID: token, Account: field("AccountSid")}
	if m.ID == "" && sid != "" {
		m.ID = sid + ":" + status
	}
	return short(m)
}

// twilioEvent reads what comes as JSON: the event streams' CloudEvents, of which a body holds several, or one object.
func twilioEvent(r Request, token string) Meta {
	m := Meta{EventType: pick(r.Body, "0", "type"), ID: pick(r.Body, "0", "id"), Account: pick(r.Body, "0", "data", "accountSid")}
	if m.EventType == "" {
		m = Meta{EventType: pick(r.Body, "type")}
	}
	m.ID = cmp.Or(token, m.ID)
	return m
}

// escapedURLs are the forms of a URL that Twilio's libraries try last, as Twilio signs an escaped form at times: as browsers write
// it, and so with its query as Node's querystring writes it, each without and with its port. There are none if url is written
// so already, or is no http URL.
func escapedURLs(url string) []string {
	u := splitURL(url)
	u.scheme = strings.ToLower(u.scheme)
	usual := "443"
	switch u.scheme {
	case "https":
	case "http":
		usual = "80"
	default:
		return nil
	}
	user := strings.LastIndexByte(u.host, '@') + 1
	u.host = u.host[:user] + strings.ToLower(u.host[user:])
	if u.path == "" {
		u.path = "/"
	}
	u.path = escape(strings.ReplaceAll(u.path, `\`, "/"), "\"<>`{}")
	u.query = escape(u.query, `"<>'`)
	legacy := u
	legacy.query = querystring(u.query)
	var forms []string
	for _, form := range []urlParts{u, legacy} {
		bare, ported := form, form
		if bare.port = ""; ported.port == "" {
			ported.port = usual
		}
		forms = append(forms, bare.String(), ported.String())
	}
	asItIs := signedURLs(url)
	all := forms[:0]
	for _, form := range forms {
		if form != asItIs[0] && form != asItIs[1] && form != asItIs[2] {
			all = append(all, form)
		}
	}
	return all
}

// escape writes what is not printable ASCII, and the characters of also, as %XX.
func escape(text, also string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' || strings.IndexByte(also, c) >= 0 {
			b.WriteString(percent(c))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// querystring parses a query and writes it again, with all escaped that encodeURIComponent escapes.
func querystring(query string) string {
	var pairs []string
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		p := parameterOf(pair)
		pairs = append(pairs, component(p.name)+"="+component(p.value))
	}
	return strings.Join(pairs, "&")
}

func component(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.!~*'()", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString(percent(c))
		}
	}
	return b.String()
}

func percent(c byte) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{'%', digits[c>>4], digits[c&15]})
}
