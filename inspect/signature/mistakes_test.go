package signature

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// severals are providers of different schemes, all of which sign the body: in hexadecimal digits and in base64, with and
// without a time, with the URL, with a shared secret and with a pair of keys.
func severals() []string {
	return []string{"github", "stripe", "slack", "shopify", "svix", "square", "discord", "sendgrid"}
}

// pairOf is a secret as the sender has it and as it is configured: the same, or the two halves of a pair of keys.
func pairOf(t *testing.T, p *Provider) (sender, configured Secret) {
	t.Helper()
	secret := secretOf(t, p)
	public, err := p.PublicKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return Secret{Value: secret}, configuredFor(p.Name, public, ".env")
}

// changedBody has each provider sign one body and lets another arrive.
func changedBody(t *testing.T, kind, sent, arrived, mistake string, words ...string) {
	t.Helper()
	for _, name := range severals() {
		p := Lookup(name)
		r := jsonRequest(sent)
		r.Header.Set("Content-Type", kind)
		sender, configured := pairOf(t, p)
		_, e := explained(t, p, r, sender, func(r *Request) { r.Body = []byte(arrived) }, Hints{}, configured)
		if e.Mistake != mistake {
			t.Errorf("%s: %.40q signed, %.40q arrived: got %s: %s", name, sent, arrived, e.Mistake, e.Text)
			continue
		}
		wantMistake(t, e, mistake, words...)
	}
}

func TestMistakesOfBodies(t *testing.T) {
	const doc = `{"type":"a.b","data":{"name":"Zoé – 😀","n":136.0},"text":"x/y <b>"}`
	quoted := `"` + strings.ReplaceAll(doc, `"`, `\"`) + `"`
	form := "token=a+b&text=x%20y%2Fz~%21&payload=%7B%22a%22%3A+1%7D"
	for _, tt := range []struct{ name, kind, sent, arrived, mistake, words string }{
		{"as JSON.stringify", jsonType, `{"a":1,"b":2,"c":"é"}`, `{"a":1.0,"b":2e0,"c":"\u00e9"}`, MistakeBodyReserialised, "numbers as JavaScript writes them"},
		{"sorted by Python", jsonType, `{"a": "\u00e9", "b": 1}`, `{"b":1,"a":"é"}`, MistakeBodyReserialised, "its names sorted"},
		{"indented, with a newline", jsonType, "{\n  \"a\": 1\n}\n", `{"a":1}`, MistakeBodyReserialised, "with a newline at its end"},
		{".NET", jsonType, `{"a":"\u00E9\u002B\u003Cb\u003E"}`, `{"a":"é+<b>"}`, MistakeBodyReserialised, ".NET"},
		{"capital escapes", jsonType, `{"a":"\u001B"}`, `{"a":"\u001b"}`, MistakeBodyReserialised, "capital letters"},
		{"events in lines", jsonType, "[{\"a\":1},\r\n{\"b\":2}]\r\n", `[{"a":1},{"b":2}]`, MistakeBodyReserialised, "CR LF behind each element"},
		{"newline removed", jsonType, doc + "\n", doc, MistakeBodyNewline, "1 byte more at the end"},
		{"CR LF made", "text/plain", "a\nb\n", "a\r\nb\r\n", MistakeBodyNewline, "with LF in place of CR LF"},
		{"CR LF made and the last lost", "text/plain", "a\nb", "a\r\nb\r\n", MistakeBodyNewline, "no newline at its end"},
		{"empty", jsonType, "", doc, MistakeBodyEmpty, "for an empty body"},
		{"empty object", jsonType, "{}", doc, MistakeBodyEmpty, "for the body {}"},
		{"object as text", jsonType, "[object Object]", doc, MistakeBodyStringified, "[object Object], which JavaScript makes"},
		{"stringified twice", jsonType, quoted, doc, MistakeBodyStringified, "written as JSON a second time"},
		{"arrived stringified", jsonType, doc, quoted, MistakeBodyStringified, "the JSON string of"},
		{"arrived escaped", jsonType, doc, strings.Trim(quoted, `"`), MistakeBodyStringified, "backslashes"},
		{"Python's bytes", jsonType, "b'" + doc + "'", doc, MistakeBodyStringified, "b'…'"},
		{"Node's buffer", jsonType, `{"type":"Buffer","data":[123,34,97,34,125]}`, `{"a"}`, MistakeBodyStringified, "Node makes of a Buffer"},
		{"a typed array", "text/plain", "104,105", "hi", MistakeBodyStringified, "numbers"},
		{"base64 arrived", jsonType, doc, base64.StdEncoding.EncodeToString([]byte(doc)), MistakeBodyBase64, "what the body is base64 of"},
		{"base64 signed", jsonType, base64.StdEncoding.EncodeToString([]byte(doc)), doc, MistakeBodyBase64, "the body's base64"},
		{"Latin-1 signed", jsonType, "{\"a\":\"Zo\xe9\"}", `{"a":"Zoé"}`, MistakeBodyCharset, "ISO 8859-1"},
		{"Latin-1 arrived", jsonType, `{"a":"Zoé"}`, "{\"a\":\"Zo\xe9\"}", MistakeBodyCharset, "same text in UTF-8"},
		{"Windows-1252 signed", jsonType, "{\"a\":\"\x80 \x96\"}", `{"a":"€ –"}`, MistakeBodyCharset, "Windows-1252"},
		{"mojibake", jsonType, `{"a":"é"}`, `{"a":"Ã©"}`, MistakeBodyCharset, "it arrived in UTF-8"},
		{"ASCII", jsonType, `{"a":"Zo? ?"}`, `{"a":"Zoé 😀"}`, MistakeBodyCharset, "a question mark for each"},
		{"ASCII of UTF-16", jsonType, `{"a":"Zo? ??"}`, `{"a":"Zoé 😀"}`, MistakeBodyCharset, "two for those beyond"},
		{"byte order mark added", jsonType, doc, "\xef\xbb\xbf" + doc, MistakeBodyCharset, "without the byte order mark"},
		{"byte order mark lost", jsonType, "\xef\xbb\xbf" + doc, doc, MistakeBodyCharset, "behind a byte order mark"},
		{"UTF-16", jsonType, `{"a":1}`, "{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", MistakeBodyCharset, "it arrived in UTF-16"},
		{"form with %20", formType, strings.ReplaceAll(form, "+", "%20"), form, MistakeFormRewritten, "%20 for +"},
		{"form by Node", formType, "a=1%20!&b=x", "b=x&a=1+%21", MistakeFormRewritten, "Node's querystring writes forms, its fields sorted"},
		{"form in small escapes", formType, "a=%2fx", "a=%2Fx", MistakeFormRewritten, "small letters"},
		{"form resolved", formType, "a=1 /&b=x", "a=1+%2F&b=x", MistakeFormRewritten, "escapes resolved"},
		{"a member alone", jsonType, `{"name":"Zoé – 😀","n":136.0}`, doc, MistakeBodyPart, "the body's data alone"},
		{"a form's field alone", formType, `{"a": 1}`, form, MistakeBodyPart, "the form's payload alone"},
		{"taken out of its form", jsonType, "payload=" + url.QueryEscape(doc), doc, MistakeBodyPart, "in its field payload"},
		{"gzip", jsonType, doc, gzipped(doc), MistakeBodyCompressed, "without its gzip"},
		{"deflate", jsonType, doc, deflated(doc), MistakeBodyCompressed, "without its deflate"},
		{"decoded with losses", jsonType, "{\"a\":\"\xff\"}", "{\"a\":\"\ufffd\"}", MistakeBodyCharset, "What stood there is lost"},
	} {
		t.Run(tt.name, func(t *testing.T) { changedBody(t, tt.kind, tt.sent, tt.arrived, tt.mistake, tt.words) })
	}
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

func deflated(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

func TestMistakesOfLengths(t *testing.T) {
	for _, name := range severals() {
		p := Lookup(name)
		sender, configured := pairOf(t, p)
		for _, tt := range []struct {
			field, value, arrived, mistake, words string
		}{
			{"Content-Length", "25", "", MistakeBodyEmpty, "25 bytes, and none are here"},
			{"Content-Length", "25", `{"id":"evt_2"}`, MistakeBodyChanged, "11 bytes less"},
			{"Content-Encoding", "br", `{"id":"evt_2"}`, MistakeBodyCompressed, "Content-Encoding: br"},
		} {
			_, e := explained(t, p, jsonRequest(`{"id":"evt_1","type":"ab"}`), sender, func(r *Request) {
				r.Header.Set(tt.field, tt.value)
				r.Body = []byte(tt.arrived)
			}, Hints{}, configured)
			wantMistake(t, e, tt.mistake, tt.words)
		}
	}
}

func TestMistakesOfSecrets(t *testing.T) {
	const stripe, slack = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "8f742231b10e8888abcd99yyyzzz85a5"
	const svix, twilio = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "0123456789abcdef0123456789ABCDEF"
	in64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, tt := range []struct{ name, provider, sender, configured, mistake, words string }{
		{"written-out newline", "stripe", stripe, stripe + `\n`, MistakeSecretWhitespace, `without the \n that is written out`},
		{"written-out newline there", "slack", slack + `\n`, slack, MistakeSecretWhitespace, `with a written-out \n`},
		{"byte order mark", "slack", slack, "\ufeff" + slack, MistakeSecretWhitespace, "without the white space"},
		{"zero-width space", "github", "a github secret", "a github secret\u200b", MistakeSecretWhitespace, "without the white space"},
		{"typographic quotes", "slack", slack, "“" + slack + "”", MistakeSecretQuotes, "without the quotation marks"},
		{"with its variable", "stripe", stripe, "STRIPE_WEBHOOK_SECRET=" + stripe, MistakeSecretPasted, "variable's name"},
		{"exported", "slack", slack, `export SLACK_SIGNING_SECRET="` + slack + `"`, MistakeSecretPasted, "variable's name"},
		{"with a comment", "shopify", slack, slack + " # of the shop", MistakeSecretPasted, "comment"},
		{"as YAML", "twilio", twilio, "auth_token: " + twilio, MistakeSecretPasted, "the name before"},
		{"with a semicolon", "github", "a-github-secret", "a-github-secret;", MistakeSecretPasted, "punctuation"},
		{"two secrets", "stripe", stripe, "whsec_another0123456789 " + stripe, MistakeSecretPasted, "one of the texts"},
		{"v1 before it", "svix", svix, "v1," + svix, MistakeSecretPrefix, "without v1,"},
		{"base64 here", "github", "a-github-secret", in64("a-github-secret"), MistakeSecretEncoding, "base64 of"},
		{"base64 with a newline here", "slack", slack, in64(slack + "\n"), MistakeSecretEncoding, "base64 of"},
		{"base64 there", "github", in64("a-github-secret"), "a-github-secret", MistakeSecretEncoding, "the sender encoded it"},
		{"base64 of Svix's", "svix", svix, in64(svix), MistakeSecretEncoding, "base64 of"},
		{"URL-encoded", "github", "a+b/c=d&e", "a%2Bb%2Fc%3Dd%26e", MistakeSecretEncoding, "URL-encoded"},
		{"URL-encoded there", "shopify", "a%2Bb%2Fc", "a+b/c", MistakeSecretEncoding, "URL-encoded"},
		{"small letters", "twilio", strings.ToLower(twilio), twilio, MistakeSecretCase, "letters small"},
		{"capital letters", "github", "A-GITHUB-SECRET", "a-github-secret", MistakeSecretCase, "letters capital"},
		{"hexadecimal digits decoded", "shopify", "\x01\x23\x45\x67\x89\xab\xcd\xef", "0123456789abcdef", MistakeSecretEncoding, "digits decoded"},
		{"hexadecimal digits of text", "github", "a-github-secret", "612d6769746875622d736563726574", MistakeSecretEncoding, "digits stand for"},
		{"the password's base64", "chargebee", "user:password1", in64("user:password1"), MistakeSecretEncoding, "base64 of"},
		{"Bearer before it", "gitlab", "glsecret-0123456789", "Bearer glsecret-0123456789", MistakeSecretPasted, "without Bearer"},
		{"a token in quotes", "gitlab", "glsecret-0123456789", `"glsecret-0123456789"`, MistakeSecretQuotes, "without the quotation marks"},
		{"a token in capitals", "gitlab", "glsecret-0123456789", "GLSECRET-0123456789", MistakeSecretCase, "letters small"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := jsonRequest(`{"id":"evt_1"}`)
			_, e := explained(t, Lookup(tt.provider), r, Secret{Value: tt.sender}, nil, Hints{}, configuredFor(tt.provider, tt.configured, ".env"))
			wantMistake(t, e, tt.mistake, tt.words)
		})
	}
}

func TestMistakesOfKinds(t *testing.T) {
	const rest = "0123456789abcdefghijABCDEFGHIJ"
	for _, tt := range []struct{ provider, configured, mistake, words string }{
		{"stripe", "sk_live_" + rest, MistakeAPIKey, "a secret API key, of live mode"},
		{"stripe", "rk_test_" + rest, MistakeAPIKey, "a restricted API key"},
		{"stripe", "pk_test_" + rest, MistakeAPIKey, "a publishable API key"},
		{"stripe", "we_1" + rest, MistakeAPIKey, "a webhook endpoint's id"},
		{"slack", "xoxb-123-" + rest, MistakeAPIKey, "a Slack bot token"},
		{"github", "ghp_" + rest, MistakeAPIKey, "a GitHub personal access token"},
		{"github", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", MistakeAPIKey, "a key in PEM"},
		{"shopify", "shpat_0123456789abcdef0123456789abcdef", MistakeAPIKey, "a Shopify access token"},
		{"twilio", "AC0123456789abcdef0123456789abcdef", MistakeAPIKey, "the SID of a Twilio account"},
		{"sendgrid", "SG." + rest + "." + rest, MistakeAPIKey, "a SendGrid API key"},
		{"square", "sq0idp-" + rest, MistakeAPIKey, "a Square application id"},
		{"svix", "https://play.svix.com/in/e_abc/", MistakeAPIKey, "a URL"},
		{"discord", "1029384756102938475", MistakeAPIKey, "an id, and not a public key"},
		{"paystack", "pk_test_" + rest, MistakeAPIKey, "a publishable API key"},
		{"stripe", "whsec_...", MistakeSecretPlaceholder, "in an example"},
		{"stripe", "your_webhook_secret", MistakeSecretPlaceholder, ".env"},
		{"github", "changeme", MistakeSecretPlaceholder, ".env"},
		{"slack", "<signing secret>", MistakeSecretPlaceholder, ".env"},
		{"shopify", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", MistakeSecretPlaceholder, ".env"},
		{"svix", "SET-ME-PLEASE", MistakeSecretPlaceholder, ".env"},
		{"twilio", "${TWILIO_AUTH_TOKEN}", MistakeSecretPlaceholder, ".env"},
		{"stripe", "whsec_MfKQ9r8GKYqrTwjUPD8I", MistakeSecretTruncated, "at least 38 characters"},
		{"slack", "8f742231b10e8888", MistakeSecretTruncated, "at least 32 characters"},
		{"paystack", "sk_test_" + rest, MistakeWrongSecret, "No configured secret"},
		{"slack", "8f742231b10e8888abcd99aaabbb85a5", MistakeWrongSecret, "No configured secret"},
		{"github", "correct horse battery staple", MistakeWrongSecret, "No configured secret"},
	} {
		t.Run(tt.provider+" "+tt.mistake, func(t *testing.T) {
			p := Lookup(tt.provider)
			sender, _ := pairOf(t, p)
			_, e := explained(t, p, jsonRequest(`{"id":"evt_1"}`), sender, nil, Hints{}, configuredFor(p.Name, tt.configured, ".env"))
			wantMistake(t, e, tt.mistake, tt.words)
		})
	}
}

func TestMistakesOfModes(t *testing.T) {
	stripe := Lookup("stripe")
	live := configuredFor("stripe", "whsec_liveliveliveliveliveliveliveliv1", ".env (STRIPE_WEBHOOK_SECRET_LIVE)")
	test := configuredFor("stripe", "whsec_testtesttesttesttesttesttesttes2", "other .env (STRIPE_WEBHOOK_SECRET_TEST)")
	_, e := explained(t, stripe, jsonRequest(`{"livemode":false}`), test, nil, Hints{}, live, test)
	wantMistake(t, e, MistakeTestLive, "for test mode; the secret in use is for live mode")
	_, e = explained(t, stripe, jsonRequest(`{"livemode":false}`), Secret{Value: "whsec_nobodyknowsnobodyknowsnobodyknow"}, nil, Hints{}, live)
	wantMistake(t, e, MistakeTestLive, "the event is of test mode, and by its name the secret")
	_, e = explained(t, stripe, jsonRequest(`{"livemode":true}`), Secret{Value: "whsec_nobodyknowsnobodyknowsnobodyknow"}, nil, Hints{}, live)
	wantMistake(t, e, MistakeWrongSecret)
	whole := configuredFor("stripe", live.Value+"234", "other .env (OLD)")
	_, e = explained(t, stripe, jsonRequest(`{}`), whole, nil, Hints{}, live, whole)
	wantMistake(t, e, MistakeSecretTruncated, "its beginning")
	discord := Lookup("discord")
	sender, configured := pairOf(t, discord)
	other, _ := discord.PublicKey(discord.NewSecret())
	_, e = explained(t, discord, jsonRequest(`{}`), sender, nil, Hints{}, configuredFor("discord", other, ".env"), configuredFor("discord", configured.Value, "other: sandbox"))
	wantMistake(t, e, MistakeOtherSecret, "other: sandbox")
}

func TestMistakesOfProviders(t *testing.T) {
	for _, tt := range []struct{ signed, judged, mistake string }{
		{"github", "stripe", MistakeOtherProvider}, // the header is missing
		{"stripe", "github", MistakeOtherProvider},
		{"slack", "shopify", MistakeOtherProvider},
		{"svix", "slack", MistakeOtherProvider},
		{"square", "twilio", MistakeOtherProvider},
		{"sendgrid", "discord", MistakeOtherProvider},
		{"gitlab", "github", MistakeOtherProvider},
		{"intercom", "github", MistakeOtherProvider}, // X-Hub-Signature, of which GitHub sends another
	} {
		t.Run(tt.signed+" as "+tt.judged, func(t *testing.T) {
			from, p := Lookup(tt.signed), Lookup(tt.judged)
			sender, configured := pairOf(t, from)
			r := jsonRequest(`{"id":"evt_1"}`)
			if err := from.Sign(&r, sender, r.ReceivedAt); err != nil {
				t.Fatal(err)
			}
			_, own := pairOf(t, p)
			for _, judging := range [][]Secret{{own}, nil} {
				all := append(slices.Clone(judging), configured)
				e := Explain(r, p, p.Verify(r, judging), all, Hints{})
				wantMistake(t, e, tt.mistake, from.Title, p.Title)
				if e.Next != "judge it as "+from.Name && !strings.HasPrefix(e.Next, "judge it as ") {
					t.Errorf("next: %s", e.Next)
				}
			}
			wantMistake(t, Explain(r, nil, Result{Reason: ReasonNoProvider}, []Secret{configured}, Hints{}), MistakeOtherProvider, "nothing else tells")
		})
	}
	e := Explain(Request{Header: map[string][]string{"X-Acme-Signature": {"0123456789abcdef"}}}, nil, Result{}, nil, Hints{})
	wantMistake(t, e, MistakeProviderUnknown, "X-Acme-Signature looks like a signature")
	github := Lookup("github")
	r := jsonRequest("{}")
	secret := configuredFor("", "a github secret", ".env (HUB)")
	if err := github.Sign(&r, secret, r.ReceivedAt); err != nil {
		t.Fatal(err)
	}
	wantMistake(t, Explain(r, github, github.Verify(r, nil), []Secret{secret}, Hints{}), MistakeOtherSecret, "not configured for GitHub")
}

// changedHeader spoils what some providers' signature header holds.
func changedHeader(t *testing.T, names []string, change func(value string) string, mistake string, words ...string) {
	t.Helper()
	for _, name := range names {
		p := Lookup(name)
		sender, configured := pairOf(t, p)
		_, e := explained(t, p, jsonRequest(`{"id":"evt_1"}`), sender, func(r *Request) {
			r.Header[p.Headers()[0]] = []string{change(r.Header.Get(p.Headers()[0]))}
		}, Hints{}, configured)
		if e.Mistake != mistake {
			t.Errorf("%s: got %s: %s", name, e.Mistake, e.Text)
			continue
		}
		wantMistake(t, e, mistake, words...)
	}
}

func TestMistakesOfHeaders(t *testing.T) {
	bare := func(value string) string { return strings.TrimPrefix(strings.TrimPrefix(value, "sha256="), "v0=") }
	toBase64 := func(value string) string {
		start, end := longestToken(value)
		return value[:start] + base64.StdEncoding.EncodeToString(sumIn(value[start:end])) + value[end:]
	}
	toHex := func(value string) string {
		start, end := longestToken(value)
		return value[:start] + fmt.Sprintf("%x", sumIn(value[start:end])) + value[end:]
	}
	toURL := func(value string) string { return strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(value), "=") }
	for _, tt := range []struct {
		name, mistake, words string
		providers            []string
		change               func(string) string
	}{
		{"label missing", MistakeHeaderForm, "before it", []string{"github", "slack", "svix"}, func(v string) string { return strings.TrimPrefix(bare(v), "v1,") }},
		{"label doubled", MistakeHeaderForm, "only once", []string{"github", "slack"}, func(v string) string { return v[:strings.IndexByte(v, '=')+1] + v }},
		{"label in capitals", MistakeHeaderForm, "sha256=", []string{"github"}, func(v string) string { return "SHA256=" + bare(v) }},
		{"a colon for the label", MistakeHeaderForm, "verifies", []string{"github"}, func(v string) string { return "sha256:" + bare(v) }},
		{"a space behind the label", MistakeHeaderForm, "white space", []string{"github", "slack"}, func(v string) string { return strings.Replace(v, "=", "= ", 1) }},
		{"in quotes", MistakeHeaderForm, "quotation marks", []string{"github", "slack", "shopify", "svix", "stripe", "square"}, func(v string) string { return `"` + v + `"` }},
		{"in spaces", MistakeHeaderForm, "white space", []string{"github", "slack", "shopify", "stripe"}, func(v string) string { return " " + v + "\t" }},
		{"as a list", MistakeHeaderForm, "", []string{"github", "shopify"}, func(v string) string { return `["` + v + `"]` }},
		{"with its name", MistakeHeaderForm, "before the colon", []string{"github", "shopify", "stripe"}, func(v string) string { return "X-Signature: " + v }},
		{"percent-encoded", MistakeHeaderForm, "URL-encoded", []string{"github", "svix", "stripe"}, url.QueryEscape},
		{"twice, joined", MistakeRepeatedHeader, "joined", []string{"github", "slack", "shopify", "square"}, func(v string) string { return v + ", " + v }},
		{"base64 for hexadecimal digits", MistakeSignatureEncoding, "in hexadecimal digits", []string{"github", "slack", "stripe"}, toBase64},
		{"hexadecimal digits for base64", MistakeSignatureEncoding, "in base64", []string{"shopify", "svix", "square"}, toHex},
		{"capital letters", MistakeSignatureEncoding, "small letters", []string{"github", "slack", "stripe"}, func(v string) string {
			start, end := longestToken(v)
			return v[:start] + strings.ToUpper(v[start:end]) + v[end:]
		}},
		{"base64 of the digits", MistakeSignatureEncoding, "hexadecimal digits", []string{"github"}, func(v string) string {
			return "sha256=" + base64.StdEncoding.EncodeToString([]byte(bare(v)))
		}},
		{"base64url", MistakeSignatureEncoding, "usual alphabet", []string{"shopify", "square"}, toURL},
		{"no label and capital letters", MistakeSignatureEncoding, "before it", []string{"github"}, func(v string) string { return strings.ToUpper(bare(v)) }},
		{"cut", MistakeHeaderTruncated, "its first", []string{"github", "slack", "stripe", "shopify", "square", "svix"}, func(v string) string { return v[:len(v)-9] }},
	} {
		t.Run(tt.name, func(t *testing.T) { changedHeader(t, tt.providers, tt.change, tt.mistake, tt.words) })
	}
	t.Run("another digest", func(t *testing.T) {
		sha1 := *Lookup("github").scheme.(*hmacScheme)
		sha1.digest, sha1.also = withSHA1(), nil
		sha1.carrier = headers{signature: "X-Hub-Signature-256", before: "sha1="}
		r, own := jsonRequest("{}"), configuredFor("github", "a github secret", ".env")
		if err := sha1.sign(&r, own.Value, r.ReceivedAt); err != nil {
			t.Fatal(err)
		}
		p := Lookup("github")
		wantMistake(t, Explain(r, p, p.Verify(r, []Secret{own}), []Secret{own}, Hints{}), MistakeSignedOtherwise, "HMAC-SHA1 in place of HMAC-SHA256")
		own.Value = "another secret"
		wantMistake(t, Explain(r, p, p.Verify(r, []Secret{own}), []Secret{own}, Hints{}), MistakeMalformedHeader, "as long as a signature with SHA1")
	})
}

func TestMistakesOfMissingHeaders(t *testing.T) {
	move := func(to func(name string) string) func(r *Request) {
		return func(r *Request) {
			for _, name := range []string{"X-Hub-Signature-256", "X-Slack-Signature", "X-Slack-Request-Timestamp", "Stripe-Signature", "X-Shopify-Hmac-Sha256", "Svix-Id", "Svix-Timestamp", "Svix-Signature"} {
				if values, has := r.Header[name]; has {
					delete(r.Header, name)
					r.Header[to(name)] = values
				}
			}
		}
	}
	for _, name := range []string{"github", "slack", "stripe", "shopify", "svix"} {
		p := Lookup(name)
		sender, configured := pairOf(t, p)
		for _, to := range []func(string) string{
			func(name string) string { return strings.ReplaceAll(name, "-", "_") },
			func(name string) string { return "HTTP_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")) },
			func(name string) string { return "X-Original-" + name },
			strings.ToLower,
		} {
			_, e := explained(t, p, jsonRequest("{}"), sender, move(to), Hints{}, configured)
			wantMistake(t, e, MistakeRenamedHeader, "with the right names the signature is good", to(p.Headers()[0]))
		}
	}
	github, own := Lookup("github"), configuredFor("github", "a github secret", ".env")
	_, e := explained(t, github, jsonRequest("{}"), own, func(r *Request) { r.Header.Del("X-Hub-Signature-256") }, Hints{}, own)
	wantMistake(t, e, MistakeMissingHeader, "the older X-Hub-Signature, which verifies")
	_, e = explained(t, github, jsonRequest("{}"), own, func(r *Request) {
		r.Header["Authorization"] = []string{"Bearer " + strings.TrimPrefix(r.Header.Get("X-Hub-Signature-256"), "sha256=")}
		r.Header.Del("X-Hub-Signature-256")
		r.Header.Del("X-Hub-Signature")
	}, Hints{}, own)
	wantMistake(t, e, MistakeRenamedHeader, "What the request has as Authorization is a good signature")
	token := configuredFor("gitlab", "glsecret-0123456789", ".env")
	_, e = explained(t, Lookup("gitlab"), jsonRequest("{}"), token, func(r *Request) {
		r.Header["X-Token"] = r.Header["X-Gitlab-Token"]
		r.Header.Del("X-Gitlab-Token")
	}, Hints{}, token)
	wantMistake(t, e, MistakeRenamedHeader, "What the request has as X-Token is a good signature")
	for _, p := range signing() {
		if names := p.Headers(); len(names) > 0 && names[0] == "Authorization" {
			_, own := pairOf(t, p)
			r := jsonRequest("{}")
			e := Explain(r, p, p.Verify(r, []Secret{own}), []Secret{own}, Hints{})
			if p.Confidence != Unconfirmed {
				wantMistake(t, e, MistakeMissingHeader, "keep Authorization to themselves")
			}
		}
	}
}

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

func TestMistakesOfKeys(t *testing.T) {
	p := Lookup("sendgrid")
	sender, _ := pairOf(t, p)
	ring, err := readKeyring(sender.Value)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.TrimSpace(asPEM(ring.keys[0].public))
	for _, joined := range []string{strings.ReplaceAll(lines, "\n", `\\n`), strings.Replace(lines, "\n", " ", 1), strings.ReplaceAll(lines, "\n", `\`+"\n")} {
		_, e := explained(t, p, jsonRequest("{}"), sender, nil, Hints{}, configuredFor("sendgrid", joined, ".env"))
		wantMistake(t, e, MistakePEMLines, "PEM needs a line break")
	}
	_, e := explained(t, p, jsonRequest("{}"), sender, nil, Hints{}, configuredFor("sendgrid", p.NewSecret(), ".env"))
	wantMistake(t, e, MistakePrivateKey, "private")

	paypal := Lookup("paypal")
	secret := secretOf(t, paypal)
	id, _, _ := strings.Cut(secret, "\n")
	public, err := paypal.PublicKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	simulator := Secret{Value: "WEBHOOK_ID\n" + secret[len(id)+1:]}
	_, e = explained(t, paypal, jsonRequest("{}"), simulator, nil, Hints{}, configuredFor("paypal", id+"\n"+public, ".env"))
	wantMistake(t, e, MistakeOtherSecret, "simulator")
	r := signed(t, paypal, secret)
	r.Header.Set("Paypal-Cert-Url", "https://api.paypal.com/v1/notifications/certs/CERT-1")
	unknown := configuredFor("paypal", id, ".env")
	e = Explain(r, paypal, paypal.Verify(r, []Secret{unknown}), []Secret{unknown}, Hints{})
	wantMistake(t, e, MistakeKeyUnknown)
	if !strings.Contains(e.Next, "https://api.paypal.com/v1/notifications/certs/CERT-1") {
		t.Errorf("next: %s", e.Next)
	}
	r.Header.Set("Paypal-Cert-Url", "https://evil.example/cert.pem")
	e = Explain(r, paypal, paypal.Verify(r, []Secret{unknown}), []Secret{unknown}, Hints{})
	wantMistake(t, e, MistakeKeyUnknown, "not on PayPal's own host")
}

func TestMistakesOfTokens(t *testing.T) {
	const acme = "a secret of acme's, long enough"
	made := func(scheme *jwtScheme, change func(claims map[string]any)) (Request, *Provider) {
		p := &Provider{Name: "acme", Title: "Acme", Docs: "https://acme.example", Confidence: Documented, scheme: scheme}
		r := jsonRequest(`{"id":"evt_1"}`)
		sum := sha256.Sum256(r.Body)
		claims := map[string]any{"iat": r.ReceivedAt.Unix(), "iss": "acme", "sha256": hexSum(sum[:])}
		change(claims)
		token, err := scheme.token(claims, acme)
		if err != nil {
			t.Fatal(err)
		}
		r.Header["X-Acme-Token"] = []string{token}
		return r, p
	}
	scheme := &jwtScheme{
		at: headerAt("X-Acme-Token"), algorithm: hs256, bodyHash: "sha256", hashIn: hexSum, issuers: []string{"acme"}, secret: ownSecret(),
	}
	own := []Secret{configuredFor("acme", acme, ".env")}
	for _, tt := range []struct {
		name, mistake, words string
		claim                string
		value                any
	}{
		{"another issuer", MistakeTokenClaim, "claim iss is other; Acme has acme", "iss", "other"},
		{"another body", MistakeBodyChanged, "claim sha256 holds the SHA-256 of the body", "sha256", "00"},
		{"expired", MistakeTimestampExpired, "expired at 2023-11-14T21:13:20Z", "exp", 1_700_000_000 - 3600},
		{"not yet", MistakeTimestampFuture, "from 2023-11-14T23:13:20Z on", "nbf", 1_700_000_000 + 3600},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, p := made(scheme, func(claims map[string]any) { claims[tt.claim] = tt.value })
			wantMistake(t, Explain(r, p, p.Verify(r, own), own, Hints{}), tt.mistake, tt.words)
		})
	}
	t.Run("another algorithm", func(t *testing.T) {
		r, _ := made(scheme, func(map[string]any) {})
		other := *scheme
		other.algorithm = es256
		p := &Provider{Name: "acme", Title: "Acme", Docs: "https://acme.example", Confidence: Documented, scheme: &other}
		public := []Secret{configuredFor("acme", other.newSecret(), ".env")}
		wantMistake(t, Explain(r, p, p.Verify(r, public), public, Hints{}), MistakeTokenAlgorithm, "Its header says HS256; Acme signs with ES256")
	})
	t.Run("another audience", func(t *testing.T) {
		keyed := &jwtScheme{at: headerAt("X-Acme-Token"), algorithm: es256, audience: true, shows: asPEM}
		p := &Provider{Name: "acme", Title: "Acme", Docs: "https://acme.example", Confidence: Documented, scheme: keyed}
		key := keyed.newSecret()
		r := jsonRequest("{}")
		if err := p.Sign(&r, Secret{Value: "app-1\n" + key}, r.ReceivedAt); err != nil {
			t.Fatal(err)
		}
		own := []Secret{configuredFor("acme", "app-2\n"+key, ".env")}
		wantMistake(t, Explain(r, p, p.Verify(r, own), own, Hints{}), MistakeTokenClaim, `claim aud is "app-1"; the audience that is configured is app-2`)
	})
	t.Run("a key that is not there", func(t *testing.T) {
		keyed := &jwtScheme{at: headerAt("X-Acme-Token"), algorithm: es256, audience: true, shows: asPEM}
		p := &Provider{Name: "acme", Title: "Acme", SecretAt: "Acme's settings", Confidence: Documented, scheme: keyed}
		r := jsonRequest("{}")
		if err := p.Sign(&r, Secret{Value: keyed.newSecret()}, r.ReceivedAt); err != nil {
			t.Fatal(err)
		}
		token := r.Header["X-Acme-Token"][0]
		_, rest, _ := strings.Cut(token, ".")
		r.Header["X-Acme-Token"][0] = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","kid":"key-7"}`)) + "." + rest
		own := []Secret{configuredFor("acme", "an-audience", ".env")}
		wantMistake(t, Explain(r, p, p.Verify(r, own), own, Hints{}), MistakeKeyUnknown, "The token names the key key-7")
	})
}

// Whatever arrives, an explanation comes in a bounded time.
func TestExplainIsBoundedForAnything(t *testing.T) {
	long := func(text string) string { return strings.Repeat(text, 1<<20/len(text)) }
	bodies := map[string]string{
		"commas": long(","), "brackets": long("["), "objects": long(`{"a":`), "numbers": "[" + long("1,") + "1]", "quotes": long(`"`),
		"backslashes": `"` + long(`\`) + `"`, "a form": long("a=%41&"), "fields": long("a&"), "newlines": long("\n"), "a bomb": gzipped(strings.Repeat("0", 64<<20)),
		"not UTF-8": long("\xff\xfe"), "zeros": long("\x00"), "wide": `{"a":"` + long("é") + `"}`, "members": "{" + long(`"a":{},`) + `"a":1}`,
		"huge": strings.Repeat("{\"a\":1}\n", 2<<20),
	}
	for _, name := range append(severals(), "twilio", "adyen", "gitlab", "sns", "paddle-classic") {
		p := Lookup(name)
		if p == nil {
			continue
		}
		sender, configured := pairOf(t, p)
		r := signed(t, p, sender.Value)
		secrets := []Secret{configured}
		for i := range 40 {
			secrets = append(secrets, configuredFor(p.Name, p.NewSecret()[:8]+strings.Repeat("x", i), "b"))
		}
		for what, body := range bodies {
			r.Body = []byte(body)
			start := time.Now()
			e := Explain(r, p, p.Verify(r, secrets), secrets, Hints{URLs: []string{"https://a.example/" + strings.Repeat("b/", 1000)}})
			if took := time.Since(start); took > 5*time.Second { // generous: the race detector, a busy machine
				t.Errorf("%s, %s: took %s", name, what, took)
			}
			if e.Headline == "" {
				t.Errorf("%s, %s: nothing is said: %+v", name, what, e)
			}
		}
	}
}

func TestExplainIsBoundedForManySignatures(t *testing.T) {
	for _, p := range signing() {
		names := p.Headers()
		if len(names) == 0 {
			continue
		}
		sender, configured := pairOf(t, p)
		r := signed(t, p, sender.Value)
		for _, value := range []string{
			strings.Repeat(r.Header.Get(names[0])+",", 10_000), strings.Repeat(",", 1<<20), strings.Repeat("v1=00,", 2000), strings.Repeat("A", 1<<14),
			strings.Repeat("v1,AAAA ", 2000),
		} {
			r.Header[names[0]] = []string{value}
			start := time.Now()
			e := Explain(r, p, p.Verify(r, []Secret{configured}), []Secret{configured}, Hints{})
			if took := time.Since(start); took > 3*time.Second || e.Headline == "" {
				t.Errorf("%s: took %s: %s", p.Name, took, e.Headline)
			}
		}
	}
}
