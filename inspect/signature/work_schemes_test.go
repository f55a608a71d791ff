package signature

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"
	"time"
)

var workTime = time.Unix(1_700_000_000, 0)

// signedBy is a copy of r that p signs with secret.
func signedBy(t *testing.T, provider, secret string, r Request) Request {
	t.Helper()
	if err := Lookup(provider).Sign(&r, Secret{Value: secret}, workTime); err != nil {
		t.Fatalf("%s: %v", provider, err)
	}
	return r
}

func TestHubSpotVersions(t *testing.T) {
	p := Lookup("hubspot")
	r := at("https://app.example/hooks", requestOf("[]", workTime.Unix()))
	v3 := signedBy(t, "hubspot", "key", r)
	if v3.Header.Get("X-HubSpot-Signature") != "" || v3.Header.Get("X-HubSpot-Signature-Version") != "" {
		t.Errorf("a new request is signed in an older version: %v", v3.Header)
	}
	for _, version := range []string{"v1", "v2"} {
		old := at(r.URL, requestOf("[]", workTime.Unix(), "X-HubSpot-Signature", strings.Repeat("0", 64), "X-HubSpot-Signature-Version", version))
		wantResult(t, p.Verify(old, secretsOf("key")), Invalid, ReasonMismatch)
		old = signedBy(t, "hubspot", "key", old)
		if got := old.Header.Get("X-HubSpot-Signature-Version"); got != version {
			t.Errorf("signed as %s, want %s", got, version)
		}
		wantResult(t, p.Verify(old, secretsOf("key")), Valid, ReasonOK)
		if version == "v2" {
			old.URL += "/"
			wantResult(t, p.Verify(old, secretsOf("key")), Invalid, ReasonMismatch)
		}

		// With version 3 beside it that counts, and both are renewed.
		both := at(r.URL, requestOf("[]", workTime.Unix(), "X-HubSpot-Signature", "stale", "X-HubSpot-Signature-Version", version,
			"X-HubSpot-Signature-v3", "stale", "X-HubSpot-Request-Timestamp", "1"))
		both = signedBy(t, "hubspot", "key", both)
		wantResult(t, p.Verify(both, secretsOf("key")), Valid, ReasonOK)
		both.Header.Del("X-HubSpot-Signature-v3")
		wantResult(t, p.Verify(both, secretsOf("key")), Valid, ReasonOK)
		both.Header.Set("X-HubSpot-Signature-v3", v3.Header.Get("X-HubSpot-Signature-v3")[:20])
		wantResult(t, p.Verify(both, secretsOf("key")), Invalid, ReasonMalformed)
	}
	unknown := at(r.URL, requestOf("[]", 0, "X-HubSpot-Signature", strings.Repeat("0", 64), "X-HubSpot-Signature-Version", "v9"))
	wantResult(t, p.Verify(unknown, secretsOf("key")), Invalid, ReasonMissing)
}

// HubSpot signs the URL with some of its escapes decoded; a library that leaves it as it is agrees where there are none.
func TestHubSpotURL(t *testing.T) {
	const url = "https://app.example/a%3Fb?x=%3a%2F%3f%40%21%24%27%28%29%2A%2c%3B&y=%20%25%3&z=%"
	const want = "https://app.example/a?b?x=:/?@!$'()*,;&y=%20%25%3&z=%"
	if got := string(hubSpotURL(at(url, Request{}), claims{})); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	p := Lookup("hubspot")
	decoded := signedBy(t, "hubspot", "key", at(want, requestOf("[]", workTime.Unix())))
	asIs := at(url, decoded)
	wantResult(t, p.Verify(asIs, secretsOf("key")), Valid, ReasonOK)
	plain := &hmacScheme{
		carrier: headers{signature: "X-Hubspot-Signature-V3", time: "X-Hubspot-Request-Timestamp"},
		digest:  withSHA256(), encoding: inBase64(), signs: signs("{method}{url}{body}{timestamp}"), clock: clock{unit: time.Millisecond},
	}
	if err := plain.sign(&asIs, "key", workTime); err != nil {
		t.Fatal(err)
	}
	wantResult(t, p.Verify(asIs, secretsOf("key")), Valid, ReasonOK)
	asIs.URL = strings.Replace(url, "%20", "%21", 1)
	wantResult(t, p.Verify(asIs, secretsOf("key")), Invalid, ReasonMismatch)
}

// Application webhooks are dated, a rule's are not; each is signed again as it was.
func TestFrontKinds(t *testing.T) {
	p := Lookup("front")
	app := signedBy(t, "front", "key", requestOf("{}", workTime.Unix()))
	if len(app.Header.Get("X-Front-Signature")) != 44 || app.Header.Get("X-Front-Request-Timestamp") != "1700000000000" {
		t.Errorf("an application's: %v", app.Header)
	}
	rule := requestOf("{}", 0, "X-Front-Signature", "stale")
	wantResult(t, p.Verify(rule, secretsOf("key")), Invalid, ReasonMalformed)
	rule = signedBy(t, "front", "key", rule)
	if len(rule.Header.Get("X-Front-Signature")) != 28 || rule.Header.Get("X-Front-Request-Timestamp") != "" {
		t.Errorf("a rule's: %v", rule.Header)
	}
	for _, r := range []Request{app, rule} {
		wantResult(t, p.Verify(r, secretsOf("key")), Valid, ReasonOK)
		wantResult(t, p.Verify(r, secretsOf("other")), Invalid, ReasonMismatch)
	}
	app.Header.Del("X-Front-Request-Timestamp")
	wantResult(t, p.Verify(app, secretsOf("key")), Invalid, ReasonMalformed)
}

// With several keys there is one header for each.
func TestDocuSignKeys(t *testing.T) {
	p := Lookup("docusign")
	first, second := signedBy(t, "docusign", "first", requestOf("{}", 0)), signedBy(t, "docusign", "second", requestOf("{}", 0))
	r := requestOf("{}", 0, "X-DocuSign-Signature-1", first.Header.Get("X-DocuSign-Signature-1"), "X-DocuSign-Signature-10", second.Header.Get("X-DocuSign-Signature-1"))
	for secret, want := range map[string]Reason{"first": ReasonOK, "second": ReasonOK, "third": ReasonMismatch} {
		if got := p.Verify(r, secretsOf(secret)); got.Reason != want {
			t.Errorf("%s: got %s, want %s", secret, got.Reason, want)
		}
	}
	r = signedBy(t, "docusign", "third", r)
	if got := len(r.Header); got != 1 {
		t.Errorf("%d headers after signing anew: %v", got, r.Header)
	}
}

func TestPersonaRotation(t *testing.T) {
	p := Lookup("persona")
	old, fresh := signedBy(t, "persona", "old", requestOf("{}", workTime.Unix())), signedBy(t, "persona", "new", requestOf("{}", workTime.Unix()))
	r := requestOf("{}", workTime.Unix(), "Persona-Signature", fresh.Header.Get("Persona-Signature")+" "+old.Header.Get("Persona-Signature"))
	for secret, want := range map[string]Reason{"old": ReasonOK, "new": ReasonOK, "none": ReasonMismatch} {
		if got := p.Verify(r, secretsOf(secret)); got.Reason != want {
			t.Errorf("%s: got %s, want %s", secret, got.Reason, want)
		}
	}
}

// The secret's form tells the token's algorithm; a token of another is not accepted.
func TestFusionAuthKeys(t *testing.T) {
	p := Lookup("fusionauth")
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{"HS256": "text", "RS256": secretOf(t, Lookup("google-pubsub")), "ES256": privatePEM(ec)}
	for name, secret := range secrets {
		r := signedBy(t, "fusionauth", secret, requestOf(`{"event":{}}`, workTime.Unix()))
		token, ok := readToken(r.Header.Get("X-FusionAuth-Signature-JWT"))
		if !ok || token.alg != name {
			t.Fatalf("%s: got %+v", name, token)
		}
		public, err := p.PublicKey(secret)
		if err != nil || name != "HS256" && !strings.HasPrefix(public, "-----BEGIN PUBLIC KEY") {
			t.Fatalf("%s: public key %q, %v", name, public, err)
		}
		wantResult(t, p.Verify(r, secretsOf(public)), Valid, ReasonOK)
		for other, wrong := range secrets {
			if other != name {
				wantResult(t, p.Verify(r, secretsOf(wrong)), Invalid, ReasonMismatch)
			}
		}
		wantResult(t, p.Verify(r, secretsOf("other")), Invalid, ReasonMismatch)
		r.Body = []byte("{}")
		wantResult(t, p.Verify(r, secretsOf(public)), Invalid, ReasonMismatch)
	}
	if err := p.CheckSecret("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"); err == nil {
		t.Error("took what is no key")
	}
}

// What is signed beside or in place of the body must not change.
func TestWorkSignedParts(t *testing.T) {
	const url = "https://app.example/hooks"
	for _, tt := range []struct {
		provider, body string
		change         func(r *Request)
		want           Reason
	}{
		{"trello", "{}", func(r *Request) { r.URL += "?" }, ReasonMismatch},
		{"favro", `{"payloadId":"p","action":"x"}`, func(r *Request) { r.URL += "/" }, ReasonMismatch},
		{"favro", `{"payloadId":"p","action":"x"}`, func(r *Request) { r.Body = []byte(`{"payloadId":"q","action":"x"}`) }, ReasonMismatch},
		{"favro", `{"payloadId":"p","action":"x"}`, func(r *Request) { r.Body = []byte(`{"payloadId":"p","action":"y"}`) }, ReasonOK},
		{"pandadoc", "[]", func(r *Request) { r.URL = strings.Replace(r.URL, "signature=", "signatur=", 1) }, ReasonMissing},
		{"zoom", "{}", func(r *Request) { r.Header.Set("X-Zm-Request-Timestamp", "1") }, ReasonMismatch},
		{"zendesk", "", func(r *Request) { r.Header.Set("X-Zendesk-Webhook-Signature-Timestamp", "2021-03-25T05:09:27Z") }, ReasonMismatch},
		{"zendesk", "", func(r *Request) { r.Header.Set("X-Zendesk-Webhook-Signature-Timestamp", "1700000000") }, ReasonTimestampMalformed},
		{"microsoft-graph", `{"value":[{"clientState":"x"}]}`, func(r *Request) { r.Body = []byte(`{"value":[{"clientState":"x"}]}`) }, ReasonMismatch},
		{"microsoft-graph", `{"value":[{"clientState":"x"}]}`, func(r *Request) { r.Body = []byte(`{"value":[{}]}`) }, ReasonMissing},
		{"meraki", `{"sharedSecret":""}`, func(r *Request) { r.Body = []byte(`{}`) }, ReasonMissing},
		{"cal-com", "{}", func(r *Request) { r.Header.Set("X-Cal-Signature-256", "no-secret-provided") }, ReasonMalformed},
		{"typeform", "{}", func(r *Request) { r.Header.Set("Typeform-Signature", "sha256="+strings.Repeat("0", 64)) }, ReasonMalformed},
	} {
		p := Lookup(tt.provider)
		r := signedBy(t, tt.provider, "a secret", at(url, requestOf(tt.body, workTime.Unix())))
		wantResult(t, p.Verify(r, secretsOf("a secret")), Valid, ReasonOK)
		tt.change(&r)
		if got := p.Verify(r, secretsOf("a secret")); got.Reason != tt.want {
			t.Errorf("%s: got %s, want %s", tt.provider, got.Reason, tt.want)
		}
	}
	for body, want := range map[string]string{
		`{"a":[1]}`: `{"a":[1]}`, ` [ {"a":"]}"} , {"b":1}]`: `{"a":"]}"}`, `[]`: `[]`, `[{"a":1`: `[{"a":1`, ``: ``, `["x"]`: `"x"`,
	} {
		if got := string(segmentText(Request{Body: []byte(body)}, claims{})); got != want {
			t.Errorf("segment signs %s of %s, want %s", got, body, want)
		}
	}
	if err := Lookup("figma").Sign(&Request{Body: []byte("{}")}, Secret{Value: "passcode"}, workTime); err == nil {
		t.Error("signed a body without a place for the passcode")
	}
}
