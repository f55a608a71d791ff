package tui

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// golden compares with a file in testdata, or writes it with -update.
func golden(t *testing.T, update bool, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test ./tui -update writes it)\ngot\n%s\nwant\n%s", file, got, want)
	}
}

// A bench is a screen without a terminal: it runs commands at once and keeps what they return for Bubble Tea.
type bench struct {
	*testing.T
	*screen
	others []tea.Msg
}

const testURL = "http://127.0.0.1:4400/e/quiet-otter-k7q2"

func newBench(t *testing.T, w, h int, c Config) *bench {
	t.Helper()
	if c.URL == "" {
		c.URL, c.Target = testURL, "http://localhost:3000/webhooks"
	}
	news, statuses := make(chan []inspect.Summary), make(chan Status)
	close(news)
	close(statuses)
	c.News, c.Status = news, statuses
	b := &bench{T: t, screen: newScreen(c, func(call func(context.Context) tea.Msg) tea.Cmd {
		return func() tea.Msg { return call(t.Context()) }
	})}
	b.zone = time.UTC
	b.send(tea.WindowSizeMsg{Width: w, Height: h})
	return b
}

// send updates the screen and runs what it asks for, until nothing more happens.
func (b *bench) send(msg tea.Msg) {
	_, cmd := b.Update(msg)
	b.do(cmd)
}

func (b *bench) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			b.do(c)
		}
	default:
		if strings.HasPrefix(fmt.Sprintf("%T", msg), "tui.") {
			b.send(msg)
		} else {
			b.others = append(b.others, msg)
		}
	}
}

// press types keys by their names.
func (b *bench) press(names ...string) {
	for _, name := range names {
		b.send(pressOf(name))
	}
}

// typed types text, character by character.
func (b *bench) typed(text string) {
	for _, r := range text {
		b.press(string(r))
	}
}

// text is what is on the screen, without styles. It checks that each row has exactly the width of the screen.
func (b *bench) text() string {
	b.Helper()
	rows := strings.Split(b.View().Content, "\n")
	if len(rows) != b.height {
		b.Errorf("got %d rows, want %d", len(rows), b.height)
	}
	for i, row := range rows {
		row = ansi.Strip(row)
		if got := b.theme.size(row); got != b.width {
			b.Errorf("row %d has %d cells, want %d: %q", i, got, b.width, row)
		}
		rows[i] = strings.TrimRight(row, " ")
	}
	return strings.Join(rows, "\n") + "\n"
}

func (b *bench) wants(parts ...string) {
	b.Helper()
	text := b.text()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			b.Errorf("got\n%swant in it %q", text, part)
		}
	}
}

func (b *bench) lacks(part string) {
	b.Helper()
	if text := b.text(); strings.Contains(text, part) {
		b.Errorf("got\n%swant in it no %q", text, part)
	}
}

// selectedID is the id of the selected delivery.
func (b *bench) selectedID() string {
	s, _ := b.list.current()
	return s.ID
}

var update = flag.Bool("update", false, "write the golden files")

// noon is when the tests' deliveries begin.
func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

// someDelivery is the n-th delivery of a history that has a bit of everything.
func someDelivery(n int) *inspect.Delivery {
	kinds := []struct {
		provider, event string
		verdict         signature.Verdict
		status          int
		outcome         inspect.Outcome
	}{
		{"stripe", "payment_intent.succeeded", signature.Valid, 200, inspect.OutcomeAnswered},
		{"stripe", "invoice.paid", signature.Invalid, 400, inspect.OutcomeAnswered},
		{"github", "push", signature.Valid, 0, inspect.OutcomeRefused},
		{"zapier", "catch hook", signature.Unsigned, 204, inspect.OutcomeAnswered},
		{"", "", signature.Unknown, 200, inspect.OutcomeAnswered},
		{"line", "支払い.完了した.とても長い名前のイベント", signature.Valid, 500, inspect.OutcomeAnswered},
		{"twilio", "message.delivered", signature.Valid, 0, inspect.OutcomeTimeout},
	}
	k := kinds[n%len(kinds)]
	body := fmt.Sprintf(`{"id":"evt_%03d","amount":4200,"items":[{"sku":"a-1","price":19.90}]}`, n)
	d := &inspect.Delivery{
		ID: fmt.Sprintf("d_%04dabcdefgh", n), Method: "POST", URL: testURL + "/webhooks", Path: "/webhooks",
		Proto: "HTTP/1.1", Remote: "203.0.113.7", ReceivedAt: noon().Add(time.Duration(n) * 7 * time.Second),
		Header: http.Header{
			"Content-Type": {"application/json"}, "Authorization": {"Bearer sesame"},
			"X-Twice": {"one", "two"}, "Stripe-Signature": {"t=1772625600,v1=" + strings.Repeat("5257a869", 8)},
		},
		Body: inspect.CaptureOf([]byte(body)), Provider: k.provider, EventType: k.event,
		Signature: signature.Result{Verdict: k.verdict, Reason: signature.ReasonMismatch},
		Attempts: []inspect.Attempt{{
			Number: 1, Target: "http://localhost:3000/webhooks", Started: noon(), Outcome: k.outcome,
			Stages: inspect.Stages{Wait: time.Duration(n) * time.Millisecond, Total: time.Duration(n+3) * time.Millisecond},
		}},
	}
	a := d.Last()
	switch {
	case k.status != 0:
		a.Response = &inspect.Response{Status: k.status, Header: http.Header{"Content-Type": {"application/json"}},
			Body: inspect.CaptureOf([]byte(`{"received":true}`))}
	case k.outcome == inspect.OutcomeTimeout:
		a.Stages.Total = 60 * time.Second
	default:
		a.Err = "dial 127.0.0.1:3000: connection refused"
	}
	if n == 5 {
		d.RedeliveryOf = "d_0001abcdefgh"
	}
	if n == 6 {
		d.ReplayOf = "d_0002abcdefgh"
	}
	return d
}

// summaries are the first n deliveries in the order they came.
func summaries(from, to int) []inspect.Summary {
	var all []inspect.Summary
	for n := from; n < to; n++ {
		all = append(all, someDelivery(n).Summary())
	}
	return all
}

// newestFirst is all the other way round.
func newestFirst(all []inspect.Summary) []inspect.Summary {
	slices.Reverse(all)
	return all
}

// A store is a Fetcher over someDelivery.
type store struct {
	fetched []string
	fail    error
	deliver func(id string) *inspect.Delivery
}

func (s *store) Delivery(_ context.Context, id string) (*inspect.Delivery, error) {
	s.fetched = append(s.fetched, id)
	if s.fail != nil {
		return nil, s.fail
	}
	if s.deliver != nil {
		return s.deliver(id), nil
	}
	var n int
	if _, err := fmt.Sscanf(id, "d_%04d", &n); err != nil {
		return nil, err
	}
	return someDelivery(n), nil
}

func (s *store) Replay(_ context.Context, id string, _ bool) (inspect.Summary, error) {
	if s.fail != nil {
		return inspect.Summary{}, s.fail
	}
	return inspect.Summary{ID: "d_b033zzzzzzzz", ReplayOf: id, Provider: "stripe", EventType: "invoice.paid",
		Status: 200, Outcome: inspect.OutcomeAnswered, Duration: 19 * time.Millisecond, ReceivedAt: noon()}, nil
}

func explained(d *inspect.Delivery) string {
	return "✗ invalid: the signature was made with another secret\n\n" +
		"  expected  v1=5257a869…e108d8bd   with whsec_9x…Qf from .env\n  got       v1=1c2f77b0…90aa4c31\n\n" +
		"It verifies with STRIPE_CLI_SECRET from your environment: the event came through another endpoint."
}

func upAndRunning() Status {
	return Status{Connected: true, Relay: "connected 12 ms", AppKnown: true, AppUp: true, App: "app :3000"}
}

func appDown() Status {
	return Status{Connected: true, Relay: "connected 12 ms", AppKnown: true,
		App: "nothing listens on port 3000; start it, deliveries are answered 502 until then"}
}
