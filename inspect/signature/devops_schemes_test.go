package signature

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"
)

// publicOf is the public key of a secret.
func publicOf(t *testing.T, p *Provider, secret string) string {
	t.Helper()
	public, err := p.PublicKey(secret)
	if block, _ := pem.Decode([]byte(public)); err != nil || block == nil {
		t.Fatalf("%s: no public key: %v", p.Name, err)
	} else if _, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		t.Fatal(err)
	}
	return public
}

func TestSNS(t *testing.T) {
	p := Lookup("aws-sns")
	secret := secretOf(t, p)
	public := publicOf(t, p, secret)
	when := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	confirmation := `{"Type":"SubscriptionConfirmation","MessageId":"m","Token":"t","TopicArn":"arn","Message":"m","SubscribeURL":"https://x","Timestamp":"2012-04-26T20:45:04.751Z","SignatureVersion":"1","Signature":"x"}`
	for _, body := range []string{snsNotification, strings.Replace(snsNotification, `"2"`, `"1"`, 1), confirmation} {
		r := requestOf(body, when.Unix())
		if err := p.Sign(&r, Secret{Value: secret}, when); err != nil {
			t.Fatal(err)
		}
		res := p.Verify(r, secretsOf(public))
		wantResult(t, res, Valid, ReasonOK)
		if !res.Signed.Equal(when) || !json.Valid(r.Body) {
			t.Errorf("got the time %s in %s", res.Signed, r.Body)
		}
		for _, name := range []string{"Message", "MessageId", "Type", "TopicArn", "Subject", "Token", "SubscribeURL"} {
			from := `"` + name + `"`
			changed := r
			changed.Body = []byte(strings.Replace(string(r.Body), from, `"X`+name+`"`, 1))
			if string(changed.Body) != string(r.Body) {
				wantResult(t, p.Verify(changed, secretsOf(public)), Invalid, ReasonMismatch)
			}
		}
		// An app that decodes the message takes the last of two members; so does the judgement.
		twice := r
		twice.Body = []byte(strings.TrimSuffix(strings.TrimSpace(string(r.Body)), "}") + `,"Message":"another"}`)
		wantResult(t, p.Verify(twice, secretsOf(public)), Invalid, ReasonMismatch)
	}
	if err := p.Sign(&Request{Body: []byte(`{"Type":"Notification","SignatureVersion":"3"}`)}, Secret{Value: secret}, when); err == nil {
		t.Error("signed a message of an unknown version")
	}
	r := requestOf(strings.Replace(snsNotification, `"2"`, `"3"`, 1), 0)
	wantResult(t, p.Verify(r, secretsOf(public)), Invalid, ReasonMalformed)
	if !p.SignsInBody() {
		t.Error("its signature is in the body")
	}
}

func TestSNSKeysAt(t *testing.T) {
	p := Lookup("aws-sns")
	for url, own := range map[string]bool{
		"https://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem":     true,
		"https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService.pem":   true,
		"http://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem":      false,
		"https://sns.us-west-2.amazonaws.com.evil.example/x.pem":                  false,
		"https://sns.evil.example.us-west-2.amazonaws.com/x.pem":                  false,
		"https://evil.s3.amazonaws.com/x.pem":                                     false,
		"https://sns.us-west-2.amazonaws.com@evil.example/x.pem":                  false,
		"https://sns.us-west-2.amazonaws.com:8443/x.pem":                          false,
		"https://sns.us-west-2.amazonaws.com/x.txt":                               false,
		"https://sns.us-west-2.amazonaws.com/x?y=.pem":                            false,
		"https://sns..amazonaws.com/x.pem":                                        false,
		"https://snsxus-west-2.amazonaws.com/x.pem":                               false,
		"https://sns.us_west_2.amazonaws.com/SimpleNotificationService-other.pem": false,
	} {
		text, _ := json.Marshal(map[string]string{"SigningCertURL": url})
		if got := p.KeysAt(Request{Body: text}); got != "" != own || own && got != url {
			t.Errorf("%s: got %q, own is %t", url, got, own)
		}
	}
}

func TestPubsub(t *testing.T) {
	p := Lookup("google-pubsub")
	key := p.NewSecret()
	secret := "https://app.example/push\n" + key
	r := signed(t, p, secret)
	wantResult(t, p.Verify(r, secretsOf(secret)), Valid, ReasonOK)
	wantResult(t, p.Verify(r, secretsOf(key)), Invalid, ReasonMismatch) // the audience is the URL then
	there := r
	there.URL = "https://app.example/push"
	wantResult(t, p.Verify(there, secretsOf(key)), Valid, ReasonOK)
	wantResult(t, p.Verify(r, secretsOf("https://other.example\n"+key)), Invalid, ReasonMismatch)
	wantResult(t, p.Verify(r, secretsOf("https://app.example/push")), Unknown, ReasonKeyUnknown)
	r.ReceivedAt = r.ReceivedAt.Add(2 * time.Hour)
	wantResult(t, p.Verify(r, secretsOf(secret)), Invalid, ReasonMismatch)
	if p.KeysAt(r) != "https://www.googleapis.com/oauth2/v3/certs" {
		t.Errorf("keys at %q", p.KeysAt(r))
	}
}

func TestContentful(t *testing.T) {
	p := Lookup("contentful")
	secret := strings.Repeat("a", 64)
	r := requestOf(`{"sys":{}}`, 1_700_000_000, "X-Contentful-Topic", " ContentManagement.Entry.publish ", "Content-Type", "application/json",
		contentfulList, "content-type,x-contentful-signed-headers,x-contentful-timestamp,x-contentful-topic,x-gone")
	r.URL = "https://app.example/a b/ü?x=1&y=z~?q"
	if err := p.Sign(&r, Secret{Value: secret}, r.ReceivedAt); err != nil {
		t.Fatal(err)
	}
	scheme, _ := p.scheme.(*contentfulScheme)
	const want = "POST\n/a%20b/%C3%BC?x%253D1%2526y%253Dz~\n" +
		"content-type:application/json;x-contentful-signed-headers:content-type,x-contentful-signed-headers,x-contentful-timestamp,x-contentful-topic;" +
		"x-contentful-timestamp:1700000000000;x-contentful-topic:ContentManagement.Entry.publish\n{\"sys\":{}}"
	if got := string(scheme.signs.append(nil, r, claims{})); got != want {
		t.Errorf("it signs\n%s\nwant\n%s", got, want)
	}
	// What Contentful's own library, @contentful/node-apps-toolkit 3.16.1, makes of the same request.
	if got := r.Header.Get("X-Contentful-Signature"); got != "a89880e5279d937a04c6f7bd6d3bef1ae3a4ec4da981bccbce2e62a5dd776fbf" {
		t.Errorf("got the signature %s", got)
	}
	wantResult(t, p.Verify(r, secretsOf(secret)), Valid, ReasonOK)
	for what, change := range map[string]func(*Request){
		"another topic":  func(r *Request) { r.Header.Set("X-Contentful-Topic", "other") },
		"another method": func(r *Request) { r.Method = "PUT" },
		"another path":   func(r *Request) { r.URL = "https://app.example/b?x=1" },
		"another query":  func(r *Request) { r.URL = strings.Replace(r.URL, "x=1", "x=2", 1) },
		"a longer list": func(r *Request) {
			r.Header.Set(contentfulList, r.Header.Get(contentfulList)+",x-more")
			r.Header.Set("X-More", "1")
		},
	} {
		changed := r
		changed.Header = r.Header.Clone()
		if change(&changed); p.Verify(changed, secretsOf(secret)).Reason != ReasonMismatch {
			t.Errorf("%s: got %s", what, p.Verify(changed, secretsOf(secret)).Reason)
		}
	}
	r.Header.Set("X-Unsigned", "1")
	wantResult(t, p.Verify(r, secretsOf(secret)), Valid, ReasonOK)
	r.Header.Del(contentfulList)
	wantResult(t, p.Verify(r, secretsOf(secret)), Invalid, ReasonMissing)
}

func TestHygraphText(t *testing.T) {
	r := requestOf("{\"a\":\"\\\"<ü>\u2028\",\n\t\"b\":\"\x01\b\f\r\"}", 0)
	got := string(hygraphText(r, claims{id: "main", timestamp: "1633519811129"}))
	const want = `{"Body":"{\"a\":\"\\\"<ü>` + "\u2028" + `\",\n\t\"b\":\"\u0001\b\f\r\"}","EnvironmentName":"main","TimeStamp":1633519811129}`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	p := Lookup("hygraph")
	// What Hygraph's own library, @hygraph/utils 1.2.1, makes of this body.
	r = requestOf("{\"a\":\"\\\"<ü>\u2028\",\n\t\"b\":\"x\"}", 1795242177,
		"Gcms-Signature", "sign=QiHSWGshtCVeVTuiEdyt+F7vbr2swgHDZsYHRIEPsXw=, env=main, t=1795242177052")
	wantResult(t, p.Verify(r, secretsOf("secret")), Valid, ReasonOK)
	r = signed(t, p, "secret")
	if text := r.Header.Get("Gcms-Signature"); !strings.HasPrefix(text, "sign=") || !strings.HasSuffix(text, ", env=master, t=1700000000000") {
		t.Errorf("got the header %q", text)
	}
	r.Header.Set("Gcms-Signature", strings.Replace(r.Header.Get("Gcms-Signature"), "master", "main", 1))
	wantResult(t, p.Verify(r, secretsOf("secret")), Invalid, ReasonMismatch)
	if err := p.Sign(&r, Secret{Value: "secret"}, r.ReceivedAt); err != nil || !strings.Contains(r.Header.Get("Gcms-Signature"), "env=main") {
		t.Errorf("signed anew: %v, %q, want its environment kept", err, r.Header.Get("Gcms-Signature"))
	}
}

func TestGhostVersions(t *testing.T) {
	p := Lookup("ghost")
	r := signed(t, p, "secret")
	if text := r.Header.Get("X-Ghost-Signature"); !strings.HasPrefix(text, "sha256=") || !strings.HasSuffix(text, ", t=1700000000000") {
		t.Errorf("got the header %q", text)
	}
	sum := withSHA256().keyed([]byte("secret"))
	_, _ = sum.Write(r.Body)
	r.Header.Set("X-Ghost-Signature", "sha256="+hexSum(sum.Sum(nil))+", t=1700000000000") // as before version 5
	wantResult(t, p.Verify(r, secretsOf("secret")), Valid, ReasonOK)
	wantResult(t, p.Verify(r, secretsOf("another")), Invalid, ReasonMismatch)
}

// A form is signed as the JSON that it holds.
func TestForgeForms(t *testing.T) {
	const payload = `{"ref":"refs/heads/main"}`
	for _, name := range []string{"forgejo", "gitea", "gogs"} {
		p := Lookup(name)
		plain := requestOf(payload, 0, "Content-Type", jsonType)
		form := requestOf("payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D", 0, "Content-Type", formType)
		for _, r := range []*Request{&plain, &form} {
			if err := p.Sign(r, Secret{Value: "secret"}, time.Unix(0, 0)); err != nil {
				t.Fatal(err)
			}
			wantResult(t, p.Verify(*r, secretsOf("secret")), Valid, ReasonOK)
		}
		if name := p.Headers()[0]; plain.Header.Get(name) != form.Header.Get(name) {
			t.Errorf("%s: the form has another signature than its JSON", name)
		}
		if name != "gogs" {
			wantResult(t, Lookup("github").Verify(plain, secretsOf("secret")), Valid, ReasonOK) // as it also sends GitHub's
		}
	}
}

func TestBoxVersion(t *testing.T) {
	p := Lookup("box")
	r := signed(t, p, "secret")
	if r.Header.Get("Box-Signature-Version") != "1" || r.Header.Get("Box-Signature-Algorithm") != "HmacSHA256" {
		t.Errorf("signed with the headers %v", r.Header)
	}
	r.ReceivedAt = r.ReceivedAt.Add(-3 * time.Second)
	wantResult(t, p.Verify(r, secretsOf("secret")), Invalid, ReasonTimestampFuture)
	r.Header.Set("Box-Signature-Version", "2")
	wantResult(t, p.Verify(r, secretsOf("secret")), Invalid, ReasonMalformed)
}

// Either header of a provider with two counts.
func TestDevopsSecondSchemes(t *testing.T) {
	r := requestOf("{}", 0, "X-Buildkite-Token", "token-of-the-hook")
	wantResult(t, Lookup("buildkite").Verify(r, secretsOf("token-of-the-hook")), Valid, ReasonOK)
	wantResult(t, Lookup("buildkite").Verify(r, secretsOf("another")), Invalid, ReasonMismatch)

	sum := withSHA512().keyed([]byte("key"))
	_, _ = sum.Write([]byte("{}"))
	r = requestOf("{}", 0, "X-TFC-Task-Signature", hexSum(sum.Sum(nil)))
	wantResult(t, Lookup("terraform-cloud").Verify(r, secretsOf("key")), Valid, ReasonOK)
	wantResult(t, Lookup("terraform-cloud").Verify(r, secretsOf("another")), Invalid, ReasonMismatch)
	if err := Lookup("terraform-cloud").Sign(&r, Secret{Value: "another"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if len(r.Header) != 1 {
		t.Errorf("signed anew with %v, want the header that it had", r.Header)
	}
	wantResult(t, Lookup("terraform-cloud").Verify(r, secretsOf("another")), Valid, ReasonOK)

	token := &jwtScheme{at: headerAt("Authorization"), before: "Bearer ", algorithm: hs256, secret: ownSecret()}
	r = Request{Header: http.Header{}, Body: []byte("{}")}
	if err := token.sign(&r, "client secret", time.Now()); err != nil {
		t.Fatal(err)
	}
	wantResult(t, Lookup("jira").Verify(r, secretsOf("client secret")), Valid, ReasonOK)
	wantResult(t, Lookup("jira").Verify(r, secretsOf("another")), Invalid, ReasonMismatch)
}

// The token's hash must be the body's, and its issuer Netlify.
func TestNetlifyToken(t *testing.T) {
	p := Lookup("netlify")
	r := signed(t, p, "secret")
	parts := strings.Split(r.Header.Get("X-Webhook-Signature"), ".")
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	if pick(payload, "iss") != "netlify" || len(pick(payload, "sha256")) != 64 {
		t.Errorf("got the claims %s", payload)
	}
	other := &jwtScheme{at: headerAt("X-Webhook-Signature"), algorithm: hs256, bodyHash: "sha256", hashIn: hexSum, issuers: []string{"other"}, secret: ownSecret()}
	if err := other.sign(&r, "secret", r.ReceivedAt); err != nil {
		t.Fatal(err)
	}
	wantResult(t, p.Verify(r, secretsOf("secret")), Invalid, ReasonMismatch)
}

// The time is a member of the body.
func TestLinearTime(t *testing.T) {
	p := Lookup("linear")
	r := signed(t, p, "secret")
	if pick(r.Body, "webhookTimestamp") != "1700000000000" || !p.SignsInBody() {
		t.Errorf("signed as %s", r.Body)
	}
	r.ReceivedAt = r.ReceivedAt.Add(-62 * time.Second)
	wantResult(t, p.Verify(r, secretsOf("secret")), Invalid, ReasonTimestampFuture)
	none := requestOf("{}", 0)
	if err := p.Sign(&none, Secret{Value: "secret"}, time.Now()); err == nil {
		t.Error("signed a body without the time")
	}
	wantResult(t, p.Verify(requestOf("{}", 0, "Linear-Signature", r.Header.Get("Linear-Signature")), secretsOf("secret")), Invalid, ReasonTimestampMissing)
}

func TestJSONPart(t *testing.T) {
	for _, tt := range []struct{ kind, text, want string }{
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{}\r\n--b--", "{}"},
		{`multipart/form-data; boundary="b b"`, "--b b\r\nX: y; name=\"a\"\r\n\r\n1\r\n--b b\r\nX: y; name=\"json\"\r\n\r\n[]\r\n--b b--", "[]"},
		{"multipart/form-data; boundary=b", "--b\r\nX: y; name=\"json\"\r\n\r\n{}", ""},
		{"multipart/form-data; boundary=b", "--b\r\nX: y; filename=\"json\"\r\n\r\n{}\r\n--b--", ""},
		{"multipart/form-data; boundary=b", "--b--b--b", ""},
		{"multipart/form-data", "--b\r\nX: y; name=\"json\"\r\n\r\n{}\r\n--b--", ""},
		{"application/json", "{}", ""},
		{"", "", ""},
	} {
		r := requestOf(tt.text, 0, "Content-Type", tt.kind)
		if from, to := jsonPart(r); string(r.Body[from:to]) != tt.want {
			t.Errorf("%s %q: got %q, want %q", tt.kind, tt.text, r.Body[from:to], tt.want)
		}
	}
	if err := Lookup("dropbox-sign").Sign(&Request{Body: []byte("{}")}, Secret{Value: "key"}, time.Now()); err == nil {
		t.Error("signed a body without the part")
	}
}
