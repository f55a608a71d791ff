package cmd_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// newBuiltDesk is a desk whose hook is the program itself, not these tests in its place, which are bigger.
func newBuiltDesk(b *testing.B) *desk {
	b.Helper()
	d := newDesk(b)
	d.hook = filepath.Join(d.dir, "hook")
	if out, err := exec.Command("go", "build", "-o", d.hook, "./hook").CombinedOutput(); err != nil {
		b.Fatalf("build hook: %v\n%s", err, out)
	}
	return d
}

// fill puts so many deliveries into the project's history.
func (d *desk) fill(n int) {
	d.t.Helper()
	ctx := context.Background()
	home, project := filepath.Join(d.dir, "home"), d.dir
	if real, err := filepath.EvalSymlinks(project); err == nil {
		project = real // as hook names it
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		d.t.Fatal(err)
	}
	keep := []byte("history:\n  max_age: none\n  max_count: none\n  max_bytes: none\n")
	if err := os.WriteFile(filepath.Join(home, "config.yaml"), keep, 0o600); err != nil {
		d.t.Fatal(err)
	}
	store, err := history.Open(ctx, filepath.Join(home, "history.db"), history.Options{Project: project, MaxAge: -1, MaxCount: -1, MaxBytes: -1})
	if err != nil {
		d.t.Fatal(err)
	}
	const atATime = 1000
	began := time.Now().Add(-time.Duration(n) * time.Second)
	for first := 1; first <= n; first += atATime {
		var some []*inspect.Delivery
		for i := first; i < min(first+atATime, n+1); i++ {
			some = append(some, recorded(i, began.Add(time.Duration(i)*time.Second)))
		}
		if _, err := store.Import(ctx, some); err != nil {
			d.t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		d.t.Fatal(err)
	}
}

// recorded is the i-th order as it was recorded then.
func recorded(i int, at time.Time) *inspect.Delivery {
	body, answer := []byte(event(order(i))), []byte(`{"received":true}`)
	return &inspect.Delivery{
		ID: inspect.NewID(), ReceivedAt: at, Method: http.MethodPost, URL: "http://127.0.0.1:4400/e/quiet-otter-k7q2", Proto: "HTTP/1.1",
		Header: http.Header{"Content-Type": {"application/json"}, "Stripe-Signature": {"t=1,v1=00"}}, Body: inspect.CaptureOf(body),
		Provider: "stripe", EventType: order(i), Signature: signature.Result{Verdict: signature.Valid},
		Attempts: []inspect.Attempt{{
			Number: 1, Target: "http://127.0.0.1:3000/webhooks/stripe", Started: at, Outcome: inspect.OutcomeAnswered,
			Stages:   inspect.Stages{Wait: 4 * time.Millisecond, Total: 5 * time.Millisecond},
			Response: &inspect.Response{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: inspect.CaptureOf(answer)},
		}},
	}
}
