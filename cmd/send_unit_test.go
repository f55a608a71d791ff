package cmd

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/replay"
)

func TestSchedules(t *testing.T) {
	day := 24 * time.Hour
	for _, tc := range []struct {
		retries  string
		schedule []time.Duration
		pauses   int
		span     time.Duration
		assumed  bool
	}{
		{"never by itself; by hand", nil, 0, 0, false},
		{"never", []time.Duration{time.Second}, 0, 0, false},
		{"3 times: at once, after 1 minute, after 5 minutes", []time.Duration{0, time.Minute, 5 * time.Minute}, 3, 6 * time.Minute, false},
		{"for up to 3 days with growing pauses; in a sandbox 3 times in a few hours", nil, 10, 3 * day, true},
		{"25 times over 3 days", nil, 25, 3 * day, true},
		{"8 times over 4 hours", nil, 8, 4 * time.Hour, true},
		{"10 times over 26 hours with growing pauses", nil, 10, 26 * time.Hour, true},
		{"every hour for 3 days", nil, 72, 3 * day, false},
		{"every minute, for 30 minutes", nil, 30, 30 * time.Minute, false},
		{"2 times, 30 minutes apart", nil, 2, time.Hour, false},
		{"twice", nil, 2, 3 * time.Minute, true},
		{"once", nil, 1, time.Minute, true},
		{"for a week, after 15 minutes at first, later every 2 hours", nil, 10, 7 * day, true},
		{"up to 3 times", nil, 3, 7 * time.Minute, true},
	} {
		got := scheduleOf(&signature.Provider{Retries: tc.retries, Schedule: tc.schedule})
		if off := got.span() - tc.span; len(got.pauses) != tc.pauses || off.Abs() > tc.span/100 || (got.note != "") != tc.assumed {
			t.Errorf("%s: %d pauses over %s, note %q", tc.retries, len(got.pauses), got.span(), got.note)
		}
	}
}

// Every provider's words come to some schedule: none that is endless, none that is over at once.
func TestEverySchedule(t *testing.T) {
	for _, p := range signature.Providers() {
		s := scheduleOf(p)
		for _, pause := range s.pauses {
			if pause < 0 {
				t.Errorf("%s: a pause of %s", p.Name, pause)
			}
		}
		if len(s.pauses) > maxRetries || s.span() > 31*24*time.Hour || len(s.pauses) == 0 != strings.HasPrefix(p.Retries, "never") {
			t.Errorf("%s: %q comes to %d pauses over %s", p.Name, p.Retries, len(s.pauses), s.span())
		}
	}
	for name := range allRules() {
		if signature.Lookup(name) == nil {
			t.Errorf("there are rules for %q, which is no provider", name)
		}
	}
}

func TestRetryBody(t *testing.T) {
	for provider, want := range map[string]string{
		"hubspot": `[{"attemptNumber":2}]`, "intercom": `{"delivery_attempts":3}`, "line": `{"events":[{"deliveryContext":{"isRedelivery":true}}]}`,
	} {
		sample := &fixtures.Sample{Header: http.Header{"Content-Type": {"application/json"}}}
		sample.Body = []byte(strings.NewReplacer("2", "0", "3", "1", "true", "false").Replace(want))
		before := &inspect.Attempt{Response: &inspect.Response{Status: 500}}
		rulesOf(signature.Lookup(provider)).mark(sample, 3, before, time.Now())
		if string(sample.Body) != want {
			t.Errorf("%s: %s", provider, sample.Body)
		}
	}
}

func TestTimespan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 µs", 30 * time.Millisecond: "30 ms", time.Second: "1 second", 259 * time.Second: "4 minutes 19 seconds", 72 * time.Hour: "3 days",
		25*time.Hour + time.Second: "1 day 1 hour", time.Hour + 5*time.Second: "1 hour", 59*time.Second + 900*time.Millisecond: "1 minute",
	} {
		if got := timespan(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}

func TestLatencies(t *testing.T) {
	var l latencies
	if l.percentile(50) != 0 {
		t.Error("nothing has no median")
	}
	for i := range 1000 {
		l.add(time.Duration(i+1) * time.Millisecond)
	}
	for p, want := range map[float64]time.Duration{50: 500 * time.Millisecond, 90: 900 * time.Millisecond, 99: 990 * time.Millisecond, 100: time.Second} {
		if got := l.percentile(p); got < want || got > want+want/40 {
			t.Errorf("p%v: %s, want %s", p, got, want)
		}
	}
	var sum latencies
	sum.add(0)
	sum.add(100 * time.Hour)
	sum.merge(&l)
	if sum.n != 1002 || sum.longest != 100*time.Hour || sum.percentile(100) != 100*time.Hour {
		t.Errorf("%d, longest %s", sum.n, sum.longest)
	}
}

// Every provider that signs: a spoilt signature is one that hook itself doesn't take, or it says that it can't be spoilt.
func TestSpoiltSignatures(t *testing.T) {
	to := replay.Target{Scheme: "http", Host: "app.example", Path: "/"}
	spoilt := 0
	for _, p := range signature.Providers() {
		names, err := fixtures.Events(p.Name)
		if err != nil || !p.CanSign() {
			continue
		}
		sample, err := fixtures.Make(p.Name, names[0], fixtures.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		g := &signer{provider: p, secret: signature.Secret{Value: p.NewSecret(), Provider: p.Name}, faults: mischief{words: []string{"bad-signature"}, badSignature: true}}
		l, err := g.prepare(sample, to)
		if err != nil && !strings.Contains(err.Error(), "aren't in a header") {
			t.Errorf("%s: %v", p.Name, err)
		}
		if err != nil {
			continue
		}
		spoilt++
		if l.expected != toRefuse {
			t.Errorf("%s: expected to be %s", p.Name, l.expected)
		}
		if !p.SignsInBody() && !bytes.Equal(l.delivery.Body.Bytes, sample.Body) { // else the time in it is that of signing
			t.Errorf("%s: the body has changed", p.Name)
		}
	}
	if spoilt < 10 {
		t.Errorf("only %d providers' signatures can be spoilt", spoilt)
	}
}

func TestTampered(t *testing.T) {
	for body, want := range map[string]string{
		`{"amount":4200,"x":"yyyyyyy"}`: `{"amount":4201,"x":"yyyyyyy"}`, "a=b": "a=c", "9": "8", "zz": "yz",
	} {
		got, ok := tampered([]byte(body))
		if !ok || len(got) != len(body) || string(got) == body {
			t.Errorf("%s: %s, want something like %s", body, got, want)
		}
	}
	for _, body := range []string{"", "{}", "---"} {
		if got, ok := tampered([]byte(body)); ok {
			t.Errorf("%q: %s", body, got)
		}
	}
}

// The bar is narrower than the terminal, whatever that is.
func TestProgressFits(t *testing.T) {
	v := &volley{sending: &sending{place: place{pen: pen{ascii: true}}, o: sendOptions{count: 20000}}}
	v.done.Store(12345)
	v.failed.Store(17)
	if got := v.progress(100, 2*time.Second); got != "########################................ 12,345 of 20,000 · 6,172/s · 17 failed · 1 second left" {
		t.Error(got)
	}
	for width := 1; width < 120; width++ {
		if got := v.progress(width, 2*time.Second); len([]rune(got)) >= max(width, 1) {
			t.Errorf("%d columns: %q", width, got)
		}
	}
}

func TestRateWords(t *testing.T) {
	for _, c := range []struct {
		n    int
		took time.Duration
		want string
	}{
		{0, time.Second, "0/s"},
		{12_345, 2 * time.Second, "6,172/s"},
		{3, 2 * time.Second, "1/s"},
		{1, 5 * time.Second, "12/min"},
		{1, time.Minute, "1/min"},
		{2, time.Hour, "2/h"},
	} {
		if got := rateWords(perSecond(c.n, c.took)); got != c.want {
			t.Errorf("%d in %v: got %q, want %q", c.n, c.took, got, c.want)
		}
	}
	if got := new(pen).progress(60, progress{0, 12, 0, time.Second}); strings.Contains(got, "/s") {
		t.Errorf("before the first is done there is a rate: %q", got)
	}
}
