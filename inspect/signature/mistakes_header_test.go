package signature

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

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
	toURL := func(value string) string {
		return strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(value), "=")
	}
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
	solidgate := Lookup("solidgate")
	_, named := pairOf(t, solidgate)
	r := jsonRequest("{}")
	r.Header.Set("Acme-Signature", "0123456789abcdef")
	e := Explain(r, solidgate, solidgate.Verify(r, []Secret{named}), []Secret{named}, Hints{})
	wantMistake(t, e, MistakeMissingHeader, "no Signature and no Merchant") // another sender's header is no renamed one
	github, own := Lookup("github"), configuredFor("github", "a github secret", ".env")
	_, e = explained(t, github, jsonRequest("{}"), own, func(r *Request) { r.Header.Del("X-Hub-Signature-256") }, Hints{}, own)
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
		wantMistake(t, Explain(r, p, p.Verify(r, public), public, Hints{}), MistakeAlgorithm, "Its header says HS256; Acme signs with ES256")
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

func TestTokensThatDoNotMatch(t *testing.T) {
	own := configuredFor("gitlab", "glsecret-0123456789", ".env")
	_, e := explained(t, Lookup("gitlab"), jsonRequest("{}"), Secret{Value: "another-token-987654"}, func(r *Request) {
		r.Header.Set("Content-Length", "99") // which says nothing of a token
	}, Hints{}, own)
	wantMistake(t, e, MistakeWrongSecret, "sends the secret itself", "got anot…54 (20 characters)")
	mailchimp := Lookup("mailchimp")
	r := Request{URL: "https://a.example/hook?secret=the-token-that-came", ReceivedAt: time.Unix(1_700_000_000, 0)}
	secret := []Secret{configuredFor("mailchimp", "the-token-that-is-set", ".env")}
	e = Explain(r, mailchimp, mailchimp.Verify(r, secret), secret, Hints{})
	wantMistake(t, e, MistakeWrongSecret, "none of those that are configured")
	if strings.Contains(e.Text, "the-token-that") {
		t.Errorf("a token is shown: %s", e.Text)
	}
	if got := showURL("https://u:p@a.example/x?a=1&Access_Token=abc&b"); got != "https://***@a.example/x?a=1&Access_Token=***&b" {
		t.Errorf("got %s", got)
	}
}
