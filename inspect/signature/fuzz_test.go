package signature

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzHeaders feeds a provider's headers with anything. No verdict may be valid, as no secret is ever known to the fuzzer;
// each has a reason; what is explained is made printable.
func FuzzHeaders(f *testing.F) {
	for i := range Providers() {
		f.Add(uint(i), "t=1700000000,v1=00,v0=11,,=", "1700000000", "msg_1", []byte("{}"))
		f.Add(uint(i), "v1,AAAA v1a,BBBB  v2,", "-1", "", []byte(""))
		f.Add(uint(i), "sha256=00", "123456789012345678901234567890", "\x00", []byte("a=1&b=%zz&&="))
		f.Add(uint(i), "v0="+strings.Repeat("0", 64), "1700000000", "x", []byte(`{"a":"é/"}`))
	}
	f.Fuzz(func(t *testing.T, which uint, signature, timestamp, id string, body []byte) {
		secret := secretsOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
		p := oneProvider(which)
		r := Request{Header: http.Header{}, Body: body, URL: "https://a.example/" + id, ReceivedAt: time.Unix(1_700_000_000, 0)}
		for i, name := range p.Headers() {
			r.Header[name] = []string{[]string{signature, timestamp, id}[i%3]}
		}
		res := p.Verify(r, secret)
		if res.Verdict == Valid || res.Reason == "" || len(res.Got) > maxShown {
			t.Errorf("%s: %+v", p.Name, res)
		}
		e := Explain(r, p, res, secret, Hints{URLs: []string{id}})
		if e.Mistake == "" || e.Headline == "" || strings.ContainsAny(e.Text, "\x00\x1b\n") {
			t.Errorf("%s: %+v", p.Name, e)
		}
	})
}

func oneProvider(which uint) *Provider {
	all := Providers()
	return all[which%uint(len(all))]
}

// FuzzSignVerify: what is signed verifies, whatever the body and the secret are.
func FuzzSignVerify(f *testing.F) {
	for i := range Providers() {
		f.Add(uint(i), []byte("{}"), "secret", "https://a.example:80/x?y#z", true)
		f.Add(uint(i), []byte("a=1&a=0&%41=+"), "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "x", false)
	}
	f.Fuzz(func(t *testing.T, which uint, body []byte, secret, url string, isJSON bool) {
		p := oneProvider(which)
		r := Request{Method: "POST", URL: url, Body: body, Header: http.Header{}, ReceivedAt: time.Unix(1_700_000_000, 0)}
		if _, inBody := bodies[p.Name]; inBody || p.scheme == nil {
			return
		}
		if _, isText := p.scheme.(*keyScheme); isText {
			return // a secret from the fuzzer is no private key
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if isJSON {
			r.Header.Set("Content-Type", "application/json")
		}
		if p.Sign(&r, Secret{Value: secret}, r.ReceivedAt) != nil {
			return
		}
		if res := p.Verify(r, secretsOf(secret)); res.Verdict != Valid {
			t.Errorf("%s: %+v", p.Name, res)
		}
	})
}

// FuzzPick holds the scanner to encoding/json: in a valid document it finds what a full reading finds.
func FuzzPick(f *testing.F) {
	f.Add([]byte(`{"a":{"b":1},"type":"x"}`), "type")
	f.Add([]byte(`{"\u0061":1,"a":"\ud83d\ude00"}`), "a")
	f.Add([]byte(`[{"a":"}"}]`), "0")
	f.Fuzz(func(t *testing.T, doc []byte, name string) {
		got := pick(doc, name)
		if len(got) > 3*maxValue {
			t.Errorf("got %d bytes", len(got))
		}
		if bytes.IndexByte(doc, '\\') >= 0 || !json.Valid(doc) {
			return
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(doc, &object) != nil || bytes.Count(doc, []byte(`"`+name+`"`)) > 1 {
			return
		}
		var text string
		raw := object[name]
		switch {
		case json.Unmarshal(raw, &text) == nil && !bytes.Equal(raw, []byte("null")) && len(text) <= maxValue:
			if !strings.ContainsRune(text, '\ufffd') && got != text {
				t.Errorf("%s: got %q, want %q", doc, got, text)
			}
		case len(raw) > 0 && bytes.IndexByte([]byte("-0123456789"), raw[0]) >= 0 && len(raw) <= maxValue && got != string(raw):
			t.Errorf("%s: got %q, want %s", doc, got, raw)
		}
	})
}

func FuzzMeta(f *testing.F) {
	f.Add([]byte(`{"type":"a","event":{"type":"b"},"action":"c"}`), "application/json", "push")
	f.Add([]byte(`payload=%7B%7D&MessageStatus=x&command=y`), "application/x-www-form-urlencoded", "")
	f.Fuzz(func(t *testing.T, body []byte, contentType, event string) {
		header := http.Header{"Content-Type": {contentType}, "X-Github-Event": {event}, "Svix-Id": {event}}
		for _, p := range Providers() {
			m := p.Meta(Request{Header: header, Body: body})
			if len(m.EventType) > 4*maxValue || len(m.ID) > 4*maxValue {
				t.Errorf("%s: %d and %d bytes", p.Name, len(m.EventType), len(m.ID))
			}
		}
	})
}

// FuzzSortedForm: the order in which the parameters come, and how often, makes no difference.
func FuzzSortedForm(f *testing.F) {
	f.Add("a=1&b=2&a=0&c=%41+", byte(1))
	f.Fuzz(func(t *testing.T, body string, turn byte) {
		want, ok := sortedForm([]byte(body))
		pairs := strings.Split(body, "&")
		n := int(turn) % len(pairs)
		turned := strings.Join(slices.Concat(pairs[n:], pairs[:n], pairs[:1]), "&")
		if got, still := sortedForm([]byte(turned)); ok && still && !bytes.Equal(got, want) {
			t.Errorf("%q gives %q, %q gives %q", body, want, turned, got)
		}
	})
}

// FuzzTemplate: what parses signs the same as it reads, or is refused.
func FuzzTemplate(f *testing.F) {
	f.Add("v0:{timestamp}:{body}")
	f.Add("{{body}}")
	f.Fuzz(func(t *testing.T, text string) {
		if tmpl, err := parseTemplate(text); err != nil && tmpl != nil {
			t.Errorf("%q: a template beside the error %v", text, err)
		}
	})
}

func FuzzURL(f *testing.F) {
	f.Add("https://user:pw@[::1]:8443/a/b?c=d&bodySHA256=x#e")
	f.Add("://")
	f.Fuzz(func(t *testing.T, url string) {
		bare, _, _ := strings.Cut(url, "#")
		if got := splitURL(url).String(); got != bare && !strings.HasPrefix(bare, "://") && !strings.Contains(got, "://") {
			t.Errorf("%q came back as %q", bare, got)
		}
		if signedURLs(url)[0] != bare {
			t.Errorf("%q: the first URL is %q", url, signedURLs(url)[0])
		}
	})
}
