package cmd

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/tui"
)

// What the screen finds is what hook list finds by the same.
func TestSearchFindsWhatListFinds(t *testing.T) {
	store := openTestStore(t)
	all := captured(t, store)
	var summaries []inspect.Summary
	for _, d := range all {
		summaries = append(summaries, d.Summary())
	}
	for _, c := range []struct {
		typed string
		args  []string // of hook list
	}{
		{"invoice", []string{"invoice"}},
		{"invoice.paid b1", []string{"invoice.paid", "b1"}},
		{`"n=3" post`, []string{"n=3", "post"}},
		{"--failed", []string{"--failed"}},
		{"--failed --provider stripe", []string{"--failed", "--provider", "stripe"}},
		{"--provider=stripe,github --status 5xx", []string{"--provider=stripe,github", "--status", "5xx"}},
		{"--status 404 --status 2xx", []string{"--status", "404", "--status", "2xx"}},
		{"--event 'invoice.*' --since 30m", []string{"--event", "invoice.*", "--since", "30m"}},
		{"--until 30m --failed a", []string{"--until", "30m", "--failed", "a"}},
		{"b1 --failed", []string{"b1", "--failed"}},
		{"--where 'body.n > 40' --failed", []string{"--where", "body.n > 40", "--failed"}},
		{"status >= 400", []string{"--where", "status >= 400"}},
		{"status >= 400 && body.n > 30", []string{"--where", "status >= 400 && body.n > 30"}},
		{"failed", []string{"--where", "failed"}},
		{"not replay && provider == nil", []string{"--where", "not replay && provider == nil"}},
		{`header["x-n"] == "3"`, []string{"--where", `header["x-n"] == "3"`}},
		{`verdict == "invalid" and event startsWith "invoice."`, []string{"--where", `verdict == "invalid" and event startsWith "invoice."`}},
		{"nothing has this", []string{"nothing has this"}},
	} {
		var s selectors
		flags := typedFlags(&s)
		if err := flags.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		sel, err := s.selection(flags.Args(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		want := make(map[string]bool)
		for found, err := range sel.each(t.Context(), store, nil) {
			if err != nil {
				t.Fatal(err)
			}
			want[found.ID] = true
		}
		atHand := func(id string) *inspect.Delivery {
			at := slices.IndexFunc(all, func(d *inspect.Delivery) bool { return d.ID == id })
			return all[at]
		}
		if len(want) == 0 && !strings.HasPrefix(c.typed, "nothing") || len(want) == len(all) {
			t.Errorf("%s finds %d of %d: it shows nothing", c.typed, len(want), len(all))
		}
		for name, search := range map[string]func(string) (tui.Search, error){
			"history": place{}.searching(store, nil), "no history": place{}.searching(nil, atHand),
		} {
			f, err := search(c.typed)
			if err != nil {
				t.Errorf("%s: %v", c.typed, err)
				continue
			}
			matches, err := f.Match(t.Context(), summaries)
			if err != nil {
				t.Errorf("%s, %s: %v", c.typed, name, err)
				continue
			}
			for i, d := range all {
				if matches[i] != want[d.ID] {
					t.Errorf("%s, %s: %s %s matches %v, hook list says %v", c.typed, name, d.ID, d.Path, matches[i], want[d.ID])
				}
			}
		}
	}
}

// What neither a history nor memory has is found by what its summary says.
func TestSearchOfSummaries(t *testing.T) {
	sum := inspect.Summary{ID: "d_1", Method: "POST", Path: "/hooks?order=77", Provider: "stripe", EventType: "invoice.paid", Status: 500, Outcome: inspect.OutcomeAnswered}
	for typed, want := range map[string]bool{
		"invoice": true, "order 77": true, "stripe post": true, "refund": false, "--failed invoice": true, "status == 500": true,
		"body.amount > 1": false, "not header.x": false,
	} {
		f, err := place{}.searching(nil, nil)(typed)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Match(t.Context(), []inspect.Summary{sum}); err != nil || got[0] != want {
			t.Errorf("%s: got %v, %v, want %v", typed, got, err, want)
		}
	}
}

// What is remembered because the history could not keep it is found beside what that has.
func TestSearchOfUnkept(t *testing.T) {
	store := openTestStore(t)
	kept := captured(t, store)[0]
	u := new(unkept)
	lost := &inspect.Delivery{ID: inspect.NewID(), Method: "POST", Path: "/lost", Header: http.Header{}, Body: inspect.CaptureOf([]byte(`{"n":0,"tags":["b0"]}`))}
	u.put(lost)
	f, err := place{}.searching(store, u.get)("b0")
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Match(t.Context(), []inspect.Summary{kept.Summary(), lost.Summary(), {ID: "d_gone"}})
	if want := []bool{true, true, false}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

// A mistake is said in one line with its next step; what is no mistake is words.
func TestWhatIsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"status >=":               "it ends too early, at character 9; something is missing behind it",
		"status >= 400 &&":        "it ends too early",
		"status = 400":            "equal is ==",
		"body.":                   "it ends too early",
		"paid && failed":          "there is no field paid, at character 1; did you mean path?",
		`event startsWith "inv`:   "a text has no closing quote",
		"any(body.items, .x":      "at character",
		"--fa":                    "there is no --fa; did you mean --failed?",
		"--staus 500":             "there is no --staus; did you mean --status?",
		"--status":                "--status needs one more word, its status: ",
		"--status 999":            "--status 999 is neither a status nor a class; a status is like 404",
		"--since yesterday":       `--since "yesterday" is no time; a time is like`,
		"--provider strip":        "hook knows no provider",
		"--":                      "a flag is like --failed",
		"--all-projects":          "--all-projects has no place here: the screen is of this project alone",
		"x --limit 5":             "--limit has no place here: the screen lists all that match",
		"--redelivered":           "as an expression it is redelivered",
		"--failed=perhaps":        "flags are like --failed",
		"--where 'status >='":     "it ends too early, at character 9",
		`--event "invoice paid`:   "the quote \" is not closed; it stands around what has spaces",
		"--where ''":              "it is empty",
		"":                        "",
		"status":                  "",
		"error in production":     "",
		"it's":                    "",
		"status 400":              "",
		"a=b":                     "",
		"path contains":           "it ends too early",
		`"status >= 400"`:         "",
		"-5":                      "",
		"cus_9s6XKzkNRiz8i3":      "",
		"no such customer --here": "",
	} {
		_, err := readTyped(typed, time.Now())
		got := fmt.Sprint(err)
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: got %v, want words", typed, err)
		case !strings.Contains(got, want), strings.Contains(got, "\n"):
			t.Errorf("%q: got %q, want in it %q, in one line", typed, got, want)
		}
	}
}

func TestWordsOfTheFilter(t *testing.T) {
	got := searchWords()
	for _, want := range []string{"status", "body", "--failed", "--provider", "startsWith"} {
		if !slices.Contains(got, want) {
			t.Errorf("got %v, want %s in it", got, want)
		}
	}
}

var _ tui.Search = (*screenSearch)(nil)

// openTestStore is an empty history of a project.
func openTestStore(t *testing.T) *history.Store {
	t.Helper()
	store, err := history.Open(t.Context(), t.TempDir()+"/history.db", history.Options{Project: "/project"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}
