package signature

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"
)

// resigned is r signed by p; the original is left alone.
func resigned(t *testing.T, p *Provider, r Request, secret string) Request {
	t.Helper()
	r.Header = r.Header.Clone()
	if err := p.Sign(&r, Secret{Value: secret}, r.ReceivedAt); err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	return r
}

func wantVerdict(t *testing.T, what, provider string, r Request, secret string, want Reason) {
	t.Helper()
	if got := Lookup(provider).Verify(r, secretsOf(secret)); got.Reason != want {
		t.Errorf("%s: got %s %s, want %s", what, got.Verdict, got.Reason, want)
	}
}

// An app reads all items of a request, so a good one must not vouch for the others.
func TestAdyenItems(t *testing.T) {
	item := func(reference, signature string) string {
		return `{"NotificationRequestItem":{"pspReference":"` + reference + `","amount":{"value":5,"currency":"EUR"},"eventCode":"AUTHORISATION",` +
			`"success":"true","additionalData":{"hmacSignature":"` + signature + `"}}}`
	}
	batch := func(items ...string) Request {
		return requestOf(`{"live":"false","notificationItems":[`+strings.Join(items, " , ")+`]}`, 1_700_000_000)
	}
	p := Lookup("adyen")
	secret := p.NewSecret()
	both := resigned(t, p, batch(item("1", ""), item("2", "")), secret)
	if len(both.Header) != 0 || strings.Contains(string(both.Body), `"hmacSignature":""`) {
		t.Fatalf("signed as %s, %v", both.Body, both.Header)
	}
	wantVerdict(t, "two items", "adyen", both, secret, ReasonOK)
	wantVerdict(t, "another key", "adyen", both, p.NewSecret(), ReasonMismatch)
	forged := both
	forged.Body = []byte(strings.Replace(string(both.Body), `"pspReference":"2"`, `"pspReference":"3"`, 1))
	wantVerdict(t, "the second forged", "adyen", forged, secret, ReasonMismatch)
	wantVerdict(t, "the second unsigned", "adyen", batch(item("1", strings.Repeat("A", 43)+"="), item("2", "")), secret, ReasonMissing)
	wantVerdict(t, "no items", "adyen", batch(), secret, ReasonMissing)
	wantVerdict(t, "cut off", "adyen", requestOf(`{"notificationItems":[{"NotificationRequestItem":{"pspRef`, 0), secret, ReasonMissing)
	wantVerdict(t, "too many", "adyen", batch(strings.Split(strings.Repeat(item("1", "x")+"\n", 200), "\n")[:200]...), secret, ReasonMissing)
	wantVerdict(t, "no key", "adyen", both, "not hexadecimal", ReasonSecretMalformed)

	one := batch(item("1", ""))
	one.Body = []byte(strings.Replace(string(one.Body), `"additionalData":{"hmacSignature":""}`, `"reason":"x"`, 1))
	if err := p.Sign(&one, Secret{Value: secret}, time.Time{}); err == nil {
		t.Error("signed an item without a place for the signature")
	}
	if got := Explain(forged, p, p.Verify(forged, secretsOf(secret)), secretsOf(secret), Hints{}); got.Mistake == "" {
		t.Errorf("got %+v", got)
	}
}

func TestBraintreePayload(t *testing.T) {
	p := Lookup("braintree")
	const secret = "public:private"
	r := requestOf("bt_payload=PGE%2B%0A", 0, "Content-Type", formType)
	r = resigned(t, p, r, secret)
	wantVerdict(t, "as signed", "braintree", r, secret, ReasonOK)
	wantVerdict(t, "the private key alone", "braintree", r, "private", ReasonOK)
	lost := r
	lost.Body = []byte(strings.Replace(string(r.Body), "%0A", "", 1))
	wantVerdict(t, "without the newline at its end", "braintree", lost, secret, ReasonOK)
	rolled := r
	rolled.Body = []byte(strings.Replace(string(r.Body), "bt_signature=", "bt_signature=other%7C"+strings.Repeat("0", 40)+"%26", 1))
	wantVerdict(t, "the second of two keys", "braintree", rolled, secret, ReasonOK)
	wantVerdict(t, "no signature", "braintree", requestOf("bt_payload=PGE%2B", 0), secret, ReasonMissing)
	wantVerdict(t, "no key in it", "braintree", requestOf("bt_signature="+strings.Repeat("0", 40), 0), secret, ReasonMalformed)
	if err := p.Sign(&r, Secret{Value: "private"}, time.Time{}); err == nil {
		t.Error("signed without a public key")
	}
	if p.CheckSecret("public:") == nil {
		t.Error("a public key alone is accepted")
	}
	if !p.SignsInBody() {
		t.Error("it signs in the body, and says that it does not")
	}
	for _, payload := range []string{"", "%%%", "PGE%2B", url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("<kinds>x</kinds>")))} {
		if got := p.Meta(requestOf("bt_payload="+payload, 0)); got != (Meta{}) {
			t.Errorf("%s: got %+v, want nothing", payload, got)
		}
	}
}

// While a secret is rolled, several signatures come, and any may match.
func TestPaymentRotations(t *testing.T) {
	bad := strings.Repeat("0", 64)
	for _, tt := range []struct {
		provider, header string
		change           func(good string) []string
		want             Reason
	}{
		{"mollie", "X-Mollie-Signature", func(good string) []string { return []string{"sha256=" + bad, good} }, ReasonOK},
		{"mollie", "X-Mollie-Signature", func(good string) []string { return []string{"sha256=" + bad + "," + good} }, ReasonOK},
		{"mollie", "X-Mollie-Signature", func(good string) []string { return []string{"sha256=" + bad, "sha256=" + bad} }, ReasonMismatch},
		{"mollie", "X-Mollie-Signature", func(good string) []string { return []string{good, strings.Repeat("x", maxHeader)} }, ReasonMalformed},
		{"paddle", "Paddle-Signature", func(good string) []string { return []string{strings.Replace(good, ";", ";h1="+bad+";", 1)} }, ReasonOK},
		{"recurly", "Recurly-Signature", func(good string) []string { return []string{good + "," + bad} }, ReasonOK},
		{"recurly", "Recurly-Signature", func(good string) []string { return []string{strings.Replace(good, ",", ","+bad+",", 1)} }, ReasonOK},
		{"recurly", "Recurly-Signature", func(good string) []string { return []string{"," + good[14:]} }, ReasonTimestampMissing},
		{"recurly", "Recurly-Signature", func(good string) []string { return []string{good[14:]} }, ReasonMalformed},
		{"recurly", "Recurly-Signature", func(good string) []string { return []string{"soon" + good[13:]} }, ReasonTimestampMalformed},
		{"revolut", "Revolut-Signature", func(good string) []string { return []string{"v1=" + bad + "," + good} }, ReasonOK},
		{"revolut", "Revolut-Signature", func(good string) []string { return []string{"v1=" + bad + ",v0=" + good[3:]} }, ReasonMismatch},
		{"worldpay", "Event-Signature", func(good string) []string { return []string{"9/SHA256/" + bad + "," + good} }, ReasonOK},
		{"worldpay", "Event-Signature", func(good string) []string { return []string{"1/SHA1/" + bad} }, ReasonUnconfirmed},
		{"worldpay", "Event-Signature", func(good string) []string { return []string{"1/SHA256/" + bad} }, ReasonUnconfirmed},
	} {
		p := Lookup(tt.provider)
		secret := secretOf(t, p)
		r := signed(t, p, secret)
		r.Header[tt.header] = tt.change(r.Header.Get(tt.header))
		wantVerdict(t, strings.Join(r.Header[tt.header], " | "), tt.provider, r, secret, tt.want)
	}
	bolt := Lookup("bolt")
	r := signed(t, bolt, "new")
	r.Header["X-Bolt-Hmac-Sha256-Pending"] = r.Header["X-Bolt-Hmac-Sha256"]
	r.Header["X-Bolt-Hmac-Sha256"] = signed(t, bolt, "old").Header["X-Bolt-Hmac-Sha256"]
	wantVerdict(t, "Bolt's new secret", "bolt", r, "new", ReasonOK)
	wantVerdict(t, "Bolt's old secret", "bolt", r, "old", ReasonOK)
	wantVerdict(t, "neither", "bolt", r, "other", ReasonMismatch)
}

// The sums were made with Python's hmac and hashlib.
func TestPaymentSchemes(t *testing.T) {
	const body, now = `{"a":1}`, 1_700_000_000
	const (
		v0      = "t=1700000000,v0=ab7bd212df57f3ef4ea3c17d4a1a71d8981ef595d4cd699b62517c68d89192a2"
		v1      = "t=1700000000,h=x-event-id x-event-type,v1=16f946cbe5474fe2c972da876acd06ab2e3d5c09c08f384aeeaccd10570829bf"
		ship    = "N76vZQ9wtA7JcGkpwunYNcvWNymYj0h4HmODoUchXwc="
		weights = `{"weight":17,"b":{"weight": 2},"c":{"weight":614.4}}`
		payPro  = "IPN_TYPE_NAME=OrderCharged&ORDER_ID=7&ORDER_STATUS=Processed&ORDER_TOTAL_AMOUNT=10.00&TEST_MODE=0&CUSTOMER_EMAIL=somebody%40shop.example"
		plan    = `{"event":"PaymentSucceeded","merchant_id":"API-Tester","application_key":"Sample","cid":7,"plan_id":"plan","subscription_id":"Sub","subscription_status":"active","timestamp":1585126003}`
	)
	for _, tt := range []struct {
		provider string
		request  Request
		want     Reason
	}{
		{"aftership", requestOf(body, now, "aftership-hmac-sha256", ship), ReasonOK},
		{"aftership", requestOf(body, now, "as-signature-hmac-sha256", ship), ReasonOK},
		{"aftership", requestOf(body, now, "am-webhook-signature", "hmac-sha256="+ship), ReasonOK},
		{"aftership", requestOf(body, now, "am-webhook-signature", ship), ReasonMalformed},
		{"airwallex", requestOf(body, now, "x-timestamp", "1700000000000", "x-signature", "6e401ab09bd1be55bab4c4b6d0b82b8c044948265edfe6a309a367c2e7449871"), ReasonOK},
		{"chargify", requestOf(body, now, "X-Chargify-Webhook-Signature", "b1eadedc18e4f30c62faa3931281fe20"), ReasonOK},
		{"coinbase", requestOf(body, now, "X-Hook0-Signature", v0), ReasonOK},
		{"coinbase", requestOf(body, now, "X-Hook0-Signature", v1, "X-Event-Id", "e1", "X-Event-Type", "a.b"), ReasonOK},
		{"coinbase", requestOf(body, now, "X-Hook0-Signature", v1, "X-Event-Id", "e2", "X-Event-Type", "a.b"), ReasonMismatch},
		{"coinbase", requestOf(body, now, "X-Hook0-Signature", "t=1700000000"), ReasonMalformed},
		{"coinbase", requestOf(body, now+301, "X-Hook0-Signature", v0), ReasonTimestampExpired},
		{"easypost", requestOf(weights, now, "X-Hmac-Signature", "hmac-sha256-hex=28733834a77fae35985b187b4555d69d1e84b350cf892196496ab5603a0e74b5"), ReasonOK},
		{"ecwid", requestOf(`{"eventId":"80aece08","eventCreated":1234567}`, now, "X-Ecwid-Webhook-Signature", "G5QZAE+tQbauYZs6cX7VBJeg29wZxmixoaQideROqwE="), ReasonOK},
		{"flutterwave", requestOf(body, now, "flutterwave-signature", ship), ReasonOK},
		{"flutterwave", requestOf(body, now, "verif-hash", "s"), ReasonOK},
		{"flutterwave", requestOf(body, now, "verif-hash", "another"), ReasonMismatch},
		{"nmi", requestOf(body, now, "Webhook-Signature", "t=nonce,s=2e4934624e42648560f031d3219a65b65ae3b63427977990d7c35400aa2a64d5"), ReasonOK},
		{"paymob", at("https://a.example/h?hmac=b1f217272525d8d5150c6d01277bd7446560ae09d8f07b99c5073be28fca3958bed9b41ce42cb41550b5eb68c060168e9a14f057f55ff88e0a37fb0bccab0990",
			requestOf(paymobBody, now)), ReasonOK},
		{"paypro-global", requestOf(payPro+"&SIGNATURE=9ad6db1459396a6d4cb70ee7941a60f23e1982fd8ffecf423b6e403f54d7658e", now), ReasonOK},
		{"pinwheel", requestOf(body, now, "x-timestamp", "1700000000", "x-pinwheel-signature", "v2=65194d67acae9f103c648a2de83dc9e4cdd8889409d3be994ca4282abf0e55d1"), ReasonOK},
		{"polar", requestOf(body, now, "webhook-id", "m1", "webhook-timestamp", "1700000000", "webhook-signature", "v1,weQfusEzfaTC8r/LUeXmi7GscCC1bMLP1GNv6LzkSyc="), ReasonOK},
		{"praxis", requestOf(praxisBody, now, "gt-authentication", "0a92f6b5b19393db46433afdf5172eb9362b9cbfc5a6f4d20412e4e7600b924a8e6d178aa7bedafb0aeefe8d05422aa0"), ReasonOK},
		{"praxis", requestOf(plan, now, "gt-authentication", "5cecc8ba8dd1e00c7033d1a6e11cc8cf85e4fed0cba693b9fd8a073800be48093e22f404967656bba5420ca39be240ed"), ReasonOK},
		{"recharge", requestOf(body, now, "X-Recharge-Hmac-Sha256", "3b6325febdf0e1c750639209a2b5759d458fa12902a3e05d7bca2fc797cb10c8"), ReasonOK},
		{"solidgate", requestOf(body, now, "merchant", "wh_pk_1", "signature",
			"OTIwNjI0NjY5ZmRlODY1OTBkM2QwYTZhYWRkNzdlNDZkMDcyMDcxN2Q5N2UxOGQ3YjVmMjRiYjBhN2FjZmMzOWVjNzMwM2ZhMDA3MWQ3MTQ0NWRiODY2YTBkYzI2YjZjMmU0NTE1OTA1M2U2OWZkOTAzYzIxY2JlZTBjMWRiNjU="), ReasonMismatch},
		{"tebex", requestOf(body, now, "X-Signature", "3f4c9c47d367bfafbedad7e8764f15b6d4df6b9e76fb40340d09ed14b9ae18b9"), ReasonOK},
		{"walmart", at("https://a.example/e/x?y=1", requestOf(body, now, "WM_SEC.TIMESTAMP", "1700000000", "WM_SEC.SIGNATURE", "y8QPuD7W2FuE5i5vrcXx3PYxN7H7VASU9TOHvLs6TQo=")), ReasonOK},
		{"walmart", at("https://a.example/e/x", requestOf(body, now, "WM_SEC.TIMESTAMP", "1700000000", "WM_SEC.SIGNATURE", "y8QPuD7W2FuE5i5vrcXx3PYxN7H7VASU9TOHvLs6TQo=")), ReasonMismatch},
	} {
		wantVerdict(t, tt.provider, tt.provider, tt.request, "s", tt.want)
		if tt.provider == "solidgate" {
			wantVerdict(t, tt.provider, tt.provider, tt.request, "wh_sk_1", ReasonOK)
			wantVerdict(t, tt.provider, tt.provider, tt.request, "wh_pk_1:wh_sk_1", ReasonOK)
		}
	}
}

func TestEasypostWeights(t *testing.T) {
	for body, want := range map[string]string{
		`{"weight":17}`:                        `{"weight":17.0}`,
		`{"weight": 17 ,"a":1}`:                `{"weight": 17.0 ,"a":1}`,
		`{"weight":17.0,"weight":1.5}`:         `{"weight":17.0,"weight":1.5}`,
		`{"weight":null,"weight":"17"}`:        `{"weight":null,"weight":"17"}`,
		`{"weight":17`:                         `{"weight":17`,
		`{"weight":`:                           `{"weight":`,
		`{"height":17}`:                        `{"height":17}`,
		`[{"weight":1},{"weight":2,"b":true}]`: `[{"weight":1.0},{"weight":2.0,"b":true}]`,
	} {
		if got := string(easypostBody(requestOf(body, 0), claims{})); got != want {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
	if err := Lookup("easypost").CheckSecret("sécret"); err == nil {
		t.Error("a secret that would have to be decomposed is accepted")
	}
}

func TestPHPFields(t *testing.T) {
	r := requestOf("b=%C3%A9+x&p_signature=abc&a=1&empty=&c%5B%5D=2", 0)
	want := `a:4:{s:1:"a";s:1:"1";s:1:"b";s:4:"é x";s:3:"c[]";s:1:"2";s:5:"empty";s:0:"";}`
	if got := string(phpFields(r, claims{})); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSolidgateSigns(t *testing.T) {
	p := Lookup("solidgate")
	secret := p.NewSecret()
	r := signed(t, p, secret)
	if public, _, _ := strings.Cut(secret, ":"); r.Header.Get("Merchant") != public {
		t.Errorf("got the merchant %s for %s", r.Header.Get("Merchant"), secret)
	}
	kept := requestOf("{}", 0, "Merchant", "wh_pk_mine")
	kept = resigned(t, p, kept, "wh_sk_only")
	if kept.Header.Get("Merchant") != "wh_pk_mine" {
		t.Errorf("got the merchant %s, want the request's own", kept.Header.Get("Merchant"))
	}
}

func TestLeadingMember(t *testing.T) {
	for body, want := range map[string]string{`{"charge":{}}`: "charge", ` { "order" : 1}`: "order", `{}`: "", `[]`: "", ``: "", `{1`: "", `{"cut`: ""} {
		if got := leadingMember(requestOf(body, 0)); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}
