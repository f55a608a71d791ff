package tui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func TestLooks(t *testing.T) {
	sizes := [][2]int{{120, 30}, {60, 20}, {40, 12}, {200, 50}}
	full := Config{Deliveries: &store{}, Explain: explained, Recent: newestFirst(summaries(0, 60)), Version: "0.1.0"}
	empty := Config{
		Secrets: []string{"stripe from .env (STRIPE_WEBHOOK_SECRET)", "github: test secret, set GITHUB_WEBHOOK_SECRET=7f0c"},
		Tips: []string{"cloudflared is installed: hook listen 3000 --via cloudflared",
			"Stripe: Dashboard → Developers → Webhooks → Add endpoint"},
	}
	for _, c := range []struct {
		name   string
		config Config
		status Status
		keys   []string
	}{
		{"list", full, upAndRunning(), []string{"down", "down"}},
		{"signature", full, upAndRunning(), []string{"tab", "tab"}},
		{"reading", full, upAndRunning(), []string{"down", "enter", "tab"}},
		{"help", full, upAndRunning(), []string{"?"}},
		{"empty", empty, appDown(), nil},
	} {
		for _, size := range sizes {
			name := fmt.Sprintf("%s-%dx%d", c.name, size[0], size[1])
			t.Run(name, func(t *testing.T) {
				b := newBench(t, size[0], size[1], c.config)
				b.send(statusMsg{status: c.status, ended: true})
				b.press(c.keys...)
				golden(t, *update, name, b.text())
			})
		}
	}
}

// The screen of the past has no URL and no connection.
func TestRecorded(t *testing.T) {
	for _, width := range []int{40, 120} {
		b := newBench(t, width, 14, Config{Recorded: "for-maria.hook", Recent: newestFirst(summaries(0, 3))})
		b.screen.url = ""
		b.press("c")
		text := b.text()
		if !strings.HasPrefix(text, " hook  recorded  for-maria.hook") || strings.Contains(text, "connected") || !strings.Contains(text, "there is no URL") {
			t.Errorf("at %d cells:\n%s", width, text)
		}
	}
}

func TestASCII(t *testing.T) {
	b := newBench(t, 60, 20, Config{ASCII: true, Deliveries: &store{}, Explain: explained,
		Recent: newestFirst(summaries(0, 8))})
	b.send(statusMsg{status: appDown()})
	text := b.text()
	for _, r := range text {
		if r > '~' {
			t.Fatalf("got %q in\n%s", r, text)
		}
	}
	golden(t, *update, "ascii-60x20", text)
}

func TestNoColorHasNoColors(t *testing.T) {
	b := newBench(t, 120, 30, Config{NoColor: true, Deliveries: &store{}, Recent: newestFirst(summaries(0, 8))})
	b.send(statusMsg{status: appDown()})
	content := b.View().Content
	for _, color := range []string{"\x1b[3", "\x1b[1;3", "\x1b[4", "\x1b[9"} {
		if strings.Contains(content, color) {
			t.Errorf("got a colour: %q in %q", color, content)
		}
	}
}

func TestEverySizeIsFilledExactly(t *testing.T) {
	b := newBench(t, 1, 1, Config{Deliveries: &store{}, Explain: explained, Recent: newestFirst(summaries(0, 30))})
	b.send(statusMsg{status: appDown()})
	for _, keys := range [][]string{nil, {"enter"}, {"?"}} {
		b.press(keys...)
		for w := 1; w < 130; w += 9 {
			for h := 1; h < 40; h += 3 {
				b.send(tea.WindowSizeMsg{Width: w, Height: h})
				b.text()
			}
		}
	}
}

func TestFollowing(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 40))})
	b.send(receivedMsg{batch: summaries(40, 41)})
	if got, want := b.selectedID(), "d_0040abcdefgh"; got != want {
		t.Errorf("while following: selected %s, want %s", got, want)
	}
	b.lacks("G to follow")

	b.press("down")
	b.send(receivedMsg{batch: summaries(41, 44)})
	if got, want := b.selectedID(), "d_0039abcdefgh"; got != want {
		t.Errorf("after moving: selected %s, want %s", got, want)
	}
	b.wants("3 new ↑  G to follow", "d_0039")

	b.press("G")
	if got, want := b.selectedID(), "d_0043abcdefgh"; got != want {
		t.Errorf("after G: selected %s, want %s", got, want)
	}
	b.lacks("G to follow")
}

func TestReadingStopsFollowing(t *testing.T) {
	for _, keys := range [][]string{{"J"}, {"enter"}} {
		b := newBench(t, 120, 14, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 3))})
		b.press(keys...)
		b.send(receivedMsg{batch: summaries(3, 6)})
		if got, want := b.selectedID(), "d_0002abcdefgh"; got != want {
			t.Errorf("after %q: selected %s, want %s", keys, got, want)
		}
	}
}

func TestMoving(t *testing.T) {
	b := newBench(t, 60, 20, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 50))})
	for _, c := range []struct{ key, want string }{
		{"j", "d_0048"}, {"down", "d_0047"}, {"k", "d_0048"}, {"up", "d_0049"}, {"up", "d_0049"},
		{"end", "d_0000"}, {"down", "d_0000"}, {"pgup", "d_0004"}, {"pgdown", "d_0000"}, {"home", "d_0049"},
	} {
		b.press(c.key)
		if got := inspect.ShortID(b.selectedID()); got != c.want {
			t.Errorf("after %s: selected %s, want %s", c.key, got, c.want)
		}
		b.wants("▌", c.want)
	}
}

func TestChangedDeliveryIsUpdatedInPlace(t *testing.T) {
	s := &store{}
	pending := someDelivery(9).Summary()
	pending.Status, pending.Outcome, pending.Duration = 0, inspect.OutcomePending, 0
	b := newBench(t, 120, 30, Config{Deliveries: s, Recent: []inspect.Summary{pending}})
	b.wants("push", "…")
	b.send(receivedMsg{batch: []inspect.Summary{someDelivery(9).Summary()}})
	b.wants("refused")
	if got, want := len(b.list.rows), 1; got != want {
		t.Errorf("got %d rows, want %d", got, want)
	}
	if got, want := len(s.fetched), 2; got != want {
		t.Errorf("fetched %d times, want %d: what changed is loaded anew", got, want)
	}
}

func TestDetailIsLoadedOnce(t *testing.T) {
	s := &store{}
	b := newBench(t, 120, 30, Config{Deliveries: s, Recent: newestFirst(summaries(0, 5))})
	b.press("down", "up", "down", "tab", "J")
	want := []string{"d_0004abcdefgh", "d_0003abcdefgh"}
	if !slices.Equal(s.fetched, want) {
		t.Errorf("fetched %v, want %v", s.fetched, want)
	}
}

func TestStaleAnswerIsNotShown(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 5))})
	late := pageOf(b.zone, &inspect.Delivery{ID: "d_0001abcdefgh", Method: "LATE"})
	b.send(loadedMsg{late})
	b.lacks("LATE")
}

func TestDetailThatCannotBeLoaded(t *testing.T) {
	s := &store{fail: errors.New("history: disk \x1b[2J gone")}
	b := newBench(t, 120, 30, Config{Deliveries: s, Recent: newestFirst(summaries(1, 2))})
	b.wants(`load d_0001: history: disk \x1b[2J gone`, "enter tries again")
	s.fail = nil
	b.press("enter")
	b.wants(`"evt_001"`)
}

func TestReplay(t *testing.T) {
	s := &store{}
	b := newBench(t, 120, 30, Config{Deliveries: s, Do: Actions{Replay: s.Replay}, Recent: newestFirst(summaries(0, 2))})
	b.press("r")
	b.wants("replayed d_0001 as d_b033: 400 → 200 fixed, 19 ms", "⟲")

	s.fail = errors.New("replay d_0000: dial 127.0.0.1:3000: connection refused")
	b.press("end", "r")
	b.wants("replay d_0000: dial 127.0.0.1:3000: connection refused · r tries again")

	none := newBench(t, 120, 30, Config{Deliveries: s, Recent: newestFirst(summaries(0, 2))})
	none.press("r")
	none.wants("there is no app to replay to")
}

func TestCopyAndQuit(t *testing.T) {
	b := newBench(t, 120, 30, Config{})
	b.press("c", "q")
	if got := fmt.Sprint(b.others); !strings.Contains(got, testURL) {
		t.Errorf("got %q, want the URL for the clipboard", got)
	}
	if _, ok := b.others[len(b.others)-1].(tea.QuitMsg); !ok {
		t.Errorf("got %T, want a tea.QuitMsg", b.others[len(b.others)-1])
	}
	b.send(tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl})
	if got, want := len(b.others), 3; got != want {
		t.Errorf("ctrl-c: got %d messages, want %d", got, want)
	}
}

func TestStatus(t *testing.T) {
	b := newBench(t, 120, 30, Config{Public: true, Recent: newestFirst(summaries(0, 2))})
	b.wants("public", "◌ not connected yet")
	b.send(statusMsg{status: Status{Relay: "reconnecting in 3 s: \x1b]0;x\a", Warning: "history: disk full",
		URL: "https://relay.acme.dev/e/new-name"}})
	b.wants("https://relay.acme.dev/e/new-name", `reconnecting in 3 s: \x1b]0;x\x07`, "history: disk full")
	b.send(statusMsg{status: appDown()})
	b.wants("● connected 12 ms", "◌ nothing listens on port 3000\n", "start it, deliveries are answered 502",
		"https://relay.acme.dev/e/new-name")
}

func TestHostileBytesAreNeverRaw(t *testing.T) {
	const hostile = "\x1b[2J\x9b31m\u009b\u202e\u200b\r\a\x00\xff"
	d := &inspect.Delivery{
		ID: "d_evilevilevil", Method: "POST" + hostile, URL: "/" + hostile, Path: "/" + hostile, Remote: hostile,
		Proto: hostile, Header: http.Header{"X-" + hostile: {hostile}}, Provider: "p" + hostile, EventType: hostile,
		ReplayOf: hostile, RedeliveryOf: hostile, Body: inspect.CaptureOf([]byte(hostile)), ReceivedAt: noon(),
		Signature: signature.Result{Verdict: hostile, Reason: hostile},
		Attempts: []inspect.Attempt{{Target: hostile, Err: hostile, Outcome: hostile, Response: &inspect.Response{
			Status: 200, Header: http.Header{hostile: {hostile}}, Body: inspect.CaptureOf([]byte("text" + hostile))}}},
	}
	s := &store{deliver: func(string) *inspect.Delivery { return d }}
	b := newBench(t, 120, 40, Config{
		URL: testURL + hostile, Version: hostile, Secrets: []string{hostile}, Tips: []string{hostile}, Target: hostile,
		Deliveries: s, Do: Actions{Replay: s.Replay}, Explain: func(*inspect.Delivery) string { return "explained " + hostile },
	})
	check := func(when string) {
		t.Helper()
		content := b.View().Content
		for _, raw := range []string{"\x1b[2J", "\x9b31m", "\u009b", "\u202e", "\u200b", "\r", "\a", "\x00", "\xff"} {
			if strings.Contains(content, raw) {
				t.Errorf("%s: the screen has %q", when, raw)
			}
		}
		b.text()
	}
	check("empty")
	b.send(statusMsg{status: Status{Relay: hostile, AppKnown: true, App: hostile, Warning: hostile, URL: hostile}})
	check("status")
	b.send(receivedMsg{batch: []inspect.Summary{d.Summary()}})
	check("request")
	b.press("tab")
	check("response")
	b.press("tab")
	check("signature")
	s.fail = errors.New(hostile)
	b.press("r")
	check("failed replay")
	b.press("c", "?")
	check("help")
}

func TestWideCharactersAreAligned(t *testing.T) {
	for _, method := range []ansi.Method{ansi.WcWidth, ansi.GraphemeWidth} {
		wide := someDelivery(5).Summary()
		wide.EventType = "支払い 🇩🇪 👍🏽 é한국어"
		b := newBench(t, 60, 20, Config{Recent: []inspect.Summary{wide, someDelivery(0).Summary()}})
		if method == ansi.GraphemeWidth {
			b.send(tea.ModeReportMsg{Mode: ansi.ModeUnicodeCore, Value: ansi.ModeReset})
		}
		rows := strings.Split(b.text(), "\n") // text checks the widths
		for _, row := range rows[3:5] {
			at := strings.LastIndex(row, "ms")
			if got, want := b.theme.size(row[:at]), 57; got != want {
				t.Errorf("method %v: the duration ends at %d, want %d: %q", method, got, want, row)
			}
		}
	}
}

func BenchmarkFrame(b *testing.B) {
	news := make(chan []inspect.Summary)
	s := newScreen(Config{URL: testURL, News: news}, func(func(context.Context) tea.Msg) tea.Cmd { return nil })
	for n := range rowLimit {
		d := someDelivery(n % 1000).Summary()
		d.ID = fmt.Sprint("d_", n)
		s.list.put(d)
	}
	s.Update(tea.WindowSizeMsg{Width: 200, Height: 50})
	s.Update(loadedMsg{pageOf(time.UTC, someDelivery(0))})
	one := someDelivery(1).Summary()
	for n := 0; b.Loop(); n++ {
		one.ID = fmt.Sprint("d_new", n)
		s.Update(receivedMsg{batch: []inspect.Summary{one}})
		_ = s.View()
	}
}
