package signature

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// vectors are requests whose signatures others have published.
func vectors() []struct {
	name     string
	source   string // where it is published
	provider string
	secret   string
	request  Request
} {
	const slackBody = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&" +
		"channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&" +
		"response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&" +
		"trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	const twilioURL = "https://mycompany.com/myapp.php?foo=1&bar=2"
	return []struct {
		name, source, provider, secret string
		request                        Request
	}{
		{
			"github", "docs.github.com, Validating webhook deliveries", "github", "It's a Secret to Everybody",
			requestOf("Hello, World!", 0, "X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
		},
		{
			"slack", "docs.slack.dev, Verifying requests from Slack", "slack", "8f742231b10e8888abcd99yyyzzz85a5",
			requestOf(slackBody, 1531420618, "X-Slack-Request-Timestamp", "1531420618",
				"X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
		},
		{
			"twilio", "the tests of Twilio's libraries", "twilio", "12345",
			at(twilioURL, requestOf("CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212", 0,
				"Content-Type", "application/x-www-form-urlencoded", "X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")),
		},
		{
			"twilio, another caller", "twilio.com/docs/usage/security", "twilio", "12345",
			at(twilioURL, requestOf("CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&From=%2B12349013030&To=%2B18005551212", 0,
				"Content-Type", "application/x-www-form-urlencoded", "X-Twilio-Signature", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")),
		},
		{
			"standard webhooks", "the specification's examples", "standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
			requestOf(`{"test": 2432232314}`, 1614265330, "Webhook-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
				"Webhook-Timestamp", "1614265330", "Webhook-Signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
		},
		{
			"svix", "docs.svix.com, Verifying Webhooks Manually", "svix", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
			requestOf(`{"test": 2432232314}`, 1614265330, "Svix-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
				"Svix-Timestamp", "1614265330", "Svix-Signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
		},
	}
}

// requestOf is a POST with a body, the Unix time at which it arrives, and pairs of header names and values.
func requestOf(body string, arrives int64, header ...string) Request {
	r := Request{Method: "POST", Header: http.Header{}, Body: []byte(body), ReceivedAt: time.Unix(arrives, 0)}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func at(url string, r Request) Request {
	r.URL = url
	return r
}

func secretsOf(values ...string) []Secret {
	var all []Secret
	for i, v := range values {
		all = append(all, Secret{Value: v, Source: "secret " + string(rune('A'+i))})
	}
	return all
}

func wantResult(t *testing.T, got Result, verdict Verdict, reason Reason) {
	t.Helper()
	if got.Verdict != verdict || got.Reason != reason {
		t.Errorf("got %s %s, want %s %s (%+v)", got.Verdict, got.Reason, verdict, reason, got)
	}
}

func TestPublishedVectors(t *testing.T) {
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			got := Lookup(v.provider).Verify(v.request, secretsOf(v.secret))
			wantResult(t, got, Valid, ReasonOK)
			if got.Expected != got.Got || got.Secret != "secret A" {
				t.Errorf("got %+v, want what came to be what was expected", got)
			}
			v.request.Body = append([]byte("x"), v.request.Body...)
			wantResult(t, Lookup(v.provider).Verify(v.request, secretsOf(v.secret)), Invalid, ReasonMismatch)
		})
	}
}

func TestVerifyUnknown(t *testing.T) {
	p := Lookup("github")
	r := signed(t, p, "secret")
	wantResult(t, p.Verify(r, nil), Unknown, ReasonNoSecret)
	wantResult(t, (*Provider)(nil).Verify(r, secretsOf("secret")), Unknown, ReasonNoProvider)
	wantResult(t, (&Provider{Name: "zapier"}).Verify(r, secretsOf("secret")), Unsigned, ReasonUnsigned)
	wantResult(t, p.Verify(r, secretsOf("")), Unknown, ReasonSecretMalformed)
	wantResult(t, p.Verify(Request{}, nil), Unknown, ReasonNoSecret)
	wantResult(t, p.Verify(Request{}, secretsOf("secret")), Invalid, ReasonMissing)
	r.Truncated = true
	wantResult(t, p.Verify(r, secretsOf("secret")), Unknown, ReasonTruncated)

	svix := Lookup("svix")
	r = signed(t, svix, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	wantResult(t, svix.Verify(r, secretsOf("whsec_not base64")), Unknown, ReasonSecretMalformed)
	wantResult(t, svix.Verify(r, secretsOf("whsec_not base64", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")), Valid, ReasonOK)
}

func TestTimestamps(t *testing.T) {
	for _, tt := range []struct {
		provider string
		arrives  time.Duration // after it was signed
		want     Reason
	}{
		{"stripe", 300*time.Second + 900*time.Millisecond, ReasonOK},
		{"stripe", 301 * time.Second, ReasonTimestampExpired},
		{"stripe", -24 * time.Hour, ReasonOK},
		{"slack", 300 * time.Second, ReasonOK},
		{"slack", 301 * time.Second, ReasonTimestampExpired},
		{"slack", -24 * time.Hour, ReasonOK},
		{"svix", 301 * time.Second, ReasonTimestampExpired},
		{"svix", -300 * time.Second, ReasonOK},
		{"standard-webhooks", -301 * time.Second, ReasonTimestampFuture},
		{"github", 24 * 365 * time.Hour, ReasonOK},
	} {
		p := Lookup(tt.provider)
		secret := p.NewSecret()
		r := signed(t, p, secret)
		r.ReceivedAt = r.ReceivedAt.Add(tt.arrives)
		if got := p.Verify(r, secretsOf(secret)); got.Reason != tt.want {
			t.Errorf("%s, %s after it was signed: got %s, want %s", tt.provider, tt.arrives, got.Reason, tt.want)
		}
		r.Body = []byte("another")
		if got := p.Verify(r, secretsOf(secret)); got.Reason != ReasonMismatch {
			t.Errorf("%s: got %s for a wrong signature, want the signature to be judged before the time", tt.provider, got.Reason)
		}
	}
}

func TestUnreadableTimestamps(t *testing.T) {
	const sum = "5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd"
	for stamp, want := range map[string]Reason{
		"":                               ReasonTimestampMissing,
		"-1700000000":                    ReasonTimestampMalformed,
		"+1700000000":                    ReasonTimestampMalformed,
		"1700000000.5":                   ReasonTimestampMalformed,
		"soon":                           ReasonTimestampMalformed,
		"1700000000000":                  ReasonTimestampMalformed, // milliseconds: the year 55839
		"123456789012345678901234567890": ReasonTimestampMalformed,
		"1700000000":                     ReasonMismatch,
	} {
		slack := requestOf("{}", 1_700_000_000, "X-Slack-Signature", "v0="+sum, "X-Slack-Request-Timestamp", stamp)
		if got := Lookup("slack").Verify(slack, secretsOf("s")); got.Reason != want {
			t.Errorf("slack %q: got %s, want %s", stamp, got.Reason, want)
		}
		if stamp == "" {
			want = ReasonTimestampMalformed // "t=" is there, and it is empty
		}
		stripe := requestOf("{}", 1_700_000_000, "Stripe-Signature", "t="+stamp+",v1="+sum)
		if got := Lookup("stripe").Verify(stripe, secretsOf("s")); got.Reason != want {
			t.Errorf("stripe %q: got %s, want %s", stamp, got.Reason, want)
		}
	}
	r := requestOf("{}", 1_700_000_000, "Stripe-Signature", "v1="+sum)
	wantResult(t, Lookup("stripe").Verify(r, secretsOf("s")), Invalid, ReasonTimestampMissing)
}

func TestStripeSeveralSignatures(t *testing.T) {
	p, secret := Lookup("stripe"), "whsec_test"
	good := signed(t, p, secret)
	stamp, v1, _ := strings.Cut(good.Header.Get("Stripe-Signature"), ",")
	wrong := "v1=" + strings.Repeat("0", 64)
	for header, want := range map[string]Reason{
		stamp + "," + wrong + "," + v1:                                  ReasonOK,
		v1 + "," + stamp:                                                ReasonOK,
		stamp + ",v0=abc,x=y,,=," + v1:                                  ReasonOK,
		stamp + "," + strings.Repeat(wrong+",", 31) + v1:                ReasonOK,
		stamp + "," + strings.Repeat(wrong+",", 32) + v1:                ReasonMismatch,
		stamp + "," + strings.Replace(v1, "v1=", "v0=", 1):              ReasonMalformed,
		stamp + ", " + v1:                                               ReasonMalformed,
		stamp + "," + strings.ToUpper(v1):                               ReasonMalformed,
		stamp + ",v1=" + strings.ToUpper(strings.TrimPrefix(v1, "v1=")): ReasonMismatch,
		stamp: ReasonMalformed,
	} {
		good.Header.Set("Stripe-Signature", header)
		if got := p.Verify(good, secretsOf(secret)); got.Reason != want {
			t.Errorf("%.120s: got %s, want %s", header, got.Reason, want)
		}
	}
}

func TestStandardWebhooksList(t *testing.T) {
	v := vectors()[4]
	good := v.request.Header.Get("Webhook-Signature")
	for list, want := range map[string]Reason{
		"v1a,abc " + good: ReasonOK,
		"v1,AAAA " + good: ReasonOK,
		"v2" + good[2:]:   ReasonMalformed,
		"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1O =": ReasonMalformed,
		strings.ReplaceAll(good, ",", "="):                ReasonMalformed,
	} {
		v.request.Header.Set("Webhook-Signature", list)
		if got := Lookup(v.provider).Verify(v.request, secretsOf(v.secret)); got.Reason != want {
			t.Errorf("%s: got %s, want %s", list, got.Reason, want)
		}
	}
	v.request.Header.Set("Webhook-Signature", good)
	v.request.Header.Del("Webhook-Id")
	wantResult(t, Lookup(v.provider).Verify(v.request, secretsOf(v.secret)), Invalid, ReasonMissing)
}

func TestSvixFallsBackToWebhookHeaders(t *testing.T) {
	v := vectors()[4]
	wantResult(t, Lookup("svix").Verify(v.request, secretsOf(v.secret)), Valid, ReasonOK)
	v.request.Header.Set("Svix-Id", "msg_other") // not a whole set
	wantResult(t, Lookup("svix").Verify(v.request, secretsOf(v.secret)), Valid, ReasonOK)
}

func TestTwilioURLs(t *testing.T) {
	p, secret := Lookup("twilio"), "12345"
	r := requestOf("B=2&A=1&A=1&A=0", 0, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.URL = "https://app.example/sms?b=2&a=1"
	if err := p.Sign(&r, Secret{Value: secret}, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]Reason{
		"https://app.example/sms?b=2&a=1":             ReasonOK,
		"https://app.example:443/sms?b=2&a=1":         ReasonOK,
		"https://app.example:8443/sms?b=2&a=1":        ReasonOK,
		"https://app.example/sms?b=2&a=1#rc=2":        ReasonOK,
		"http://app.example/sms?b=2&a=1":              ReasonMismatch,
		"https://app.example/sms/?b=2&a=1":            ReasonMismatch,
		"https://app.example/sms?a=1&b=2":             ReasonMismatch,
		"https://app.example/sms?b=2&a=1&bodySHA256=": ReasonMismatch,
		"": ReasonMismatch,
	} {
		r.URL = url
		if got := p.Verify(r, secretsOf(secret)); got.Reason != want {
			t.Errorf("%s: got %s, want %s", url, got.Reason, want)
		}
	}
	r.URL = "https://app.example/sms?b=2&a=1"
	r.Body = []byte("A=0&A=1&B=2") // another order, and no repeat: the same signature
	wantResult(t, p.Verify(r, secretsOf(secret)), Valid, ReasonOK)
}

func TestTwilioBodyHash(t *testing.T) {
	p, secret := Lookup("twilio"), "12345"
	r := signed(t, p, secret)
	if !strings.Contains(r.URL, "?x=1&bodySHA256=") {
		t.Fatalf("signed URL %s, want bodySHA256 in it", r.URL)
	}
	before := r.URL
	r.Body = []byte(`{"changed":true}`)
	wantResult(t, p.Verify(r, secretsOf(secret)), Invalid, ReasonMismatch)
	if err := p.Sign(&r, Secret{Value: secret}, r.ReceivedAt); err != nil {
		t.Fatal(err)
	}
	if r.URL == before || strings.Count(r.URL, "bodySHA256") != 1 {
		t.Errorf("signed anew for %s, want another hash in place of the old one", r.URL)
	}
	wantResult(t, p.Verify(r, secretsOf(secret)), Valid, ReasonOK)
}

// A form of more parameters than are sorted must not pass as one of none.
func TestTwilioTooManyParameters(t *testing.T) {
	p, secret := Lookup("twilio"), "12345"
	r := requestOf("", 0)
	r.URL = "https://app.example/sms"
	if err := p.Sign(&r, Secret{Value: secret}, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	r.Body = []byte(strings.Repeat("a=1&", maxParameters+1))
	wantResult(t, p.Verify(r, secretsOf(secret)), Invalid, ReasonMismatch)
}

func TestResultCutsWhatCame(t *testing.T) {
	r := requestOf("{}", 0, "X-Hub-Signature-256", strings.Repeat("a", 5000))
	if got := Lookup("github").Verify(r, secretsOf("s")); len(got.Got) != 200 {
		t.Errorf("got %d bytes of the header, want 200", len(got.Got))
	}
}
