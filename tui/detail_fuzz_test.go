package tui

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// What the screen itself writes besides text: how text looks.
var looksOnly = regexp.MustCompile("\x1b\\[[0-9;:]*m")

// tidy checks that each row has the width of the screen, and nothing in it that a terminal would act on.
func (d desk) tidy(t *testing.T, when string) {
	t.Helper()
	rows := strings.Split(d.View().Content, "\n")
	if len(rows) != d.height {
		t.Fatalf("%s: got %d rows, want %d", when, len(rows), d.height)
	}
	for _, row := range rows {
		row = looksOnly.ReplaceAllString(row, "")
		if got := d.theme.size(row); got != d.width {
			t.Fatalf("%s: got %d cells, want %d: %q", when, got, d.width, row)
		}
		if inspect.Printable(row) != row {
			t.Fatalf("%s: got %q, want nothing in it that is not printable", when, row)
		}
	}
}

// Whatever a delivery says, in whatever field: the screen stays in its place and nothing of it reaches the terminal raw.
func FuzzDetail(f *testing.F) {
	const hostile = "\x1b[2J\x9b31m\u009b\u202e\u200b\r\a\x00\xff\tn\nl"
	for _, seed := range []struct{ provider, field, body, keys string }{
		{"stripe", hostile, `{"a":{"b":[1,2,{"c":"` + hostile + `"}]},"d":[],"e":{}}`, "  [ ] xx nN"},
		{hostile, "e\u0301\u0301\u0301\u0301\u0301\u0301", strings.Repeat("[", 300), "]x"},
		{"github", "🇩🇪👍🏽é한국어", `{"🇩":"🇪"}` + "\n" + hostile, "xxn"},
		{"", "\U0001f1e9", "<a b='" + hostile + "'><b>" + hostile + "</b></a>", "[jj "},
		{"twilio", strings.Repeat("x", 500), "a=%1b%5b2J&b=" + strings.Repeat("支", 300), "x[N"},
		{"slack", "\u0e33\u0e33", strings.Repeat("क्", 200), "xjjjj"},
		{"line", "payload", "\x00\x01\x02" + hostile, "jGx"},
	} {
		for _, ascii := range []bool{false, true} {
			f.Add(seed.provider, seed.field, []byte(seed.body), seed.keys, uint8(37), ascii)
		}
	}
	f.Fuzz(fuzzDetail)
}

func fuzzDetail(t *testing.T, provider, field string, content []byte, keys string, width uint8, ascii bool) {
	if len(content) > 1<<14 || len(field) > 1<<12 || len(provider) > 1<<10 || len(keys) > 12 {
		t.Skip("longer is not stranger")
	}
	d := fuzzed(provider, field, content)
	other := fuzzed(provider, field+"!", append([]byte("["), content...))
	other.ID = "d_otherother"
	s := &store{deliver: func(id string) *inspect.Delivery {
		if id == d.ID {
			return d
		}
		return other
	}}
	desk := newDesk(t, max(int(width), 1), 24, d)
	desk.config.Deliveries, desk.config.Explain = s, func(*inspect.Delivery) string { return field + "\n  " + string(content) }
	desk.theme = newTheme(ascii, false)
	if width%2 == 0 {
		desk.theme.cells = ansi.GraphemeWidth
	}
	for _, tab := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		desk.press(tab)
		if !desk.focus {
			desk.press("enter")
		}
		desk.tidy(t, "tab "+tab)
		for _, key := range keys {
			if strings.ContainsRune(" []xnNjkGhl", key) {
				desk.press(strings.ReplaceAll(string(key), " ", "space"))
				desk.tidy(t, "tab "+tab+", key "+string(key))
			}
		}
		desk.press(tab) // h and l go to others
		desk.detail.search(field)
		desk.tidy(t, "tab "+tab+", searching the field")
		desk.detail.search(string(content[:min(len(content), 3)]))
		desk.detail.endSearch(true)
		desk.press("n", "end")
		desk.tidy(t, "tab "+tab+", searching the body")
	}
	for _, w := range []int{1, 9, 40, 111, 200} {
		desk.send(tea.WindowSizeMsg{Width: w, Height: 24})
		desk.tidy(t, "resized")
	}
	s.fail = errors.New(field)
	desk.detail.changed(d.ID)
	desk.send(receivedMsg{batch: []inspect.Summary{d.Summary()}, ended: true})
	desk.tidy(t, "failed")
}

// fuzzed is a delivery that has field in all of its texts.
func fuzzed(provider, field string, content []byte) *inspect.Delivery {
	answer := &inspect.Response{Status: 200, Header: http.Header{field: {field}}, Body: inspect.CaptureOf(content)}
	return &inspect.Delivery{
		ID: "d_evilevilevil", Method: field, URL: field, Path: field, Remote: field, Proto: field, Host: field, Endpoint: field,
		Header: http.Header{field: {field}, "Content-Type": {field}, "X-" + field: {field, string(content)}}, Provider: provider,
		EventType: field, ProviderID: field, ReplayOf: field, RedeliveryOf: field, Change: field, Masked: len(field)%2 == 0,
		Body: inspect.Capture{Bytes: content, Size: int64(len(content)), Complete: len(field)%3 > 0}, ReceivedAt: time.Unix(1772625600, 0),
		Signature: signature.Result{Verdict: signature.Verdict(field), Reason: signature.Reason(field)},
		Attempts: []inspect.Attempt{
			{Number: 1, Target: field, Err: field, Outcome: inspect.Outcome(field), Started: time.Unix(1772625600, 0)},
			{Number: 2, Target: field, Err: field, Outcome: inspect.OutcomeAnswered, Response: answer, Stages: inspect.Stages{Wait: 3, Total: 4}},
		},
	}
}
