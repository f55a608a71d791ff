package signature

import (
	"strings"
	"testing"
)

func TestMeta(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	long := strings.Repeat("x", maxValue+1)
	for _, tt := range []struct {
		provider, body string
		header         []string
		want           Meta
	}{
		{"stripe", `{"id":"evt_1","data":{"type":"no","id":"pi_1"},"type":"invoice.paid"}`, nil, Meta{EventType: "invoice.paid", ID: "evt_1"}},
		{"stripe", `{"data":{"type":"no"}}`, nil, Meta{}},
		{"stripe", `{"id":"` + long + `","type":"a\u002eb"}`, nil, Meta{EventType: "a.b", ID: ""}},
		{"stripe", `not json`, nil, Meta{}},
		{"github", `{"action":"opened","number":1}`, []string{"X-GitHub-Event", "pull_request", "X-GitHub-Delivery", "d1"},
			Meta{EventType: "pull_request.opened", ID: "d1"}},
		{"github", `{"ref":"refs/heads/main","head":{"action":"no"}}`, []string{"X-GitHub-Event", "push"}, Meta{EventType: "push", ID: ""}},
		{"github", `payload=%7B%22action%22%3A%22closed%22%7D`, []string{"X-GitHub-Event", "issues", "Content-Type", form}, Meta{EventType: "issues.closed", ID: ""}},
		{"github", `{"action":"opened"}`, nil, Meta{}},
		{"shopify", `{"id":1}`, []string{"X-Shopify-Topic", "orders/create", "X-Shopify-Webhook-Id", "w1"}, Meta{EventType: "orders/create", ID: "w1"}},
		{"shopify", `{}`, []string{"X-Shopify-Topic", long}, Meta{}},
		{"slack", `{"type":"event_callback","event":{"ts":[{}],"type":"app_mention"},"event_id":"Ev1"}`, nil, Meta{EventType: "app_mention", ID: "Ev1"}},
		{"slack", `{"type":"url_verification","challenge":"c"}`, nil, Meta{EventType: "url_verification", ID: ""}},
		{"slack", `token=x&command=%2Fdeploy&text=now&trigger_id=13.37`, []string{"Content-Type", form}, Meta{EventType: "/deploy", ID: "13.37"}},
		{"slack", `payload=%7B%22type%22%3A%22block_actions%22%2C%22trigger_id%22%3A%221.2%22%7D`, []string{"Content-Type", form},
			Meta{EventType: "block_actions", ID: "1.2"}},
		{"twilio", "MessageSid=SM1&SmsStatus=delivered&MessageStatus=delivered", []string{"Content-Type", form},
			Meta{EventType: "message.delivered", ID: "SM1:delivered"}},
		{"twilio", "MessageSid=SM1&SmsStatus=received&Body=hi+there", []string{"Content-Type", form}, Meta{EventType: "message.received", ID: "SM1:received"}},
		{"twilio", "MessageSid=SM1&Body=hi", []string{"Content-Type", form}, Meta{EventType: "message.received", ID: "SM1:received"}},
		{"twilio", "CallSid=CA1&CallStatus=completed", []string{"Content-Type", form, "I-Twilio-Idempotency-Token", "tok"},
			Meta{EventType: "call.completed", ID: "tok"}},
		{"twilio", "CallSid=CA1&RecordingSid=RE1&RecordingStatus=completed", []string{"Content-Type", form},
			Meta{EventType: "recording.completed", ID: "RE1:completed"}},
		{"twilio", "", []string{"Content-Type", form}, Meta{}},
		{"svix", `{"type":"user.created"}`, []string{"svix-id", "msg_1"}, Meta{EventType: "user.created", ID: "msg_1"}},
		{"svix", `{"type":"user.created"}`, []string{"webhook-id", "msg_2"}, Meta{EventType: "user.created", ID: "msg_2"}},
		{"standard-webhooks", `{"type":"user.created"}`, []string{"webhook-id", "msg_3"}, Meta{EventType: "user.created", ID: "msg_3"}},
		{"unknown", `{"type":"a"}`, nil, Meta{}},
	} {
		if got := Lookup(tt.provider).Meta(requestOf(tt.body, 0, tt.header...)); got != tt.want {
			t.Errorf("%s %.60s: got %+v, want %+v", tt.provider, tt.body, got, tt.want)
		}
	}
}

func TestPick(t *testing.T) {
	for _, tt := range []struct {
		doc, path, want string
	}{
		{`{"a":"x"}`, "a", "x"},
		{` { "b" : [ 1 , {"a":2} ] , "a" : -1.5e3 } `, "a", "-1.5e3"},
		{`{"a":{"b":{"c":"x"}}}`, "a.b.c", "x"},
		{`{"a":"\\\"","b":"q\"\\"}`, "b", `q"\`},
		{`[{"event":"open"},{"event":"click"}]`, "0.event", "open"},
		{`{"events":[]}`, "events.0.type", ""},
		{`{"a":"first","a":"second"}`, "a", "first"},
		{`{"a":null,"b":true}`, "a", ""},
		{`{"a":null,"b":true,"c":7}`, "c", "7"},
		{`{"a":"unfinished`, "a", ""},
		{`{"a" "x"}`, "a", ""},
		{`{"x":{"y":"}"},"a":"ok"}`, "a", "ok"},
		{`{"x":]}`, "a", ""},
		{``, "a", ""},
		{`"a"`, "a", ""},
		{strings.Repeat("[", 1<<20), "a", ""},
		{`{"x":` + strings.Repeat("[", 1<<16) + strings.Repeat("]", 1<<16) + `,"a":1}`, "a", "1"},
	} {
		if got := pick([]byte(tt.doc), strings.Split(tt.path, ".")...); got != tt.want {
			t.Errorf("%.60s at %s: got %q, want %q", tt.doc, tt.path, got, tt.want)
		}
	}
}

func TestFormValue(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{"a=1", "1"}, {"b=2&a=x+y%21", "x y!"}, {"aa=1&a=2", "2"}, {"a", ""}, {"", ""}, {"a=%zz+b", "%zz b"}, {"&&a=&a=1", ""},
		{strings.Repeat("&", maxParameters) + "a=1", ""},
	} {
		if got := formValue([]byte(tt.body), "a"); got != tt.want {
			t.Errorf("%.40s: got %q, want %q", tt.body, got, tt.want)
		}
	}
}

func TestTemplate(t *testing.T) {
	for _, text := range []string{"{body}", "v0:{timestamp}:{body}", "{id}.{timestamp}.{body}", "{method}{url}{body}{timestamp}", "", "{form}"} {
		if _, err := parseTemplate(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"{", "{body", "{nobody}", "{}", "a{{body}"} {
		if got, err := parseTemplate(text); err == nil || got != nil {
			t.Errorf("%q: got %v, %v; want an error", text, got, err)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a wrong template of our own must not pass unseen")
		}
	}()
	signs("{nobody}")
}
