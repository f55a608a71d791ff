package signature

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

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
	account := configuredFor("stripe", live.Value, ".env")
	_, e = explained(t, stripe, jsonRequest(`{"account":"acct_1"}`), Secret{Value: "whsec_nobodyknowsnobodyknowsnobodyknow"}, nil, Hints{}, account)
	wantMistake(t, e, MistakeWrongSecret, "of a connected account")
	whole := configuredFor("stripe", live.Value+"234", "other .env (OLD)")
	_, e = explained(t, stripe, jsonRequest(`{}`), whole, nil, Hints{}, live, whole)
	wantMistake(t, e, MistakeSecretTruncated, "its beginning")
	discord := Lookup("discord")
	sender, configured := pairOf(t, discord)
	other, _ := discord.PublicKey(discord.NewSecret())
	_, e = explained(t, discord, jsonRequest(`{}`), sender, nil, Hints{}, configuredFor("discord", other, ".env"), configuredFor("discord", configured.Value, "other: sandbox"))
	wantMistake(t, e, MistakeOtherSecret, "other: sandbox", "has several keys")
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
	_, e = explained(t, paypal, jsonRequest("{}"), simulator, nil, Hints{}, configuredFor("paypal", public, ".env"))
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
