package cmd_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Whom a webhook is from is what an exposer says that knows it. One that only passes on what comes is not believed, as
// then it would be what the sender claims.
func TestViaSender(t *testing.T) {
	for via, want := range map[string]string{"cloudflared": "198.51.100.1", "expose --to {url}": "127.0.0.1"} {
		t.Run(via, func(t *testing.T) {
			t.Parallel()
			h := newListening(t)
			h.start("--json", "--via", via)
			r := h.awaitReady()
			h.webhookFrom(r, "198.51.100.1")
			for late := time.Now().Add(awaitTime); ; { // its row follows its answer
				shown, err := h.hook("show", "last", "--json").CombinedOutput()
				if err == nil && strings.Contains(string(shown), fmt.Sprintf(`"remote":%q`, want)) {
					break
				}
				if time.Now().After(late) || err == nil && strings.Contains(string(shown), `"remote":`) {
					t.Fatalf("remote is not %s: %v\n%s", want, err, shown)
				}
			}
			h.interrupt(h.witness(r))
		})
	}
}

// webhookFrom sends one to the public URL that claims to be passed on.
func (h *listening) webhookFrom(r ready, claimed string) {
	h.t.Helper()
	addr, host := r.at(h.t)
	u, err := url.Parse(r.URL)
	if err != nil {
		h.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, "http://"+addr+u.Path, strings.NewReader("hi"))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Host, req.Close = host, true
	req.Header.Set("X-Forwarded-For", claimed)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); string(body) != "ok" || err != nil {
		h.t.Fatalf("the webhook got %s %q, %v", resp.Status, body, err)
	}
}
