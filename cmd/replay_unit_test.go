package cmd

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"

	"github.com/seed-4575fdc3/hook/inspect"
)

func TestCompare(t *testing.T) {
	attempt := func(status int) []inspect.Attempt {
		a := inspect.Attempt{Number: 1, Outcome: inspect.OutcomeRefused}
		if status != 0 {
			a.Outcome, a.Response = inspect.OutcomeAnswered, &inspect.Response{Status: status}
		}
		return []inspect.Attempt{a}
	}
	half := attempt(200)
	half[0].Outcome = inspect.OutcomeClosed
	for _, c := range []struct {
		name          string
		before, after []inspect.Attempt
		want          verdict
	}{
		{"well and well", attempt(200), attempt(204), same},
		{"a bug mended", attempt(500), attempt(200), fixed},
		{"nobody was there", attempt(0), attempt(200), fixed},
		{"a bug made", attempt(200), attempt(500), regressed},
		{"nobody is there", attempt(200), attempt(0), regressed},
		{"a bug", attempt(500), attempt(404), stillFailing},
		{"imported, well", nil, attempt(200), first},
		{"imported, not well", nil, attempt(302), failing},
		{"the first answer counts", append(attempt(500), attempt(200)...), attempt(200), fixed},
		{"a first try without an answer doesn't", append(attempt(0), attempt(200)...), attempt(500), regressed},
		{"half an answer", attempt(200), half, regressed},
		{"half an answer then and now", half, half, stillFailing},
	} {
		original, fresh := &inspect.Delivery{Attempts: c.before}, &inspect.Delivery{Attempts: c.after}
		if got := compare(firstAnswer(original), fresh.Summary()); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestBodyDifference(t *testing.T) {
	answer := func(body string) *inspect.Response {
		return &inspect.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: inspect.CaptureOf([]byte(body))}
	}
	const before = `{"ok":true,"total":42,"id":"4d3c2b1a-1111-4222-8333-944445555666"}`
	for after, want := range map[string]string{
		before: "same body",
		`{"total":42, "ok":true, "id":"4d3c2b1a-1111-4222-8333-944445555666"}`: "same body, written otherwise",
		`{"ok":true,"total":42,"id":"aaaa2b1a-1111-4222-8333-944445555666"}`:   "same body but for ids and times",
		`{"ok":true,"total":43,"id":"4d3c2b1a-1111-4222-8333-944445555666"}`:   "body: total",
		`no`: "body: line 1",
	} {
		if got := compareBodies(answer(before), answer(after)); got != want {
			t.Errorf("%s: %q, want %q", after, got, want)
		}
	}
	half := answer(before)
	half.Body.Complete = false
	if got := compareBodies(half, answer(before)); got != "" {
		t.Errorf("half a body: %q, want nothing", got)
	}
}

// Where there is little room no line is longer than the terminal is wide, and nothing is left out but the provider.
func TestReplayLineInLittleRoom(t *testing.T) {
	before := inspect.Summary{ID: "d_aaaabbbbcccc", Provider: "stripe", EventType: "customer.subscription.trial_will_end"}
	after := inspect.Summary{ID: "d_ddddeeeeffff", Duration: 19 * time.Millisecond}
	short := map[string]string{before.ID: "d_aaaa", after.ID: "d_dddd"}
	p := newPen().colourless()
	for width := 40; width < oneLine; width++ {
		text := p.layOut(width, before, after, short, "400 → 200", fit("fixed", 13), "same body · re-signed with STRIPE_WEBHOOK_SECRET in .env")
		for line := range strings.Lines(text) {
			if got := ansi.StringWidth(strings.TrimSuffix(line, "\n")); got > width {
				t.Fatalf("%d columns: a line of %d: %q", width, got, line)
			}
		}
		flat := strings.Join(strings.Fields(text), "") // a word may be broken
		if want := "400→200fixedasd_dddd·19ms·samebody·re-signedwithSTRIPE_WEBHOOK_SECRETin.env"; !strings.HasPrefix(flat, "d_aaaac") || !strings.HasSuffix(flat, want) {
			t.Fatalf("%d columns: %q", width, flat)
		}
	}
	if whole := p.layOut(oneLine, before, after, short, "400 → 200", fit("fixed", 13), ""); ansi.StringWidth(whole) > oneLine || strings.Contains(whole, "\n") {
		t.Errorf("%q is too long", whole)
	}
}

func TestPace(t *testing.T) {
	for _, bad := range []string{"", "fast", "0x", "-1x", "x", "10", "0/s", "nanx", "infx"} {
		if err := new(paceValue).Set(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	began := time.Now()
	for word, want := range map[string]time.Duration{"max": 0, "original": time.Hour, "2x": 30 * time.Minute, "0.5x": 2 * time.Hour, "1/m": 2 * time.Minute} {
		var v paceValue
		if err := v.Set(word); err != nil {
			t.Fatal(err)
		}
		p := v.start(began)
		p.due(began.Add(-3 * time.Hour))
		p.due(began.Add(-4 * time.Hour)) // a clock that went backwards
		if got := p.due(began.Add(-2 * time.Hour)).Sub(began); got != want {
			t.Errorf("%s: due after %v, want %v", word, got, want)
		}
	}
}

func TestExpectedStatuses(t *testing.T) {
	want, err := parseExpected("2XX,404")
	if err != nil {
		t.Fatal(err)
	}
	for status, ok := range map[int]bool{200: true, 299: true, 404: true, 302: false, 400: false, 500: false} {
		if want.has(status) != ok {
			t.Errorf("%d: %t", status, !ok)
		}
	}
	if _, err := parseExpected("2xx,"); err == nil {
		t.Error("an empty status was taken")
	}
}

func TestNoProgressBesideAPipe(t *testing.T) {
	terminal, tty, err := pty.Open()
	if err != nil {
		t.Skip(err) // there are none on Windows
	}
	reader, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, f := range []*os.File{terminal, tty, reader, pipe, file} {
			_ = f.Close()
		}
	})
	for _, c := range []struct {
		name     string
		out, err io.Writer
		want     bool
	}{
		{"a terminal", tty, tty, true},
		{"a file", file, tty, true},
		{"a pipe", pipe, tty, false}, // tee prints on the terminal what it reads there, nobody knows when
		{"no terminal", tty, pipe, false},
	} {
		r := &replaying{place: place{streams: streams{out: c.out, err: c.err}}}
		for _, planned := range []int{-1, 1, 2} {
			r.originals.count = planned
			report, want := r.newReport(), c.want && planned != 1
			if report.drawn != want {
				t.Errorf("%s, %d planned: drawn %t, want %t", c.name, planned, report.drawn, want)
			}
			if got := report.clear(c.out) != ""; got != (want && c.out == tty) {
				t.Errorf("%s, %d planned: what is drawn is erased before a line: %t", c.name, planned, got)
			}
		}
	}
}
