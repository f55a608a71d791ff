package signature

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestForgetful(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header []string
		want   bool
	}{
		{"GitHub", []string{"X-GitHub-Event", "push", "User-Agent", "GitHub-Hookshot/1f3"}, true},
		{"GitHub, by its User-Agent", []string{"User-Agent", "GitHub-Hookshot/1f3"}, true},
		{"GitLab", []string{"X-Gitlab-Event", "Push Hook"}, true},
		{"Gitea, with the fields of others", []string{"X-Gitea-Event", "push", "X-GitHub-Event", "push", "X-Gogs-Event", "push"}, true},
		{"WooCommerce", []string{"X-WC-Webhook-Topic", "order.created"}, true},
		{"WordPress", []string{"User-Agent", "WordPress/6.7; https://blog.example"}, true},
		{"Travis CI", []string{"Travis-Repo-Slug", "a/b"}, true},
		{"Stripe sends again", []string{"Stripe-Signature", "t=1"}, false},
		{"Meta sends again, with a field that GitHub has too", []string{"X-Hub-Signature-256", "sha256=00"}, false},
		{"Slack reads the answer", []string{"User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)", "X-Slack-Signature", "v0=00"}, false},
		{"Discord reads the answer", []string{"User-Agent", "Discord-Interactions/1.0 (+https://discord.com)"}, false},
		{"Twilio reads the answer", []string{"X-Twilio-Signature", "x"}, false},
		{"Teams shows the answer", []string{"Authorization", "HMAC x"}, false},
		{"somebody", []string{"User-Agent", "curl/8"}, false},
		{"nobody", nil, false},
	} {
		h := http.Header{}
		for i := 0; i < len(tt.header); i += 2 {
			h.Set(tt.header[i], tt.header[i+1])
		}
		for range 20 { // a map's order is random
			if got := Forgetful(h); got != tt.want {
				t.Fatalf("%s: got %t", tt.name, got)
			}
		}
	}
}

// A held webhook is answered 202 at once and delivered later: that must be a success for its provider, and nothing that the
// app says may be meant for it.
func TestForgetfulProvidersTake202(t *testing.T) {
	var names []string
	for _, p := range Providers() {
		if !p.Forgetful {
			continue
		}
		names = append(names, p.Name)
		if !p.Accepts(http.StatusAccepted) {
			t.Errorf("%s takes only %s for success", p.Name, p.Success)
		}
		if !strings.HasPrefix(p.Retries, "never") && p.Retries != "not published" {
			t.Errorf("%s sends again: %s", p.Name, p.Retries)
		}
	}
	for _, name := range []string{"github", "woocommerce", "papertrail"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not among %v", name, names)
		}
	}
	for _, name := range []string{"slack", "discord", "twilio", "microsoft-teams", "zapier", "plivo", "line"} {
		if slices.Contains(names, name) {
			t.Errorf("%s reads answers, or wants another one", name)
		}
	}
}

func TestForgetfulAllocatesNothing(t *testing.T) {
	h := manyFields()
	if n := testing.AllocsPerRun(100, func() { Forgetful(h) }); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

func BenchmarkForgetful(b *testing.B) {
	h := manyFields()
	b.ReportAllocs()
	for b.Loop() {
		Forgetful(h)
	}
}

// manyFields is GitHub's header behind a proxy.
func manyFields() http.Header {
	h := http.Header{}
	for _, name := range []string{
		"Accept", "Accept-Encoding", "Content-Type", "Content-Length", "User-Agent", "X-GitHub-Event", "X-GitHub-Delivery", "X-GitHub-Hook-ID",
		"X-GitHub-Hook-Installation-Target-ID", "X-GitHub-Hook-Installation-Target-Type", "X-Hub-Signature", "X-Hub-Signature-256", "Via", "Cdn-Loop",
	} {
		h.Set(name, "GitHub-Hookshot/1f3")
	}
	return h
}
