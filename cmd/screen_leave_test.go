package cmd

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestLeaving(t *testing.T) {
	s := newStage(t, false)
	s.posted(`{"n":0}`)
	s.answers(http.StatusInternalServerError)
	var ids []string
	for n := range 7 {
		ids = append(ids, s.posted(fmt.Sprintf(`{"n":%d}`, n)))
	}
	s.answers(http.StatusOK)
	forged := s.posted(`{}`, "X-GitHub-Event", "push", "X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64), "X-GitHub-Delivery", "1")
	if _, err := s.do.Replay(t.Context(), ids[0], false); err != nil {
		t.Fatal(err)
	}
	if err := s.l.store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	s.l.sumUp(&b)
	lines := strings.Split(b.String(), "\n")
	if !strings.Contains(lines[0], s.l.endpointURL()) || !strings.Contains(lines[0], s.l.engine.Target.String()) {
		t.Errorf("got %q", lines[0])
	}
	if got, want := lines[1], "9 received, 2 answered 2xx, 7 failed, 0 refused, 1 bad signature, 1 replayed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for i, id := range append(ids[3:], forged) { // the last five, the newest last
		if !strings.HasPrefix(lines[2+i], "  "+id[:6]) {
			t.Errorf("line %d: got %q, want %s", i, lines[2+i], id)
		}
	}
	if got, want := lines[7], "these and more: hook list --failed · hook show "+forged[:6]; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, " · hook ui") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLeavingWithoutAStore(t *testing.T) {
	s := newStage(t, true)
	s.answers(http.StatusInternalServerError)
	id := s.posted(`{}`)
	var b strings.Builder
	s.l.sumUp(&b)
	if got := b.String(); !strings.Contains(got, "\n  "+id[:6]) || !strings.HasSuffix(got, "nothing was kept (--no-store)\n") || strings.Contains(got, "hook show") {
		t.Errorf("got %q", got)
	}
}

func TestLeavingTheHistory(t *testing.T) {
	l, out, _ := printing(t)
	a := l.browsing(l.store, l.secrets, nil)
	a.did.replayed.Add(2)
	a.wrote.note("x.har")
	if err := l.leave(a, "it's.hook"); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "it's.hook: 2 replayed · as lines: hook list --file 'it'\\''s.hook'\nwrote x.har\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSpans(t *testing.T) {
	for d, want := range map[time.Duration]string{3400 * time.Millisecond: "3 s", 150 * time.Second: "2 min", 90 * time.Minute: "1 h 30 min"} {
		if got := span(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}

// Each step of the tour begins with the key that it is about.
func TestTour(t *testing.T) {
	keys := map[string]bool{}
	for _, step := range newPen().demoTour() {
		name, text, _ := strings.Cut(step, " ")
		if keys[name] || len(name) > 4 || len(text) < 10 || len(text) > 90 {
			t.Errorf("got %q", step)
		}
		keys[name] = true
	}
}
