package signature

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
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
		{"newline removed", jsonType, doc + "\n", doc, MistakeBodyNewline, "were signed, 1 more at the end"},
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

// changedHeader spoils what some providers' signature header holds.
// Whatever arrives, an explanation comes in a bounded time.
// FuzzExplain spoils a request in any way: what is said is one of the published codes, printable, and holds no secret.
