package signature

import (
	"net/url"
	"testing"
	"time"
)

func init() {
	bodies["mandrill"] = body{formType, "mandrill_events=%5B%7B%22event%22%3A%22open%22%2C%22_id%22%3A%22m1%22%7D%5D"}
	bodyUnsigned = append(bodyUnsigned, "gitlab", "mailchimp")
}

// firstVectors are requests whose signatures the tests of the providers' own libraries hold.
func firstVectors() []struct {
	name, provider, secret string
	request                Request
} {
	const (
		squareKey  = "Ibxx_5AKakO-3qeNVR61Dw"
		squareURL  = "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9"
		squareBody = `{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f",` +
			`"created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}`
		twilioURL  = "https://mycompany.com/myapp.php?foo=1&bar=2"
		twilioForm = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
		twilioBody = `{"property": "value", "boolean": true}`
		twilioHash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
	)
	call := func(url, form, signature string) Request {
		return at(url, requestOf(form, 0, "Content-Type", formType, "X-Twilio-Signature", signature))
	}
	return []struct {
		name, provider, secret string
		request                Request
	}{
		{"square: SDK, webhooks.test.ts", "square", squareKey,
			at(squareURL, requestOf(squareBody, 0, "X-Square-Hmacsha256-Signature", "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4="))},
		{"square: SDK, unescaped", "square", "signature-key",
			at("https://webhook.site/webhooks", requestOf(`{"data":{"type":"webhooks","id":">id<"}}`, 0,
				"X-Square-Hmacsha256-Signature", "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U="))},
		{"twilio: Python, repeated field", "twilio", "12345",
			call(twilioURL, "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234", "IK+Dwps556ElfBT0I3Rgjkr1wJU=")},
		{"twilio: Python, signed with port 443", "twilio", "12345", call(twilioURL, twilioForm, "kvajT1Ptam85bY51eRf/AJRuM3w=")},
		{"twilio: Python, signed with port 80", "twilio", "12345",
			call("http://mycompany.com/myapp.php?foo=1&bar=2", twilioForm, "0ZXoZLH/DfblKGATFgpif+LLRf4=")},
		{"twilio: Python, signed without port 1234", "twilio", "12345",
			call("https://mycompany.com:1234/myapp.php?foo=1&bar=2", twilioForm, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")},
		{"twilio: Python, with port 1234", "twilio", "12345",
			call("http://mycompany.com:1234/myapp.php?foo=1&bar=2", twilioForm, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=")},
		{"twilio: Python, hash of the body", "twilio", "12345",
			at(twilioURL+"&bodySHA256="+twilioHash,
				requestOf(twilioBody, 0, "Content-Type", jsonType, "X-Twilio-Signature", "a9nBmqA0ju/hNViExpshrM61xv4="))},
		{"standard webhooks: Go, Ed25519", "standard-webhooks", "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
			requestOf(`{"test": 2432232314}`, 1614265330, "Webhook-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "Webhook-Timestamp", "1614265330",
				"Webhook-Signature", "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==")},
	}
}

func TestFirstVectors(t *testing.T) {
	for _, v := range firstVectors() {
		t.Run(v.name, func(t *testing.T) {
			p := Lookup(v.provider)
			wantResult(t, p.Verify(v.request, secretsOf(v.secret)), Valid, ReasonOK)
			v.request.Body = append([]byte("x"), v.request.Body...)
			wantResult(t, p.Verify(v.request, secretsOf(v.secret)), Invalid, ReasonMismatch)
		})
	}
}

// Each line is a request as the provider sends it, without its signature where something else tells it.
func TestFirstMeta(t *testing.T) {
	form := func(fields ...string) string {
		values := url.Values{}
		for i := 0; i < len(fields); i += 2 {
			values.Set(fields[i], fields[i+1])
		}
		return values.Encode()
	}
	for _, tt := range []struct {
		provider, body string
		header         []string
		want           Meta
	}{
		{"stripe", `{"id":"evt_1","object":"event","type":"payout.paid","livemode":false,"account":"acct_1"}`,
			[]string{"Stripe-Signature", "t=1"}, Meta{"payout.paid", "evt_1", "acct_1", ModeTest}},
		{"stripe", `{"id":"evt_2","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered","livemode":true,"context":"acct_2"}`,
			[]string{"Stripe-Signature", "t=1"},
			Meta{"v1.billing.meter.error_report_triggered", "evt_2", "acct_2", ModeLive}},
		{"github", `{"action":"opened","repository":{"full_name":"octo/cat"}}`, []string{"X-Github-Event", "issues", "X-Github-Delivery", "72d3162e"},
			Meta{"issues.opened", "72d3162e", "octo/cat", ""}},
		{"gitlab", `{"object_kind":"merge_request","object_attributes":{"action":"open"},"project":{"path_with_namespace":"acme/web"}}`,
			[]string{"X-Gitlab-Event", "Merge Request Hook", "X-Gitlab-Event-UUID", "u1", "Idempotency-Key", "k1"},
			Meta{"merge_request.open", "k1", "acme/web", ""}},
		{"gitlab", `{"event_name":"project_create","path_with_namespace":"acme/new"}`, []string{"X-Gitlab-Event", "System Hook", "X-Gitlab-Event-UUID", "u2"},
			Meta{"project_create", "u2", "acme/new", ""}},
		{"gitlab", `{"custom":"template"}`, []string{"X-Gitlab-Event", "Push Hook", "Webhook-Id", "w1", "Webhook-Signature", "v1,x"},
			Meta{"Push Hook", "w1", "", ""}},
		{"shopify", `{"id":1}`,
			[]string{"X-Shopify-Topic", "orders/create", "X-Shopify-Webhook-Id", "w1", "X-Shopify-Shop-Domain", "a.myshopify.com", "X-Shopify-Test", "true"},
			Meta{"orders/create", "w1", "a.myshopify.com", ModeTest}},
		{"shopify", `{"id":1}`, []string{"Shopify-Topic", "products/update", "Shopify-Event-Id", "e1", "Shopify-Shop-Domain", "b.myshopify.com"},
			Meta{"products/update", "e1", "b.myshopify.com", ""}},
		{"square", `{"merchant_id":"M1","type":"payment.updated","event_id":"e1"}`,
			[]string{"X-Square-Hmacsha256-Signature", "x", "Square-Environment", "Sandbox"}, Meta{"payment.updated", "e1", "M1", ModeTest}},
		{"paypal", `{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"2"}}`,
			[]string{"Paypal-Transmission-Id", "t1", "Paypal-Cert-Url", "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1"},
			Meta{"PAYMENT.CAPTURE.COMPLETED", "WH-1", "", ModeTest}},
		{"woocommerce", `{"id":7}`,
			[]string{"X-Wc-Webhook-Topic", "order.created", "X-Wc-Webhook-Delivery-Id", "d1", "X-Wc-Webhook-Source", "https://shop.example/"},
			Meta{"order.created", "d1", "https://shop.example/", ""}},
		{"discord", `{"version":1,"application_id":"12","type":1,"event":{"type":"ENTITLEMENT_CREATE","timestamp":"2024-10-18T18:41:21"}}`,
			[]string{"X-Signature-Ed25519", "00", "X-Signature-Timestamp", "1"}, Meta{"ENTITLEMENT_CREATE", "", "12", ""}},
		{"discord", `{"id":"846","application_id":"12","type":2,"guild_id":"99","data":{"name":"ping"}}`,
			[]string{"User-Agent", "Discord-Interactions/1.0 (+https://discord.com)"}, Meta{"APPLICATION_COMMAND", "846", "99", ""}},
		{"microsoft-teams", `{"type":"message","id":"1485983408511","channelId":"msteams","channelData":{"tenant":{"id":"t1"}}}`,
			nil, Meta{"message", "1485983408511", "t1", ""}},
		{"intercom", `{"type":"notification_event","app_id":"a86dr8yl","id":"notif_1","topic":"conversation.user.created"}`,
			[]string{"X-Hub-Signature", "sha1=00"}, Meta{"conversation.user.created", "notif_1", "a86dr8yl", ""}},
		{"mailchimp", form("type", "subscribe", "fired_at", "2009-03-26 21:35:57", "data[id]", "8a25ff1d98", "data[list_id]", "a6b5da1054"),
			[]string{"Content-Type", formType}, Meta{"subscribe", "8a25ff1d98:subscribe:2009-03-26 21:35:57", "a6b5da1054", ""}},
		{"mandrill", form("mandrill_events", `[{"event":"click","_id":"m1"},{"event":"open","_id":"m2"}]`), []string{"Content-Type", formType},
			Meta{"click", "m1", "", ""}},
		{"mandrill", form("mandrill_events", `[{"type":"blacklist","action":"add"}]`), []string{"Content-Type", formType}, Meta{"blacklist", "", "", ""}},
		{"papertrail", form("payload", `{"max_id":"77","saved_search":{"id":42,"name":"errors"},"events":[{"id":77,"message":"x"}]}`),
			[]string{"Content-Type", formType}, Meta{"events", "42:77", "", ""}},
		{"papertrail", form("payload", `{"saved_search":{"id":42},"counts":[{"source_name":"web","timeseries":{"1453248892":3}}]}`),
			[]string{"Content-Type", formType}, Meta{"counts", "42", "", ""}},
		{"wordpress", form("hook", "publish_post", "ID", "4", "post_title", "Hello"), []string{"Content-Type", formType}, Meta{"publish_post", "", "", ""}},
		{"zapier", `{"event":"lead.new","id":"z1"}`, []string{"User-Agent", "Zapier"}, Meta{"lead.new", "z1", "", ""}},
		{"twilio", form("MessageSid", "SM1", "MessageStatus", "sent", "AccountSid", "AC1"),
			[]string{"Content-Type", formType, "X-Twilio-Signature", "x"}, Meta{"message.sent", "SM1:sent", "AC1", ""}},
		{"slack", `{"type":"event_callback","team_id":"T1","event_id":"Ev1","event":{"type":"app_mention"}}`,
			[]string{"X-Slack-Signature", "v0=x"}, Meta{"app_mention", "Ev1", "T1", ""}},
	} {
		r := requestOf(tt.body, 0, tt.header...)
		if got := Detect(r); got.Provider != Lookup(tt.provider) || got.Provider == nil {
			t.Errorf("%s %.60s: taken for %+v", tt.provider, tt.body, got)
		}
		if got := Lookup(tt.provider).Meta(r); got != tt.want {
			t.Errorf("%s %.60s: got %+v, want %+v", tt.provider, tt.body, got, tt.want)
		}
	}
}

func TestFirstHandshakes(t *testing.T) {
	for _, tt := range []struct {
		name, provider string
		request        Request
		status         int // 0 for no handshake
		body           string
	}{
		{"slack", "slack", requestOf(`{"token":"x","challenge":"3eZbrw","type":"url_verification"}`, 0), 200, "3eZbrw"},
		{"slack's event", "slack", requestOf(`{"type":"event_callback","challenge":"x"}`, 0), 0, ""},
		{"slack, by GET", "slack", by("GET", requestOf(`{"challenge":"3eZbrw","type":"url_verification"}`, 0)), 0, ""},
		{"slack's certificate check", "slack", requestOf("ssl_check=1&token=x", 0, "Content-Type", formType), 200, ""},
		{"slack's command", "slack", requestOf("command=%2Fx&ssl_check=0", 0, "Content-Type", formType), 0, ""},
		{"mailchimp", "mailchimp", by("GET", requestOf("", 0)), 200, ""},
		{"mailchimp's event", "mailchimp", requestOf("type=subscribe", 0), 0, ""},
		{"mandrill", "mandrill", by("HEAD", requestOf("", 0)), 200, ""},
		{"mandrill, without events", "mandrill", requestOf("mandrill_events=%5B%5D", 0), 200, ""},
		{"mandrill's event", "mandrill", requestOf("mandrill_events=%5B%7B%7D%5D", 0), 0, ""},
		{"intercom", "intercom", by("HEAD", requestOf("", 0)), 200, ""},
		{"intercom's event", "intercom", requestOf("{}", 0), 0, ""},
		{"woocommerce", "woocommerce", requestOf("webhook_id=7", 0, "Content-Type", formType), 200, ""},
		{"woocommerce's event", "woocommerce", requestOf("webhook_id=7", 0, "X-Wc-Webhook-Signature", "x"), 0, ""},
		{"woocommerce, something else", "woocommerce", requestOf(`{"id":7}`, 0), 0, ""},
	} {
		got, ok := Lookup(tt.provider).Handshake(tt.request, nil)
		if ok != (tt.status != 0) || ok && (got.Status != tt.status || got.Body != tt.body || got.Asks == "") {
			t.Errorf("%s: got %+v, %v; want %d %q", tt.name, got, ok, tt.status, tt.body)
		}
	}
}

// Square's older signature counts where the newer is not there.
func TestSquareOlderSignature(t *testing.T) {
	p := Lookup("square")
	r := at("https://app.example/hooks", requestOf(`{"type":"payment.updated"}`, 0, "X-Square-Signature", "elNmuPSV30Kjzv6hw8XnpdznvJU="))
	wantResult(t, p.Verify(r, secretsOf("key")), Valid, ReasonOK)
	wantResult(t, p.Verify(r, secretsOf("other")), Invalid, ReasonMismatch)
	r.Header.Set("X-Square-Hmacsha256-Signature", "AAAA")
	wantResult(t, p.Verify(r, secretsOf("key")), Invalid, ReasonMalformed)
}

func by(method string, r Request) Request {
	r.Method = method
	return r
}

// Who has two forms of secrets or signatures signs with each of them what it verifies.
func TestFirstAlternatives(t *testing.T) {
	when := time.Unix(1_700_000_000, 0)
	for _, tt := range []struct {
		provider, secret string
		want, none       []string // headers that are set, and that are not
	}{
		{"gitlab", "glhook", []string{"X-Gitlab-Token"}, []string{"Webhook-Signature", "Webhook-Timestamp"}},
		{"gitlab", "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=", []string{"Webhook-Signature", "Webhook-Timestamp", "Webhook-Id"}, nil},
		{"svix", "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=", []string{"Webhook-Signature"}, []string{"Svix-Signature"}},
	} {
		p := Lookup(tt.provider)
		r := at("https://app.example/hooks", requestOf("{}", when.Unix(), "Webhook-Signature", "v1,stale", "Webhook-Timestamp", "1"))
		if err := p.Sign(&r, Secret{Value: tt.secret}, when); err != nil {
			t.Fatalf("%s: %v", tt.provider, err)
		}
		for _, name := range tt.want {
			if r.Header.Get(name) == "" {
				t.Errorf("%s: no %s in %v", tt.provider, name, r.Header)
			}
		}
		for _, name := range tt.none {
			if r.Header.Get(name) != "" {
				t.Errorf("%s: a stale %s", tt.provider, name)
			}
		}
		wantResult(t, p.Verify(r, secretsOf(p.NewSecret(), tt.secret)), Valid, ReasonOK)
		wantResult(t, p.Verify(r, secretsOf(p.NewSecret())), Invalid, ReasonMismatch)
	}
}
