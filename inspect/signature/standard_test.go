package signature

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

// One list may hold both kinds of signatures; each secret finds its own, and its time is judged.
func TestStandardWebhooksBothKinds(t *testing.T) {
	const (
		shared  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
		private = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="
	)
	p, when := Lookup("standard-webhooks"), time.Unix(1_700_000_000, 0)
	public, err := p.PublicKey(private)
	if err != nil || !strings.HasPrefix(public, "whpk_") {
		t.Fatalf("public key %q, %v", public, err)
	}
	if same, err := p.PublicKey(shared); same != shared || err != nil {
		t.Errorf("got %q, %v; want the shared secret as it is", same, err)
	}
	signedBy := func(secret string) Request {
		r := requestOf("{}", when.Unix(), "Webhook-Id", "msg_1")
		if err := p.Sign(&r, Secret{Value: secret}, when); err != nil {
			t.Fatal(err)
		}
		return r
	}
	byText, byKey, both := signedBy(shared), signedBy(private), signedBy(shared)
	if !strings.HasPrefix(byKey.Header.Get("Webhook-Signature"), "v1a,") {
		t.Fatalf("signed by key: %v", byKey.Header)
	}
	both.Header.Set("Webhook-Signature", byKey.Header.Get("Webhook-Signature")+" "+byText.Header.Get("Webhook-Signature"))
	other := "whsk_" + strings.Repeat("QUFB", 10) + "QUE="
	for _, tt := range []struct {
		name   string
		r      Request
		secret string
		want   Reason
	}{
		{"text by text", byText, shared, ReasonOK},
		{"text by key", byText, public, ReasonMismatch},
		{"key by key", byKey, public, ReasonOK},
		{"key by private key", byKey, private, ReasonOK},
		{"key by text", byKey, shared, ReasonMismatch},
		{"key by another key", byKey, other, ReasonMismatch},
		{"both by text", both, shared, ReasonOK},
		{"both by key", both, public, ReasonOK},
		{"both by another key", both, other, ReasonMismatch},
		{"a key of the wrong length", byKey, "whpk_QUFB", ReasonSecretMalformed},
		{"a private key of the wrong length", byKey, "whsk_QUFB", ReasonSecretMalformed},
	} {
		if got := p.Verify(tt.r, secretsOf(tt.secret)); got.Reason != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got.Reason, tt.want)
		}
		tt.r.ReceivedAt = when.Add(301 * time.Second)
		if got := p.Verify(tt.r, secretsOf(tt.secret)); tt.want == ReasonOK && got.Reason != ReasonTimestampExpired {
			t.Errorf("%s, late: got %s", tt.name, got.Reason)
		}
	}
	if err := p.Sign(&byKey, Secret{Value: public}, when); err == nil {
		t.Error("signed with a public key")
	}
	byKey.Body = []byte("{ }")
	wantResult(t, p.Verify(byKey, secretsOf(public)), Invalid, ReasonMismatch)
	byKey.Header.Del("Webhook-Timestamp")
	wantResult(t, p.Verify(byKey, secretsOf(public)), Invalid, ReasonTimestampMissing)
}

// A private key may be its seed, or its seed with the public key behind it, as Svix has it.
func TestPrivateKeyLengths(t *testing.T) {
	for n, ok := range map[int]bool{31: false, 32: true, 33: false, 64: true, 65: false} {
		text := "whsk_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", n)))
		ring, err := readKeyring(text)
		if err != nil || (len(ring.keys) == 1) != ok {
			t.Errorf("%d bytes: %d keys, %v", n, len(ring.keys), err)
		}
		if err := Lookup("svix").CheckSecret(text); (err == nil) != ok {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// GitLab may send both tokens with a request; either is found, and a forged one is not.
func TestGitLabTokens(t *testing.T) {
	const signing = "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="
	p, when := Lookup("gitlab"), time.Unix(1_700_000_000, 0)
	r := requestOf(`{"object_kind":"push"}`, when.Unix(), "X-Gitlab-Event", "Push Hook")
	if err := p.Sign(&r, Secret{Value: signing}, when); err != nil {
		t.Fatal(err)
	}
	wantResult(t, p.Verify(r, secretsOf("glhook")), Invalid, ReasonMismatch)
	r.Header.Set("X-Gitlab-Token", "glhook")
	wantResult(t, p.Verify(r, secretsOf("glhook")), Valid, ReasonOK)
	wantResult(t, p.Verify(r, secretsOf(signing)), Valid, ReasonOK)
	wantResult(t, p.Verify(r, secretsOf("whsec_!")), Unknown, ReasonSecretMalformed)
	r.Body = []byte("{}")
	wantResult(t, p.Verify(r, secretsOf(signing)), Invalid, ReasonMismatch)
	wantResult(t, p.Verify(r, secretsOf("glhook")), Valid, ReasonOK) // it signs nothing
	for _, name := range []string{"Webhook-Signature", "Webhook-Id", "Webhook-Timestamp"} {
		r.Header.Del(name)
	}
	wantResult(t, p.Verify(r, secretsOf(signing)), Invalid, ReasonMismatch)
	r.Header.Del("X-Gitlab-Token")
	wantResult(t, p.Verify(r, secretsOf("glhook")), Invalid, ReasonMissing)
	if got := p.Verify(r, nil); got.Verdict != Unknown {
		t.Errorf("got %+v", got)
	}
}
