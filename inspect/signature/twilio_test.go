package signature

import (
	"slices"
	"testing"
	"time"
)

// The forms are those that twilio-node 6.2.0 tries; there are none where they are all tried already.
func TestEscapedURLs(t *testing.T) {
	for url, want := range map[string][]string{
		"https://mycompany.com/myapp.php?foo=1&bar=2": nil,
		"https://mycompany.com/a?name=O'Brien&b=x y": {
			"https://mycompany.com/a?name=O%27Brien&b=x%20y", "https://mycompany.com:443/a?name=O%27Brien&b=x%20y",
			"https://mycompany.com/a?name=O'Brien&b=x%20y", "https://mycompany.com:443/a?name=O'Brien&b=x%20y",
		},
		"https://my.com:8443/a b?q=ü+x": {
			"https://my.com/a%20b?q=%C3%BC+x", "https://my.com:8443/a%20b?q=%C3%BC+x",
			"https://my.com/a%20b?q=%C3%BC%20x", "https://my.com:8443/a%20b?q=%C3%BC%20x",
		},
		"https://My.COM:443/a?x":              {"https://my.com/a?x", "https://my.com:443/a?x", "https://my.com/a?x=", "https://my.com:443/a?x="},
		"http://my.com":                       {"http://my.com/", "http://my.com:80/", "http://my.com/", "http://my.com:80/"},
		"http://my.com:80/?a=b+c&d=%27&e=%zz": {"http://my.com/?a=b%20c&d='&e=%25zz", "http://my.com:80/?a=b%20c&d='&e=%25zz"},
		"https://u:P@my.com/a?x=a'b\"c": {
			"https://u:P@my.com/a?x=a%27b%22c", "https://u:P@my.com:443/a?x=a%27b%22c",
			"https://u:P@my.com/a?x=a'b%22c", "https://u:P@my.com:443/a?x=a'b%22c",
		},
		"https://my.com/{x}/`^?{a}=[1]&b=(1)!*~": {
			"https://my.com/%7Bx%7D/%60^?{a}=[1]&b=(1)!*~", "https://my.com:443/%7Bx%7D/%60^?{a}=[1]&b=(1)!*~",
			"https://my.com/%7Bx%7D/%60^?%7Ba%7D=%5B1%5D&b=(1)!*~", "https://my.com:443/%7Bx%7D/%60^?%7Ba%7D=%5B1%5D&b=(1)!*~",
		},
		"https://my.com/p?a=1&&b=2&c": {"https://my.com/p?a=1&b=2&c=", "https://my.com:443/p?a=1&b=2&c="},
		"https://my.com/a?":           nil,
		"https://[::1]/a?x='":         {"https://[::1]/a?x=%27", "https://[::1]:443/a?x=%27"},
		`https://my.com/a|b\c`:        {"https://my.com/a|b/c", "https://my.com:443/a|b/c", "https://my.com/a|b/c", "https://my.com:443/a|b/c"},
		"ftp://my.com/a b":            nil,
		"/a b":                        nil,
		"":                            nil,
	} {
		if got := escapedURLs(url); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", url, got, want)
		}
	}
}

func TestTwilioSignsAnEscapedURL(t *testing.T) {
	p := Lookup("twilio")
	r := at("https://app.example/sms?name=O%27Brien", requestOf("Body=hi", 0, "Content-Type", formType))
	if err := p.Sign(&r, Secret{Value: "12345"}, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	r.URL = "https://app.example/sms?name=O'Brien"
	wantResult(t, p.Verify(r, secretsOf("12345")), Valid, ReasonOK)
	r.URL = "https://app.example/sms?name=O'Neill"
	wantResult(t, p.Verify(r, secretsOf("12345")), Invalid, ReasonMismatch)
}

func TestTwilioEvents(t *testing.T) {
	for _, tt := range []struct {
		body, kind, token string
		want              Meta
	}{
		{`[{"specversion":"1.0","type":"com.twilio.messaging.message.sent","id":"EZ1","data":{"accountSid":"AC1"}},{"type":"x"}]`, jsonType, "",
			Meta{EventType: "com.twilio.messaging.message.sent", ID: "EZ1", Account: "AC1"}},
		{`{"type":"tick"}`, jsonType, "tok", Meta{EventType: "tick", ID: "tok"}},
		{"EventType=task.created&Sid=EV1&AccountSid=AC1", formType, "", Meta{EventType: "task.created", ID: "EV1", Account: "AC1"}},
		{"EventType=onMessageAdded&MessageSid=IM1&Body=hi", formType, "tok", Meta{EventType: "onMessageAdded", ID: "tok"}},
	} {
		r := requestOf(tt.body, 0, "Content-Type", tt.kind, "I-Twilio-Idempotency-Token", tt.token)
		if got := Lookup("twilio").Meta(r); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.body, got, tt.want)
		}
	}
}
