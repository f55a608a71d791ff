package signature

import (
	"net/http"
	"slices"
	"testing"
)

// What requests of shops, payments and banks say of themselves, and who they are taken for.
func TestPaymentMeta(t *testing.T) {
	form, seen := []string{"Content-Type", formType}, map[string]bool{}
	for _, tt := range []struct {
		provider, body string
		header         []string
		want           Meta
	}{
		{"adyen", `{"live":"true","notificationItems":[{"NotificationRequestItem":{"amount":{"value":1},"eventCode":"REFUND","pspReference":"881","merchantAccountCode":"Shop"}}]}`, nil,
			Meta{"REFUND", "881:REFUND", "Shop", ModeLive}},
		{"adyen", `{"data":{"balancePlatform":"BP","id":"AH1"},"environment":"test","type":"balancePlatform.accountHolder.created"}`, []string{"HmacSignature", "x"},
			Meta{"balancePlatform.accountHolder.created", "AH1:balancePlatform.accountHolder.created", "BP", ModeTest}},
		{"aftership", `{"event":"tracking_update","event_id":"94dadd60","msg":{"tag":"InTransit"},"ts":1712741696}`, []string{"aftership-hmac-sha256", "x"},
			Meta{"tracking_update", "94dadd60", "", ""}},
		{"airwallex", `{"id":"evt_1","name":"payment_intent.succeeded","account_id":"acct_1","data":{"object":{}},"created_at":"2026"}`, []string{"x-signature", "0", "x-timestamp", "1"},
			Meta{"payment_intent.succeeded", "evt_1", "acct_1", ""}},
		{"antom", `{"notifyType":"PAYMENT_RESULT","result":{"resultStatus":"S"},"paymentId":"2026"}`,
			[]string{"Signature", "algorithm=RSA256,keyVersion=1,signature=x", "Client-Id", "SANDBOX_1", "Request-Time", "1"}, Meta{"PAYMENT_RESULT", "2026:PAYMENT_RESULT", "SANDBOX_1", ""}},
		{"bigcommerce", `{"scope":"store/order/created","store_id":"1025646","data":{"type":"order","id":250},"hash":"dd70","producer":"stores/abcde"}`, nil,
			Meta{"store/order/created", "dd70", "1025646", ""}},
		{"braintree", bodies["braintree"].text + "&bt_signature=a%7Cb", form, Meta{"subscription_went_active", "subscription_went_active:2026-03-01T10:00:00Z", "", ""}},
		{"brex", `{"event_type":"TRANSFER_PROCESSED","transfer_id":"dptx_1","company_id":"cuacc_1"}`, []string{"Webhook-Id", "msg_1"}, Meta{"TRANSFER_PROCESSED", "msg_1", "cuacc_1", ""}},
		{"bridge-xyz", `{"api_version":"v0","event_id":"wh_1","event_category":"customer","event_type":"customer.updated","event_object_id":"c1"}`, nil, Meta{"customer.updated", "wh_1", "", ""}},
		{"chargebee", `{"id":"ev_1","api_version":"v2","content":{"subscription":{}},"event_type":"subscription_created","webhook_status":"scheduled"}`, nil,
			Meta{"subscription_created", "ev_1", "", ""}},
		{"chargify", "event=payment_success&id=12", append(slices.Clone(form), "X-Chargify-Webhook-Id", "81"), Meta{"payment_success", "81", "", ""}},
		{"checkout-com", `{"id":"evt_1","type":"payment_captured","data":{"id":"pay_1"}}`, []string{"Cko-Signature", "x"}, Meta{"payment_captured", "evt_1", "", ""}},
		{"circle", `{"subscriptionId":"s1","notificationId":"n1","notificationType":"payments"}`, []string{"X-Circle-Signature", "x"}, Meta{"payments", "n1", "s1", ""}},
		{"coinbase", `{"eventType":"onramp.transaction.updated"}`, []string{"X-Hook0-Signature", "t=1", "X-Event-Id", "e1"}, Meta{"onramp.transaction.updated", "e1", "", ""}},
		{"commerce-layer", `{"data":{"id":"w1","attributes":{"updated_at":"2026"},"meta":{"mode":"test"}}}`, []string{"X-CommerceLayer-Topic", "orders.place"},
			Meta{"orders.place", "w1:orders.place:2026", "", ModeTest}},
		{"easypost", `{"description":"tracker.updated","mode":"production","id":"evt_1","user_id":"user_1","object":"Event","result":{"object":"Tracker"}}`, nil,
			Meta{"tracker.updated", "evt_1", "user_1", ModeLive}},
		{"ebay", `{"metadata":{"topic":"MARKETPLACE_ACCOUNT_DELETION"},"notification":{"notificationId":"n1","data":{"userId":"u1"}}}`, []string{"x-ebay-signature", "x"},
			Meta{"MARKETPLACE_ACCOUNT_DELETION", "n1", "u1", ""}},
		{"ecwid", bodies["ecwid"].text, []string{"X-Ecwid-Webhook-Signature", "x"}, Meta{"order.created", "80aece08-40e8-4145-8764-6c2f0d38678", "1003", ""}},
		{"fastspring", `{"events":[{"id":"e1","live":false,"type":"order.completed"}]}`, []string{"X-FS-Signature", "x"}, Meta{"order.completed", "e1", "", ModeTest}},
		{"fireblocks", `{"id":"n1","eventType":"transaction.created","workspaceId":"w1","data":{}}`, []string{"Fireblocks-Webhook-Signature", "x"}, Meta{"transaction.created", "n1", "w1", ""}},
		{"fireblocks", `{"type":"TRANSACTION_STATUS_UPDATED","tenantId":"w1","data":{"id":"t1","status":"COMPLETED"}}`, []string{"Fireblocks-Signature", "x"},
			Meta{"TRANSACTION_STATUS_UPDATED", "t1:TRANSACTION_STATUS_UPDATED:COMPLETED", "w1", ""}},
		{"flexport", `{"_object":"/event","id":7,"type":"/shipment#created"}`, []string{"X-Hub-Signature-256", "sha256=0"}, Meta{"/shipment#created", "7", "", ""}},
		{"flutterwave", `{"event":"charge.completed","data":{"id":285959875}}`, []string{"verif-hash", "x"}, Meta{"charge.completed", "285959875", "", ""}},
		{"flutterwave", `{"webhook_id":"wbk_1","type":"charge.completed","data":{"id":"chg_1"}}`, []string{"flutterwave-signature", "x"}, Meta{"charge.completed", "wbk_1", "", ""}},
		{"gocardless", `{"events":[{"id":"EV1","resource_type":"payments","action":"confirmed"}],"meta":{"webhook_id":"WB1"}}`, nil, Meta{"payments.confirmed", "WB1", "", ""}},
		{"lemon-squeezy", `{"meta":{"event_name":"order_created","test_mode":true},"data":{"type":"orders","id":"1","attributes":{"store_id":2,"updated_at":"2026"}}}`,
			[]string{"X-Event-Name", "order_created", "X-Signature", "0"}, Meta{"order_created", "orders:1:order_created:2026", "2", ModeTest}},
		{"lithic", `{"event_type":"card.created","card_token":"c1"}`, []string{"Webhook-Id", "msg_1", "Webhook-Signature", "v1,x"}, Meta{"card.created", "msg_1", "", ""}},
		{"modern-treasury", `{"event":"created","data":{"id":"p1","object":"payment_order","live_mode":false,"updated_at":"2026"}}`, []string{"X-Signature", "0", "X-Topic", "payment_order"},
			Meta{"payment_order.created", "p1:created:2026", "", ModeTest}},
		{"mollie", "id=tr_5B8cwPMGnU6qLbRvo7qEZo", form, Meta{"", "tr_5B8cwPMGnU6qLbRvo7qEZo", "", ""}},
		{"mollie", `{"resource":"event","id":"event_1","type":"payment-link.paid"}`, []string{"X-Mollie-Signature", "x"}, Meta{"payment-link.paid", "event_1", "", ""}},
		{"nmi", `{"event_id":"e1","event_type":"transaction.sale.success","event_body":{"merchant":{"id":"12"},"transaction_id":"3"}}`, []string{"Webhook-Signature", "t=x,s=y"},
			Meta{"transaction.sale.success", "e1", "12", ""}},
		{"nuvemshop", `{"store_id":123,"event":"order/created","id":4567}`, []string{"x-linkedstore-hmac-sha256", "x"}, Meta{"order/created", "123:order/created:4567", "123", ""}},
		{"paddle", `{"event_id":"evt_1","event_type":"transaction.completed"}`, []string{"Paddle-Signature", "ts=1;h1=x"}, Meta{"transaction.completed", "evt_1", "", ""}},
		{"paddle-classic", "alert_name=payment_succeeded&alert_id=8&p_signature=x", form, Meta{"payment_succeeded", "8", "", ""}},
		{"paymob", paymobBody, nil, Meta{"TRANSACTION", "TRANSACTION:2556706", "", ""}},
		{"paypro-global", bodies["paypro-global"].text, form, Meta{"OrderCharged", "7:OrderCharged", "", ModeLive}},
		{"paystack", `{"event":"charge.success","data":{"id":302961,"domain":"live"}}`, []string{"x-paystack-signature", "x"}, Meta{"charge.success", "charge.success:302961", "", ModeLive}},
		{"picqer", `{"idhook":7,"event":"orders.created","event_triggered_at":"2026-01-01 10:00:00","data":{}}`, []string{"X-Picqer-Signature", "x"},
			Meta{"orders.created", "7:orders.created:2026-01-01 10:00:00", "7", ""}},
		{"pinwheel", `{"event":"account.added","event_id":"e1","payload":{"account_id":"a1"}}`, []string{"X-Pinwheel-Signature", "v2=x"}, Meta{"account.added", "e1", "a1", ""}},
		{"plaid", `{"webhook_type":"TRANSACTIONS","webhook_code":"SYNC_UPDATES_AVAILABLE","item_id":"i1","environment":"sandbox"}`, nil,
			Meta{"TRANSACTIONS.SYNC_UPDATES_AVAILABLE", "", "i1", ModeTest}},
		{"polar", `{"type":"order.created","timestamp":"2026","data":{"organization_id":"o1"}}`, []string{"webhook-id", "m1", "webhook-signature", "v1,x"}, Meta{"order.created", "m1", "o1", ""}},
		{"praxis", praxisBody, []string{"gt-authentication", "x"}, Meta{"approved", "756850:approved", "API-Tester", ""}},
		{"razorpay", `{"event":"payment.captured","account_id":"acc_1"}`, []string{"X-Razorpay-Event-Id", "r1"}, Meta{"payment.captured", "r1", "acc_1", ""}},
		{"recharge", `{"subscription":{"id":89}}`, []string{"X-Recharge-Hmac-Sha256", "x"}, Meta{"subscription", "89", "", ""}},
		{"recurly", `{"id":"r1","object_type":"account","site_id":"s1","event_type":"created","event_time":"2022"}`, []string{"recurly-signature", "1,x"},
			Meta{"account.created", "r1:account:created:2022", "s1", ""}},
		{"revolut", `{"event":"ORDER_COMPLETED","order_id":"o1"}`, []string{"Revolut-Signature", "v1=x"}, Meta{"ORDER_COMPLETED", "o1:ORDER_COMPLETED", "", ""}},
		{"shipbob", `{"id":1}`, []string{"x-webhook-topic", "order.shipped", "webhook-signature", "v1,x", "webhook-id", "m1", "webhook-timestamp", "1"}, Meta{"order.shipped", "m1", "", ""}},
		{"shipengine", `{"resource_type":"API_TRACK","resource_url":"https://api.shipengine.com/v1/tracking"}`, []string{"x-shipengine-timestamp", "x"},
			Meta{"API_TRACK", "https://api.shipengine.com/v1/tracking", "", ""}},
		{"shiphero", `{"webhook_type":"Order Allocated","account_id":5}`, []string{"X-Shiphero-Message-ID", "m1"}, Meta{"Order Allocated", "m1", "5", ""}},
		{"shipstation", `{"resource_url":"https://ssapi6.shipstation.com/orders?importBatch=1","resource_type":"ORDER_NOTIFY"}`, nil,
			Meta{"ORDER_NOTIFY", "https://ssapi6.shipstation.com/orders?importBatch=1", "", ""}},
		{"shippo", `{"event":"track_updated","test":true,"data":{"carrier":"usps","tracking_status":{"object_id":"s1"}}}`, nil, Meta{"track_updated", "s1:track_updated", "", ModeTest}},
		{"shopline", `{}`, []string{"X-Shopline-Topic", "orders/create", "X-Shopline-Webhook-Id", "w1", "X-Shopline-Shop-Domain", "a.myshopline.com"},
			Meta{"orders/create", "w1", "a.myshopline.com", ""}},
		{"solidgate", `{}`, []string{"solidgate-event-type", "card_gate.order.updated", "solidgate-event-id", "e1"}, Meta{"card_gate.order.updated", "e1", "", ""}},
		{"tebex", `{"id":"t1","type":"payment.completed","subject":{"transaction_id":"tbx-1"}}`, []string{"X-Signature", "x"}, Meta{"payment.completed", "t1", "", ""}},
		{"token-io", `{"payment":{"id":"p1","memberId":"m1","status":"SUCCESS"}}`, []string{"Token-Event", "PAYMENT_STATUS_CHANGED", "Token-Signature", "x"},
			Meta{"PAYMENT_STATUS_CHANGED", "p1:SUCCESS", "m1", ""}},
		{"utila", `{"id":"u1","vault":"vaults/1","type":"TRANSACTION_CREATED"}`, []string{"x-utila-signature", "x"}, Meta{"TRANSACTION_CREATED", "u1", "vaults/1", ""}},
		{"walmart", `{"eventType":"PO_CREATED","eventId":"w1"}`, []string{"WM_SEC.SIGNATURE", "x"}, Meta{"PO_CREATED", "w1", "", ""}},
		{"wechat-pay", `{"id":"e1","event_type":"TRANSACTION.SUCCESS","resource":{}}`, []string{"Wechatpay-Signature", "x"}, Meta{"TRANSACTION.SUCCESS", "e1", "", ""}},
		{"wise", `{"data":{"resource":{"profile_id":222}},"subscription_id":"s1","event_type":"transfers#state-change","schema_version":"2.0.0"}`,
			[]string{"X-Signature-SHA256", "x", "X-Delivery-Id", "d1", "X-Test-Notification", "true"}, Meta{"transfers#state-change", "d1", "222", ModeTest}},
		{"worldline", `{"id":"e1","merchantId":"20000","type":"payment.paid"}`, []string{"X-GCS-Signature", "x"}, Meta{"payment.paid", "e1", "20000", ""}},
		{"worldpay", `{"eventId":"e1","eventDetails":{"transactionReference":"t1","type":"sentForAuthorization"}}`, []string{"Event-Signature", "1/SHA256/x"},
			Meta{"sentForAuthorization", "e1", "", ""}},
		{"bolt", `{"type":"auth","id":"T1","reference":"R1"}`, []string{"X-Bolt-Hmac-Sha256", "x"}, Meta{"auth", "R1:auth", "", ""}},
		{"coinbase-commerce", `{"id":1,"event":{"id":"e1","type":"charge:confirmed"}}`, []string{"X-CC-Webhook-Signature", "x"}, Meta{"charge:confirmed", "e1", "", ""}},
	} {
		r := requestOf(tt.body, 0, tt.header...)
		p := Lookup(tt.provider)
		if got := p.Meta(r); got != tt.want {
			t.Errorf("%s %.60s: got %+v, want %+v", tt.provider, tt.body, got, tt.want)
		}
		if got := Detect(r); got.Provider != p {
			t.Errorf("%s %.60s: taken for %v by %s", tt.provider, tt.body, got.Provider, got.Evidence)
		}
		seen[tt.provider] = true
	}
	for _, p := range slices.Concat(paymentProviders(), shopProviders(), bankingProviders()) {
		if !seen[p.Name] {
			t.Errorf("%s is not in the table", p.Name)
		}
	}
}

// What Sign makes is recognised, wherever a header of it bears the provider's name.
func TestPaymentsSignedAreDetected(t *testing.T) {
	for _, p := range slices.Concat(paymentProviders(), shopProviders(), bankingProviders()) {
		r := signed(t, p, secretOf(t, p))
		telling := slices.ContainsFunc(p.clues, func(c clue) bool {
			return c.weight == certain && c.also == nil && header(r.Header, c.header) != "" && c.header != ""
		})
		if got := Detect(r).Provider; telling && got.Name != p.Name {
			t.Errorf("%s: taken for %s", p.Name, got.Name)
		}
	}
}

func TestPaymentHandshakes(t *testing.T) {
	get := func(url string, header ...string) Request {
		r := requestOf("", 0, header...)
		r.Method, r.URL = http.MethodGet, url
		return r
	}
	ping := requestOf(`{"id":"5f2a","type":"validation.webhook","date":"2026","subject":{}}`, 0)
	const challenge = "https://a.example/h?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53"
	for _, tt := range []struct {
		what, provider string
		request        Request
		secrets        []Secret
		want           string
		ok             bool
	}{
		{"Braintree's", "braintree", get(challenge), secretsOf("only private", "pub:priv"), "pub|5d50acea216b983cf6c6d424dbaa95d601aed729", true},
		{"without a public key", "braintree", get(challenge), secretsOf("only private"), "", false},
		{"text to be signed", "braintree", get("https://a.example/h?bt_challenge=sign+this+for+me+please"), secretsOf("pub:priv"), "", false},
		{"too short", "braintree", get("https://a.example/h?bt_challenge=20f9"), secretsOf("pub:priv"), "", false},
		{"eBay's", "ebay", get("https://a.example/h?challenge_code=a8628072"), secretsOf("token"), `{"challengeResponse":"de7e25471835ba3ad25cb7db43ba9a3fc60f3ae943c8117eec93b2357232edfc"}`, true},
		{"eBay's with a key besides", "ebay", get("https://a.example/h?challenge_code=a8628072"), secretsOf("token\n" + Lookup("circle").NewSecret()), "", true},
		{"without a token", "ebay", get("https://a.example/h?challenge_code=a8628072"), nil, "", false},
		{"Tebex's", "tebex", ping, nil, `{"id":"5f2a"}`, true},
		{"an event of Tebex", "tebex", requestOf(`{"id":"5f2a","type":"payment.completed"}`, 0), nil, "", false},
		{"Worldline's", "worldline", get("https://a.example/h", "X-GCS-Webhooks-Endpoint-Verification", "v-1"), nil, "v-1", true},
		{"a visit", "worldline", get("https://a.example/h"), nil, "", false},
		{"an event of Circle", "circle", requestOf("{}", 0), nil, "", false},
	} {
		got, ok := Lookup(tt.provider).Handshake(tt.request, tt.secrets)
		if ok != tt.ok || ok && (tt.want != "" && got.Body != tt.want || got.Status != http.StatusOK || got.Asks == "") {
			t.Errorf("%s: got %+v %v, want %q %v", tt.what, got, ok, tt.want, tt.ok)
		}
	}
	head := Request{Method: http.MethodHead, URL: "https://a.example/h"}
	if got, ok := Lookup("circle").Handshake(head, nil); !ok || got.Status != http.StatusOK || got.Body != "" {
		t.Errorf("Circle's HEAD: got %+v %v", got, ok)
	}
}
