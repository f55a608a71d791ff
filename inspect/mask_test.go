package inspect

import (
	"bytes"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestMaskBody(t *testing.T) {
	const (
		form  = "application/x-www-form-urlencoded"
		parts = "multipart/form-data; boundary=b"
	)
	for _, c := range []struct{ name, contentType, body, want string }{
		{"by name", "application/json", `{ "token" : "abcdefgh1" , "a":1.50}`, `{ "token" : "[masked]" , "a":1.50}`},
		{"camel case and prefixes", "", `{"clientSecret":"xyz12345","stripe_api_key":"k1234567","X-Auth-Token":"t1234567"}`,
			`{"clientSecret":"[masked]","stripe_api_key":"[masked]","X-Auth-Token":"[masked]"}`},
		{"lists and numbers", "", `{"tokens":[1],"secrets":["abc","def"],"cvc":123,"pin":"4711","amount":123}`,
			`{"tokens":[1],"secrets":["[masked]","[masked]"],"cvc":"[masked]","pin":"[masked]","amount":123}`},
		{"among secrets", "", `{"credentials":{"user":"maria","id":7}}`, `{"credentials":{"user":"[masked]","id":7}}`},
		{"by form", "", `{"a":"use sk_live_abcdefgh1234, not ghp_abcdefghijklmnopqrstuvwxyz0123","b":"AKIAIOSFODNN7EXAMPLE"}`,
			`{"a":"use [masked], not [masked]","b":"[masked]"}`},
		{"a key in escapes", "", `{"a":"x\n-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\n\/y"}`, `{"a":"x\n[masked]\n\/y"}`},
		{"a web token", "", `{"a":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"}`, `{"a":"[masked]"}`},
		{"cards", "", `{"n":"4242 4242 4242 4242","m":"4242424242424242","card_number":4242424242424242,"text":"paid with 5555-5555-5555-4444."}`,
			`{"n":"[masked]","m":"[masked]","card_number":"[masked]","text":"paid with [masked]."}`},
		{"in URLs", "", `{"a":"https://maria:pw123456@example.com/x?a=b&access_token=t1234567#f","b":"https:\/\/x.io\/?sig=abcdef1234"}`,
			`{"a":"https://maria:masked@example.com/x?a=b&access_token=[masked]#f","b":"https:\/\/x.io\/?sig=[masked]"}`},
		{"a URL that is a secret", "", `{"u":"https://hooks.slack.com/services/T1/B2/abcdefghijkl"}`, `{"u":"https://hooks.slack.com/services/T1/B2/[masked]"}`},
		{"JSON in a text", "", `{"message":"{\"password\":\"hunter22\"}"}`, `{"message":"{\"password\":\"[masked]\"}"}`},
		{"broken JSON", "application/json", "{\"token\":\"abcdefgh1\"\n\"password\":\"hunter22\"", "{\"token\":\"[masked]\"\n\"password\":\"[masked]\""},
		{"a form", form, "token=abcdefgh1&text=a+b%21&payload=%7B%22secret%22%3A%22x1234567%22%7D", "token=%5Bmasked%5D&text=a+b%21&payload=%7B%22secret%22%3A%22%5Bmasked%5D%22%7D"},
		{"a form with brackets", form, "user[password]=hunter22", "user[password]=%5Bmasked%5D"},
		{"XML", "text/xml", `<a><ns:Password>hunter22</ns:Password><b apiKey='k1234567'> tea &amp; more </b><token><![CDATA[abcdefgh1]]></token></a>`,
			`<a><ns:Password>[masked]</ns:Password><b apiKey='[masked]'> tea &amp; more </b><token><![CDATA[[masked]]]></token></a>`},
		{"multipart", parts, "--b\r\nContent-Disposition: form-data; name=password\r\n\r\nhunter22\r\n--b\r\nContent-Type: application/json\r\n\r\n{\"token\":\"abcdefgh1\"}\r\n--b--\r\n",
			"--b\r\nContent-Disposition: form-data; name=password\r\n\r\n[masked]\r\n--b\r\nContent-Type: application/json\r\n\r\n{\"token\":\"[masked]\"}\r\n--b--\r\n"},
		{"text", "text/plain", "password=hunter22 user=maria\nAuthorization: Bearer abcdefgh12345\ntoken: 'a b'\n", "password=[masked] user=maria\nAuthorization: [masked]\ntoken: '[masked]'\n"},
		{"behind a byte order mark", "application/json", "\xef\xbb\xbf{\"token\":\"abcdefgh1\"}", "\xef\xbb\xbf{\"token\":\"[masked]\"}"},
		{"one value a line", "application/x-ndjson", "{\"token\":\"abcdefgh1\"}\n{\"token\":\"abcdefgh2\"}\n", "{\"token\":\"[masked]\"}\n{\"token\":\"[masked]\"}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, n := MaskBody(c.contentType, []byte(c.body))
			if string(got) != c.want || n == 0 {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if again, n := MaskBody(c.contentType, got); n != 0 || !bytes.Equal(again, got) {
				t.Errorf("masked again: %d, %s", n, again)
			}
		})
	}
}

func TestMaskBodyLeaves(t *testing.T) {
	for _, c := range []struct{ contentType, body string }{
		{"", `{"next_page_token":"CAoQAA12345","token_type":"bearer","idempotency_key":"a1b2c3d4e5","api_version":"2025-08-27","max_tokens":4096,"tokens":12}`},
		{"", `{"password_reset":true,"has_password":"yes please","reset_password":"maybe later","token":null,"secret":false,"password":""}`},
		{"", `{"token":"USDC","token_address":"0x1","pin":"pinned","password":"********"}`},
		{"", `{"signature":{"timestamp":"1529006854","token":"a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0","signature":"d2271d12"}}`},
		{"", `{"signedPayload":"eyJhbGciOiJFUzI1NiJ9.eyJub3RpZmljYXRpb25UeXBlIjoiVEVTVCJ9.c2ln"}`},
		{"", `{"id":4242424242424242,"order_id":"4242424242424242","created":1700000000000,"sum":4242424242424242,"phone":"4915112345678"}`},
		{"", `{"imei":"356938035643809","url":"https://example.com/4242424242424242","v":"order-4242424242424242","zero":"0000000000000000"}`},
		{"", `{"text":"the Basic subscription, and a Bearer of news; sk_live is a prefix; eyJ.eyJ"}`},
		{"", `{"href":"https://git@example.com/a?page=2&key=1&sort=code"}`},
		{"text/plain", "the token: a thing, password = \"\", and secret: santa\n12:30:11 pin: no\n"},
		{"application/jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"},
		{"application/octet-stream", "\x00\x01token=abcdefgh1"},
		{"text/xml", `<a token=""><password/>tea</a>`},
		{"", "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"},
		{"", `-----BEGIN PUBLIC KEY-----`},
	} {
		if got, n := MaskBody(c.contentType, []byte(c.body)); n != 0 || string(got) != c.body {
			t.Errorf("got %d in\n%s\nfor\n%s", n, got, c.body)
		}
	}
}

func TestMaskHeader(t *testing.T) {
	h := http.Header{
		"Authorization": {"Bearer abcdefgh", "HMAC-SHA256 Signature=abc"}, "Cookie": {"a=1; b=2"}, "Set-Cookie": {"sid=abc; Path=/; HttpOnly"},
		"X-Amz-Security-Token": {"x"}, "Apikey": {"k"}, "X-Shopify-Access-Token": {"t"}, "Referer": {"https://a.io/?token=abcdefgh1"},
		"X-Custom": {"uses Bearer abcdefgh12345"}, "Stripe-Signature": {"t=1,v1=abc"}, "X-Hub-Signature-256": {"sha256=abc"}, "Content-Type": {"text/plain"},
	}
	want := http.Header{
		"Authorization": {"Bearer [masked]", "HMAC-SHA256 Signature=abc"}, "Cookie": {"a=[masked]; b=[masked]"}, "Set-Cookie": {"sid=[masked]; Path=/; HttpOnly"},
		"X-Amz-Security-Token": {"[masked]"}, "Apikey": {"[masked]"}, "X-Shopify-Access-Token": {"[masked]"}, "Referer": {"https://a.io/?token=[masked]"},
		"X-Custom": {"uses [masked]"}, "Stripe-Signature": {"t=1,v1=abc"}, "X-Hub-Signature-256": {"sha256=abc"}, "Content-Type": {"text/plain"},
	}
	got, n := MaskHeader(h, nil)
	if !reflect.DeepEqual(got, want) || n != 9 {
		t.Errorf("%d masked: got\n%v\nwant\n%v", n, got, want)
	}
	if again, n := MaskHeader(got, nil); n != 0 || !reflect.DeepEqual(again, got) {
		t.Errorf("masked again: %d, %v", n, again)
	}
}

func secretive(t testing.TB) *Delivery {
	return &Delivery{
		ID: "d_abc", Method: "POST", URL: "https://relay.example/e/x?token=abcdefgh1&signature=aabbccdd", Path: "?token=abcdefgh1", ReceivedAt: time.Unix(1700000000, 0),
		Header: http.Header{"Authorization": {"Basic abc"}, "Content-Type": {"application/json"}}, Body: CaptureOf([]byte(`{"password":"hunter22"}`)),
		Attempts: []Attempt{{
			Number: 1, Target: "http://localhost:3000/?secret=abcdefgh1", Err: "dial https://a:b1234567@c.io",
			Response: &Response{
				Status: 200, Header: http.Header{"Set-Cookie": {"a=b"}, "Content-Encoding": {"gzip"}},
				Body: CaptureOf(packed(t, "gzip", []byte(`{"secret":"abcdefgh1"}`))),
			},
		}},
	}
}

func TestMask(t *testing.T) {
	d, untouched := secretive(t), secretive(t)
	masked, changed := Mask(d)
	if !changed || !masked.Masked {
		t.Error("nothing was masked")
	}
	if !reflect.DeepEqual(d, untouched) {
		t.Errorf("the delivery itself was changed: %+v", d)
	}
	a := masked.Attempts[0]
	for got, want := range map[string]string{
		masked.URL:                          "https://relay.example/e/x?token=[masked]&signature=aabbccdd",
		masked.Path:                         "?token=[masked]",
		masked.Header.Get("Authorization"):  "Basic [masked]",
		string(masked.Body.Bytes):           `{"password":"[masked]"}`,
		a.Target:                            "http://localhost:3000/?secret=[masked]",
		a.Err:                               "dial https://a:masked@c.io",
		a.Response.Header.Get("Set-Cookie"): "a=[masked]",
		string(a.Response.Body.Bytes):       `{"secret":"[masked]"}`,
		a.Response.Header.Get("Content-Encoding"):                                    "",
		fmt.Sprint(masked.Body.Size, a.Response.Body.Size, a.Response.Body.Complete): "23 21 true",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	again, changed := Mask(masked)
	if changed || !reflect.DeepEqual(again, masked) {
		t.Errorf("masked again: %+v", again)
	}
	if plain, changed := Mask(&Delivery{ID: "d_abc", Body: CaptureOf([]byte("tea"))}); changed || plain.Masked {
		t.Error("a delivery without secrets was masked")
	}
}

func FuzzMask(f *testing.F) {
	f.Add("application/json", []byte(`{"token":"abc123","a":["https://u:p@h/?token=1234567",{"cvc":"123"}],"m":"{\"pin\":\"4711\"}"}`))
	f.Add("text/xml", []byte(`<a b="sk_live_12345678"><token>x12</token></a>`))
	f.Add("application/x-www-form-urlencoded", []byte("token=%zz&a=4242+4242+4242+4242"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=token\r\n\r\nx123\r\n--b--"))
	f.Add("", []byte("password: 'a1' Bearer abcdefgh12 -----BEGIN PRIVATE KEY-----"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		d := &Delivery{URL: string(body), Header: http.Header{"Content-Type": {contentType}, "Cookie": {string(body)}, "Authorization": {string(body)}, "X-A": {string(body)}}, Body: CaptureOf(body)}
		masked, changed := Mask(d)
		if !changed && !bytes.Equal(masked.Body.Bytes, body) {
			t.Errorf("%q became %q", body, masked.Body.Bytes)
		}
		once, n := MaskBody(contentType, body)
		if n == 0 && !bytes.Equal(once, body) {
			t.Errorf("%q became %q, and nothing was masked", body, once)
		}
		if again, n := MaskBody(contentType, once); n != 0 {
			t.Errorf("%q became %q, and then %q", body, once, again)
		}
		if strings.Contains(contentType, "json") && jsonFault(body, false, false) == nil && jsonFault(once, false, false) != nil {
			t.Errorf("%q became %q", body, once)
		}
	})
}
