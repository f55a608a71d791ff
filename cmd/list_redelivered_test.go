package cmd

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// sent is a delivery of an event, and how it was answered: the status, 0 for no answer yet, and the body.
func sent(status int, body string) *inspect.Delivery {
	d := arrived("push")
	d.ProviderID = "guid-1"
	if status != 0 {
		a := answered(status)
		a.Response.Body = inspect.CaptureOf([]byte(body))
		d.Attempts = []inspect.Attempt{a}
	}
	return d
}

func TestAnsweredAlike(t *testing.T) {
	refused := sent(0, "")
	refused.Attempts = []inspect.Attempt{{Number: 1, Outcome: inspect.OutcomeRefused, Err: "nobody there"}}
	for words, all := range map[string]redeliveries{
		"answered alike":                              {sent(200, "ok"), sent(200, "ok")},
		"not yet answered twice":                      {sent(200, "ok"), sent(0, "")},
		"answered otherwise: 200, then 500":           {sent(200, "ok"), sent(500, "ok")},
		"answered otherwise: 500, then 200":           {sent(500, "a bug"), sent(200, "ok"), sent(200, "ok")},
		"answered otherwise: 200 with another body":   {sent(200, "created"), sent(200, "exists")},
		"answered otherwise: refused, then 200":       {refused, sent(200, "ok")},
		"answered otherwise: 200, then 500, then 200": {sent(200, "ok"), sent(500, "ok"), sent(200, "ok")},
		"answered otherwise: 200, then refused":       {sent(200, "ok"), refused},
		"answered otherwise: 1, then 2, then 3, then 4, then 5, then …, then 9": {
			sent(1, ""), sent(2, ""), sent(3, ""), sent(4, ""), sent(5, ""), sent(6, ""), sent(7, ""), sent(8, ""), sent(9, ""),
		},
	} {
		if got := all.answers(); got.words != words {
			t.Errorf("%q, want %q", got.words, words)
		}
	}
	same := redeliveries{
		sent(200, `{"ok": true, "id": "550e8400-e29b-41d4-a716-446655440000", "at": "2026-08-01T12:00:00Z"}`),
		sent(200, `{"at":"2026-08-01T12:07:00Z","id":"67e55044-10b1-426f-9247-bb680e5fe0c8","ok":true}`),
	}
	if got := same.answers(); !got.alike {
		t.Errorf("but for ids, times and spaces they are alike: %q", got.words)
	}
	if got := (redeliveries{sent(200, "ok"), sent(500, "ok")}).answers(); !got.worse {
		t.Error("an app that fails at what it had taken is worse")
	}
	if got := (redeliveries{sent(500, "ok"), sent(200, "ok")}).answers(); got.worse {
		t.Error("an app that was fixed is not worse")
	}
}

// One whose first delivery is gone is still a redelivery, and the same id in two projects is two events.
func TestRedeliveriesOfWhatIsThere(t *testing.T) {
	store := waitProject(t)
	first, second := sent(200, "ok"), sent(200, "ok")
	second.ReceivedAt = first.ReceivedAt.Add(90 * time.Second)
	hostile := "\x1b]0;title\x07"
	for _, d := range []*inspect.Delivery{first, second} {
		d.EventType = hostile
		stored(t, store.Add(d))
		stored(t, store.AddAttempt(d.ID, d.Attempts[0]))
	}
	code, out, errs := runHook(t.Context(), "list", "--redelivered")
	if code != exitDone || !strings.Contains(out, "1 minute 30 seconds later") || strings.Contains(out, "\x1b") || !strings.Contains(out, `github \x1b]0;title\x07 · 2 times · answered alike`) {
		t.Errorf("exit code %d: %q%s", code, out, errs)
	}
	if _, err := store.Delete(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	code, out, errs = runHook(t.Context(), "list", "--redelivered")
	if code != exitDone || !strings.Contains(out, "1 time that is still here") {
		t.Errorf("exit code %d: %q%s", code, out, errs)
	}
	p, err := findPlace(streams{out: &bytes.Buffer{}})
	if err != nil {
		t.Fatal(err)
	}
	other := p
	other.project.dir = t.TempDir()
	elsewhere, err := other.openHistory(t.Context(), history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = elsewhere.Close() }()
	for range 2 {
		d := sent(200, "ok")
		d.EventType = hostile
		stored(t, elsewhere.Add(d))
		stored(t, elsewhere.AddAttempt(d.ID, d.Attempts[0]))
	}
	code, out, errs = runHook(t.Context(), "list", "--redelivered", "--all-projects")
	if code != exitDone || strings.Count(out, "answered alike") != 1 || strings.Count(out, "↻") != 2 {
		t.Errorf("exit code %d: %q%s", code, out, errs)
	}
}
