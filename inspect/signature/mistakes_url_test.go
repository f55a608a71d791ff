package signature

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestMistakesOfURLs(t *testing.T) {
	const registered = "https://app.example/hooks/in?a=1&b=x%20y"
	with := func(names ...string) func(*Request) {
		return func(r *Request) {
			for i := 1; i < len(names); i += 2 {
				r.Header.Set(names[i], names[i+1])
			}
			r.URL = names[0]
		}
	}
	for _, tt := range []struct {
		name, words string
		change      func(*Request)
		hints       []string
	}{
		{"forwarded", "host and the port", with("http://10.0.0.7:8080/hooks/in?a=1&b=x%20y", "X-Forwarded-Host", "app.example", "X-Forwarded-Proto", "https"), nil},
		{"Forwarded", "host and the port", with("http://10.0.0.7:8080/hooks/in?a=1&b=x%20y", "Forwarded", `for=1.2.3.4;proto=https;host="app.example"`), nil},
		{"a Host header", "host", with("https://127.0.0.1:3000/hooks/in?a=1&b=x%20y", "Host", "app.example"), nil},
		{"path prefix cut", "path", with("http://app.example/in?a=1&b=x%20y", "X-Forwarded-Prefix", "/hooks", "X-Forwarded-Proto", "https"), nil},
		{"original URI", "path", with("https://app.example/internal/7?a=1&b=x%20y", "X-Original-Uri", "/hooks/in?a=1&b=x%20y"), nil},
		{"path prefix added", "path", with("https://app.example/e/quiet-otter/hooks/in?a=1&b=x%20y"), nil},
		{"path prefix cut, by a hint", "path", with("http://127.0.0.1:3000/in?a=1&b=x%20y"), []string{"https://app.example/hooks"}},
		{"port added", "port", with("https://app.example:8443/hooks/in?a=1&b=x%20y"), nil},
		{"query decoded", "query", with("https://app.example/hooks/in?a=1&b=x y"), nil},
		{"query with +", "query", with("https://app.example/hooks/in?a=1&b=x+y"), nil},
		{"parameter added", "query", with("https://app.example/hooks/in?a=1&b=x%20y&utm=z"), nil},
		{"trailing slash and scheme", "scheme and the trailing slash", with("http://app.example/hooks/in/?a=1&b=x%20y"), nil},
		{"host in capitals", "host", with("https://App.Example/hooks/in?a=1&b=x%20y"), nil},
		{"www", "host", with("https://www.app.example/hooks/in?a=1&b=x%20y"), nil},
		{"query lost, by a hint", "query", with("https://app.example/hooks/in"), []string{registered}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, name := range []string{"twilio", "square", "mandrill", "trello"} {
				p := Lookup(name)
				if p == nil {
					continue
				}
				r := at(registered, requestOf("Body=hi&From=%2B1", 1_700_000_000, "Content-Type", formType))
				sender, configured := pairOf(t, p)
				_, e := explained(t, p, r, sender, tt.change, Hints{URLs: tt.hints}, configured)
				if e.Mistake == "" && name != "square" {
					continue // its libraries accept this too
				}
				if e.Mistake != MistakeURL {
					t.Errorf("%s: got %s: %s", name, e.Mistake, e.Text)
					continue
				}
				wantMistake(t, e, MistakeURL, "verifies for "+registered, tt.words)
			}
		})
	}
	t.Run("credentials in the URL", func(t *testing.T) {
		p := Lookup("twilio")
		r := at("https://user:passwd@app.example/sms", requestOf("Body=hi", 0, "Content-Type", formType))
		sender, configured := pairOf(t, p)
		_, e := explained(t, p, r, sender, func(r *Request) {
			r.URL = "https://app.example/sms"
			r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("user:passwd")))
		}, Hints{}, configured)
		wantMistake(t, e, MistakeURL, "***@app.example")
		if strings.Contains(e.Text, "passwd") {
			t.Errorf("the password is shown: %s", e.Text)
		}
	})
	t.Run("method", func(t *testing.T) {
		p, err := Declaration{Name: "acme", Signature: "X-Acme-Signature", Signs: "{method}\n{path}\n{body}"}.Provider()
		if err != nil {
			t.Fatal(err)
		}
		own := configuredFor("acme", "a secret of acme's", ".env")
		r := jsonRequest("{}")
		r.Method = "PUT"
		_, e := explained(t, p, r, own, func(r *Request) { r.Method = "POST" }, Hints{}, own)
		wantMistake(t, e, MistakeMethod, `verifies for PUT; it was judged for "POST"`)
	})
}

func TestMistakesOfTimes(t *testing.T) {
	const unix = 1_700_000_000
	stamped := map[string]string{"slack": "X-Slack-Request-Timestamp", "svix": "Svix-Timestamp"}
	for name, field := range stamped {
		p := Lookup(name)
		sender, configured := pairOf(t, p)
		_, e := explained(t, p, jsonRequest("{}"), sender, func(r *Request) { r.Header.Set(field, "1700000007") }, Hints{}, configured)
		wantMistake(t, e, MistakeTimestampChanged, "verifies for the time 1700000000; the request carries 1700000007")
		_, e = explained(t, p, jsonRequest("{}"), sender, func(r *Request) {
			r.ReceivedAt = r.ReceivedAt.Add(3 * 24 * time.Hour)
			r.Header.Set("Date", time.Unix(unix+2, 0).UTC().Format(http.TimeFormat))
			r.Header.Set(field, fmt.Sprint(r.ReceivedAt.Unix()))
		}, Hints{}, configured)
		wantMistake(t, e, MistakeTimestampChanged, "verifies for the time 1700000000")
		_, e = explained(t, p, jsonRequest("{}"), sender, func(r *Request) { r.Header.Set(field, "1700000000000") }, Hints{}, configured)
		wantMistake(t, e, MistakeTimestampUnit, "13 digits and would be milliseconds")
		_, e = explained(t, p, jsonRequest("{}"), sender, func(r *Request) { r.Header.Set(field, "2023-11-14T22:13:20Z") }, Hints{}, configured)
		wantMistake(t, e, MistakeTimestampMalformed, "a date as text")
		_, e = explained(t, p, jsonRequest("{}"), sender, func(r *Request) { r.Header.Set(field, "1700000000.5") }, Hints{}, configured)
		wantMistake(t, e, MistakeTimestampMalformed, "has a fraction")
	}
	stripe, own := Lookup("stripe"), configuredFor("stripe", "whsec_configured0123456789012345678901", ".env")
	_, e := explained(t, stripe, jsonRequest(`{"created":1699999998}`), own, func(r *Request) {
		r.Header.Set("Stripe-Signature", strings.Replace(r.Header.Get("Stripe-Signature"), "t=1700000000", "t=1700086400", 1))
		r.ReceivedAt = r.ReceivedAt.Add(24 * time.Hour)
	}, Hints{}, own)
	wantMistake(t, e, MistakeTimestampChanged, "verifies for the time 1700000000")
	late := func(d time.Duration, date time.Time) Explanation {
		_, e := explained(t, stripe, jsonRequest("{}"), own, func(r *Request) {
			r.ReceivedAt = r.ReceivedAt.Add(d)
			r.Header.Set("Date", date.UTC().Format(http.TimeFormat))
		}, Hints{}, own)
		return e
	}
	wantMistake(t, late(2*time.Hour+3*time.Second, time.Unix(unix+1, 0)), MistakeTimestampExpired, "sent when it was signed", "2 whole hours")
	wantMistake(t, late(50*time.Minute, time.Unix(unix+3000, 0)), MistakeTimestampExpired, "just before it arrived")
	wantMistake(t, late(50*time.Minute, time.Unix(unix+1500, 0)), MistakeTimestampExpired)

	millis, err := Declaration{Name: "acme", Signature: "X-Acme-Signature", Timestamp: "X-Acme-Time", TimeUnit: "ms", Tolerance: time.Minute, Signs: "{timestamp}.{body}"}.Provider()
	if err != nil {
		t.Fatal(err)
	}
	seconds, err := Declaration{Name: "acme", Signature: "X-Acme-Signature", Timestamp: "X-Acme-Time", Tolerance: time.Minute, Signs: "{timestamp}.{body}"}.Provider()
	if err != nil {
		t.Fatal(err)
	}
	secret := configuredFor("acme", "a secret of acme's", ".env")
	for _, tt := range []struct {
		signs, judges *Provider
		got           string
	}{{seconds, millis, "in seconds"}, {millis, seconds, "in milliseconds"}} {
		r := jsonRequest("{}")
		if err := tt.signs.Sign(&r, secret, r.ReceivedAt); err != nil {
			t.Fatal(err)
		}
		e := Explain(r, tt.judges, tt.judges.Verify(r, []Secret{secret}), []Secret{secret}, Hints{})
		wantMistake(t, e, MistakeTimestampUnit, "good")
		if !strings.Contains(e.Headline, tt.got) {
			t.Errorf("got %q, want %q", e.Headline, tt.got)
		}
	}
	_, e = explained(t, seconds, jsonRequest("{}"), secret, func(r *Request) {
		r.Header.Set("X-Acme-Time", "1700000000")
		c, _ := millis.scheme.read(*r)
		c.timestamp = "1700000000000"
		r.Header.Set("X-Acme-Signature", string(millis.scheme.(*hmacScheme).make(*r, c, []byte(secret.Value))))
	}, Hints{}, secret)
	wantMistake(t, e, MistakeTimestampUnit, "verifies for the time 1700000000000; the request carries 1700000000")
}

func TestMistakesOfSchemes(t *testing.T) {
	for _, tt := range []struct{ provider, signs, words string }{
		{"stripe", "{body}", "for {body} in place of {timestamp}.{body}"},
		{"slack", "{timestamp}.{body}", "for {timestamp}.{body}"},
		{"svix", "{timestamp}.{body}", "in place of {id}.{timestamp}.{body}"},
		{"square", "{body}", "for {body} in place of"},
		{"github", "{url}{body}", "for {url}{body}"},
	} {
		p := Lookup(tt.provider)
		_, configured := pairOf(t, p)
		r := jsonRequest(`{"id":"evt_1"}`)
		c, _ := p.scheme.read(r)
		scheme := inner(p.scheme, c, configured.Value)
		if several, is := scheme.(oneOf); is {
			scheme = several[0]
		}
		own := hmacOf(scheme)
		if own == nil {
			t.Fatalf("%s: not HMAC", tt.provider)
		}
		other := *own
		other.signs, other.also = signs(tt.signs), nil
		if err := p.Sign(&r, configured, r.ReceivedAt); err != nil {
			t.Fatal(err)
		}
		if err := other.sign(&r, configured.Value, r.ReceivedAt); err != nil {
			t.Fatal(err)
		}
		e := Explain(r, p, p.Verify(r, []Secret{configured}), []Secret{configured}, Hints{})
		wantMistake(t, e, MistakeSignedOtherwise, tt.words)
	}
	own := configuredFor("worldpay", "0123456789abcdef", ".env")
	p := Lookup("worldpay")
	_, e := explained(t, p, jsonRequest("{}"), Secret{Value: "fedcba9876543210"}, nil, Hints{}, own)
	wantMistake(t, e, MistakeSchemeUnconfirmed, "neither that the request is good nor that it is bad")
	r := jsonRequest("{}")
	wantMistake(t, Explain(r, p, p.Verify(r, []Secret{own}), []Secret{own}, Hints{}), MistakeSchemeUnconfirmed, "can't be read from it")
	other := configuredFor("worldpay", "fedcba9876543210", "other .env")
	_, e = explained(t, p, jsonRequest("{}"), other, nil, Hints{}, own, other)
	wantMistake(t, e, MistakeOtherSecret)
}
