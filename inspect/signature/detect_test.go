package signature

import (
	"net/http"
	"slices"
	"testing"
)

func TestDetect(t *testing.T) {
	for _, tt := range []struct {
		header             []string
		provider, evidence string
	}{
		{[]string{"Stripe-Signature", "t=1"}, "stripe", "header Stripe-Signature"},
		{[]string{"User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"}, "stripe", "header User-Agent: Stripe/"},
		{[]string{"X-GitHub-Event", "push", "X-Hub-Signature-256", "sha256=00"}, "github", "header X-Github-Event"},
		{[]string{"X-Hub-Signature-256", "sha256=00"}, "github", "header X-Hub-Signature-256"},
		{[]string{"User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)"}, "slack", "header User-Agent: Slackbot"},
		{[]string{"webhook-id", "msg_1", "webhook-signature", "v1,"}, "standard-webhooks", "header Webhook-Id"},
		{[]string{"webhook-signature", "v1,", "user-agent", "Svix-Webhooks/1.4"}, "svix", "header User-Agent: Svix-Webhooks/"},
		{[]string{"svix-id", "msg_1", "webhook-id", "msg_1"}, "svix", "header Svix-Id"},
		{[]string{"User-Agent", "curl/8"}, "", ""},
		{nil, "", ""},
	} {
		r := requestOf("{}", 0, tt.header...)
		for range 20 { // a map's order is random
			got := Detect(r)
			if got.Evidence != tt.evidence || got.Provider != Lookup(tt.provider) {
				t.Fatalf("%v: got %+v, want %s by %s", tt.header, got, tt.provider, tt.evidence)
			}
		}
	}
	if got := Detect(Request{}); got.Provider != nil {
		t.Errorf("no header at all: got %+v", got)
	}
}

func TestDetectAllocatesNothing(t *testing.T) {
	r := signed(t, Lookup("stripe"), "whsec_x")
	if n := testing.AllocsPerRun(100, func() { Detect(r) }); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

// What a person must know of a provider is there, and the names of headers are as net/http writes them.
func TestProvidersAreComplete(t *testing.T) {
	all := Providers()
	if !slices.IsSortedFunc(all, func(a, b *Provider) int { return compare(a.Name, b.Name) }) {
		t.Error("the providers are not sorted by name")
	}
	vars := map[string]string{}
	for _, p := range all {
		for _, text := range []string{p.Title, p.Docs, p.RegisterAt} {
			if text == "" {
				t.Errorf("%s: a description is missing: %+v", p.Name, p)
			}
		}
		for _, v := range p.SecretVars {
			if other := vars[v]; other != "" {
				t.Errorf("%s belongs to %s and %s", v, other, p.Name)
			}
			vars[v] = p.Name
		}
		names := p.Headers()
		for _, c := range p.clues {
			names = append(names, c.header)
		}
		for _, name := range names {
			if name != http.CanonicalHeaderKey(name) {
				t.Errorf("%s: header %s is not in canonical form", p.Name, name)
			}
		}
		if Lookup(p.Name) != p {
			t.Errorf("Lookup(%q) finds another", p.Name)
		}
	}
	if Lookup("Stripe") != nil || Lookup("") != nil {
		t.Error("Lookup finds what is not there")
	}
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func TestTolerance(t *testing.T) {
	for name, want := range map[string]string{"stripe": "5m0s", "github": "0s", "svix": "5m0s", "unknown": "0s"} {
		if got := Lookup(name).Tolerance().String(); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
