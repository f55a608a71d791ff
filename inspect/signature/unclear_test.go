package signature

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A name that comes twice or is written with escapes can't pass another value by the signature.
func TestASignedPartMustStandInOnePlace(t *testing.T) {
	const adyenItem = `{"NotificationRequestItem":{"additionalData":{"hmacSignature":""},"pspReference":"A","amount":{"value":100,"currency":"EUR"},"success":"true"}}`
	for _, tt := range []struct {
		provider, body, from, to string
		header                   []string
	}{
		{"adyen", `{"notificationItems":[` + adyenItem + `]}`, `]}`, `],"notificationItems":[]}`, nil},
		{"adyen", `{"notificationItems":[` + adyenItem + `]}`, `]}`, `],"notificationItem\u0073":[]}`, nil},
		{"adyen", `{"notificationItems":[` + adyenItem + `]}`, `"success"`, `"amount":{"value":9},"success"`, nil},
		{"adyen", `{"notificationItems":[` + adyenItem + `]}`, `"success"`, `"originalReferenc\u0065":"B","success"`, nil},
		{"adyen", `{"notificationItems":[` + adyenItem + `]}`, `"hmacSignature"`, `"hmacSignature":"x","hmacSignature"`, nil},
		{"treezor", `{"object_payload_signature":"","object_payload":{"a":1}}`, `}}`, `},"object_payload":{"a":2}}`, nil},
		{"exact-online", `{"Content":{"Topic":"x"},"HashCode":""}`, `"},`, `"},"Conten\u0074":{},`, nil},
		{"exact-online", `{"Content":{"Topic":"x"},"HashCode":""}`, `"HashCode":`, `"Content":{"Topic":"y"},"HashCode":`, nil},
		{"paymob", `{"type":"TRANSACTION","obj":{"amount_cents":1,"success":false}}`, `false`, `false,"success":true`, nil},
		{"paymob", `{"type":"TRANSACTION","obj":{"amount_cents":1,"success":false}}`, `}}`, `},"obj":{"success":true}}`, nil},
		{"praxis", `{"merchant_id":"m","transaction":{"amount":1}}`, `}}`, `,"amount":2}}`, nil},
		{"praxis", `{"event":"e","plan_id":1}`, `1}`, `1,"plan_id":2}`, nil},
		{"favro", `{"payloadId":"p","action":"created"}`, `,`, `,"payloadId":"q",`, nil},
		{"ecwid", `{"eventId":"e","eventCreated":1}`, `1`, `1,"eventCreated":2`, nil},
		{"braintree", "bt_signature=&bt_payload=aGVsbG8", "aGVsbG8", "aGVsbG8&bt_payload=ZXZpbA", []string{"Content-Type", formType}},
		{"braintree", "bt_signature=&bt_payload=aGVsbG8", "aGVsbG8", "aGVsbG8&bt%5Fpayload=ZXZpbA", []string{"Content-Type", formType}},
		{"paypro-global", "ORDER_STATUS=Waiting&SIGNATURE=", "Waiting", "Waiting&ORDER_STATUS=Processed", []string{"Content-Type", formType}},
		{"paypro-global", "ORDER_STATUS=Waiting&SIGNATURE=", "Waiting", "Waiting&ORDER%5FID=2", []string{"Content-Type", formType}},
		{"paypro-global", "SIGNATURE=&ORDER_STATUS=Waiting", "Waiting", "Waiting" + strings.Repeat("&a", maxParameters), []string{"Content-Type", formType}},
		{"gogs", "payload=%7B%7D", "%7B%7D", "%7B%7D&payload=evil", []string{"Content-Type", formType}},
		{"gitea", "payload=%7B%7D", "%7B%7D", "%7B%7D&p%61yload=evil", []string{"Content-Type", formType}},
		{"forgejo", "payload=%7B%7D", "%7B%7D", "%7B%7D&payload", []string{"Content-Type", formType}},
		{"mailgun", `{"signature":{"token":"t","timestamp":"1","signature":""}}`, `"token"`, `"token":"u","token"`, nil},
		{"mailgun", `{"signature":{"token":"t","timestamp":"1","signature":""}}`, `"token"`, `"parent-signature":"a","parent-signature":"b","token"`, nil},
		{
			"dropbox-sign", dropboxSignBody(`{"event":{"event_type":"a","event_time":"1","event_hash":""}}`).text, `"event_type"`, `"event_type":"b","event_type"`,
			[]string{"Content-Type", "multipart/form-data; boundary=boundary"},
		},
		{"figma", `{"passcode":"x","event_type":"PING"}`, `,`, `,"passcode":"y",`, nil},
		{"travis-ci", "payload=%7B%7D", "%7B%7D", "%7B%7D&payload=evil", []string{"Content-Type", formType}},
	} {
		confirmed, when := *Lookup(tt.provider), time.Unix(1_700_000_000, 0)
		confirmed.Confidence = Documented // else it would be no more than unknown
		p := &confirmed
		secret := p.NewSecret()
		r := at("https://app.example/hook", requestOf(tt.body, when.Unix(), tt.header...))
		if err := p.Sign(&r, Secret{Value: secret}, when); err != nil {
			t.Fatalf("%s: %v", tt.provider, err)
		}
		wantResult(t, p.Verify(r, secretsOf(secret)), Valid, ReasonOK)
		forged := r
		forged.Body = []byte(strings.Replace(string(r.Body), tt.from, tt.to, 1))
		if got := p.Verify(forged, secretsOf(secret)); got.Verdict != Invalid || got.Reason != ReasonMalformed {
			t.Errorf("%s: %.200s: got %s, %s", tt.provider, forged.Body, got.Verdict, got.Reason)
		}
		own := []Secret{{Value: secret, Provider: tt.provider}}
		wantMistake(t, Explain(forged, p, p.Verify(forged, own), own, Hints{}), MistakeRepeatedPart, "comes twice")
	}
}

// What looks like a form inside of JSON is none.
func TestAForgesJSONMayHoldAnything(t *testing.T) {
	p := Lookup("gitea")
	r := requestOf(`{"text":"?&payload=1&payload=2`+strings.Repeat("&", maxParameters)+`"}`, 0, "Content-Type", jsonType)
	if err := p.Sign(&r, Secret{Value: "secret"}, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	wantResult(t, p.Verify(r, secretsOf("secret")), Valid, ReasonOK)
}

func TestUnclearMember(t *testing.T) {
	for _, tt := range []struct {
		doc, path string
		want      bool
	}{
		{`{"a":1}`, "a", false},
		{`{"b":1}`, "a", false},
		{`{}`, "a", false},
		{``, "a", false},
		{`[]`, "0.a", false},
		{`[{"a":1,"a":2}]`, "0.a", true},
		{`{"a":{"b":1},"c":{"b":2}}`, "a.b", false},
		{`{"a":{"b":1,"b":2}}`, "a.c", false},
		{`{"a":{"b":1},"a":2}`, "a.b", true},
		{`{"\u0061":1}`, "a", true},
		{`{"\u0062":1,"a":1}`, "a", false},
		{`{"a":1,`, "a", true},
		{`{"a":1 "a":2}`, "a", true},
		{`{"a":1,"b"`, "a", true},
		{`{"a":"` + strings.Repeat(" ", maxScan) + `","a":1}`, "a", true},
	} {
		if got := memberAt(tt.path).unclear([]byte(tt.doc)); got != tt.want {
			t.Errorf("%s in %.60s: got %t", tt.path, tt.doc, got)
		}
	}
}

// Whoever doesn't know the secret gets no text of their choice signed.
func TestHandshakesSignNoWebhooks(t *testing.T) {
	const body = `{"evil":1}`
	quoted, _ := json.Marshal("v0:1700000000:" + body)
	escaped := "%7B%22evil%22%3A1%7D"
	for _, tt := range []struct{ provider, method, url, body string }{
		{"zoom", http.MethodPost, "https://app.example/", `{"event":"endpoint.url_validation","payload":{"plainToken":` + string(quoted) + `}}`},
		{"smartcar", http.MethodPost, "https://app.example/", `{"eventType":"VERIFY","data":{"challenge":` + string(quoted) + `}}`},
		{"linkedin", http.MethodGet, "https://app.example/?challengeCode=hmacsha256%3D" + escaped, ""},
		{"x", http.MethodGet, "https://app.example/?crc_token=" + escaped, ""},
	} {
		r := at(tt.url, by(tt.method, requestOf(tt.body, 1_700_000_000)))
		if a, ok := Lookup(tt.provider).Handshake(r, secretsOf("secret")); ok {
			t.Errorf("%s: answered %s", tt.provider, a.Body)
		}
	}
}

// A further header is read as strictly as the first.
func TestFurtherHeaders(t *testing.T) {
	when := time.Unix(1_700_000_000, 0)
	for provider, further := range map[string]string{
		"docusign": "X-Docusign-Signature-2", "box": "Box-Signature-Secondary", "bolt": "X-Bolt-Hmac-Sha256-Pending", "plivo": "X-Plivo-Signature-Ma-V3",
	} {
		p := Lookup(provider)
		secret := p.NewSecret()
		r := at("https://app.example/hook", requestOf("{}", when.Unix()))
		if err := p.Sign(&r, Secret{Value: secret}, when); err != nil {
			t.Fatal(err)
		}
		first := p.Headers()[0]
		good := r.Header.Get(first)
		verify := func(values ...string) Result {
			r.Header[further] = values
			return p.Verify(r, secretsOf(secret))
		}
		r.Header[first] = []string{strings.Repeat("A", len(good))}
		wantResult(t, verify(good), Valid, ReasonOK)
		wantResult(t, verify(good, "other"), Invalid, ReasonMalformed)
		wantResult(t, verify(good+strings.Repeat(" ", maxHeader)), Invalid, ReasonMalformed)
		wantResult(t, verify(strings.Repeat("B", len(good))), Invalid, ReasonMismatch)
		delete(r.Header, first)
		wantResult(t, verify(good), Valid, ReasonOK)
		wantResult(t, verify(good, good), Invalid, ReasonMalformed)
	}

	labelled := headers{signature: "X-A", before: "v1=", more: []string{"X-B"}}
	c, reason := labelled.read(Request{Header: http.Header{"X-A": {"v1=a"}, "X-B": {"b"}}})
	if reason != ReasonOK || len(c.signatures) != 1 {
		t.Errorf("without its label: got %q, %s", c.signatures, reason)
	}
	if _, reason = labelled.read(Request{Header: http.Header{"X-B": {"b"}}}); reason != ReasonMalformed {
		t.Errorf("without its label, alone: got %s", reason)
	}
}

func TestSegmentSignsOnlyAWholeBatch(t *testing.T) {
	p, when := Lookup("segment"), time.Unix(1_700_000_000, 0)
	r := requestOf(`{"type":"track"}`, when.Unix())
	if err := p.Sign(&r, Secret{Value: "secret"}, when); err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]Verdict{
		`[{"type":"track"},{"type":"page"}]`: Valid, `[{"type":"track"} no JSON`: Invalid, `[{"type":"track"}`: Invalid,
	} {
		r.Body = []byte(body)
		if got := p.Verify(r, secretsOf("secret")); got.Verdict != want {
			t.Errorf("%s: got %s, %s", body, got.Verdict, got.Reason)
		}
	}
}

// A member that SNS would sign may be null, which it leaves out, but nothing else than text.
func TestSNSMembersAreText(t *testing.T) {
	p := Lookup("aws-sns")
	key := p.NewSecret()
	r := signedBy(t, "aws-sns", key, requestOf(`{"Type":"Notification","MessageId":"m","Message":"hi","Timestamp":"2026-01-02T03:04:05.000Z","SignatureVersion":"2","Signature":""}`, 1_700_000_000))
	for subject, want := range map[string]Verdict{`null`: Valid, `["evil"]`: Invalid, `{"a":1}`: Invalid, `1`: Invalid} {
		changed := r
		changed.Body = []byte(strings.Replace(string(r.Body), `"MessageId"`, `"Subject":`+subject+`,"MessageId"`, 1))
		if got := p.Verify(changed, secretsOf(key)); got.Verdict != want {
			t.Errorf("Subject %s: got %s, %s", subject, got.Verdict, got.Reason)
		}
	}
}

// The names of Authorization's schemes may be written in either case; a label elsewhere may not.
func TestAuthorizationInEitherCase(t *testing.T) {
	p := Lookup("postmark")
	r := signed(t, p, "hook:password")
	for _, label := range []string{"basic ", "BASIC ", "Basic "} {
		r.Header.Set("Authorization", label+r.Header.Get("Authorization")[len(label):])
		wantResult(t, p.Verify(r, secretsOf("hook:password")), Valid, ReasonOK)
	}
	r.Header.Set("Authorization", "Basic")
	wantResult(t, p.Verify(r, secretsOf("hook:password")), Invalid, ReasonMalformed)

	own := &Provider{scheme: &tokenScheme{at: headerAt("X-Token"), before: "Token "}}
	wantResult(t, own.Verify(requestOf("{}", 0, "X-Token", "Token secret"), secretsOf("secret")), Valid, ReasonOK)
	wantResult(t, own.Verify(requestOf("{}", 0, "X-Token", "token secret"), secretsOf("secret")), Invalid, ReasonMalformed)
}
