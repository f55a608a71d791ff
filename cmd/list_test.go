package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/filter"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// captured are deliveries of all sorts, the oldest first.
func captured(t *testing.T, store *history.Store) []*inspect.Delivery {
	t.Helper()
	var all []*inspect.Delivery
	providers, events := []string{"stripe", "github", ""}, []string{"invoice.paid", "invoice.voided", "push", ""}
	for i := range 60 {
		d := &inspect.Delivery{
			ID: inspect.NewID(), Method: "POST", URL: "http://localhost/?n=" + fmt.Sprint(i%7), Path: "/?n=" + fmt.Sprint(i%7),
			Provider: providers[i%3], EventType: events[i%4], ReceivedAt: time.Now().Add(time.Duration(i-60) * time.Minute),
			Header:    http.Header{"Content-Type": {"application/json"}, "X-N": {fmt.Sprint(i % 5)}},
			Body:      inspect.CaptureOf(fmt.Appendf(nil, `{"n":%d,"tags":["a","b%d"]}`, i, i%3)),
			Signature: signature.Result{Verdict: []signature.Verdict{signature.Valid, signature.Invalid}[i%2]},
		}
		if i%10 == 9 {
			d.ReplayOf = all[0].ID
		}
		stored(t, store.Add(d))
		if status := []int{200, 404, 500, 503, 0, 204}[i%6]; i < 58 {
			a := answered(status)
			if status == 0 {
				a.Response, a.Outcome, a.Err = nil, inspect.OutcomeRefused, "nothing listens"
			}
			stored(t, store.AddAttempt(d.ID, a))
		}
		all = append(all, d)
	}
	for i, d := range all {
		whole, err := store.Get(t.Context(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = whole
	}
	return all
}

// However an expression is put to the database, what is listed is what it is true of.
func TestListWhereIsWhatMatches(t *testing.T) {
	store := waitProject(t)
	all := captured(t, store)
	for _, expression := range []string{
		`status >= 500`, `status == 404`, `status < 300`, `status != 200`, `300 > status`, `failed`, `!failed`, `!replay && failed`, `replay`,
		`provider == "stripe"`, `provider == ""`, `provider != "github"`, `event startsWith "invoice."`, `event in ["push", "invoice.paid"]`, `verdict == "valid"`,
		`age < "20m"`, `age > "30m" && age < "40m"`, `received > now() - "10m"`, `outcome == "refused"`, `outcome == "pending"`,
		`body.n > 20`, `body.n > 20 && status >= 500`, `provider == "stripe" && body.tags contains "b1"`, `header.x_n == 3`, `query.n == 5 && header["x-n"] > 2`,
		`status >= 500 || body.n == 3`, `failed && any(body.tags, # == "b2") && event == "push"`, `id == "` + all[7].ID + `" && body.n == 7`, `body.missing`, `true`,
	} {
		f, err := filter.Compile(expression)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, d := range slices.Backward(all) {
			if f.Match(d) {
				want = append(want, d.ID)
			}
		}
		for _, limit := range []int{0, 3} {
			wanted := want
			if limit > 0 {
				wanted = want[:min(limit, len(want))]
			}
			if got := selected(t, store, selectors{where: expression}, limit); !slices.Equal(got, wanted) {
				t.Errorf("%s: with --limit %d these are selected:\n%v, want\n%v", expression, limit, got, wanted)
			}
		}
	}
	if got := listed(t, "--where", `provider in ["stripe", "github"]`, "--provider", "github", "--limit", "0"); len(got) != 20 {
		t.Errorf("a selector and an expression on one field: %d listed, want the 20 of both", len(got))
	}
}

// selected is the ids of what selectors choose.
func selected(t *testing.T, store *history.Store, s selectors, limit int) (ids []string) {
	t.Helper()
	sel, err := s.selection(nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	sel.query.Limit = limit
	for sum, err := range sel.each(t.Context(), store, nil) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, sum.ID)
	}
	return ids
}

// listed is the ids that hook list prints.
func listed(t *testing.T, args ...string) (ids []string) {
	t.Helper()
	code, out, errs := runHook(t.Context(), append([]string{"list", "--json"}, args...)...)
	if code != exitDone {
		t.Fatalf("hook list %q exits with %d: %s", args, code, errs)
	}
	for line := range strings.Lines(out) {
		var d struct{ ID string }
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	return ids
}

// A line fits its terminal, whatever is in it, and always says when, what, with which status, and which one.
func TestListColumns(t *testing.T) {
	p := newPen().colourless()
	now := time.Now()
	all := []inspect.Summary{
		{ID: "d_abcdefghijkl", ReceivedAt: now, Method: "POST", Path: "/webhooks", Provider: "stripe", EventType: "invoice.paid", Status: 200, Outcome: inspect.OutcomeAnswered, Duration: time.Second},
		{ID: "d_bcdefghijklm", ReceivedAt: now.AddDate(0, 0, -3), Method: "POST", Path: strings.Repeat("/日本語", 40), Provider: "a-provider-with-a-long-name", EventType: "🎉.👩‍🚀\x1b[31m\u202e" + strings.Repeat("注文", 30), Status: 500, Outcome: inspect.OutcomeClosed, Err: "the app closed it\n\x1b]0;x\a", ReplayOf: "d_abcdefghijkl"},
		{ID: "d_cdefghijklmn", ReceivedAt: now, Outcome: inspect.OutcomePending},
	}
	short := map[string]string{"d_abcdefghijkl": "d_abcd", "d_bcdefghijklm": "d_bcde", "d_cdefghijklmn": "d_cdefgh"}
	for n := 1; n <= len(all); n++ {
		var need lineColumns
		need.measure(all[:n], short)
		for width := 42; width < 260; width++ {
			c := fitColumns(need, width)
			for _, s := range all[:n] {
				line := c.line(p, s, short)
				if got := ansi.StringWidth(line); got > width {
					t.Fatalf("%d columns: a line of %d: %q", width, got, line)
				}
				if inspect.Printable(line) != line {
					t.Fatalf("%d columns: %q has what a terminal would act on", width, line)
				}
				if !strings.Contains(line, short[s.ID]) || !strings.Contains(line, s.ReceivedAt.Format(time.TimeOnly)) || s.Status != 0 && !strings.Contains(line, fmt.Sprint(s.Status)) {
					t.Fatalf("%d columns: %q lacks time, status or id", width, line)
				}
			}
		}
		if line := fitColumns(need, 60).line(p, all[0], short); !strings.Contains(line, "stripe") || !strings.Contains(line, "invoice.paid") {
			t.Errorf("60 columns: %q lacks the provider or the event type", line)
		}
	}
}

// On a terminal the list fits it.
func TestListOnATerminal(t *testing.T) {
	store := waitProject(t)
	captured(t, store)
	terminal, tty, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = terminal.Close() }()
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 60}); err != nil {
		t.Fatal(err)
	}
	read := make(chan string, 1)
	go func() {
		var b bytes.Buffer
		_, _ = b.ReadFrom(terminal) // ends when the other side is closed
		read <- b.String()
	}()
	var errs bytes.Buffer
	if code := Main(t.Context(), []string{"list", "--limit", "5"}, strings.NewReader(""), tty, &errs); code != exitDone {
		t.Fatalf("exits with %d: %s", code, errs.String())
	}
	_ = tty.Close()
	lines := strings.Split(strings.TrimSpace(<-read), "\n")
	if len(lines) != 5 {
		t.Errorf("%d lines, want 5: %q", len(lines), lines)
	}
	for _, line := range lines {
		if line = strings.TrimSuffix(line, "\r"); ansi.StringWidth(line) > 60 {
			t.Errorf("%q is wider than 60 columns", line)
		}
	}
}

// What a format shows of strangers' values stays on its line and does nothing.
func TestListFormat(t *testing.T) {
	store := waitProject(t)
	d := arrived("push")
	d.Body = inspect.CaptureOf([]byte(`{"evil":"\u001b[31mred\u202e\nnext","n":1234567.5,"big":12345678901,"deep":{"a":[1,{"b":null}]},"none":null,"s":"x"}`))
	stored(t, store.Add(d))
	for format, want := range map[string]string{
		`{{.event}}\t{{.body.n}}\n{{.body.big}}`: "push\t1234567.5\n12345678901",
		`{{.body.evil}}`:                         `\x1b[31mred\u202e\nnext`,
		`{{json .body.evil}}`:                    `"\u001b[31mred\u202e\nnext"`,
		`{{printf "%s|%v" .body.evil .body.s}}`:  `\x1b[31mred\u202e\nnext|x`,
		`{{.body.none.a.b}}{{.body.s.a.b}}{{.body.nope.a}}{{.status}}{{.error}}`:    "",
		`{{.body.deep}} {{json .body.deep.a}}`:                                      `{"a":[1,{"b":null}]} [1,{"b":null}]`,
		`{{(index .body.deep.a 0)}}{{(index .body.deep.a 1).b}}{{index .body 9}}`:   "1",
		`{{range .body.deep.a}}<{{.}}>{{end}}`:                                      `<1><{"b":null}>`,
		`{{with .body.deep}}{{.a}} {{$.event}}{{end}}`:                              `[1,{"b":null}] push`,
		`{{if gt .status 200}}high{{else}}none{{end}}{{if eq .body.s "x"}}x{{end}}`: "nonex",
		`{{$e := .event}}{{$e}} {{upper $e}} {{len .body.deep.a}} {{len .nope}}`:    "",
		`{{or .endpoint "-"}} {{join "," .body.deep.a}} {{"a\tb"}}`:                 "- 1,{\"b\":null} a\tb",
		`{{.header.content_type}} {{index .header "CONTENT-TYPE"}}`:                 "application/json application/json",
		`{{date "2006" .received}}{{date "2006" .signed_at}}`:                       time.Now().Format("2006"),
		`{{define "x"}}<{{.body.s}}>{{end}}{{template "x" .}}`:                      "<x>",
	} {
		code, out, errs := runHook(t.Context(), "list", "--format", format)
		if strings.Contains(format, ".nope}}") && strings.Contains(format, "len .nope") {
			if code != exitUsage || !strings.Contains(errs, "no field .nope") {
				t.Errorf("%s: exits with %d: %s", format, code, errs)
			}
			continue
		}
		if code != exitDone || strings.TrimSuffix(out, "\n") != want {
			t.Errorf("%s: exits with %d, prints\n%q, want\n%q\n%s", format, code, out, want, errs)
		}
	}
}

// A follower whose reader is gone ends, though nothing comes.
func TestListFollowEndsWithItsReader(t *testing.T) {
	waitProject(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	_ = r.Close()
	ctx, cancel := context.WithTimeout(t.Context(), awaitUnit)
	defer cancel()
	var errs bytes.Buffer
	if code := Main(ctx, []string{"list", "--follow"}, strings.NewReader(""), w, &errs); code != exitDone || errs.Len() > 0 || ctx.Err() != nil {
		t.Errorf("exits with %d, says %q, after the time limit: %v", code, errs.String(), ctx.Err())
	}
}

// awaitUnit bounds a wait for what should come at once, on the slowest machine.
const awaitUnit = 60 * time.Second

// At a terminal, --delete asks; no and Ctrl-C delete nothing.
func TestListDeleteAsks(t *testing.T) {
	store := waitProject(t)
	captured(t, store)
	ask := func(ctx context.Context, answer string) (code int, out string) {
		t.Helper()
		terminal, tty, err := pty.Open()
		if err != nil {
			t.Skip(err)
		}
		defer func() { _, _ = terminal.Close(), tty.Close() }()
		if _, err := terminal.WriteString(answer); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		code = Main(ctx, []string{"list", "--delete", "--provider", "github"}, tty, &b, tty)
		return code, b.String()
	}
	count := func() int { return len(listed(t, "--limit", "0", "--provider", "github")) }
	if code, out := ask(t.Context(), "n\n"); code != exitFailed || out != "" || count() != 20 {
		t.Errorf("no: exits with %d, prints %q, %d are left", code, out, count())
	}
	canceled, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if code, _ := ask(canceled, ""); code == exitDone || count() != 20 {
		t.Errorf("stopped: exits with %d, %d are left", code, count())
	}
	if code, out := ask(t.Context(), "y\n"); code != exitDone || out != "19 deliveries deleted\n" || count() != 1 { // one is under way
		t.Errorf("yes: exits with %d, prints %q, %d are left", code, out, count())
	}
}

func TestRecentForgetsOnlyTheOldest(t *testing.T) {
	r := newRecent()
	for i := range 3 * recentIDs {
		r.add(fmt.Sprint(i))
		if before := i - recentIDs + 1; before >= 0 && !r.has(fmt.Sprint(before)) {
			t.Fatalf("after %d, %d is forgotten", i, before)
		}
	}
	if len(r.young)+len(r.old) > 2*recentIDs || r.has("0") {
		t.Errorf("%d are remembered", len(r.young)+len(r.old))
	}
}

// A search that takes long says how far it is, within the terminal.
func TestLookout(t *testing.T) {
	began := time.Now()
	o := &lookout{listing: &listing{}, began: began, drawn: began.Add(time.Second), count: 12_800, total: 1_000_000, found: 3}
	if got := o.words(); !strings.HasPrefix(got, "looked at 12,800 of 1,000,000 · 12,800") || !strings.HasSuffix(got, "/s · 3 found · Ctrl-C stops") {
		t.Errorf("says %q", got)
	}
	if o.total = 0; !strings.HasPrefix(o.words(), "looked at 12,800 · ") {
		t.Errorf("with an unknown total says %q", o.words())
	}
}
