package signature

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// An official is a provider's question as its documentation shows it, and what it wants to hear, to the byte.
type official struct {
	provider, method, url, body string
	header                      []string
	secret                      string // the challenge's; empty for none
	sign                        string // the secret that the question is signed with; empty for none
	status                      int
	kind, want                  string // the answer's Content-Type and body
	echo, note                  string // a field that the answer has of the question's; what the note begins with
}

const (
	textType   = "text/plain; charset=utf-8"
	snsConfirm = `{
  "Type" : "SubscriptionConfirmation",
  "MessageId" : "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
  "Token" : "2336412f37",
  "TopicArn" : "arn:aws:sns:us-west-2:123456789012:MyTopic",
  "Message" : "You have chosen to subscribe to the topic arn:aws:sns:us-west-2:123456789012:MyTopic.\nTo confirm the subscription, visit the SubscribeURL included in this message.",
  "SubscribeURL" : "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-west-2:123456789012:MyTopic&Token=2336412f37",
  "Timestamp" : "2012-04-26T20:45:04.751Z",
  "SignatureVersion" : "1",
  "Signature" : "EXAMPLE",
  "SigningCertURL" : "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem"
}`
)

func officials() []official {
	const hub = "https://a.example/hooks?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock"
	const form = "application/x-www-form-urlencoded"
	return []official{
		{provider: "slack", method: "POST", header: []string{"Content-Type", "application/json"},
			body:   `{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}`,
			status: 200, kind: textType, want: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"},
		{provider: "slack", method: "POST", header: []string{"Content-Type", form}, body: "token=x&ssl_check=1", status: 200},
		{provider: "meta", method: "GET", url: hub, status: 200, kind: textType, want: "1158201444"},
		{provider: "meta", method: "GET", url: hub, secret: "meatyhamhock", status: 200, kind: textType, want: "1158201444"},
		{provider: "meta", method: "GET", url: hub, secret: "another"},
		{provider: "whatsapp", method: "GET", url: hub, secret: "meatyhamhock", status: 200, kind: textType, want: "1158201444"},
		{provider: "whatsapp", method: "GET", url: hub, secret: "another"},
		{provider: "youtube", method: "GET", url: hub + "&hub.topic=x&hub.lease_seconds=432000", status: 200, kind: textType, want: "1158201444"},
		{provider: "strava", method: "GET", url: hub, secret: "meatyhamhock", status: 200, kind: "application/json", want: `{"hub.challenge":"1158201444"}`},
		{provider: "strava", method: "GET", url: hub, secret: "another"},
		{provider: "zoom", method: "POST", secret: "token", sign: "token",
			body:   `{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}`,
			status: 200, kind: "application/json",
			want: `{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"414abd224443df658c657e796f92313035961d4b4abbf7136289307425f70631"}`},
		{provider: "zoom", method: "POST", sign: "token", body: `{"payload":{"plainToken":"q"},"event":"endpoint.url_validation"}`},
		{provider: "x", method: "GET", url: "https://a.example/?crc_token=foo&nonce=1", secret: "bar", status: 200, kind: "application/json",
			want: `{"response_token":"sha256=FHkzIYqqvAuLEKKzpcNGhMjZQ0G88QpHNtxycPd0GFE="}`},
		{provider: "x", method: "GET", url: "https://a.example/?crc_token=foo"},
		{provider: "dropbox", method: "GET", url: "https://a.example/hooks?challenge=abc123", status: 200, kind: textType, want: "abc123"},
		{provider: "nylas", method: "GET", url: "https://a.example/hooks?challenge=bc609b38", status: 200, kind: textType, want: "bc609b38"},
		{provider: "microsoft-graph", method: "POST", url: "https://a.example/hooks?validationToken=Validation%3a+Testing+client+application+reachability+for+subscription+Request-Id%3a+522a8e7e",
			status: 200, kind: textType, want: "Validation: Testing client application reachability for subscription Request-Id: 522a8e7e"},
		{provider: "sharepoint", method: "POST", url: "https://a.example/hooks?validationtoken=4aab7d80-571b-4620-9f44-79b8d3ed5cf2", status: 200, kind: textType, want: "4aab7d80-571b-4620-9f44-79b8d3ed5cf2"},
		{provider: "twitch", method: "POST", header: []string{"Twitch-Eventsub-Message-Type", "webhook_callback_verification"},
			body:   `{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"id":"f1c2a387","status":"webhook_callback_verification_pending"}}`,
			status: 200, kind: textType, want: "pogchamp-kappa-360noscope-vohiyo"},
		{provider: "aws-sns", method: "POST", header: []string{"X-Amz-Sns-Message-Type", "SubscriptionConfirmation", "Content-Type", "text/plain; charset=UTF-8"},
			body: snsConfirm, status: 200, note: "to confirm it, open https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&"},
		{provider: "woocommerce", method: "POST", header: []string{"Content-Type", form, "User-Agent", "WooCommerce/9.4 Hookshot (WordPress/6.7)"}, body: "webhook_id=7", status: 200},
		{provider: "mailchimp", method: "GET", header: []string{"User-Agent", "MailChimp"}, status: 200},
		{provider: "mandrill", method: "HEAD", status: 200},
		{provider: "mandrill", method: "POST", header: []string{"Content-Type", form}, body: "mandrill_events=%5B%5D", status: 200},
		{provider: "trello", method: "HEAD", status: 200},
		{provider: "circle", method: "HEAD", status: 200},
		{provider: "intercom", method: "HEAD", status: 200},
		{provider: "okta", method: "GET", header: []string{"X-Okta-Verification-Challenge", "my verification challenge"}, status: 200, kind: "application/json",
			want: `{"verification":"my verification challenge"}`},
		{provider: "monday", method: "POST", body: `{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}`, status: 200, kind: "application/json",
			want: `{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}`},
		{provider: "asana", method: "POST", header: []string{"X-Hook-Secret", "b537207f20cbfa02357cf448134da559"}, status: 200, echo: "X-Hook-Secret", note: "keep the request's X-Hook-Secret"},
		{provider: "clio", method: "POST", header: []string{"X-Hook-Secret", "s1"}, status: 200, echo: "X-Hook-Secret", note: "keep the request's X-Hook-Secret"},
		{provider: "ringcentral", method: "POST", header: []string{"Validation-Token", "v1"}, status: 200, echo: "Validation-Token"},
		{provider: "front", method: "POST", header: []string{"X-Front-Challenge", "c1"}, body: `{"type":"sync"}`, status: 200, kind: textType, want: "c1"},
		{provider: "xero", method: "POST", secret: "key", sign: "key", body: `{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}`, status: 200},
		{provider: "xero", method: "POST", secret: "key", sign: "other", body: `{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}`, status: 401},
		{provider: "braintree", method: "GET", url: "https://a.example/h?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53", secret: "pub:priv", status: 200, kind: textType,
			want: "pub|5d50acea216b983cf6c6d424dbaa95d601aed729"},
		{provider: "ebay", method: "GET", url: "https://a.example/h?challenge_code=a8628072", secret: "token", status: 200, kind: "application/json",
			want: `{"challengeResponse":"de7e25471835ba3ad25cb7db43ba9a3fc60f3ae943c8117eec93b2357232edfc"}`},
		{provider: "linkedin", method: "GET", url: "https://a.example/?challengeCode=qgg8vlvZRS6UYooatFL8Aw&applicationId=1", secret: "token", status: 200, kind: "application/json",
			want: `{"challengeCode":"qgg8vlvZRS6UYooatFL8Aw","challengeResponse":"414abd224443df658c657e796f92313035961d4b4abbf7136289307425f70631"}`},
		{provider: "smartcar", method: "POST", secret: "token", sign: "token", body: `{"eventType":"VERIFY","data":{"challenge":"3a5c8f2b"}}`, status: 200, kind: "application/json",
			want: `{"challenge":"4dad36cd18dd8e72e2b9a7d6a8bb9e089f00b86d449a979cc23dc77f22395969"}`},
		{provider: "notion", method: "POST", body: `{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}`, status: 200, note: "paste the body's verification_token"},
		{provider: "adobe-sign", method: "GET", header: []string{"X-AdobeSign-ClientId", "UB7E"}, status: 200, kind: "application/json",
			want: `{"xAdobeSignClientId":"UB7E"}`, echo: "X-Adobesign-Clientid"},
		{provider: "statsig", method: "POST", body: `{"data":{"event":"url_verification","verification_code":"v1"}}`, status: 200, kind: "application/json", want: `{"verification_code":"v1"}`},
		{provider: "tebex", method: "POST", body: `{"id":"5f2a","type":"validation.webhook","date":"2022-01-01T00:00:00+00:00","subject":{}}`, status: 200, kind: "application/json", want: `{"id":"5f2a"}`},
		{provider: "terraform-cloud", method: "POST", body: `{"payload_version":1,"notifications":[{"trigger":"verification"}]}`, status: 200},
		{provider: "viber", method: "POST", body: `{"event":"webhook","timestamp":1457764197627,"message_token":241256543215}`, status: 200},
		{provider: "exact-online", method: "POST", status: 200},
		{provider: "bitbucket-server", method: "POST", header: []string{"X-Event-Key", "diagnostics:ping"}, body: `{"test":true}`, status: 200},
		{provider: "worldline", method: "GET", header: []string{"X-Gcs-Webhooks-Endpoint-Verification", "c1"}, status: 200, kind: textType, want: "c1"},
		{provider: "dropbox-sign", method: "POST", header: []string{"Content-Type", "multipart/form-data; boundary=boundary"},
			body: dropboxSignBody(`{"event":{"event_type":"callback_test"}}`).text, status: 200, kind: textType, want: "Hello API Event Received"},
		{provider: "line", method: "POST", body: `{"destination":"xxxxxxxxxx","events":[]}`, status: 200},
		{provider: "line", method: "POST", body: `{"destination":"xxxxxxxxxx","events":[{"type":"message"}]}`},
		{provider: "wise", method: "POST", header: []string{"X-Test-Notification", "true"}, body: `{}`, status: 200},
		{provider: "wise", method: "POST", body: `{}`},
	}
}

func TestOfficialChallenges(t *testing.T) {
	tested := map[string]bool{"discord": true} // TestDiscordHandshake: its keys come in pairs
	for _, tt := range officials() {
		p, when := Lookup(tt.provider), time.Unix(1_700_000_000, 0)
		r := at(tt.url, by(tt.method, requestOf(tt.body, when.Unix(), tt.header...)))
		if tt.sign != "" {
			if err := p.Sign(&r, Secret{Value: tt.sign}, when); err != nil {
				t.Fatalf("%s: %v", tt.provider, err)
			}
		}
		a, ok := p.Challenge(r, nil, tt.secret)
		if ok != (tt.status != 0) {
			t.Errorf("%s %s %.60s: answered: %t", tt.provider, tt.url, tt.body, ok)
		}
		if !ok {
			continue
		}
		tested[tt.provider] = true
		if a.Status != tt.status || a.Body != tt.want || a.Header.Get("Content-Type") != tt.kind || a.Asks == "" ||
			!strings.HasPrefix(a.Note, tt.note) || (a.Note == "") != (tt.note == "") {
			t.Errorf("%s %s %.60s: got %+v", tt.provider, tt.url, tt.body, a)
		}
		if tt.kind != "" && a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: a browser may take the answer for what it is not: %v", tt.provider, a.Header)
		}
		if tt.echo != "" && (a.Header.Get(tt.echo) == "" || a.Header.Get(tt.echo) != r.Header.Get(tt.echo)) {
			t.Errorf("%s: %s is not repeated: %v", tt.provider, tt.echo, a.Header)
		}
		if !a.Fits(a.Status, a.Header, []byte(a.Body)) {
			t.Errorf("%s: its own answer doesn't fit: %+v", tt.provider, a)
		}
	}
	for _, p := range Providers() {
		if p.HasHandshake() != tested[p.Name] {
			t.Errorf("%s: it asks: %t, it is tested: %t", p.Name, p.HasHandshake(), tested[p.Name])
		}
		if p.ChallengeSecret != "" && !p.HasHandshake() || p.password != nil && p.ChallengeSecret == "" {
			t.Errorf("%s: a secret for no question, or a word that nobody is told of: %q", p.Name, p.ChallengeSecret)
		}
	}
}

// Whose answer takes a secret is told so: without one nothing is answered, but for those who take any word.
func TestChallengesThatNeedASecret(t *testing.T) {
	for _, tt := range officials() {
		p := Lookup(tt.provider)
		if tt.status == 0 || tt.secret == "" {
			continue
		}
		r := at(tt.url, by(tt.method, requestOf(tt.body, 0, tt.header...)))
		_, ok := p.Challenge(r, nil, "")
		if p.ChallengeSecret == "" || ok != (p.password != nil) {
			t.Errorf("%s: answered without a secret: %t; it needs %q", p.Name, ok, p.ChallengeSecret)
		}
	}
}

// Where nobody is there to keep a secret that comes with a question, it must not be answered.
func TestQuestionsThatBringASecret(t *testing.T) {
	var names []string
	for _, tt := range officials() {
		r := at(tt.url, by(tt.method, requestOf(tt.body, 0, tt.header...)))
		if a, ok := Lookup(tt.provider).Challenge(r, nil, tt.secret); ok && a.Secret {
			names = append(names, tt.provider)
		}
	}
	if got := strings.Join(names, " "); got != "asana clio notion" {
		t.Errorf("got %s", got)
	}
}

func TestFits(t *testing.T) {
	slack, _ := Lookup("slack").Handshake(requestOf(`{"type":"url_verification","challenge":"3eZ"}`, 0), nil)
	strava, _ := Lookup("strava").Handshake(by("GET", at("https://a.example/?hub.mode=subscribe&hub.challenge=15", requestOf("", 0))), nil)
	asana, _ := Lookup("asana").Handshake(requestOf("", 0, "X-Hook-Secret", "s"), nil)
	dropbox, _ := Lookup("dropbox").Handshake(by("GET", at("https://a.example/?challenge=3eZ", requestOf("", 0))), nil)
	xero := Answer{Status: 200, silent: true}
	for _, tt := range []struct {
		name   string
		a      Answer
		status int
		body   string
		header http.Header
		want   bool
	}{
		{"slack, as text", slack, 200, "3eZ\n", nil, true},
		{"slack, as JSON", slack, 200, `{"challenge": "3eZ"}`, nil, true},
		{"slack, as a form", slack, 200, "challenge=3eZ", nil, true},
		{"slack, a catch-all", slack, 200, "OK", nil, false},
		{"slack, another challenge", slack, 200, `{"challenge":"3eZbrw"}`, nil, false},
		{"slack, nothing", slack, 200, "", nil, false},
		{"slack, an error page with it", slack, 404, "3eZ", nil, false},
		{"slack, created", slack, 201, "3eZ", nil, false},
		{"dropbox, as JSON, which it doesn't take", dropbox, 200, `{"challenge":"3eZ"}`, nil, false},
		{"dropbox", dropbox, 200, "3eZ", nil, true},
		{"strava, more than asked", strava, 200, `{"a":[1], "hub.challenge" : "15"}`, nil, true},
		{"strava, as text", strava, 200, "15", nil, false},
		{"strava, as a number", strava, 200, `{"hub.challenge":15}`, nil, false},
		{"strava, in an array", strava, 200, `[{"hub.challenge":"15"}]`, nil, false},
		{"asana", asana, 200, "whatever", http.Header{"X-Hook-Secret": {"s"}}, true},
		{"asana, another secret", asana, 200, "", http.Header{"X-Hook-Secret": {"t"}}, false},
		{"asana, none", asana, 200, "", nil, false},
		{"xero", xero, 200, "", nil, true},
		{"xero, with a body", xero, 200, "OK", nil, false},
	} {
		if got := tt.a.Fits(tt.status, tt.header, []byte(tt.body)); got != tt.want {
			t.Errorf("%s: got %t", tt.name, got)
		}
	}
}

// FuzzChallenge: whatever comes, a text in an answer is the question's own and short, nothing makes a browser take it for a
// page, and the answer would do as an app's.
func FuzzChallenge(f *testing.F) {
	for i, p := range Providers() {
		for _, tt := range officials() {
			if tt.provider == p.Name {
				name, value := "X-Hook-Secret", "s"
				if len(tt.header) > 1 {
					name, value = tt.header[0], tt.header[1]
				}
				f.Add(uint(i), tt.method, tt.url, name, value, []byte(tt.body), tt.secret)
			}
		}
	}
	f.Add(uint(3), "POST", "", "Content-Type", "application/json", []byte(`{"type":"url_verification","challenge":"<script>alert(1)</script>"}`), "")
	f.Add(uint(3), "POST", "", "Content-Type", "application/json", []byte(strings.Repeat(`{"a":[`, 40_000)), "s")
	f.Fuzz(func(t *testing.T, which uint, method, url, name, value string, body []byte, secret string) {
		p := oneProvider(which)
		r := Request{Method: method, URL: url, Header: http.Header{}, Body: body, ReceivedAt: time.Unix(1_700_000_000, 0)}
		r.Header.Set(name, value)
		a, ok := p.Challenge(r, nil, secret)
		if !ok {
			return
		}
		kind := a.Header.Get("Content-Type")
		switch {
		case a.Status != 200 && a.Status != 204 && a.Status != 401, a.Asks == "", len(a.Body) > 2*maxHeader+200:
			t.Errorf("%s: got %+v", p.Name, a)
		case a.Body != "" && (kind != textType && kind != "application/json" || a.Header.Get("X-Content-Type-Options") != "nosniff"):
			t.Errorf("%s: a body as %v", p.Name, a.Header)
		case strings.TrimSpace(a.Body) == a.Body && !a.Fits(a.Status, a.Header, []byte(a.Body)):
			t.Errorf("%s: %+v doesn't fit itself", p.Name, a)
		case secret != "" && len(secret) > 8 && strings.Contains(a.Body+a.Note, secret) && !strings.Contains(string(body)+url+value, secret) && p.Name != "braintree":
			t.Errorf("%s: the secret is in the answer %+v", p.Name, a)
		}
	})
}
