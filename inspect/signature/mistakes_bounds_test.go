package signature

import (
	"strings"
	"testing"
	"time"
)

func TestExplainIsBoundedForAnything(t *testing.T) {
	long := func(text string) string { return strings.Repeat(text, 1<<18/len(text)) }
	bodies := map[string]string{
		"commas": long(","), "brackets": long("["), "objects": long(`{"a":`), "numbers": "[" + long("1,") + "1]", "quotes": long(`"`),
		"backslashes": `"` + long(`\`) + `"`, "a form": long("a=%41&"), "fields": long("a&"), "newlines": long("\n"), "a bomb": gzipped(strings.Repeat("0", 64<<20)),
		"not UTF-8": long("\xff\xfe"), "zeros": long("\x00"), "wide": `{"a":"` + long("é") + `"}`, "members": "{" + long(`"a":{},`) + `"a":1}`,
		"huge": strings.Repeat("{\"a\":1}\n", 3<<17),
	}
	for _, name := range []string{"stripe", "twilio", "discord", "box"} {
		p := Lookup(name)
		sender, configured := pairOf(t, p)
		r := signed(t, p, sender.Value)
		secrets := []Secret{configured}
		for i := range 3 {
			secrets = append(secrets, configuredFor(p.Name, sender.Value[:8]+strings.Repeat("x", i), "b"))
		}
		for what, body := range bodies {
			r.Body = []byte(body)
			start := spent(t)
			e := Explain(r, p, p.Verify(r, secrets), secrets, Hints{URLs: []string{"https://a.example/" + strings.Repeat("b/", 1000)}})
			if took := spent(t) - start; took > 5*time.Second { // generous: the race detector
				t.Errorf("%s, %s: took %s", name, what, took)
			}
			if e.Headline == "" {
				t.Errorf("%s, %s: nothing is said: %+v", name, what, e)
			}
		}
	}
}

func TestExplainIsBoundedForManySignatures(t *testing.T) {
	for _, name := range severals() {
		p := Lookup(name)
		names := p.Headers()
		sender, configured := pairOf(t, p)
		r := signed(t, p, sender.Value)
		for _, value := range []string{
			strings.Repeat(r.Header.Get(names[0])+",", 10_000), strings.Repeat(",", 1<<20), strings.Repeat("v1=00,", 2000), strings.Repeat("A", 1<<14),
			strings.Repeat("v1,AAAA ", 2000),
		} {
			r.Header[names[0]] = []string{value}
			start := spent(t)
			e := Explain(r, p, p.Verify(r, []Secret{configured}), []Secret{configured}, Hints{})
			if took := spent(t) - start; took > 3*time.Second || e.Headline == "" {
				t.Errorf("%s: took %s: %s", p.Name, took, e.Headline)
			}
		}
	}
}

func FuzzExplain(f *testing.F) {
	f.Add(byte(0), []byte(`{"a":1}`), []byte(`{"a": 1}`), "X", "https://a.example/x?b=1", "sha256=", byte(0))
	f.Add(byte(1), []byte("a=1+2&b"), []byte("a=1%202&b"), " ", "http://a.example:80/x/", "", byte(9))
	f.Add(byte(7), []byte("\xff\xfe"), []byte("\x1f\x8b\x08"), "=", "", "\x00\x1b", byte(200))
	f.Fuzz(func(t *testing.T, which byte, sent, arrived []byte, added, url, header string, cut byte) {
		names := append(severals(), "twilio", "gitlab", "standard-webhooks")
		p := Lookup(names[int(which)%len(names)])
		sender, configured := pairOf(t, p)
		r := jsonRequest(string(sent))
		if p.Sign(&r, sender, r.ReceivedAt) != nil {
			return
		}
		r.Body, r.URL = arrived, url
		name := p.Headers()[0]
		value := r.Header.Get(name)
		r.Header[name] = []string{header + value[min(int(cut), len(value)):]}
		all := []Secret{configured, {Value: configured.Value + added, Provider: p.Name, Source: "b"}, {Value: added, Source: "c"}}
		res := p.Verify(r, all[:2])
		e := Explain(r, p, res, all, Hints{URLs: []string{url, added}})
		if e.Headline == "" || (e.Mistake == "") != (res.Verdict == Valid) {
			t.Errorf("%s: %+v of %+v", p.Name, e, res)
		}
		text := e.Headline + e.Text + e.Next
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%s: not printable: %q", p.Name, text)
		}
		if strings.Contains(text, configured.Value) && !strings.Contains(url+added+header, configured.Value) {
			t.Errorf("%s: the secret is shown: %s", p.Name, text)
		}
	})
}
