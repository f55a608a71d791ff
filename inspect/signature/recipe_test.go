package signature

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// withoutRecipe are the providers whose requests no data describes: private keys, tokens with claims, and what is made in a
// way of the provider's own.
var withoutRecipe = []string{
	"antom", "aws-sns", "braintree", "bridge-xyz", "circle", "coinbase", "contentful", "discord", "dropbox-sign", "ebay",
	"fireblocks", "fusionauth", "google-pubsub", "hygraph", "monday", "netlify", "paddle-classic", "papertrail", "paypal", "plaid", "plivo",
	"salesforce", "sendgrid", "shipengine", "solidgate", "strava", "telnyx", "tiktok-shop", "token-io", "travis-ci", "utila",
	"walmart", "wechat-pay", "wise", "wix", "wordpress", "zapier",
}

// adyenOneItem is Adyen's other kind of request, signed within.
const adyenOneItem = `{"live":"false","notificationItems":[ {"NotificationRequestItem":{"additionalData":{"hmacSignature":"old"},` +
	`"amount":{"currency":"EUR","value":1000},"eventCode":"CAPTURE","merchantAccountCode":"Shop","pspReference":"P","success":"true"}} ]}`

// Whoever follows a recipe to the letter makes what Verify takes for valid.
func TestRecipesAreTrue(t *testing.T) {
	texts := []body{
		{jsonType, `{"id":"evt_1","type":"a.b"}`}, {jsonType, ""}, {jsonType, "{\n  \"é\": [1.50, \"`${x}\\u2028 '''\"]\n}\n"},
		{formType, "b=2&a=1&a=1&c=%C3%A9+x"}, {"application/octet-stream", "\x00\xff\x80"},
	}
	var none []string
	for _, p := range Providers() {
		all := texts
		if b, special := bodies[p.Name]; special {
			all = []body{b}
		}
		if p.Name == "adyen" {
			all = append(all, body{jsonType, adyenOneItem})
		}
		has := false
		for _, b := range all {
			has = recipeHolds(t, p, b) || has
		}
		if !has {
			none = append(none, p.Name)
		}
	}
	if !slices.Equal(none, withoutRecipe) {
		t.Errorf("without a recipe are %q, want %q", none, withoutRecipe)
	}
}

// recipeHolds signs b by p's recipe, as new and in place of an old signature. It is false if there is none.
func recipeHolds(t *testing.T, p *Provider, b body) bool {
	t.Helper()
	now := time.Unix(1_800_000_000, 0)
	fresh := Request{Method: "POST", URL: "https://relay.example/e/quiet-otter/hooks?x=1", Body: []byte(b.text), ReceivedAt: now}
	fresh.Header = http.Header{"Content-Type": {b.kind}, "X-Other": {"kept"}}
	if _, ok := p.Recipe(fresh); !ok {
		return false
	}
	older := fresh
	secret := secretOf(t, p)
	if err := p.Sign(&older, Secret{Value: secret}, now.Add(-time.Hour)); err != nil {
		older = fresh
	}
	any := false
	for _, r := range []Request{fresh, older} {
		made, ok := p.Recipe(r)
		if !ok {
			continue
		}
		any = true
		for _, value := range []string{secret, made.Sample, made.Other} {
			if made.Key != KeyEntities && strings.Contains(value, "&") {
				t.Fatalf("%s: a secret with an entity", p.Name)
			}
			cooked := cook(r, made, value, now)
			if got := p.Verify(cooked, secretsOf(value)); got.Verdict != Valid {
				t.Errorf("%s %.30q: got %s %s for %+v", p.Name, b.text, got.Verdict, got.Reason, made)
			}
			if got := p.Verify(cooked, secretsOf("not-"+value)); got.Verdict == Valid {
				t.Errorf("%s: any secret will do", p.Name)
			}
			if cooked.Header.Get("X-Other") != "kept" {
				t.Errorf("%s: a header that is no signature was lost", p.Name)
			}
		}
	}
	return any
}

func TestRecipesSayWhere(t *testing.T) {
	of := func(name, kind, text string, headers ...string) Recipe {
		r := Request{Method: "POST", URL: "https://a.example/x?y=1", Header: http.Header{"Content-Type": {kind}}, Body: []byte(text)}
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		made, ok := Lookup(name).Recipe(r)
		if !ok {
			t.Errorf("%s has no recipe", name)
		}
		return made
	}
	got := of("stripe", jsonType, "{}", "Stripe-Signature", "t=1,v1=old")
	want := Recipe{
		Content: []Ingredient{{Kind: IngredientTimestamp}, {IngredientText, "."}, {Kind: IngredientBody}},
		Digest:  "SHA256", Keyed: true, Key: KeyText, Prefix: "whsec_", Encoding: EncodingHex, Time: TimeSeconds,
		Headers: []Place{{"Stripe-Signature", []Ingredient{
			{IngredientText, "t="}, {Kind: IngredientTimestamp}, {IngredientText, ",v1="}, {Kind: IngredientSignature},
		}}},
		Sample: "whsec_hook-test-signing-secret", Other: "whsec_hook-other-secret-unused",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := of("adyen", jsonType, adyenOneItem); string(got.Body) != strings.Replace(adyenOneItem, `"old"`, `"{{signature}}"`, 1) {
		t.Errorf("adyen's body is %s", got.Body)
	}
	if got := of("linear", jsonType, `{"webhookTimestamp":16}`); string(got.Body) != `{"webhookTimestamp":{{timestamp}}}` {
		t.Errorf("linear's body is %s", got.Body)
	}
	if got := of("twilio", jsonType, "{}"); len(got.Query) != 1 || got.Query[0].Name != bodyHash {
		t.Errorf("twilio's query is %+v", got.Query)
	}
	if got := of("github", jsonType, "{}"); len(got.Also) != 1 || got.Also[0].Digest != "SHA1" {
		t.Errorf("github also has %+v", got.Also)
	}
	got = of("svix", jsonType, "{}", "Webhook-Id", "msg_1", "Webhook-Signature", "v1,old", "Webhook-Timestamp", "1")
	if got.Content[0] != (Ingredient{IngredientHeader, "Webhook-Id"}) || got.Headers[0].Name != "Webhook-Signature" || slices.Contains(got.Stale, "Webhook-Id") {
		t.Errorf("svix does not keep to the headers that were used: %+v", got)
	}
	got = of("gitlab", jsonType, "{}", "Webhook-Id", "1", "Webhook-Signature", "v1,"+strings.Repeat("0", 43)+"=", "Webhook-Timestamp", "1", "X-Gitlab-Token", "old")
	if got.Key != KeyBase64 || !slices.Equal(got.Stale, []string{"X-Gitlab-Token"}) {
		t.Errorf("gitlab's signing token: %+v", got)
	}
	for _, none := range []*Provider{nil, Lookup("strava"), Lookup("discord")} {
		if got, ok := none.Recipe(Request{Body: []byte("{}")}); ok || got.Digest != "" {
			t.Errorf("got %+v", got)
		}
	}
	if _, ok := Lookup("stripe").Recipe(Request{Truncated: true}); ok {
		t.Error("half a body has a recipe")
	}
}

// A scheme that somebody declares has its recipe too.
func TestDeclaredRecipes(t *testing.T) {
	for _, d := range []Declaration{
		{Signature: "X-Sig", Prefix: "v1=", Separator: ",", Timestamp: "pair:t", Signs: "{timestamp}.{body}"},
		{Signature: "X-Sig", Algorithm: "sha512", Encoding: "base64url", Signs: "{secret}{method}{url}{header:X-Other}{body_sha256}{path}"},
		{Signature: "query:sig", Timestamp: "query:t", TimeUnit: "rfc3339", MessageID: "header:X-Id", Signs: "{id}|{timestamp}|{body}", Encoding: "HEX", Secret: "hex"},
		{Signature: "X-Sig", Timestamp: "X-Time", TimeUnit: "ms", Signs: "{json:a.b}{field:c}{body_crc32}{timestamp}", Secret: "base64", SecretPrefix: "k_"},
		{Signature: "X-Key", Algorithm: "token", Prefix: "Token "}, {Signature: "json:a.b", Algorithm: "token"}, {Signature: "query:key", Algorithm: "token"},
	} {
		d.Name, d.Tolerance = "declared", time.Minute
		p, err := d.Provider()
		if err != nil {
			t.Fatal(err)
		}
		delete(secrets, "declared a")
		if !recipeHolds(t, p, body{jsonType, `{"a":{"b":"old"}}`}) {
			t.Errorf("%+v has no recipe", d)
		}
	}
	delete(secrets, "declared a")
}

// cook is what a reader of recipes does.
func cook(r Request, m Recipe, secret string, now time.Time) Request {
	r.Header, r.Body = r.Header.Clone(), bytes.Clone(r.Body)
	for _, name := range m.Stale {
		r.Header.Del(name)
	}
	for _, one := range append([]Recipe{m}, m.Also...) {
		stamp := timeIn(one.Time, now)
		setPlaces(&r, one, secret, stamp, "")
		if one.Body != nil {
			r.Body = bytes.ReplaceAll(one.Body, []byte(MarkTimestamp), []byte(stamp))
		}
		content := mixed(one.Content, r, secret, stamp, "")
		signature := string(encodedIn(one.Encoding, digested(one, content, secret)))
		r.Body = bytes.ReplaceAll(r.Body, []byte(MarkSignature), []byte(signature))
		setPlaces(&r, one, secret, stamp, signature)
	}
	return r
}

// setPlaces sets those that hold the signature, or, before there is one, those that do not, as they may be signed.
func setPlaces(r *Request, m Recipe, secret, stamp, signature string) {
	for _, at := range m.Headers {
		if holdsSignature(at) == (signature != "") {
			r.Header.Set(at.Name, mixed(at.Value, *r, secret, stamp, signature))
		}
	}
	for _, at := range m.Query {
		if holdsSignature(at) == (signature != "") {
			r.URL = setQuery(r.URL, at.Name, url.QueryEscape(mixed(at.Value, *r, secret, stamp, signature)))
		}
	}
}

func holdsSignature(at Place) bool {
	return slices.ContainsFunc(at.Value, func(i Ingredient) bool { return i.Kind == IngredientSignature })
}

func timeIn(form TimeForm, now time.Time) string {
	switch form {
	case TimeSeconds:
		return strconv.FormatInt(now.Unix(), 10)
	case TimeMillis:
		return strconv.FormatInt(now.UnixMilli(), 10)
	case TimeISO:
		return now.UTC().Format(time.RFC3339)
	case TimeISOPlain:
		return now.UTC().Format("2006-01-02T15:04:05")
	case TimeHTTP:
		return now.UTC().Format(http.TimeFormat)
	default:
		return ""
	}
}

func mixed(parts []Ingredient, r Request, secret, stamp, signature string) string {
	var b strings.Builder
	for _, part := range parts {
		switch part.Kind {
		case IngredientText:
			b.WriteString(part.Text)
		case IngredientBody:
			b.Write(r.Body)
		case IngredientBodyHash:
			sum := sha256.Sum256(r.Body)
			b.WriteString(hex.EncodeToString(sum[:]))
		case IngredientForm:
			form, _ := sortedForm(r.Body)
			b.Write(form)
		case IngredientTimestamp:
			b.WriteString(stamp)
		case IngredientSecret:
			b.WriteString(secret)
		case IngredientMethod:
			b.WriteString(r.Method)
		case IngredientURL:
			b.WriteString(r.URL)
		case IngredientPath:
			b.WriteString(splitURL(r.URL).path)
		case IngredientHeader:
			b.WriteString(r.Header.Get(part.Text))
		case IngredientSignature:
			b.WriteString(signature)
		}
	}
	return b.String()
}

func digested(m Recipe, content, secret string) []byte {
	sums := map[string]digest{"MD5": withMD5(), "SHA1": withSHA1(), "SHA256": withSHA256(), "SHA384": withSHA384(), "SHA512": withSHA512()}
	if m.Digest == "" {
		return []byte(content)
	}
	h := sums[m.Digest].new()
	if m.Keyed {
		h = hmac.New(sums[m.Digest].new, keyIn(m, secret))
	}
	h.Write([]byte(content))
	return h.Sum(nil)
}

func keyIn(m Recipe, secret string) []byte {
	rest, prefixed := strings.CutPrefix(secret, m.Prefix)
	key := []byte(secret)
	switch {
	case m.Key == KeyHex:
		key, _ = hex.DecodeString(secret)
	case m.Key == KeyBase64 || m.Key == KeyBase64Prefix && prefixed:
		key, _ = base64.StdEncoding.DecodeString(rest)
	case m.Key == KeyEntities:
		key = []byte(html.UnescapeString(secret))
	}
	return key
}

func encodedIn(e Encoding, sum []byte) []byte {
	switch e {
	case EncodingHex:
		return inHex().append(nil, sum)
	case EncodingUpperHex:
		return inUpperHex().append(nil, sum)
	case EncodingBase64:
		return inBase64().append(nil, sum)
	case EncodingBase64URL:
		return inBase64URL().append(nil, sum)
	case EncodingHexBase64:
		return hexInBase64().append(nil, sum)
	default:
		return sum
	}
}
