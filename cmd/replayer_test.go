package cmd

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/replay"
)

// The screen says for each replay whether the signature is kept. What is repeated doesn't change.
func TestReplayerKeepsTheSignature(t *testing.T) {
	const field = "X-Hub-Signature-256"
	got := make(chan string, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.Header.Get(field) }))
	t.Cleanup(app.Close)
	where, err := toURL(app.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := replay.NewClient(replay.ClientOptions{})
	t.Cleanup(client.CloseIdleConnections)
	const old = "sha256=0000000000000000000000000000000000000000000000000000000000000000"
	original := &inspect.Delivery{
		ID: "d_aaaabbbbcccc", Method: http.MethodPost, Provider: "github", Body: inspect.CaptureOf([]byte("{}")),
		Header: http.Header{field: {old}}, Signature: signature.Result{Verdict: signature.Valid},
	}
	r := &replayer{
		client: client, where: where, signing: map[string]signature.Secret{"github": {Value: "it's a secret"}},
		find: func(context.Context, string) (*inspect.Delivery, error) { return original, nil },
	}
	for _, keep := range []bool{true, false, true} {
		fresh, err := r.Replay(t.Context(), original.ID, keep)
		if err != nil || fresh.Status != http.StatusOK || fresh.ReplayOf != original.ID {
			t.Fatalf("got %+v, %v", fresh, err)
		}
		if sent := <-got; (sent == old) != keep || sent == "" {
			t.Errorf("keep %t: the app got %q", keep, sent)
		}
	}
	if len(original.Header) != 1 || original.Header.Get(field) != old || len(original.Attempts) != 0 {
		t.Errorf("the original became %+v", original)
	}
}
