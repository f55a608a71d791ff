package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/cmd"
)

// received is what an app got: one request for each attempt.
type received struct {
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

func (r *received) add(request *http.Request) int {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests, r.bodies = append(r.requests, request), append(r.bodies, string(body))
	return len(r.requests)
}

// values are a header field's values, one of each request, "" where it has none.
func (r *received) values(name string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, request := range r.requests {
		all = append(all, request.Header.Get(name))
	}
	return all
}

// sends runs `hook send` in a project of its own against an app, whose nth answer, from 1, answer writes.
func sends(t *testing.T, answer func(w http.ResponseWriter, nth int), args ...string) (code int, out string, got *received) {
	t.Helper()
	home := t.TempDir()
	t.Chdir(t.TempDir())
	t.Setenv("HOOK_HOME", home)
	t.Setenv("NO_COLOR", "1")
	got = &received{}
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, got.add(r)) }))
	defer app.Close()
	var output bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), awaitTime)
	defer cancel()
	code = cmd.Main(ctx, append([]string{"send", "--to", app.URL}, args...), strings.NewReader(""), &output, &output)
	return code, output.String(), got
}

func wantList(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// A delivery that fails and then doesn't comes as its provider sends it: the same id and body, a signature of its own.
func TestRetryAsTheProvider(t *testing.T) {
	code, out, got := sends(t, func(w http.ResponseWriter, nth int) {
		if nth < 3 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}, "slack", "app_mention", "--retry", "--speed", "1e6x")
	if code != 0 || !strings.Contains(out, "3 attempts of 4 · accepted") {
		t.Errorf("code %d: %s", code, out)
	}
	wantList(t, "number", got.values("X-Slack-Retry-Num"), "", "1", "2")
	wantList(t, "reason", got.values("X-Slack-Retry-Reason"), "", "http_error", "http_error")
	if got.bodies[0] != got.bodies[2] {
		t.Error("the body changed")
	}
	for _, signature := range got.values("X-Slack-Signature") {
		if !strings.HasPrefix(signature, "v0=") {
			t.Errorf("signature %q", signature)
		}
	}
}

func TestRetryHeaders(t *testing.T) {
	once := func(w http.ResponseWriter, nth int) {
		if nth == 1 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}
	for _, tc := range []struct {
		provider, event string
		fields          map[string][]string
	}{
		{"square", "payment.created", map[string][]string{"Square-Retry-Number": {"", "1"}, "Square-Retry-Reason": {"", "http_error"}}},
		{"bitbucket", "repo:push", map[string][]string{"X-Attempt-Number": {"1", "2"}}},
		{"jira", "jira:issue_created", map[string][]string{"X-Atlassian-Webhook-Retry": {"", "1"}}},
		{"twitch", "channel.follow", map[string][]string{"Twitch-Eventsub-Message-Retry": {"0", "1"}}},
	} {
		t.Run(tc.provider, func(t *testing.T) {
			code, out, got := sends(t, once, tc.provider, tc.event, "--body", `{"id":"1"}`, "--retry", "--speed", "1e6x")
			if code != 0 {
				t.Errorf("code %d: %s", code, out)
			}
			for name, want := range tc.fields {
				wantList(t, name, got.values(name), want...)
			}
			if tc.provider == "square" {
				since := got.values("Square-Initial-Delivery-Timestamp")
				if _, err := time.Parse(time.RFC3339, since[1]); err != nil {
					t.Errorf("first sent at %q", since)
				}
			}
		})
	}
}

// The id that Standard Webhooks sign stays; so the receiver knows the delivery again.
func TestRetryKeepsTheID(t *testing.T) {
	_, _, got := sends(t, func(w http.ResponseWriter, nth int) {
		if nth == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}, "svix", "invoice.paid", "--retry", "--speed", "1e6x")
	if ids := got.values("Svix-Id"); len(ids) != 2 || ids[0] == "" || ids[0] != ids[1] {
		t.Errorf("ids %q", ids)
	}
}

// An answer may end it before its time.
func TestRetryStops(t *testing.T) {
	for _, tc := range []struct {
		name            string
		provider, event string
		answer          func(w http.ResponseWriter, nth int)
		attempts, code  int
		want            string
	}{
		{"gone", "intercom", "conversation.user.created", func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusGone) }, 1, 1, "Intercom disables the subscription"},
		{"not found", "typeform", "form_response", func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusNotFound) }, 1, 1, "Typeform disables the webhook"},
		{"gone means nothing to others", "slack", "app_mention", func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusGone) }, 4, 1, "gives up after 4 attempts"},
		{"asked not to", "slack", "app_mention", func(w http.ResponseWriter, _ int) {
			w.Header().Set("X-Slack-No-Retry", "1")
			w.WriteHeader(http.StatusInternalServerError)
		}, 1, 1, "Slack takes X-Slack-No-Retry: 1"},
		{"of a sort that isn't sent again", "bitbucket", "repo:push", func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusBadRequest) }, 1, 1, "sends nothing again after 400"},
		{"redirected, which is success there", "woocommerce", "order.created", func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusFound) }, 1, 0, "accepted"},
		{"created, which isn't", "xero", "events", func(w http.ResponseWriter, nth int) {
			w.WriteHeader(map[bool]int{true: http.StatusCreated, false: http.StatusOK}[nth == 1])
		}, 2, 0, "2 attempts of"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, out, got := sends(t, tc.answer, tc.provider, tc.event, "--body", `{"id":"1"}`, "--retry", "--speed", "1e6x")
			if code != tc.code || len(got.requests) != tc.attempts || !strings.Contains(out, tc.want) {
				t.Errorf("code %d after %d attempts, want %d after %d:\n%s", code, len(got.requests), tc.code, tc.attempts, out)
			}
		})
	}
}

// Retry-After counts for more than the schedule, in seconds and as a date; of other answers than 429 and 503 it doesn't.
func TestRetryAfter(t *testing.T) {
	var pauses []float64
	code, out, _ := sends(t, func(w http.ResponseWriter, nth int) {
		switch nth {
		case 1:
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			w.Header().Set("Retry-After", time.Now().Add(3*time.Hour).UTC().Format(http.TimeFormat))
			w.WriteHeader(http.StatusServiceUnavailable)
		case 3:
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusInternalServerError)
		}
	}, "slack", "app_mention", "--retry", "--speed", "1e6x", "--json")
	if code != 0 {
		t.Fatalf("code %d: %s", code, out)
	}
	for line := range strings.Lines(out) {
		var attempt struct {
			Next float64 `json:"next_in_ms"`
		}
		if strings.HasPrefix(line, `{"type":"delivery"`) && json.Unmarshal([]byte(line), &attempt) == nil {
			pauses = append(pauses, attempt.Next/1000)
		}
	}
	if len(pauses) != 4 || pauses[0] != 7200 || pauses[1] < 3*3600-60 || pauses[1] > 3*3600 || pauses[2] != 300 || pauses[3] != 0 {
		t.Errorf("pauses of %v s", pauses)
	}
}

// An app that never answers is waited for as long as the provider waits, or as --timeout says.
func TestTimeout(t *testing.T) {
	release := make(chan struct{})
	app := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(app.Close)
	t.Cleanup(func() { close(release) })
	t.Chdir(t.TempDir())
	t.Setenv("HOOK_HOME", t.TempDir())
	var out bytes.Buffer
	code := cmd.Main(t.Context(), []string{"send", "github", "push", "--to", app.URL, "--timeout", "50ms"}, strings.NewReader(""), io.Discard, &out)
	if code != 5 || !strings.Contains(out.String(), "no answer within 50ms") {
		t.Errorf("code %d: %s", code, &out)
	}
}

// What somebody edits is for nobody else's eyes.
func TestDraftIsPrivate(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("the editor here is of a POSIX shell")
	}
	dir := t.TempDir()
	list := filepath.Join(dir, "list")
	t.Setenv("TMPDIR", dir)
	t.Setenv("VISUAL", `sh -c 'ls -l "$1" > `+list+`' sh`)
	code, out, _ := sends(t, func(http.ResponseWriter, int) {}, "stripe", "invoice.paid", "--edit")
	mode, err := os.ReadFile(list)
	if code != 0 || err != nil || !strings.HasPrefix(string(mode), "-rw-------") || !strings.Contains(string(mode), ".json") {
		t.Errorf("code %d, %s, %v: %s", code, mode, err, out)
	}
}
