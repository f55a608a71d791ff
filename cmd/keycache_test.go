package cmd

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// elsewhere is a client that reaches server whatever host is asked for.
func elsewhere(t *testing.T, handler http.HandlerFunc) *http.Client {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	client := server.Client()
	transport := client.Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.InsecureSkipVerify = true // its certificate is for another name
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// A certificate that a request names is fetched when the user asks for it, from the provider's host alone, and verifies
// from then on without being fetched.
func TestFetchedKeysVerify(t *testing.T) {
	p := testProject(t)
	sns := signature.Lookup("aws-sns")
	private := sns.NewSecret()
	public, err := sns.PublicKey(private)
	if err != nil {
		t.Fatal(err)
	}
	r := signature.Request{Method: http.MethodPost, URL: "https://a.example/", Header: http.Header{"X-Amz-Sns-Message-Type": {"Notification"}}, Body: []byte(
		`{"Type":"Notification","MessageId":"m1","TopicArn":"arn:aws:sns:eu-west-1:1:t","Message":"hi","Timestamp":"2026-01-02T03:04:05.000Z",` +
			`"SignatureVersion":"2","Signature":"","SigningCertURL":"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"}`)}
	if err := sns.Sign(&r, signature.Secret{Value: private}, time.Now()); err != nil {
		t.Fatal(err)
	}
	s := find(t, p)
	if _, _, res := s.judge(r, sns); res.Verdict != signature.Unknown {
		t.Errorf("without keys: got %s %s, want unknown", res.Verdict, res.Reason)
	}
	cache, fetched := keyCache{p.home.keys()}, 0
	client := elsewhere(t, func(w http.ResponseWriter, r *http.Request) {
		fetched++
		if r.Host != "sns.eu-west-1.amazonaws.com" {
			t.Errorf("asked %s", r.Host)
		}
		_, _ = w.Write([]byte(public))
	})
	if err := cache.fetch(t.Context(), client, sns, r); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, _, res := s.judge(r, sns); res.Verdict != signature.Valid || !strings.Contains(res.Secret, "sns.eu-west-1.amazonaws.com") {
			t.Errorf("with keys: got %+v, want valid", res)
		}
	}
	if fetched != 1 {
		t.Errorf("fetched %d times, want once", fetched)
	}

	r.Body = []byte(strings.Replace(string(r.Body), "sns.eu-west-1.amazonaws.com", "sns.attacker.example", 1))
	if err := cache.fetch(t.Context(), client, sns, r); err == nil || fetched != 1 {
		t.Errorf("got %v after %d fetches, want another host to be refused", err, fetched)
	}
}

// Fetched keys don't let pass what the configured audience forbids.
func TestFetchedKeysKeepTheAudience(t *testing.T) {
	p := testProject(t)
	t.Setenv("PUBSUB_AUDIENCE", "https://victim.example/push")
	pubsub := signature.Lookup("google-pubsub")
	private := pubsub.NewSecret()
	public, err := pubsub.PublicKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cache := keyCache{p.home.keys()}
	client := elsewhere(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(public)) })
	if err := cache.fetch(t.Context(), client, pubsub, signature.Request{}); err != nil {
		t.Fatal(err)
	}
	s := find(t, p)
	for audience, want := range map[string]signature.Verdict{
		"https://victim.example/push": signature.Valid, "https://attacker.example/push": signature.Invalid,
	} {
		r := signature.Request{Method: http.MethodPost, URL: "https://relay.example/e/x", Header: http.Header{}, Body: []byte("{}")}
		if err := pubsub.Sign(&r, signature.Secret{Value: audience + "\n" + private}, time.Now()); err != nil {
			t.Fatal(err)
		}
		if _, _, res := s.judge(r, pubsub); res.Verdict != want {
			t.Errorf("a token for %s: got %s %s, want %s", audience, res.Verdict, res.Reason, want)
		}
	}
}

func TestWhatAreNoKeysIsNotKept(t *testing.T) {
	p := testProject(t)
	pubsub := signature.Lookup("google-pubsub")
	for answer, handler := range map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
		},
		"not found": http.NotFound,
		"too much":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxKeys+1)) },
	} {
		if err := (keyCache{p.home.keys()}).fetch(t.Context(), elsewhere(t, handler), pubsub, signature.Request{}); err == nil {
			t.Errorf("%s was taken for keys", answer)
		}
	}
	if keys, err := (keyCache{p.home.keys()}).read(pubsub.KeysAt(signature.Request{})); keys != "" || err != nil {
		t.Errorf("kept %q, %v", keys, err)
	}
}
