package cmd

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// absentees is a relay whose endpoints have an owner each, who isn't there.
type absentees struct {
	t     *testing.T
	host  string
	names *relay.Memory
	log   locked
}

// locked is what several may write to at once.
type locked struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func startAbsentees(t *testing.T) *absentees {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := &absentees{t: t, host: ln.Addr().String(), names: relay.NewMemory()}
	server, err := relay.New(relay.Config{
		PublicURL: "https://" + a.host, Names: a.names, Senders: relaySenders{}, Log: slog.New(slog.NewTextHandler(&a.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return a
}

// ask sends a request to an endpoint whose owner has left those settings.
func (a *absentees) ask(set wire.Settings, r signature.Request) (*http.Response, string) {
	a.t.Helper()
	_, err := a.names.Claim(a.t.Context(), relay.Claim{Name: "quiet-otter", Settings: set})
	if err != nil {
		a.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(a.t.Context(), r.Method, "http://"+a.host+"/e/quiet-otter"+r.URL, bytes.NewReader(r.Body))
	if err != nil {
		a.t.Fatal(err)
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	response, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		a.t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		a.t.Fatal(err)
	}
	return response, string(body)
}

// Registering a webhook works while nobody is there, in the form that each provider publishes.
func TestChallengesAreAnsweredByTheRelay(t *testing.T) {
	const (
		text, js = "text/plain; charset=utf-8", "application/json"
		form     = "application/x-www-form-urlencoded"
		hub      = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock"
		zoom     = `{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}`
		confirm  = `{"Type":"SubscriptionConfirmation","MessageId":"1","Token":"2336","TopicArn":"arn:aws:sns:us-west-2:1:T","SubscribeURL":"https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336"}`
		pings    = `{"version":1,"application_id":"1234560123453231555","type":0}`
		interact = `{"id":"846462639134605312","application_id":"1234560123453231555","type":1,"version":1}`
	)
	a := startAbsentees(t)
	discord := signature.Lookup("discord")
	private := discord.NewSecret()
	public, err := discord.PublicKey(private)
	if err != nil {
		t.Fatal(err)
	}
	ebay := sha256.Sum256([]byte("a8628072" + "token" + "https://" + a.host + "/e/quiet-otter"))
	for _, tt := range []struct {
		provider, secret      string
		method, url, body     string
		header                []string
		sign                  string // what the request is signed with; empty for not at all
		status                int
		kind, want, log, echo string
	}{
		{provider: "slack", method: "POST", body: `{"token":"x","challenge":"3eZbrw1aBm2rZg","type":"url_verification"}`, header: []string{"Content-Type", js}, status: 200, kind: text, want: "3eZbrw1aBm2rZg", log: "Slack's URL verification"},
		{provider: "slack", method: "POST", body: `{"type":"url_verification","challenge":"<script>alert(1)</script>"}`, status: 200, kind: text, want: "<script>alert(1)</script>"},
		{provider: "meta", method: "GET", url: hub, status: 200, kind: text, want: "1158201444"},
		{provider: "meta", secret: "meatyhamhock", method: "GET", url: hub, status: 200, kind: text, want: "1158201444"},
		{provider: "meta", secret: "another", method: "GET", url: hub, status: 502},
		{provider: "zoom", secret: "token", sign: "token", method: "POST", body: zoom, status: 200, kind: js, want: `{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"414abd224443df658c657e796f92313035961d4b4abbf7136289307425f70631"}`},
		{provider: "zoom", sign: "token", method: "POST", body: zoom, status: 502},
		{provider: "zoom", secret: "token", method: "POST", body: zoom, status: 502}, // anybody's
		{provider: "x", secret: "bar", method: "GET", url: "?crc_token=foo", status: 200, kind: js, want: `{"response_token":"sha256=FHkzIYqqvAuLEKKzpcNGhMjZQ0G88QpHNtxycPd0GFE="}`},
		{provider: "x", method: "GET", url: "?crc_token=foo", status: 502},
		{provider: "dropbox", method: "GET", url: "/a?challenge=abc123", status: 200, kind: text, want: "abc123"},
		{provider: "microsoft-graph", method: "POST", url: "?validationToken=Validation%3a+Testing+client", status: 200, kind: text, want: "Validation: Testing client"},
		{provider: "twitch", method: "POST", header: []string{"Twitch-Eventsub-Message-Type", "webhook_callback_verification"}, body: `{"challenge":"pogchamp-kappa","subscription":{}}`, status: 200, kind: text, want: "pogchamp-kappa"},
		{provider: "discord", secret: public, sign: private, method: "POST", body: pings, status: 204, kind: js},
		{provider: "discord", secret: public, sign: private, method: "POST", body: interact, status: 200, kind: js, want: `{"type":1}`},
		{provider: "discord", secret: public, sign: discord.NewSecret(), method: "POST", body: interact, status: 401, kind: text, want: "invalid request signature"},
		{provider: "discord", secret: public, method: "POST", body: interact, status: 401, kind: text, want: "invalid request signature"},
		{provider: "discord", sign: private, method: "POST", body: interact, status: 502},
		{provider: "aws-sns", method: "POST", header: []string{"X-Amz-Sns-Message-Type", "SubscriptionConfirmation", "Content-Type", "text/plain; charset=UTF-8"}, body: confirm, status: 200, log: "to confirm it, open https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336"},
		{provider: "woocommerce", method: "POST", header: []string{"Content-Type", form, "User-Agent", "WooCommerce/9.4 Hookshot (WordPress/6.7)"}, body: "webhook_id=7", status: 200, log: "WooCommerce's ping"},
		{provider: "mailchimp", method: "GET", status: 200},
		{provider: "trello", method: "HEAD", status: 200},
		{provider: "okta", method: "GET", header: []string{"X-Okta-Verification-Challenge", "c1"}, status: 200, kind: js, want: `{"verification":"c1"}`},
		{provider: "ringcentral", method: "POST", header: []string{"Validation-Token", "v1"}, status: 200, echo: "Validation-Token"},
		{provider: "ebay", secret: "token", method: "GET", url: "?challenge_code=a8628072", status: 200, kind: js, want: `{"challengeResponse":"` + hex.EncodeToString(ebay[:]) + `"}`},

		// who would keep the secret?
		{provider: "asana", method: "POST", header: []string{"X-Hook-Secret", "b537"}, status: 502},
		{provider: "notion", method: "POST", body: `{"verification_token":"secret_x"}`, status: 502},

		// none
		{provider: "", method: "POST", body: `{"challenge":"x","type":"url_verification"}`, status: 502},
		{provider: "of-a-newer-hook", method: "POST", body: `{"challenge":"x","type":"url_verification"}`, status: 502},
		{provider: "stripe", method: "POST", body: `{"challenge":"x","type":"url_verification"}`, status: 502},
		{provider: "slack", method: "POST", body: `{"type":"event_callback","challenge":"x"}`, status: 502},
		{provider: "slack", method: "POST", body: `{"type":"url_verification","challenge":"` + strings.Repeat("x", 300) + `"}`, status: 502},
		{provider: "slack", method: "POST", body: `{"pad":"` + strings.Repeat("x", 70_000) + `","type":"url_verification","challenge":"x"}`, status: 502},
		{provider: "slack", method: "POST", body: strings.Repeat(`{"a":[`, 10_000), status: 502},
		{provider: "slack", method: "POST", body: "\x00\xff", status: 502},
	} {
		r := signature.Request{Method: tt.method, URL: tt.url, Header: http.Header{}, Body: []byte(tt.body)}
		for i := 0; i < len(tt.header); i += 2 {
			r.Header.Set(tt.header[i], tt.header[i+1])
		}
		if tt.sign != "" {
			if err := signature.Lookup(tt.provider).Sign(&r, signature.Secret{Value: tt.sign}, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		provider := tt.provider
		if provider == "" {
			provider = wire.NoProvider
		}
		response, body := a.ask(wire.Settings{Provider: provider, ChallengeSecret: tt.secret}, r)
		got, unasked := response.Header, tt.status == http.StatusBadGateway
		switch {
		case response.StatusCode != tt.status, unasked && got.Get("Hook-Error") != "tunnel_absent":
			t.Errorf("%s %s%s %.80s: got %d %s", tt.provider, tt.method, tt.url, tt.body, response.StatusCode, body)
		case unasked:
		case body != tt.want, got.Get("Content-Type") != tt.kind, tt.kind != "" && got.Get("X-Content-Type-Options") != "nosniff",
			tt.echo != "" && got.Get(tt.echo) != r.Header.Get(tt.echo), !strings.Contains(a.log.String(), tt.log):
			t.Errorf("%s %s%s %.80s: got %q %q; the log has\n%s", tt.provider, tt.method, tt.url, tt.body, got, body, a.log.String())
		}
	}
	if log := a.log.String(); strings.Contains(log, "meatyhamhock") || strings.Contains(log, public) {
		t.Errorf("the log tells secrets:\n%s", log)
	}
}

func BenchmarkForgetful(b *testing.B) {
	var s relay.Providers = relaySenders{}
	h := http.Header{"X-Github-Event": {"push"}, "User-Agent": {"GitHub-Hookshot/1"}, "Content-Type": {"application/json"}, "Accept": {"*/*"}}
	for b.Loop() {
		if !s.Forgetful("", h) {
			b.Fatal("GitHub is said to send again")
		}
	}
}
