package cmd

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func TestWhatTheProviderMakesOfIt(t *testing.T) {
	answered := func(status int, took time.Duration) inspect.Attempt {
		return inspect.Attempt{Outcome: inspect.OutcomeAnswered, Stages: inspect.Stages{Total: took}, Response: &inspect.Response{Status: status}}
	}
	patient := &signature.Provider{Title: "Acme", Timeout: 5 * time.Second, Success: "200 or 204", Retries: "8 times over 4 hours"}
	for _, c := range []struct {
		name     string
		provider *signature.Provider
		attempt  inspect.Attempt
		replay   string
		want     string
	}{
		{"in time", patient, answered(200, time.Second), "", ""},
		{"late", patient, answered(200, 6200*time.Millisecond), "", "the app took 6.2 s: Acme gives up at 5 s and sends again 8 times over 4 hours"},
		{"nearly", patient, answered(200, 3*time.Second), "", "the app took 3 s of the 5 s that Acme waits"},
		{"just half", patient, answered(200, 2500*time.Millisecond), "", ""},
		{"wrong", patient, answered(500, time.Second), "", "Acme sends again 8 times over 4 hours"},
		{"another success", patient, answered(201, time.Second), "", "Acme takes only 200 or 204 for success: it sends again 8 times over 4 hours"},
		{"a success beyond 2xx", &signature.Provider{Title: "Acme", Success: "102, 200"}, answered(102, 0), "", ""},
		{"cut off", patient, inspect.Attempt{Outcome: inspect.OutcomeClosed, Response: &inspect.Response{Status: 200}}, "", "Acme sends again 8 times over 4 hours"},
		{"refused", patient, inspect.Attempt{Outcome: inspect.OutcomeRefused}, "", "Acme sends again 8 times over 4 hours"},
		{"under way", patient, inspect.Attempt{Stages: inspect.Stages{Total: time.Minute}}, "", ""},
		{"never again", &signature.Provider{Title: "Acme", Retries: "never by itself; by hand"}, answered(500, 0), "", "Acme never sends again by itself; by hand"},
		{"late and never again", &signature.Provider{Title: "Acme", Timeout: time.Second, Retries: "never"}, answered(200, time.Minute), "", "the app took 60 s: Acme gives up at 1 s and never sends again"},
		{"nobody knows", &signature.Provider{Title: "Acme", Retries: "not published"}, answered(500, time.Minute), "", ""},
		{"words that say more", &signature.Provider{Title: "Acme", Success: "200 with an empty body"}, answered(204, 0), "", "Acme takes only 200 with an empty body for success"},
		{"a replay", patient, answered(500, time.Minute), "d_abc", ""},
		{"unknown", nil, answered(500, time.Minute), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			s := place{pen: newPen()}.paper(&b, false)
			s.expected(&inspect.Delivery{ReplayOf: c.replay}, c.provider, c.attempt)
			if err := s.done(&b, false); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(b.String()); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Every provider's words about its retries make a sentence.
func TestRetryWordsOfAll(t *testing.T) {
	for _, p := range signature.Providers() {
		words := retryWords(p, "")
		if words != "" && !strings.HasPrefix(words, "sends again ") && !strings.HasPrefix(words, "does not send again") && !strings.HasPrefix(words, "never sends again") {
			t.Errorf("%s: %s", p.Name, words)
		}
		for _, wrong := range []string{"again again", "again not", "again never"} {
			if strings.Contains(words, wrong) {
				t.Errorf("%s: %s", p.Name, words)
			}
		}
	}
}

func TestLinesFitTheTerminal(t *testing.T) {
	for _, text := range []string{strings.Repeat("tea ", 50), strings.Repeat("t", 200), strings.Repeat("支", 100), "a " + strings.Repeat("b", 59)} {
		for i, piece := range wrapStyled(text, 40, 36) {
			if room := 40 - 4*min(i, 1); ansi.StringWidth(piece) > room {
				t.Errorf("%q has no room in %d columns", piece, room)
			}
		}
		if whole := strings.Join(wrapStyled(text, 40, 36), ""); strings.ReplaceAll(whole, " ", "") != strings.ReplaceAll(text, " ", "") {
			t.Errorf("%q became %q", text, whole)
		}
	}
}
