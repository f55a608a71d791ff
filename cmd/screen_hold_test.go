package cmd

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func TestBreakpointHoldsTheNextThatMatches(t *testing.T) {
	s := newStand(t, nil)
	s.arm(t, `body.n == 2`)
	if now := s.stands(t, "it is armed", func(now standing) bool { return now.armed != nil }); *now.armed != "body.n == 2" {
		t.Errorf("armed with %q", *now.armed)
	}
	if got := within(t, s.post(t.Context(), `{"n":1}`), "an answer"); got.body != "the app's" {
		t.Fatalf("got %+v", got)
	}
	within(t, s.saw, "the first")
	second := s.post(t.Context(), `{"n":2}`)
	held := s.holding(t, 1)
	if now, _ := s.breakpoint.state.Get(); now.armed != nil {
		t.Errorf("still armed with %q", *now.armed)
	}
	third := within(t, s.post(t.Context(), `{"n":2}`), "the answer to another that matches")
	if got := within(t, s.saw, "the third"); third.body != "the app's" || got.header.Get("Hook-Delivery") == held[0].ID {
		t.Errorf("got %+v, the app %+v", third, got)
	}
	if err := s.breakpoint.Release(held[0].ID); err != nil {
		t.Fatal(err)
	}
	if got := within(t, second, "its answer"); got.body != "the app's" {
		t.Errorf("got %+v", got)
	}
	if got := within(t, s.saw, "what was held"); got.body != `{"n":2}` || got.header.Get("Hook-Delivery") != held[0].ID {
		t.Errorf("the app got %+v", got)
	}
	if err := s.breakpoint.Release(held[0].ID); err == nil || !strings.Contains(err.Error(), "is not held any more") {
		t.Errorf("released twice: %v", err)
	}
	s.holding(t, 0)
}

func TestBreakpointNeedsAFilterThatCanBeRead(t *testing.T) {
	s := newStand(t, nil)
	for _, bad := range []string{"status >=", "--failed", "status == 500"} {
		if err := s.breakpoint.Arm(bad); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v", bad, err)
		}
	}
	s.arm(t, "method == 'PUT'")
	s.arm(t, "method == 'POST'") // replaces it
	s.breakpoint.Disarm()
	if got := within(t, s.post(t.Context(), "{}"), "an answer"); got.body != "the app's" {
		t.Errorf("got %+v", got)
	}
}

func TestHeldIsAnsweredByHand(t *testing.T) {
	s := newStand(t, nil)
	for _, c := range []struct {
		status     int
		body, kind string
	}{
		{200, `{"ok":true}`, "application/json"},
		{422, "no\x1b]0;x\a\x00\r\nX-Evil: 1\r\n\r\n\xff", "text/plain; charset=utf-8"},
		{500, "", ""},
		{204, "", ""},
	} {
		s.arm(t, "")
		answer := s.post(t.Context(), "{}")
		id := s.holding(t, 1)[0].ID
		if err := s.breakpoint.Answer(id, c.status, c.body); err != nil {
			t.Fatal(err)
		}
		got := within(t, answer, "an answer")
		if got.status != c.status || got.body != c.body || got.header.Get("Content-Type") != c.kind || got.header.Get("X-Evil")+got.header.Get("Hook-Error") != "" {
			t.Errorf("got %+v", got)
		}
		a := s.outcomeOf(t, id)
		if a.Outcome != inspect.OutcomeByHand || a.Response.Status != c.status || string(a.Response.Body.Bytes) != c.body {
			t.Errorf("kept %+v", a)
		}
	}
	if n := len(s.saw); n > 0 {
		t.Errorf("the app got %d", n)
	}
	s.arm(t, "")
	answer := s.post(t.Context(), "{}")
	id := s.holding(t, 1)[0].ID
	for _, bad := range []error{s.breakpoint.Answer(id, 99, ""), s.breakpoint.Answer(id, 101, ""), s.breakpoint.Answer(id, 600, ""), s.breakpoint.Answer(id, 204, "x")} {
		if bad == nil {
			t.Error("what is no answer was taken")
		}
	}
	_ = s.breakpoint.Release(id)
	within(t, answer, "an answer")
}

func TestHeldIsEdited(t *testing.T) {
	s := newStand(t, nil)
	t.Setenv("VISUAL", "")
	github := signature.Lookup("github")
	const body = `{"zen":"Keep it logically awesome.","hook_id":1}`
	request := signature.Request{Method: "POST", Header: http.Header{"X-Github-Event": {"ping"}}, Body: []byte(body), ReceivedAt: time.Now()}
	secret := s.secrets.of(github)[0]
	if err := github.Sign(&request, secret, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.arm(t, `provider == "github" && body.hook_id == 1`)
	answer := s.post(t.Context(), body, "X-GitHub-Event", "ping", "X-Hub-Signature-256", request.Header.Get("X-Hub-Signature-256"))
	held := s.holding(t, 1)[0]
	if left := time.Until(held.Until); held.Gives != "GitHub" || left <= 0 || left > github.Timeout {
		t.Errorf("%s gives up in %s", held.Gives, left)
	}

	for _, c := range []struct{ editor, want string }{
		{"true", "nothing was changed: it is still held"},
		{"sed -i.bak s/:/=/", "no JSON"},
		{"cp /dev/null", "no JSON"},
	} {
		t.Setenv("EDITOR", c.editor)
		if _, err := s.edit(t, held.ID); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.editor, err)
		}
		s.holding(t, 1)
	}

	t.Setenv("EDITOR", `printf '{"zen":"Design for failure.","hook_id":7}' >`)
	fresh, err := s.edit(t, held.ID)
	if err != nil {
		t.Fatal(err)
	}
	got := within(t, s.saw, "the edited one")
	if answered := within(t, answer, "an answer"); answered.body != "the app's" || !strings.Contains(got.body, `"hook_id":7`) {
		t.Errorf("got %+v, the app %q", answered, got.body)
	}
	request.Header, request.Body = got.header, []byte(got.body)
	if res := github.Verify(request, []signature.Secret{secret}); res.Verdict != signature.Valid {
		t.Errorf("the app finds the signature %s: %s", res.Verdict, res.Reason)
	}
	if fresh.Status != 200 || fresh.ReplayOf != held.ID || fresh.Change != "edited while it was held" || got.header.Get("Hook-Delivery") != fresh.ID {
		t.Errorf("released %+v", fresh)
	}
	if c := s.recorder.sum(); c.received != 1 || c.ok != 1 || s.recorder.inFlight() != 0 {
		t.Errorf("counted %+v", c)
	}
	if a := s.outcomeOf(t, held.ID); a.Outcome != inspect.OutcomeByHand || a.Response.Status != 200 || !strings.Contains(a.Err, fresh.ID) {
		t.Errorf("kept %+v", a)
	}
	original, other := s.kept(t, held.ID), s.kept(t, fresh.ID)
	if string(original.Body.Bytes) != body || string(other.Body.Bytes) != got.body || original.Change != "" {
		t.Errorf("kept %q and %q", original.Body.Bytes, other.Body.Bytes)
	}
}

// edit does as the screen does with an editor.
func (s *stand) edit(t *testing.T, id string) (inspect.Summary, error) {
	t.Helper()
	e, err := s.breakpoint.Edit(t.Context(), id)
	if err != nil {
		return inspect.Summary{}, err
	}
	defer e.Close()
	if err := e.Command().Run(); err != nil {
		t.Fatal(err)
	}
	return e.Done(t.Context())
}

// A body that isn't JSON may be edited to nothing. Where the signature can't be made anew, that is said.
func TestHeldIsEditedToNothing(t *testing.T) {
	s := newStand(t, nil)
	t.Setenv("VISUAL", "cp /dev/null")
	s.arm(t, "")
	answer := s.post(t.Context(), "a=1", "Content-Type", "application/x-www-form-urlencoded", "X-Shopify-Topic", "orders/create",
		"X-Shopify-Hmac-Sha256", "bm90IHNpZ25lZCBieSBhbnlib2R5IHdlIGtub3cgISE=")
	fresh, err := s.edit(t, s.holding(t, 1)[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if got := within(t, s.saw, "the edited one"); got.body != "" {
		t.Errorf("the app got %q", got.body)
	}
	within(t, answer, "an answer")
	if !strings.Contains(fresh.Change, "not signed anew: no secret of Shopify is configured") {
		t.Errorf("released as %q", fresh.Change)
	}
}

// What was answered by hand tells nothing of the app.
func TestByHandIsNoAnswerOfTheApp(t *testing.T) {
	d := &inspect.Delivery{Attempts: []inspect.Attempt{{Outcome: inspect.OutcomeByHand, Response: &inspect.Response{Status: 500}}}}
	if got := compare(firstAnswer(d), inspect.Summary{Status: 200, Outcome: inspect.OutcomeAnswered}); got != first {
		t.Errorf("a replay is %s", got)
	}
	var out strings.Builder
	s := place{pen: newPen().colourless()}.paper(&out, false)
	s.attempt(d.Attempts[0])
	_ = s.Flush()
	if got := out.String(); !strings.Contains(got, "by hand 500 in") || strings.Contains(got, "connection") {
		t.Errorf("shown as %q", got)
	}
	if line := newPen().colourless().status(inspect.Summary{Status: 500, Outcome: inspect.OutcomeByHand}); line != "500" {
		t.Errorf("listed as %q", line)
	}
}
