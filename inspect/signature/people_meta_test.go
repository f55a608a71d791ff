package signature

import (
	"strings"
	"testing"
)

// Each line is a request as the provider sends it: it is recognised, and read.
func TestPeopleMeta(t *testing.T) {
	const (
		whatsappStart = `{"object":"whatsapp_business_account","entry":[{"id":"waba1","changes":[{"field":"messages","value":{"metadata":{"display_phone_number":"155"},`
		feed          = `<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015"><updated>2026-01-02T03:04:05Z</updated><entry><yt:videoId>v1</yt:videoId><yt:channelId>c1</yt:channelId></entry></feed>`
	)
	for _, tt := range []struct {
		provider, body string
		header         []string
		want           Meta
	}{
		{"airship", `{"send_id":"s1"}`, []string{"X-Ua-Signature", "0"}, Meta{ID: "s1"}},
		{"akeneo", `{"events":[{"action":"product.created","event_id":"e1","pim_source":"https://pim.example"}]}`, []string{"X-Akeneo-Request-Signature", "0"},
			Meta{"product.created", "e1", "https://pim.example", ""}},
		{"alchemy", `{"webhookId":"wh_1","id":"whevt_1","type":"ADDRESS_ACTIVITY","event":{"network":"ETH_MAINNET"}}`, nil, Meta{"ADDRESS_ACTIVITY", "whevt_1", "ETH_MAINNET", ""}},
		{"anthropic", `{"type":"event","id":"event_1","created_at":"2026-03-01T00:00:00Z","data":{"type":"session.status_idled","id":"session_1","organization_id":"o1","workspace_id":"wrkspc_1"}}`,
			[]string{"Webhook-Id", "event_1", "Webhook-Signature", "v1,x"}, Meta{"session.status_idled", "event_1", "wrkspc_1", ""}},
		{"ashby", `{"action":"candidateHire","webhookActionId":"a1"}`, []string{"User-Agent", "Ashby-Webhook"}, Meta{"candidateHire", "a1", "", ""}},
		{"attentive", `{"type":"sms.sent","timestamp":5,"company":{"company_id":"MTY"},"subscriber":{"external_id":9}}`, []string{"X-Attentive-Hmac-Sha256", "0"},
			Meta{"sms.sent", "9:sms.sent:5", "MTY", ""}},
		{"bridge-api", `{"type":"item.refreshed","content":{"user_uuid":"u1"}}`, []string{"BridgeApi-Signature", "v1=0"}, Meta{"item.refreshed", "", "u1", ""}},
		{"clio", `{"data":{"id":1},"meta":{"event":"matter_closed","webhook_id":42}}`, []string{"X-Hook-Signature", "0"}, Meta{"matter_closed", "", "42", ""}},
		{"cloudinary", `{"notification_type":"upload","request_id":"r1"}`, nil, Meta{"upload", "r1", "", ""}},
		{"courier", `{"type":"message:updated","data":{"id":"1-6","status":"OPENED"}}`, []string{"Courier-Signature", "t=1"}, Meta{"message:updated", "1-6:message:updated:OPENED", "", ""}},
		{"cursor", `{"event":"statusChange","status":"FINISHED","source":{"repository":"https://github.com/o/r"}}`, []string{"X-Webhook-Id", "w1"},
			Meta{"statusChange.FINISHED", "w1", "https://github.com/o/r", ""}},
		{"customer-io", `{"event_id":"e1","object_type":"email","metric":"opened"}`, []string{"X-CIO-Signature", "0"}, Meta{"email.opened", "e1", "", ""}},
		{"elevenlabs", `{"type":"post_call_transcription","data":{"agent_id":"a1","conversation_id":"c1"}}`, []string{"ElevenLabs-Signature", "t=1"},
			Meta{"post_call_transcription", "c1:post_call_transcription", "a1", ""}},
		{"enode", `[{"event":"user:vehicle:updated","user":{"id":"u1"}}]`, []string{"X-Enode-Delivery", "d1"}, Meta{"user:vehicle:updated", "d1", "u1", ""}},
		{"exact-online", `{"Content":{"Topic":"Items","Action":"Create","Division":7,"Key":"k","EventCreatedOn":"t"},"HashCode":"0"}`, nil, Meta{"Items.Create", "k:Create:t", "7", ""}},
		{"frame-io", `{"type":"file.ready","account":{"id":"a1"}}`, []string{"X-Frameio-Signature", "v0=0"}, Meta{"file.ready", "", "a1", ""}},
		{"gemini", `{"type":"batch.succeeded","data":{"id":"batches/1"}}`, []string{"Webhook-Id", "g1", "Webhook-Signature", "v1,x"}, Meta{"batch.succeeded", "g1", "batches/1", ""}},
		{"hugging-face", `{"event":{"action":"update","scope":"repo.content"},"repo":{"name":"o/m"}}`, []string{"X-Webhook-Secret", "s"}, Meta{"repo.content.update", "", "o/m", ""}},
		{"klaviyo", `{"data":[{"topic":"event:klaviyo.sent_sms","external_id":"e1"}],"meta":{"klaviyo_account_id":"K1"}}`, []string{"Klaviyo-Signature", "0"},
			Meta{"event:klaviyo.sent_sms", "e1", "K1", ""}},
		{"knock", `{"type":"message.sent","id":"m1","data":{"tenant":"t1"}}`, []string{"X-Knock-Signature", "t=1"}, Meta{"message.sent", "m1", "t1", ""}},
		{"line", `{"destination":"U1","events":[{"type":"message","webhookEventId":"01F"}]}`, []string{"X-Line-Signature", "0"}, Meta{"message", "01F", "U1", ""}},
		{"mailgun", `{"signature":{"token":"t"},"event-data":{"event":"opened","id":"e1","domain":{"name":"d.example"},"flags":{"is-test-mode":true}}}`, nil,
			Meta{"opened", "e1", "d.example", ModeTest}},
		{"mailgun", formOf("event", "delivered", "Message-Id", "<1>", "domain", "d.example", "token", "t", "timestamp", "1", "signature", "s"),
			[]string{"Content-Type", formType}, Meta{"delivered", "<1>:delivered", "d.example", ""}},
		{"meta", `{"object":"page","entry":[{"id":"p1","time":9,"changes":[{"field":"feed"}]}]}`, []string{"X-Hub-Signature-256", "sha256=0"}, Meta{"page.feed", "p1:page.feed:9", "p1", ""}},
		{"meta", `{"object":"instagram","entry":[{"id":"i1","messaging":[{"sender":{},"recipient":{},"timestamp":1,"message":{"mid":"m1"}}]}]}`,
			[]string{"User-Agent", "facebookexternalua"}, Meta{"instagram.message", "m1", "i1", ""}},
		{"meta", `{"object":"user","entry":[{"id":"u1"}]}`, nil, Meta{"user", "u1:user", "u1", ""}},
		{"mux", `{"type":"video.asset.ready","id":"e1","environment":{"name":"Production"}}`, []string{"Mux-Signature", "t=1"}, Meta{"video.asset.ready", "e1", "Production", ""}},
		{"nylas", `{"specversion":"1.0","type":"message.created","id":"n1","data":{"grant_id":"g1"}}`, nil, Meta{"message.created", "n1", "g1", ""}},
		{"openai", `{"object":"event","id":"evt_1","created_at":1,"type":"batch.completed","data":{"id":"batch_1"}}`,
			[]string{"Webhook-Id", "wh_1", "Webhook-Signature", "v1,x"}, Meta{"batch.completed", "evt_1", "", ""}},
		{"orb", `{"type":"invoice.issued","id":"o1","invoice":{"customer":{"id":"c1"}}}`, []string{"X-Orb-Signature", "v1=0"}, Meta{"invoice.issued", "o1", "c1", ""}},
		{"plivo", formOf("MessageUUID", "m1", "Status", "sent", "ParentAuthID", "MA1"), []string{"Content-Type", formType, "X-Plivo-Signature-V3", "0"}, Meta{"message.sent", "m1:sent", "MA1", ""}},
		{"plivo", formOf("MessageUUID", "m1", "Text", "hi"), []string{"Content-Type", formType, "X-Plivo-Signature-Ma-V3", "0"}, Meta{"message.received", "m1:received", "", ""}},
		{"plivo", formOf("CallUUID", "c1", "CallStatus", "ringing"), []string{"Content-Type", formType, "X-Plivo-Signature-V2", "0"}, Meta{"call.ringing", "c1:ringing", "", ""}},
		{"plivo", formOf("x", "1"), []string{"X-Plivo-Signature-V3", "0"}, Meta{}},
		{"postmark", `{"RecordType":"Delivery","ServerID":23,"MessageID":"m1","DeliveredAt":"t"}`, nil, Meta{"Delivery", "m1:Delivery:t", "23", ""}},
		{"postmark", `{"RecordType":"Bounce","ServerID":23,"MessageID":"m1","ID":42}`, nil, Meta{"Bounce", "42", "23", ""}},
		{"postmark", `{"MessageStream":"inbound","OriginalRecipient":"a@b.example","MessageID":"m1"}`, nil, Meta{"Inbound", "m1", "", ""}},
		{"pusher", `{"time_ms":1,"events":[{"name":"channel_occupied","channel":"c"}]}`, []string{"X-Pusher-Key", "k"}, Meta{"channel_occupied", "1:channel_occupied:c", "k", ""}},
		{"pylon", `{"type":"issue.created","id":"i1"}`, []string{"Pylon-Webhook-Signature", "hs256=0"}, Meta{"issue.created", "i1", "", ""}},
		{"replicate", `{"id":"p1","status":"succeeded","version":"v","model":"o/m","urls":{"get":"https://api.replicate.com/v1/predictions/p1"}}`, nil, Meta{"succeeded", "p1:succeeded", "o/m", ""}},
		{"resend", `{"type":"email.bounced","data":{"email_id":"e1"}}`, []string{"Svix-Id", "msg_1", "Svix-Signature", "v1,x"}, Meta{"email.bounced", "msg_1", "", ""}},
		{"resend", `{"type":"contact.created","data":{"audience_id":"a1"}}`, nil, Meta{"contact.created", "", "a1", ""}},
		{"resend", `{"type":"domain.updated","data":{"name":"d.example","region":"us-east-1"}}`, []string{"Webhook-Id", "msg_1"}, Meta{"domain.updated", "msg_1", "d.example", ""}},
		{"svix", `{"type":"email.bounced","data":{"id":"e1"}}`, []string{"Svix-Id", "msg_1"}, Meta{"email.bounced", "msg_1", "", ""}},
		{"retell", `{"event":"call_ended","call":{"call_id":"c1","agent_id":"a1"}}`, []string{"X-Retell-Signature", "v=1"}, Meta{"call_ended", "c1:call_ended", "a1", ""}},
		{"ringcentral", `{"uuid":"u1","event":"/restapi/v1.0/account/1/telephony/sessions","ownerId":"o1","subscriptionId":"s1"}`, nil,
			Meta{"/restapi/v1.0/account/1/telephony/sessions", "u1", "o1", ""}},
		{"sendgrid", `[{"event":"delivered","sg_event_id":"s1"},{"event":"open"}]`, nil, Meta{"delivered", "s1", "", ""}},
		{"strava", `{"object_type":"activity","aspect_type":"create","object_id":1,"owner_id":2,"event_time":3}`, nil, Meta{"activity.create", "1:create:3", "2", ""}},
		{"synctera", `{"type":"CARD.CREATED","id":"s1","webhook_id":"w1"}`, []string{"Synctera-Signature", "0"}, Meta{"CARD.CREATED", "s1", "w1", ""}},
		{"telegram", `{"update_id":7,"edited_message":{"text":"x"}}`, nil, Meta{"edited_message", "7", "", ""}},
		{"telegram", `{"poll":{"id":"1"},"update_id":8}`, []string{"X-Telegram-Bot-Api-Secret-Token", "s"}, Meta{"poll", "8", "", ""}},
		{"telnyx", `{"data":{"event_type":"message.received","id":"t1","payload":{"messaging_profile_id":"p1"}}}`, []string{"Telnyx-Timestamp", "1"}, Meta{"message.received", "t1", "p1", ""}},
		{"tiktok", `{"client_key":"k","event":"authorization.removed","create_time":5,"user_openid":"u"}`, nil, Meta{"authorization.removed", "5:authorization.removed:u", "u", ""}},
		{"tiktok-shop", `{"type":1,"tts_notification_id":"n1","shop_id":"s1"}`, []string{"Authorization", "00"}, Meta{"1", "n1", "s1", ""}},
		{"treezor", treezorBody, nil, Meta{"payin.create", "w1", "", ""}},
		{"twitch", `{"subscription":{"type":"stream.online"},"event":{"broadcaster_user_login":"cool"}}`,
			[]string{"Twitch-Eventsub-Message-Id", "m1", "Twitch-Eventsub-Message-Type", "notification"}, Meta{"stream.online", "m1", "cool", ""}},
		{"twitch", `{"subscription":{"type":"stream.online"}}`, []string{"Twitch-Eventsub-Message-Id", "m1", "Twitch-Eventsub-Message-Type", "revocation"}, Meta{"revocation", "m1", "", ""}},
		{"uber", `{"event_type":"orders.notification","event_id":"e1","resource_href":"h","meta":{"user_id":"u1"}}`, nil, Meta{"orders.notification", "e1", "u1", ""}},
		{"vapi", `{"message":{"type":"end-of-call-report","timestamp":3,"call":{"id":"c1","orgId":"o1"}}}`, nil, Meta{"end-of-call-report", "c1:end-of-call-report:3", "o1", ""}},
		{"viber", `{"event":"message","message_token":49,"chat_hostname":"SN-CHAT"}`, nil, Meta{"message", "49", "SN-CHAT", ""}},
		{"webex", `{"id":"hook","resource":"messages","event":"created","orgId":"o1","data":{"id":"d1"}}`, nil, Meta{"messages.created", "d1:messages:created", "o1", ""}},
		{"whatsapp", whatsappStart + `"messages":[{"id":"wamid.1","type":"text"}]}}]}]}`, []string{"X-Hub-Signature-256", "sha256=0"}, Meta{"messages.text", "wamid.1", "155", ""}},
		{"whatsapp", whatsappStart + `"statuses":[{"id":"wamid.1","status":"read"}]}}]}]}`, []string{"User-Agent", "facebookexternalua"}, Meta{"messages.read", "wamid.1:read", "155", ""}},
		{"wix", wixToken(t, map[string]string{"id": "e1"}), nil, Meta{"wix.ecom.v1.order_created", "e1", "i1", ""}},
		{"x", `{"for_user_id":"1","favorite_events":[{"id":"f"}]}`, nil, Meta{"favorite_events", "", "1", ""}},
		{"x", `{"data":{"event_type":"profile.update.bio","event_uuid":"u1"}}`, []string{"X-Twitter-Webhooks-Signature", "sha256=x"}, Meta{"profile.update.bio", "u1", "", ""}},
		{"youtube", feed, []string{"X-Hub-Signature", "sha1=0"}, Meta{"video", "v1:2026-01-02T03:04:05Z", "c1", ""}},
		{"youtube", `<feed><at:deleted-entry ref="yt:video:v2" when="x"></at:deleted-entry></feed>`, nil, Meta{"video.deleted", "v2:deleted", "", ""}},
		{"zero-hash", `{"participant_code":"P1"}`, []string{"X-Zh-Hook-Payload-Type", "trade_status_changed", "X-Zh-Hook-Notification-Id", "n1"}, Meta{"trade_status_changed", "n1", "P1", ""}},
	} {
		r := requestOf(tt.body, 0, tt.header...)
		if got := Detect(r); got.Provider != Lookup(tt.provider) || got.Provider == nil {
			t.Errorf("%s %.80s: taken for %+v", tt.provider, tt.body, got)
		}
		if got := Lookup(tt.provider).Meta(r); got != tt.want {
			t.Errorf("%s %.80s: got %+v, want %+v", tt.provider, tt.body, got, tt.want)
		}
	}
	if got := Detect(requestOf("eyJhbGciOiJSUzI1NiJ9.e30.AA", 0)); got.Provider != nil {
		t.Errorf("a token that nobody sends: got %+v", got)
	}
}

func TestPeopleHandshakes(t *testing.T) {
	get := func(query string) Request { return by("GET", at("https://a.example/hooks?"+query, requestOf("", 0))) }
	const challenge = "hub.mode=subscribe&hub.challenge=1158201444"
	for _, tt := range []struct {
		name, provider string
		request        Request
		secret         string
		status         int // 0 for no handshake
		body           string
	}{
		{"meta", "meta", get(challenge + "&hub.verify_token=meatyhamhock"), "", 200, "1158201444"},
		{"meta, by POST", "meta", by("POST", get(challenge)), "", 0, ""},
		{"meta, another mode", "meta", get("hub.mode=x&hub.challenge=1"), "", 0, ""},
		{"whatsapp", "whatsapp", get(challenge), "", 200, "1158201444"},
		{"youtube", "youtube", get("hub.mode=unsubscribe&hub.topic=x&hub.challenge=a%2Fb"), "", 200, "a/b"},
		{"youtube's event", "youtube", requestOf("<feed/>", 0), "", 0, ""},
		{"strava", "strava", get(challenge), "", 200, `{"hub.challenge":"1158201444"}`},
		{"strava, with a quotation mark", "strava", get("hub.mode=subscribe&hub.challenge=%22"), "", 200, `{"hub.challenge":"\""}`},
		{"strava's event", "strava", requestOf(`{"aspect_type":"create"}`, 0), "", 0, ""},
		{"x", "x", get("crc_token=foo"), "bar", 200, `{"response_token":"sha256=FHkzIYqqvAuLEKKzpcNGhMjZQ0G88QpHNtxycPd0GFE="}`},
		{"x, without a secret", "x", get("crc_token=foo"), "", 0, ""},
		{"x, without a token", "x", get("a=b"), "bar", 0, ""},
		{"twitch", "twitch", requestOf(`{"challenge":"pogchamp"}`, 0, "Twitch-Eventsub-Message-Type", "webhook_callback_verification"), "", 200, "pogchamp"},
		{"twitch's event", "twitch", requestOf(`{"challenge":"x"}`, 0, "Twitch-Eventsub-Message-Type", "notification"), "", 0, ""},
		{"nylas", "nylas", get("challenge=bc609b38"), "", 200, "bc609b38"},
		{"nylas's event", "nylas", requestOf("{}", 0), "", 0, ""},
		{"ringcentral", "ringcentral", requestOf("", 0, "Validation-Token", "v1"), "", 200, ""},
		{"ringcentral's event", "ringcentral", requestOf("{}", 0, "Verification-Token", "v1"), "", 0, ""},
		{"clio", "clio", requestOf("", 0, "X-Hook-Secret", "s1"), "", 200, ""},
		{"clio's event", "clio", requestOf("{}", 0, "X-Hook-Signature", "s1"), "", 0, ""},
		{"clio, far too long", "clio", requestOf("", 0, "X-Hook-Secret", strings.Repeat("s", maxHeader+1)), "", 0, ""},
		{"exact online", "exact-online", requestOf("", 0), "", 200, ""},
		{"exact online's event", "exact-online", requestOf(exactBody, 0), "", 0, ""},
		{"viber", "viber", requestOf(`{"event":"webhook","message_token":1}`, 0), "", 200, ""},
		{"viber's event", "viber", requestOf(`{"event":"message","message_token":1}`, 0), "", 0, ""},
	} {
		got, ok := Lookup(tt.provider).Handshake(tt.request, secretsOf(tt.secret))
		if ok != (tt.status != 0) || ok && (got.Status != tt.status || got.Body != tt.body || got.Asks == "") {
			t.Errorf("%s: got %+v, %v; want %d %q", tt.name, got, ok, tt.status, tt.body)
		}
	}
	for name, header := range map[string]string{"ringcentral": "Validation-Token", "clio": "X-Hook-Secret"} {
		a, _ := Lookup(name).Handshake(requestOf("", 0, header, "v1"), nil)
		if a.Header.Get(header) != "v1" {
			t.Errorf("%s: got %v, want the header back", name, a.Header)
		}
	}
	for query, name := range map[string]string{challenge + "&hub.verify_token=t": "meta", challenge + "&hub.topic=t": "youtube", "crc_token=foo": "x"} {
		if got := Detect(get(query)); got.Provider != Lookup(name) {
			t.Errorf("%s: taken for %+v", query, got)
		}
	}
}
