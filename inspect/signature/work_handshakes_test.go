package signature

import (
	"net/http"
	"testing"
	"time"
)

func TestWorkHandshakes(t *testing.T) {
	const (
		plain, js = "text/plain; charset=utf-8", "application/json"
		token     = "qgg8vlvZRS6UYooatFL8Aw" // and its HMAC with the secret "token", below
		tokenMAC  = "414abd224443df658c657e796f92313035961d4b4abbf7136289307425f70631"
	)
	for _, tt := range []struct {
		provider, method, url, body string
		header                      []string
		status                      int // 0 for no answer
		kind, want                  string
	}{
		{"adobe-sign", "GET", "", "", []string{"X-AdobeSign-ClientId", "UB7E"}, 200, js, `{"xAdobeSignClientId":"UB7E"}`},
		{"adobe-sign", "POST", "", "{}", []string{"X-AdobeSign-ClientId", "UB7E"}, 0, "", ""},
		{"adobe-sign", "GET", "", "", nil, 0, "", ""},
		{"asana", "POST", "", "{}", []string{"X-Hook-Secret", "b537"}, 200, "", ""},
		{"asana", "POST", "", `{"events":[]}`, []string{"X-Hook-Signature", "00"}, 0, "", ""},
		{"asana", "GET", "", "", []string{"X-Hook-Secret", "b537"}, 0, "", ""},
		{"dropbox", "GET", "https://app.example/?challenge=a%2Bb", "", nil, 200, plain, "a+b"},
		{"dropbox", "GET", "https://app.example/", "", nil, 0, "", ""},
		{"dropbox", "POST", "https://app.example/?challenge=a", "{}", nil, 0, "", ""},
		{"front", "POST", "", `{"type":"sync"}`, []string{"X-Front-Challenge", "c1"}, 200, plain, "c1"},
		{"front", "POST", "", `{"type":"inbound_received"}`, nil, 0, "", ""},
		{"linkedin", "GET", "https://app.example/?challengeCode=" + token + "&applicationId=1", "", nil, 200, js,
			`{"challengeCode":"` + token + `","challengeResponse":"` + tokenMAC + `"}`},
		{"linkedin", "POST", "https://app.example/?challengeCode=" + token, "{}", nil, 0, "", ""},
		{"linkedin", "GET", "https://app.example/", "", nil, 0, "", ""},
		{"microsoft-graph", "POST", "https://app.example/?validationToken=Validation%3A+Testing+client", "", nil, 200, plain, "Validation: Testing client"},
		{"microsoft-graph", "POST", "https://app.example/?validationtoken=x", "", nil, 0, "", ""},
		{"microsoft-graph", "POST", "https://app.example/", `{"value":[]}`, nil, 0, "", ""},
		{"sharepoint", "POST", "https://app.example/?validationtoken=4a", "", nil, 200, plain, "4a"},
		{"sharepoint", "GET", "https://app.example/?validationtoken=4a", "", nil, 0, "", ""},
		{"monday", "POST", "", `{"challenge":"3e\u005aZb\"rw"}`, nil, 200, js, `{"challenge":"3eZZb\"rw"}`},
		{"monday", "POST", "", `{"challenge":"x","type":"url_verification"}`, nil, 0, "", ""},
		{"monday", "POST", "", `{"event":{"type":"create_pulse"}}`, nil, 0, "", ""},
		{"okta", "GET", "", "", []string{"X-Okta-Verification-Challenge", "c1"}, 200, js, `{"verification":"c1"}`},
		{"okta", "POST", "", "{}", []string{"X-Okta-Verification-Challenge", "c1"}, 0, "", ""},
		{"okta", "GET", "", "", nil, 0, "", ""},
		{"trello", "HEAD", "", "", nil, 200, "", ""},
		{"trello", "POST", "", "{}", nil, 0, "", ""},
		{"zoom", "POST", "", `{"event":"endpoint.url_validation","payload":{"plainToken":"` + token + `"}}`, nil, 0, "", ""},
		{"zoom", "POST", "", `{"event":"meeting.started","payload":{"plainToken":"x"}}`, nil, 0, "", ""},
		{"zoom", "POST", "", `{"event":"endpoint.url_validation","payload":{}}`, nil, 0, "", ""},
	} {
		r := at(tt.url, by(tt.method, requestOf(tt.body, 0, tt.header...)))
		a, ok := Lookup(tt.provider).Handshake(r, secretsOf("token"))
		if ok != (tt.status != 0) {
			t.Errorf("%s %s %s %.60s: answered: %t", tt.provider, tt.method, tt.url, tt.body, ok)
			continue
		}
		if ok && (a.Status != tt.status || a.Body != tt.want || a.Header.Get("Content-Type") != tt.kind || a.Asks == "") {
			t.Errorf("%s %s %s %.60s: got %+v", tt.provider, tt.method, tt.url, tt.body, a)
		}
	}
	a, _ := Lookup("asana").Handshake(requestOf("{}", 0, "X-Hook-Secret", "b537"), nil)
	if got := a.Header.Get("X-Hook-Secret"); got != "b537" {
		t.Errorf("asana: the answer has the secret %q", got)
	}
	a, _ = Lookup("adobe-sign").Handshake(by(http.MethodGet, requestOf("", 0, "X-AdobeSign-ClientId", "UB7E")), nil)
	if got := a.Header.Get("X-AdobeSign-ClientId"); got != "UB7E" {
		t.Errorf("adobe-sign: the answer has the client id %q", got)
	}
	for _, name := range []string{"zoom", "linkedin"} {
		r := at("https://app.example/?challengeCode=x", by("GET", requestOf(`{"event":"endpoint.url_validation","payload":{"plainToken":"x"}}`, 0)))
		if _, ok := Lookup(name).Handshake(r, nil); ok {
			t.Errorf("%s: answered without a secret", name)
		}
	}
}

// Zoom's question is signed: of several secrets the one that signed it answers, and without one there is no answer.
func TestZoomAnswersWithTheSecretThatSigned(t *testing.T) {
	p, when := Lookup("zoom"), time.Unix(1_700_000_000, 0)
	r := requestOf(`{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}`, when.Unix())
	if _, ok := p.Handshake(r, secretsOf("first", "token")); ok {
		t.Error("unsigned: answered")
	}
	if err := p.Sign(&r, Secret{Value: "token"}, when); err != nil {
		t.Fatal(err)
	}
	const want = `{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"414abd224443df658c657e796f92313035961d4b4abbf7136289307425f70631"}`
	if a, ok := p.Handshake(r, secretsOf("first", "token")); !ok || a.Status != http.StatusOK || a.Body != want || a.Header.Get("Content-Type") != "application/json" {
		t.Errorf("signed: got %+v, %t", a, ok)
	}
	if _, ok := p.Handshake(r, secretsOf("first")); ok {
		t.Error("signed with another secret: answered")
	}
}

// Xero asks with right and with wrong signatures.
func TestXeroIntentToReceive(t *testing.T) {
	const intent = `{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}`
	p, when := Lookup("xero"), time.Unix(1_700_000_000, 0)
	r := requestOf(intent, when.Unix())
	if err := p.Sign(&r, Secret{Value: "key"}, when); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		secrets []Secret
		want    int
	}{
		{"right", secretsOf("key"), http.StatusOK},
		{"right, of several", secretsOf("other", "key"), http.StatusOK},
		{"wrong", secretsOf("other"), http.StatusUnauthorized},
		{"no key", nil, 0},
		{"only the project's own", []Secret{{Value: "other", Test: true}}, 0},
	} {
		if a, ok := p.Handshake(r, tt.secrets); ok != (tt.want != 0) || ok && (a.Status != tt.want || a.Body != "") {
			t.Errorf("%s: got %+v, %t; want %d", tt.name, a, ok, tt.want)
		}
	}
	for _, body := range []string{`{"events":[{}],"lastEventSequence":7,"entropy":"x"}`, `{"lastEventSequence":0}`} {
		if a, ok := p.Handshake(requestOf(body, 0), secretsOf("key")); ok {
			t.Errorf("%s: answered %+v", body, a)
		}
	}
}
