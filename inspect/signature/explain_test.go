package signature

import (
	"strings"
	"testing"
	"time"
)

// explained signs r as p with the sender's secret, lets change spoil it, and explains what Verify says of it.
func explained(t *testing.T, p *Provider, r Request, sender Secret, change func(*Request), hints Hints, configured ...Secret) (Result, Explanation) {
	t.Helper()
	if err := p.Sign(&r, sender, r.ReceivedAt); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&r)
	}
	var own []Secret
	for _, s := range configured {
		if s.Provider == p.Name && !strings.HasPrefix(s.Source, "other") {
			own = append(own, s)
		}
	}
	res := p.Verify(r, own)
	e := Explain(r, p, res, configured, hints)
	for _, s := range append(configured, sender) {
		if len(s.Value) >= 12 && strings.Contains(e.Text+e.Next+e.Headline, strings.TrimSpace(s.Value)) {
			t.Errorf("a secret is shown: %+v", e)
		}
	}
	return res, e
}

func wantMistake(t *testing.T, e Explanation, mistake string, words ...string) {
	t.Helper()
	if e.Mistake != mistake {
		t.Fatalf("got mistake %q (%s), want %q", e.Mistake, e.Text, mistake)
	}
	if e.Headline == "" || e.Text == "" || e.Next == "" && mistake != "" {
		t.Errorf("something is missing: %+v", e)
	}
	for _, w := range append(words, "") {
		if !strings.Contains(e.Text, w) {
			t.Errorf("the text lacks %q: %s", w, e.Text)
		}
	}
	if text := e.Headline + e.Text + e.Next; strings.ContainsAny(text, "!\n") || strings.Contains(text, "please") {
		t.Errorf("not in hook's voice: %+v", e)
	}
}

func jsonRequest(body string) Request {
	r := requestOf(body, 1_700_000_000, "Content-Type", "application/json")
	r.URL = "https://relay.example/e/quiet-otter/stripe"
	return r
}

// configuredFor is a provider's secret as it is found in a project.
func configuredFor(provider, value, from string) Secret {
	return Secret{Value: value, Provider: provider, Source: from}
}

func TestExplainOtherSecret(t *testing.T) {
	p, r := Lookup("stripe"), jsonRequest(`{"id":"evt_1"}`)
	env := configuredFor("stripe", "whsec_configured0123456789", ".env (STRIPE_WEBHOOK_SECRET)")
	cli := configuredFor("stripe", "whsec_commandline987654321", "other: environment (STRIPE_CLI_SECRET)")
	_, e := explained(t, p, r, cli, nil, Hints{}, env, cli)
	wantMistake(t, e, MistakeOtherSecret, "STRIPE_CLI_SECRET", "another endpoint", "whse…89 (26 characters) from .env", "Expected v1=")
	if e.Headline != "the signature was made with another secret" {
		t.Errorf("headline %q", e.Headline)
	}

	swapped := configuredFor("github", "a github secret", ".env (GITHUB_WEBHOOK_SECRET)")
	_, e = explained(t, p, r, swapped, nil, Hints{}, env, swapped)
	wantMistake(t, e, MistakeOtherSecret, "configured for github", "swapped")

	test := Secret{Value: "whsec_hookmadethisone00", Provider: "stripe", Source: "other: test secret", Test: true}
	_, e = explained(t, p, r, test, nil, Hints{}, env, test)
	wantMistake(t, e, MistakeOtherSecret, "hook signed it")
}

func TestExplainSecretEdits(t *testing.T) {
	const clean, bare = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	const decoded = "\x31\xf2\x90\xf6\xbf\x06\x29\x8a\xab\x4f\x08\xd4\x3c\x3f\x08\x2c\xf6\x48\xa3\x62\xda\x2d\xa4\xb0"
	for _, tt := range []struct {
		name, sender, configured, mistake, words string
	}{
		{"newline here", clean, clean + "\n", MistakeSecretWhitespace, "without the white space"},
		{"space here", clean, "  " + clean + " ", MistakeSecretWhitespace, "made with one of 38"},
		{"newline there", clean + "\n", clean, MistakeSecretWhitespace, "the sender's copy has one"},
		{"space there", clean + " ", clean, MistakeSecretWhitespace, "with a space behind"},
		{"quotes here", clean, `"` + clean + `"`, MistakeSecretQuotes, "without the quotation marks"},
		{"quotes there", "'" + clean + "'", clean, MistakeSecretQuotes, "the sender's copy has them"},
		{"prefix cut here", clean, bare, MistakeSecretPrefix, "was cut off"},
		{"prefix cut there", bare, clean, MistakeSecretPrefix, "the sender cut the prefix off"},
		{"decoded there", decoded, clean, MistakeSecretEncoding, "base64-decoded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, e := explained(t, Lookup("stripe"), jsonRequest("{}"), Secret{Value: tt.sender}, nil, Hints{},
				configuredFor("stripe", tt.configured, ".env"))
			wantMistake(t, e, tt.mistake, tt.words)
		})
	}
	t.Run("not decoded there", func(t *testing.T) {
		undecoded := *Lookup("svix").scheme.(*bySecret).schemes[0].(*hmacScheme)
		undecoded.secret = secretForm{}
		r, own := jsonRequest("{}"), []Secret{configuredFor("svix", clean, ".env")}
		if err := undecoded.sign(&r, clean, r.ReceivedAt); err != nil {
			t.Fatal(err)
		}
		e := Explain(r, Lookup("svix"), Lookup("svix").Verify(r, own), own, Hints{})
		wantMistake(t, e, MistakeSecretEncoding, "undecoded")
	})
	t.Run("too malformed to try", func(t *testing.T) {
		res, e := explained(t, Lookup("svix"), jsonRequest("{}"), Secret{Value: clean}, nil, Hints{}, configuredFor("svix", `"`+clean+`"`, ".env"))
		if res.Reason != ReasonSecretMalformed {
			t.Fatalf("got %+v", res)
		}
		wantMistake(t, e, MistakeSecretQuotes, "Got v1,")
		_, e = explained(t, Lookup("svix"), jsonRequest("{}"), Secret{Value: clean}, nil, Hints{}, configuredFor("svix", "hello, world", ".env"))
		wantMistake(t, e, MistakeSecretMalformed, "must be base64 text", "(12 characters)")
	})
}

func TestExplainBody(t *testing.T) {
	const compact = `{"b":1,"a":{"x":[1,2,{}],"y":"é/<b>&"}}`
	const indented = "{\n  \"b\": 1,\n  \"a\": {\n    \"x\": [\n      1,\n      2,\n      {}\n    ],\n    \"y\": \"é/<b>&\"\n  }\n}"
	const python = `{"b": 1, "a": {"x": [1, 2, {}], "y": "\u00e9/<b>&"}}`
	for _, tt := range []struct {
		name, sent, arrived, mistake, words string
	}{
		{"compact became indented", compact, indented, MistakeBodyReserialised, "written compact"},
		{"indented became compact", indented, compact, MistakeBodyReserialised, "indented by 2 spaces"},
		{"indented by 4", strings.ReplaceAll(indented, "  ", "    "), compact, MistakeBodyReserialised, "indented by 4 spaces"},
		{"indented by tabs", strings.ReplaceAll(indented, "  ", "\t"), compact, MistakeBodyReserialised, "indented by tabs"},
		{"python became compact", python, compact, MistakeBodyReserialised, "non-ASCII text escaped: 40 bytes arrived, 52 were signed, and they differ from byte 6 on"},
		{"escapes were resolved", `{"a":"\u00e9\ud83d\ude00"}`, `{"a":"é😀"}`, MistakeBodyReserialised, "escaped"},
		{"escapes were made", `{"a":"é😀"}`, `{"a":"\u00e9\ud83d\ude00"}`, MistakeBodyReserialised, "no more escaped than JSON asks for"},
		{"sorted", `{"a":1,"b":{"c":2,"d":3}}`, `{"b":{"d":3,"c":2},"a":1}`, MistakeBodyReserialised, "names sorted"},
		{"go", `{"a":"\u003cb\u003e\u0026"}`, `{"a":"<b>&"}`, MistakeBodyReserialised, "<, > and & escaped"},
		{"php", `{"a":"https:\/\/x"}`, `{"a":"https://x"}`, MistakeBodyReserialised, `"/" escaped`},
		{"newline added", "{}", "{}\n", MistakeBodyNewline, "3 bytes arrived, 2 were signed, 1 less at the end"},
		{"newline lost", "{}\n", "{}", MistakeBodyNewline, "with a newline"},
		{"CR LF to LF", "a\r\nb\r\n", "a\nb\n", MistakeBodyNewline, "CR LF in place"},
		{"LF to CR LF", "a\nb\n", "a\r\nb\r\n", MistakeBodyNewline, "LF in place"},
		{"changed", `{"a":1}`, `{"a":2}`, MistakeWrongSecret, "No configured secret"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, e := explained(t, Lookup("github"), jsonRequest(tt.sent), Secret{Value: "hub secret 123"},
				func(r *Request) { r.Body = []byte(tt.arrived) }, Hints{}, configuredFor("github", "hub secret 123", ".env"))
			wantMistake(t, e, tt.mistake, tt.words)
		})
	}
}

func TestExplainURL(t *testing.T) {
	const public, form = "https://app.example/sms?a=1&b=2", "application/x-www-form-urlencoded"
	token := configuredFor("twilio", "0123456789abcdef0123456789abcdef", ".env (TWILIO_AUTH_TOKEN)")
	for _, tt := range []struct {
		name, judged, words string
		hints               []string
	}{
		{"scheme", "http://app.example/sms?a=1&b=2", "differ in the scheme", nil},
		{"trailing slash", "https://app.example/sms/?a=1&b=2", "differ in the trailing slash", nil},
		{"query order", "https://app.example/sms?b=2&a=1", "differ in the query", nil},
		{"hint", "http://127.0.0.1:4400/e/quiet-otter?a=1&b=2", "the host and the port and the path", []string{"https://app.example/sms"}},
		{"hint's origin", "http://127.0.0.1:4400/sms?a=1&b=2", "scheme and the host and the port", []string{"https://x.example", "https://app.example"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := at(public, requestOf("Body=hi&From=%2B1", 1_700_000_000, "Content-Type", form))
			_, e := explained(t, Lookup("twilio"), r, token, func(r *Request) { r.URL = tt.judged }, Hints{URLs: tt.hints}, token)
			wantMistake(t, e, MistakeURL, "verifies for https://app.example/sms", tt.words)
		})
	}
	t.Run("another body than the URL's hash", func(t *testing.T) {
		_, e := explained(t, Lookup("twilio"), jsonRequest("{}"), token, func(r *Request) { r.Body = []byte(`{"a":1}`) }, Hints{}, token)
		wantMistake(t, e, MistakeBodyChanged, "7 bytes")
	})
	t.Run("credentials are not shown", func(t *testing.T) {
		r := at("https://user:passwd@app.example/sms", requestOf("Body=hi", 0, "Content-Type", form))
		_, e := explained(t, Lookup("twilio"), r, token, func(r *Request) { r.URL = "http" + strings.TrimPrefix(r.URL, "https") }, Hints{}, token)
		wantMistake(t, e, MistakeURL, "***@app.example")
		if strings.Contains(e.Text, "passwd") {
			t.Errorf("the password is shown: %s", e.Text)
		}
	})
}

// Of two signatures that look alike with their middle left out all is shown; of a short secret not even its ends.
func TestExplainFacts(t *testing.T) {
	own := configuredFor("github", "twelve minus", ".env")
	var got string
	_, e := explained(t, Lookup("github"), jsonRequest("{}"), own, func(r *Request) {
		sum := r.Header.Get("X-Hub-Signature-256")
		other := map[bool]string{true: "1", false: "0"}[sum[30] == '0']
		got = sum[:30] + other + sum[31:]
		r.Header.Set("X-Hub-Signature-256", got)
	}, Hints{}, own)
	if !strings.Contains(e.Text, "; got "+got) || strings.Contains(e.Text, short8(got)) {
		t.Errorf("got %s, want the whole of %s", e.Text, got)
	}
	wrong := configuredFor("github", "elevenchars", ".env")
	_, e = explained(t, Lookup("github"), jsonRequest("{}"), own, nil, Hints{}, wrong)
	if !strings.Contains(e.Text, "with the secret (11 characters) from .env") {
		t.Errorf("got %s", e.Text)
	}
}

func TestExplainReasons(t *testing.T) {
	p := Lookup("stripe")
	own := configuredFor("stripe", "whsec_configured0123456789", ".env")
	for _, tt := range []struct {
		name     string
		change   func(*Request)
		mistake  string
		headline string
		words    string
	}{
		{"valid", nil, "", "the signature is good", "exactly the 2 bytes that arrived, with the secret from .env, 0 s before"},
		{"ahead", func(r *Request) { r.ReceivedAt = r.ReceivedAt.Add(-2 * time.Second) }, "", "the signature is good", "from .env, 2 s ahead of the clock here."},
		{"missing", func(r *Request) { r.Header.Del("Stripe-Signature") }, MistakeMissingHeader, "the request has no signature", "no Stripe-Signature"},
		{"no time", func(r *Request) { r.Header.Set("Stripe-Signature", "v1="+strings.Repeat("0", 64)) },
			MistakeTimestampMissing, "the signed time is missing", "t=<timestamp>,v1=<64 hexadecimal digits>"},
		{"malformed", func(r *Request) { r.Header.Set("Stripe-Signature", "\x1b[2Jsha256=00") },
			MistakeMalformedHeader, "the signature header can't be read", "got ?[2Jsha256=00"},
		{"bad time", func(r *Request) { r.Header.Set("Stripe-Signature", "t=soon,v1="+strings.Repeat("0", 64)) },
			MistakeTimestampMalformed, "the signed time can't be read", "the time soon"},
		{"repeated", func(r *Request) { r.Header.Add("Stripe-Signature", "t=1") },
			MistakeRepeatedHeader, "the request has the header Stripe-Signature more than once", "2 times"},
		{"expired", func(r *Request) { r.ReceivedAt = r.ReceivedAt.Add(12*time.Minute + 3*time.Second) },
			MistakeTimestampExpired, "the signature is good, but too old", "12 minutes 3 s before it arrived; Stripe allows 5 minutes"},
		{"truncated", func(r *Request) { r.Truncated = true }, MistakeBodyTruncated, "the body was not kept whole", "2 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, e := explained(t, p, jsonRequest("{}"), own, tt.change, Hints{}, own)
			wantMistake(t, e, tt.mistake, tt.words)
			if e.Headline != tt.headline {
				t.Errorf("got %q, want %q", e.Headline, tt.headline)
			}
		})
	}
	t.Run("future", func(t *testing.T) {
		std := configuredFor("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ".env")
		_, e := explained(t, Lookup("standard-webhooks"), jsonRequest("{}"), std,
			func(r *Request) { r.ReceivedAt = r.ReceivedAt.Add(-3 * time.Hour) }, Hints{}, std)
		wantMistake(t, e, MistakeTimestampFuture, "3 hours after it arrived")
	})
	t.Run("no secret", func(t *testing.T) {
		_, e := explained(t, p, jsonRequest("{}"), own, nil, Hints{})
		wantMistake(t, e, MistakeNoSecret, "The request is signed (v1=")
		if !strings.Contains(e.Next, "set it as STRIPE_WEBHOOK_SECRET") {
			t.Errorf("next: %s", e.Next)
		}
		wantMistake(t, Explain(Request{}, p, p.Verify(Request{}, nil), nil, Hints{}), MistakeNoSecret, "carries no signature")
	})
	t.Run("the test secret", func(t *testing.T) {
		test := Secret{Value: "whsec_hookmadethisone00", Provider: "stripe", Source: "the test secret", Test: true}
		_, e := explained(t, p, jsonRequest("{}"), own, nil, Hints{}, test)
		wantMistake(t, e, MistakeTestSecret, "only hook signs with")
	})
	t.Run("nobody", func(t *testing.T) {
		wantMistake(t, Explain(Request{}, nil, Result{}, nil, Hints{}), MistakeProviderUnknown)
		wantMistake(t, Explain(Request{}, &Provider{Title: "Zapier"}, Result{}, nil, Hints{}), MistakeProviderUnsigned)
	})
}

func TestExplainIsBounded(t *testing.T) {
	r, p, res, secrets := hardest(t)
	start := spent(t)
	e := Explain(r, p, res, secrets, Hints{})
	if took := spent(t) - start; took > 3*time.Second { // generous: the race detector
		t.Errorf("took %s", took)
	}
	wantMistake(t, e, MistakeWrongSecret)
}

// hardest is a JSON body of 1 MiB that nothing explains, with many secrets.
func hardest(t testing.TB) (Request, *Provider, Result, []Secret) {
	t.Helper()
	const item = `{"id":12345,"name":"some text of a usual length","tags":["a","b"],"nested":{"x":true,"y":null}},`
	p := Lookup("stripe")
	r := jsonRequest(`{"items":[` + strings.Repeat(item, 1<<20/len(item)) + `{}]}`)
	if err := p.Sign(&r, Secret{Value: "whsec_nobodyknows"}, r.ReceivedAt); err != nil {
		t.Fatal(err)
	}
	secrets := []Secret{configuredFor("stripe", "whsec_a0123456789a0123456789a0123456789", ".env"), configuredFor("stripe", "whsec_b0123456789b0123456789b0123456789", "b")}
	for range 4 {
		secrets = append(secrets, configuredFor("github", "some other secret", "c"))
	}
	return r, p, p.Verify(r, secrets[:2]), secrets
}

func TestWording(t *testing.T) {
	for n, want := range map[int]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 2143: "2,143 bytes", 1048576: "1,048,576 bytes"} {
		if got := size(n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0 s", 90 * time.Second: "90 s", 5 * time.Minute: "5 minutes", 150 * time.Minute: "2 hours", 72 * time.Hour: "3 days",
	} {
		if got := ageText(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
	for text, want := range map[string]string{
		"v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd": "v1=5257a869…e108d8bd",
		"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=":                     "v1,g0hM9SsE…IOLJ1OE=",
		"short\x1b": "short?",
	} {
		if got := short8(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
