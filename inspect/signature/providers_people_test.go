package signature

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	mailgunBody = `{"signature":{"timestamp":"1","token":"t","signature":"s"},"event-data":{"event":"opened","id":"ase7i2zsRYeDXztHGENqRA"}}`
	exactBody   = `{"Content":{"Topic":"Accounts","Action":"Update","Division":11,"Key":"92adf7c2-9a25-4ab3-82f5-0b2f6ea4e9dd"},"HashCode":"X"}`
	treezorBody = `{"object_payload_signature":"X","webhook":"payin.create","webhook_id":"w1","object_payload":{"payins":[{"payinId":1,"amount":"12.50","messageToUser":"long enough to be where the test changes it"}]}}`
)

func init() {
	bodies["exact-online"] = body{jsonType, exactBody}
	bodies["mailgun"] = body{jsonType, mailgunBody}
	bodies["plivo"] = body{formType, "CallUUID=c1&CallStatus=ringing&From=14155551234"}
	bodies["treezor"] = body{"text/plain", treezorBody}
	bodyUnsigned = append(bodyUnsigned, "hugging-face", "mailgun", "postmark", "ringcentral", "telegram")
}

// Requests whose signatures the tests of the providers' own libraries or their documentation hold.
func TestPeopleVectors(t *testing.T) {
	const (
		sendGridKey = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA=="
		eager       = `{"notification_type":"eager","eager":[{"transformation":"sp_full_hd/mp4","bytes":1055,` +
			`"url":"http://res.cloudinary.com/demo/video/upload/sp_full_hd/v1533125278/dog.mp4",` +
			`"secure_url":"https://res.cloudinary.com/demo/video/upload/sp_full_hd/v1533125278/dog.mp4"}],` +
			`"public_id":"dog","batch_id":"9b11fa058c61fa577f4ec516bf6ee756ac2aefef095af99aef1302142cc1694a"}`
	)
	plivoCall := at("https://answer.url", requestOf("", 0, "X-Plivo-Signature-V2", "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc=", "X-Plivo-Signature-V2-Nonce", "12345"))
	for _, v := range []struct {
		name, provider, secret string
		request                Request
		signed                 string // a part of what is signed
	}{
		{"openai: SDK, webhooks.test.ts", "openai", "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=",
			requestOf(`{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": 1750861210, "type": "response.completed", "data": {"id": "resp_123"}}`,
				1750861210, "Webhook-Id", "wh_685c059ae39c8190af8c71ed1022a24d", "Webhook-Timestamp", "1750861210",
				"Webhook-Signature", "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY="), ""},
		{"sendgrid: SDK, eventwebhook.spec.js", "sendgrid", sendGridKey,
			requestOf(`{"category":"example_payload","event":"test_event","message_id":"message_id"}`, 1588788367,
				"X-Twilio-Email-Event-Webhook-Timestamp", "1588788367",
				"X-Twilio-Email-Event-Webhook-Signature", "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0="), ""},
		{"line: SDK, validate-signature.spec.ts", "line", "test_secret",
			requestOf(`{"hello":"world"}`, 0, "X-Line-Signature", "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM="), ""},
		{"pusher: PHP SDK, webhookTest.php", "pusher", "thisisasecret",
			requestOf(`{"hello":"world"}`, 0, "X-Pusher-Key", "thisisaauthkey",
				"X-Pusher-Signature", "40e0ad3b9aa49529322879e84de1aaaf18bde1efe839ca263d540cc865510d25"), ""},
		{"plivo: Ruby SDK, signature_spec.rb, version 2", "plivo", "my_auth_token", plivoCall, "url"},
		{"cloudinary: PHP SDK, SignatureVerifierTest.php", "cloudinary", "X7qLTrsES31MzxxkxPPA-pAGGfU",
			requestOf(eager, 1549533574, "X-Cld-Timestamp", "1549533514", "X-Cld-Signature", "dfe82de1d9083fe0b7ea68070649f9a15b8874da"), ""},
		{"cloudinary: Java SDK, NotificationRequestSignatureVerifierTest.java", "cloudinary", "someApiSecret",
			requestOf("{}", 0, "X-Cld-Timestamp", "0", "X-Cld-Signature", "f9aa4471d2a88ff244424cca2444edf7d7ac3596"), ""},
	} {
		t.Run(v.name, func(t *testing.T) {
			p := Lookup(v.provider)
			wantResult(t, p.Verify(v.request, secretsOf(v.secret)), Valid, ReasonOK)
			if v.signed == "url" {
				v.request.URL += "/x"
			}
			v.request.Body = append([]byte("x"), v.request.Body...)
			wantResult(t, p.Verify(v.request, secretsOf(v.secret)), Invalid, ReasonMismatch)
		})
	}
}

func formOf(fields ...string) string {
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return values.Encode()
}

// What stands in the body besides the signature is signed as each provider does it.
func TestSignedTexts(t *testing.T) {
	form := func(text string) Request {
		return Request{Method: "POST", Header: http.Header{"Content-Type": {formType}}, Body: []byte(text)}
	}
	for _, tt := range []struct {
		name string
		text func(Request, claims) []byte
		r    Request
		want string
	}{
		{"plivo, query and form", plivoText, at("https://a.example:8443/p?b=2&a=%20x", form("To=1&From=%2B2&To=0")), "https://a.example:8443/p?a= x&b=2.From+2To0To1"},
		{"plivo, form alone", plivoText, at("https://a.example/p", form("B=1&A=2")), "https://a.example/p?A2B1"},
		{"plivo, query alone", plivoText, at("https://a.example/p?b=2&a=1", Request{Method: "GET"}), "https://a.example/p?a=1&b=2"},
		{"plivo, neither", plivoText, at("https://a.example/p#x", Request{Method: "GET"}), "https://a.example/p"},
		{"plivo, a form that is too long", plivoText, at("https://a.example/", form(strings.Repeat("a=1&", maxParameters+1))), "https://a.example/"},
		{"plivo, version 2", plivoOldText, at("https://a.example/p?b=2", Request{}), "https://a.example/p"},
		{"treezor, as it is sent", treezorText, requestOf(`{"object_payload":{"a":"\/\u00e9"}}`, 0), `{"a":"\/\u00e9"}`},
		{"treezor, as it may be written again", treezorText, requestOf(`{"object_payload": {"a" : "/é\\ \" 😀"}}`, 0), `{"a":"\/\u00e9\\ \" \ud83d\ude00"}`},
		{"treezor, without a payload", treezorText, requestOf(`{"x":1}`, 0), ""},
		{"treezor, cut off", treezorText, requestOf(`{"object_payload":{"a":"\`, 0), ""},
		{"exact online", exactContent, requestOf(` {"HashCode":"X","Content": {"a": [1, "}"]} }`, 0), `{"a": [1, "}"]}`},
		{"exact online, without content", exactContent, requestOf(`[]`, 0), ""},
	} {
		if got := string(tt.text(tt.r, claims{})); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Each has more than one form of signature; the one that a request has counts, and is kept when it is signed anew.
func TestOtherSignatures(t *testing.T) {
	const when = 1_700_000_000
	now := time.Unix(when, 0)
	for _, tt := range []struct {
		name, provider, secret string
		request                Request
	}{
		{"mailgun, as a form", "mailgun", "key", requestOf("event=opened&token=t&timestamp=1&signature=x", when, "Content-Type", formType)},
		{"plivo, version 2", "plivo", "token", at("https://a.example/p?x=1", requestOf("", when, "X-Plivo-Signature-V2", "x", "X-Plivo-Signature-V2-Nonce", "1"))},
		{"pylon, the older way", "pylon", "secret", requestOf("{}", when, "X-Pylon-Signature", "00")},
		{"zero hash, the older way", "zero-hash", "secret", requestOf("{}", when, "X-Zh-Hook-Signature-256", "00")},
		{"cloudinary, with SHA-256", "cloudinary", "secret", requestOf("{}", when, "X-Cld-Signature", strings.Repeat("0", 64))},
		{"vapi, the secret itself", "vapi", "secret", requestOf("{}", when, "X-Vapi-Secret", "x")},
		{"openai, a secret that is text", "openai", "plain", requestOf("{}", when)},
		{"meta, with both hashes", "meta", "secret", requestOf("{}", when)},
		{"wix, a token", "wix", "", requestOf(`{"data":"{}"}`, when)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Lookup(tt.provider)
			if tt.secret == "" {
				tt.secret = secretOf(t, p)
			}
			names := len(tt.request.Header)
			if err := p.Sign(&tt.request, Secret{Value: tt.secret}, now); err != nil {
				t.Fatal(err)
			}
			wantResult(t, p.Verify(tt.request, secretsOf(tt.secret)), Valid, ReasonOK)
			if err := p.Sign(&tt.request, Secret{Value: tt.secret}, now); err != nil {
				t.Fatalf("once more: %v", err)
			}
			wantResult(t, p.Verify(tt.request, secretsOf(p.NewSecret(), tt.secret)), Valid, ReasonOK)
			if p.Verify(tt.request, secretsOf(p.NewSecret())).Verdict == Valid {
				t.Error("another secret will do")
			}
			if names > 0 && len(tt.request.Header) > names+1 {
				t.Errorf("signed in another way: %v", tt.request.Header)
			}
		})
	}
}

// A subaccount's event is signed with its parent's key as well as its own.
func TestMailgunParent(t *testing.T) {
	p, now := Lookup("mailgun"), time.Unix(1_700_000_000, 0)
	signWith := func(key string) string {
		r := requestOf(mailgunBody, now.Unix())
		if err := p.Sign(&r, Secret{Value: key}, now); err != nil {
			t.Fatal(err)
		}
		return pick(r.Body, "signature", "signature")
	}
	own, parent := signWith("own"), signWith("parent")
	event := func(parent string) Request {
		return requestOf(`{"signature":{"timestamp":"1700000000","token":"t","signature":"`+own+`","parent-signature":"`+parent+`"}}`, now.Unix())
	}
	wantResult(t, p.Verify(event(parent), secretsOf("own")), Valid, ReasonOK)
	wantResult(t, p.Verify(event(parent), secretsOf("parent")), Valid, ReasonOK)
	wantResult(t, p.Verify(event(own), secretsOf("parent")), Invalid, ReasonMismatch)
	wantResult(t, p.Verify(event(parent), secretsOf("other")), Invalid, ReasonMismatch)
	wantResult(t, p.Verify(requestOf(`{"signature":{"token":"t","parent-signature":"`+parent+`"}}`, 0), secretsOf("parent")), Invalid, ReasonMissing)
}

// While a secret is rolled, there are two signatures.
func TestPeopleRotation(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for name, tt := range map[string]struct{ header, joint string }{
		"bridge-api": {"Bridgeapi-Signature", ","},
		"mux":        {"Mux-Signature", ","},
		"orb":        {"X-Orb-Signature", " "},
		"synctera":   {"Synctera-Signature", "."},
		"resend":     {"Svix-Signature", " "},
	} {
		t.Run(name, func(t *testing.T) {
			p := Lookup(name)
			oldSecret, newSecret := p.NewSecret(), p.NewSecret()
			old, r := requestOf("{}", now.Unix(), "Svix-Id", "msg_1"), requestOf("{}", now.Unix(), "Svix-Id", "msg_1")
			if p.Sign(&old, Secret{Value: oldSecret}, now) != nil || p.Sign(&r, Secret{Value: newSecret}, now) != nil {
				t.Fatal("not signed")
			}
			r.Header.Set(tt.header, old.Header.Get(tt.header)+tt.joint+r.Header.Get(tt.header))
			wantResult(t, p.Verify(r, secretsOf(oldSecret)), Valid, ReasonOK)
			wantResult(t, p.Verify(r, secretsOf(newSecret)), Valid, ReasonOK)
			wantResult(t, p.Verify(r, secretsOf(p.NewSecret())), Invalid, ReasonMismatch)
		})
	}
}

// Orb's time has no zone, Klaviyo's is as in HTTP, Twitch's has nanoseconds.
func TestWrittenTimes(t *testing.T) {
	for _, tt := range []struct{ provider, text, want string }{
		{"orb", "2023-11-14T22:13:20", "2023-11-14T22:13:20Z"},
		{"orb", "2023-11-14T22:13:20.123456", "2023-11-14T22:13:20.123456Z"},
		{"orb", "2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"},
		{"orb", "2023-11-15T00:13:20+02:00", "2023-11-14T22:13:20Z"},
		{"orb", "14.11.2023", ""},
		{"klaviyo", "Tue, 14 Nov 2023 22:13:20 GMT", "2023-11-14T22:13:20Z"},
		{"klaviyo", "1700000000", ""},
		{"twitch", "2023-11-14T22:13:20.123456789Z", "2023-11-14T22:13:20.123456789Z"},
	} {
		at, reason := Lookup(tt.provider).scheme.limits(claims{}).parse(tt.text)
		if got := at.Format(time.RFC3339Nano); tt.want == "" && reason != ReasonTimestampMalformed || tt.want != "" && got != tt.want {
			t.Errorf("%s, %s: got %s, %s, want %s", tt.provider, tt.text, got, reason, tt.want)
		}
	}
}

func TestPeopleSecrets(t *testing.T) {
	for _, tt := range []struct {
		provider, secret string
		good             bool
	}{
		{"tiktok-shop", "key:secret", true}, {"tiktok-shop", "secret", false}, {"tiktok-shop", ":secret", false}, {"tiktok-shop", "key:", false},
		{"openai", "whsec_dGVzdA==", true}, {"openai", "whsec_%%", false}, {"openai", "text", true},
		{"telnyx", "n054wODrZz4nAuXQvQ9eMrEUf8sJoprK8Hff/Wwl2Jw=", true}, {"telnyx", "text", false},
		{"wix", "text", false}, {"postmark", "user:password", true},
	} {
		if err := Lookup(tt.provider).CheckSecret(tt.secret); (err == nil) != tt.good {
			t.Errorf("%s %q: got %v", tt.provider, tt.secret, err)
		}
	}
	r := requestOf("{}", 0)
	if err := Lookup("plivo").Sign(&r, Secret{Value: "token"}, time.Now()); err == nil {
		t.Error("plivo: signed without a URL")
	}
	r = requestOf("text", 0)
	if err := Lookup("wix").Sign(&r, Secret{Value: secretOf(t, Lookup("wix"))}, time.Now()); err == nil {
		t.Error("wix: signed what is no JSON")
	}
	public, err := Lookup("wix").PublicKey(secretOf(t, Lookup("wix")))
	block, _ := pem.Decode([]byte(public))
	if err != nil || block == nil {
		t.Fatalf("wix: got %q, %v, want PEM", public, err)
	}
	if _, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		t.Error(err)
	}
}

func wixToken(t *testing.T, event map[string]string) string {
	t.Helper()
	inner, _ := json.Marshal(event)
	data, _ := json.Marshal(map[string]string{"eventType": "wix.ecom.v1.order_created", "instanceId": "i1", "data": string(inner)})
	claims, _ := json.Marshal(map[string]string{"data": string(data)})
	r := requestOf(string(claims), 0)
	if err := Lookup("wix").Sign(&r, Secret{Value: secretOf(t, Lookup("wix"))}, time.Unix(1_700_000_000, 0)); err != nil {
		t.Fatal(err)
	}
	return string(r.Body)
}
