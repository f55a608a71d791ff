package oracles

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/cmd"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// What was captured an hour ago: an app that verifies with the provider's own library takes it when hook signs it anew, and
// refuses it with its old signature if that library looks at the time.
func TestReplayAnHourLater(t *testing.T) {
	for _, j := range goJudges() {
		t.Run(j.name+"/"+j.provider, j.replayOld)
	}
	n := startNode(t)
	for _, j := range nodeJudges() {
		j.prepare = n.judging(j.name)
		t.Run("node/"+j.name, func(t *testing.T) {
			provider(t, j.provider)
			if _, err := n.do(nodeTask{Task: "load", Library: j.name}); err != nil {
				t.Fatal(err)
			}
			j.replayOld(t)
		})
	}
}

func (j judge) replayOld(t *testing.T) {
	const age = time.Hour
	p := provider(t, j.provider)
	requests := j.requests(t)
	unsigned := requests[slices.Min(slices.Collect(maps.Keys(requests)))] // one will do: the others are hold's
	secret := j.deeds.before + p.NewSecret()
	d := signed(t, p, unsigned, secret, age)
	app := j.app(t, d)
	id := capture(t, p, d, app.URL, secret, age)

	want := 0
	if j.tolerance > 0 && j.tolerance < age {
		want = 3 // the app took it an hour ago
	}
	for _, round := range []struct {
		flag string
		code int
	}{{"--keep-signature", want}, {"--json", 0}} {
		var out, talk bytes.Buffer
		if code := cmd.Main(t.Context(), []string{"replay", id, round.flag, "--secret", p.Name + "=@" + secretFile(t, secret)}, nil, &out, &talk); code != round.code {
			t.Errorf("replay %s: exit code %d, want %d\n%s%s", round.flag, code, round.code, out.Bytes(), talk.Bytes())
		}
	}
}

// app answers 200 to what the library accepts, and 400 to anything else. It is known to its sender by d's URL.
func (j judge) app(t *testing.T, d delivery) *httptest.Server {
	t.Helper()
	accepts, err := j.prepare(d.secret)
	if err != nil {
		t.Fatalf("%s: the secret: %v", j.name, err)
	}
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := delivery{secret: d.secret}
		got.Method, got.URL, got.Header = r.Method, d.URL, r.Header
		got.Body, err = io.ReadAll(r.Body)
		if err == nil {
			err = accepts(got)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}))
	t.Cleanup(app.Close)
	return app
}

// capture puts a delivery into a history of its own, as one that the app at url took when it came.
func capture(t *testing.T, p *signature.Provider, d delivery, url, secret string, age time.Duration) string {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOOK_HOME", home)
	t.Chdir(t.TempDir())
	project, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	store, err := history.Open(t.Context(), filepath.Join(home, "history.db"), history.Options{Project: project})
	if err != nil {
		t.Fatal(err)
	}
	came := time.Now().Add(-age)
	d.ReceivedAt = came
	captured := &inspect.Delivery{
		ID: inspect.NewID(), Proto: "HTTP/1.1", Host: "app.example.com", Method: d.Method, URL: d.URL, ReceivedAt: came, Header: d.Header,
		Body: inspect.CaptureOf(d.Body), Provider: p.Name, Signature: p.Verify(d.Request, []signature.Secret{{Value: secret, Provider: p.Name, Source: "a file"}}),
	}
	if captured.Signature.Verdict != signature.Valid {
		t.Fatalf("when it came it was %s (%s)", captured.Signature.Verdict, captured.Signature.Reason)
	}
	store.Add(captured)
	store.AddAttempt(captured.ID, inspect.Attempt{
		Number: 1, Target: url + "/hooks", Started: came, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: http.StatusOK},
	})
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return captured.ID
}

func secretFile(t *testing.T, secret string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
