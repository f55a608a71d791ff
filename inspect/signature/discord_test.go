package signature

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestDiscordHandshake(t *testing.T) {
	const (
		eventsPing   = `{"version":1,"application_id":"1234560123453231555","type":0}`
		interactPing = `{"id":"846462639134605312","application_id":"1234560123453231555","type":1,"version":1}`
	)
	p := Lookup("discord")
	private := secretOf(t, p)
	public, err := p.PublicKey(private)
	if err != nil || len(public) != 64 || strings.ToLower(public) != public {
		t.Fatalf("public key %q, %v; want 64 hexadecimal digits, as Discord shows it", public, err)
	}
	key := secretsOf(public)
	test := []Secret{{Value: p.NewSecret(), Source: "test secret", Test: true}}
	for _, tt := range []struct {
		name, body string
		secrets    []Secret
		spoil      bool
		status     int // 0 for no answer
		answer     string
	}{
		{"events", eventsPing, key, false, 204, ""},
		{"interactions", interactPing, key, false, 200, `{"type":1}`},
		{"events, wrongly signed", eventsPing, key, true, 401, "invalid request signature"},
		{"interactions, wrongly signed", interactPing, key, true, 401, "invalid request signature"},
		{"no key", eventsPing, nil, false, 0, ""},
		{"a key that is none", eventsPing, secretsOf("abc"), false, 0, ""},
		{"hook's own key only", eventsPing, test, false, 0, ""},
		{"an event", `{"application_id":"1","type":1,"event":{"type":"ENTITLEMENT_CREATE"}}`, key, false, 0, ""},
		{"a command", `{"id":"1","application_id":"1","type":2}`, key, false, 0, ""},
		{"nothing", `{}`, key, false, 0, ""},
	} {
		r := requestOf(tt.body, 1_700_000_000)
		if err := p.Sign(&r, Secret{Value: private}, time.Unix(1_700_000_000, 0)); err != nil {
			t.Fatal(err)
		}
		if tt.spoil {
			flipSignature(t, p, &r)
		}
		got, ok := p.Handshake(r, tt.secrets)
		if ok != (tt.status != 0) || ok && (got.Status != tt.status || got.Body != tt.answer || got.Header.Get("Content-Type") == "") {
			t.Errorf("%s: got %+v, %v; want %d %q", tt.name, got, ok, tt.status, tt.answer)
		}
	}
}

// Two senders have Discord's header; only a body that names an application is surely its.
func TestDetectDiscord(t *testing.T) {
	r := requestOf(`{"application_id":"1","type":0}`, 0, "X-Signature-Ed25519", "00")
	if got := Detect(r); got.Provider != Lookup("discord") {
		t.Errorf("got %+v", got)
	}
	for _, text := range []string{"Discord-Interactions/1.0 (+https://discord.com)", "Discord-Webhook/1.0 (+https://discord.com)"} {
		r.Header = http.Header{"User-Agent": {text}}
		if got := Detect(r); got.Provider != Lookup("discord") {
			t.Errorf("%s: got %+v", text, got)
		}
	}
}

func TestDiscordEventNames(t *testing.T) {
	for body, want := range map[string]string{
		`{"type":0}`: "PING", `{"type":1}`: "PING", `{"type":2}`: "APPLICATION_COMMAND", `{"type":3}`: "MESSAGE_COMPONENT",
		`{"type":4}`: "APPLICATION_COMMAND_AUTOCOMPLETE", `{"type":5}`: "MODAL_SUBMIT", `{"type":9}`: "", ``: "", `{"type":1,"event":{}}`: "",
	} {
		if got := Lookup("discord").Meta(requestOf(body, 0)).EventType; got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}
