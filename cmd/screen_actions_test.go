package cmd

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/replay"
	"github.com/seed-4575fdc3/hook/tui"
)

// A stage is a listener that runs, with a relay and an app of its own, and what its screen can do.
type stage struct {
	*testing.T
	l     *listener
	do    tui.Actions
	ended chan string // the ids of deliveries that are over

	mu     sync.Mutex
	code   int      // what the app answers
	bodies []string // that the app got
}

func newStage(t *testing.T, noStore bool) *stage {
	t.Helper()
	s := &stage{T: t, code: http.StatusOK, ended: make(chan string, 100)}
	app := httptest.NewServer(http.HandlerFunc(s.app))
	t.Cleanup(app.Close)
	project := testProject(t)
	t.Setenv("HOOK_NO_STORE", "")
	t.Chdir(project.dir)
	write(t, "hook.yaml", "")
	write(t, ".env", "GITHUB_WEBHOOK_SECRET=sesame-sesame-sesame\n")
	p, err := findPlace(streams{strings.NewReader(""), io.Discard, io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	l, err := p.newListener(t.Context(), listenOptions{
		target: app.URL + "/hooks", hostHeader: "target", capture: "1MiB", plain: true, local: true, timeout: time.Minute, noStore: noStore,
	})
	if err != nil {
		t.Fatal(err)
	}
	l.pen = l.pen.colourless()
	l.recorder.changed = func(d *inspect.Delivery, pending *history.Pending, over bool) {
		if l.changed(d, pending, over); over {
			s.ended <- d.ID
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var g sync.WaitGroup
	g.Go(func() {
		if err := l.run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		stop()
		g.Wait()
		if err := l.close(); err != nil {
			t.Error(err)
		}
	})
	for {
		state, changed := l.client.State()
		if state.Phase == tunnel.Connected {
			break
		}
		<-changed
	}
	s.l, s.do = l, l.actions()
	return s
}

func (s *stage) app(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.bodies = append(s.bodies, string(body))
	code := s.code
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, `{"received":true}`)
}

func (s *stage) answers(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.code = code
}

// last is what the app got last.
func (s *stage) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.bodies) == 0 {
		return ""
	}
	return s.bodies[len(s.bodies)-1]
}

// posted sends a webhook to the endpoint, and gives its id once its attempt is over.
func (s *stage) posted(body string, header ...string) string {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.l.endpointURL(), strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	_ = response.Body.Close()
	return s.over()
}

// over waits until a delivery is over and kept, and gives its id.
func (s *stage) over() string {
	s.Helper()
	select {
	case id := <-s.ended:
		if s.l.store != nil {
			if err := s.l.store.Flush(s.Context()); err != nil {
				s.Fatal(err)
			}
		}
		return id
	case <-time.After(time.Minute):
		s.Fatal("no delivery ended")
		return ""
	}
}

func TestScreenReplaysThroughItsApp(t *testing.T) {
	s := newStage(t, false)
	s.answers(http.StatusInternalServerError)
	id := s.posted(`{"amount":1}`)
	s.answers(http.StatusOK)
	fresh, err := s.do.Replay(t.Context(), id, false)
	if err != nil || fresh.ReplayOf != id || fresh.Status != http.StatusOK {
		t.Errorf("got %+v, %v", fresh, err)
	}
	if _, err := s.do.Replay(t.Context(), "d_nobodyknows", false); err == nil {
		t.Error("an unknown id: no error")
	}
}

// edited runs the whole of an editing with this script as the editor.
func (s *stage) edited(do tui.Actions, id, script string) (inspect.Summary, error) {
	s.Helper()
	s.Setenv("VISUAL", "")
	s.Setenv("EDITOR", script)
	e, err := do.Edit(s.Context(), id, false)
	if err != nil {
		return inspect.Summary{}, err
	}
	defer e.Close()
	if out, err := e.Command().CombinedOutput(); err != nil {
		s.Fatalf("%v: %s", err, out)
	}
	return e.Done(s.Context())
}

func TestScreenEdits(t *testing.T) {
	s := newStage(t, false)
	id := s.posted(`{"amount":1,"note":"a <b>"}`)
	fresh, err := s.edited(s.do, id, "sed -i -e 's/\"amount\": 1,/\"amount\": 42,/'") // it is laid out, a line a member
	if err != nil || fresh.Change != "edited by hand" || fresh.ReplayOf != id || fresh.Status != http.StatusOK {
		t.Errorf("got %+v, %v", fresh, err)
	}
	if got, want := s.last(), `{"amount":42,"note":"a <b>"}`; got != want {
		t.Errorf("the app got %s, want %s", got, want)
	}
	if d, err := s.l.store.Get(t.Context(), fresh.ID); err != nil || d.Change != "edited by hand" {
		t.Errorf("the history has %+v, %v", d, err)
	}
	if left := s.l.acting.drafts.left(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestScreenEditThatChangesNothingSendsNothing(t *testing.T) {
	s := newStage(t, false)
	id := s.posted("amount=1\n", "Content-Type", "application/x-www-form-urlencoded")
	for _, editor := range []string{"true", "touch"} {
		if _, err := s.edited(s.do, id, editor); err == nil || !strings.Contains(err.Error(), "nothing was changed, so nothing was sent") {
			t.Errorf("%s: got %v", editor, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.bodies) != 1 || len(s.l.acting.drafts.left()) != 0 {
		t.Errorf("the app got %q", s.bodies)
	}
}

// What was typed is there again with the next e, and where it is is said.
func TestScreenKeepsWhatCouldNotBeSent(t *testing.T) {
	s := newStage(t, false)
	id := s.posted(`{"amount":1}`)
	_, err := s.edited(s.do, id, "sed -i 's/1/42 oops/'")
	if err == nil || !strings.Contains(err.Error(), "that is no JSON: line 2") {
		t.Fatalf("got %v", err)
	}
	left := s.l.acting.drafts.left()
	if len(left) != 1 || !strings.Contains(err.Error(), left[0]) {
		t.Fatalf("got %v, and %v was left", err, left)
	}
	if _, err := s.edited(s.do, id, "sed -i 's/ oops//'"); err != nil {
		t.Fatal(err)
	}
	if got, want := s.last(), `{"amount":42}`; got != want {
		t.Errorf("the app got %s, want %s", got, want)
	}
	if _, err := os.Stat(left[0]); err == nil {
		t.Errorf("%s is still there", left[0])
	}
}

// An editor that ends badly, or with hook, loses nothing either.
func TestScreenKeepsWhatAnEditorLeft(t *testing.T) {
	s := newStage(t, false)
	id := s.posted(`{"amount":1}`)
	t.Setenv("VISUAL", "sed -i 's/1/2/'")
	e, err := s.do.Edit(t.Context(), id, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Command().Run(); err != nil {
		t.Fatal(err)
	}
	e.Close()
	left := s.l.acting.drafts.left()
	if len(left) != 1 {
		t.Fatalf("got %v", left)
	}
	t.Cleanup(func() { _ = os.Remove(left[0]) })
	if info, err := os.Stat(left[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v: only the user may read it", info.Mode(), err)
	}
	var b strings.Builder
	s.l.acting.leftBehind(&b)
	if want := "an edited body that was not sent is in " + left[0]; !strings.Contains(b.String(), want) {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

// An editor that is open when hook ends is asked to end, itself: not the shell that started it.
func TestEditorEndsWithHook(t *testing.T) {
	file := filepath.Join(t.TempDir(), "asked")
	ready, begun, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ready.Close() }()
	script := filepath.Join(t.TempDir(), "editor")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ntrap 'touch \"$ASKED\"; kill $!; exit 1' TERM\nsleep 1000 & echo ready; wait\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	c := editorOn(ctx, "ASKED="+file+" "+script, "body.json")
	c.Stdout, c.WaitDelay = begun, awaitTime // how long it may take is not asked here
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = begun.Close()
	if _, err := ready.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	end()
	if err := c.Wait(); err == nil {
		t.Error("it ended well")
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("the editor wasn't asked: %v", err)
	}
}

func TestScreenWithoutAnEditor(t *testing.T) {
	s := newStage(t, false)
	id := s.posted(`{}`)
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "")
	t.Setenv("PATH", t.TempDir())
	if _, err := s.do.Edit(t.Context(), id, false); err == nil || !strings.Contains(err.Error(), "export EDITOR=") {
		t.Errorf("got %v", err)
	}
	vi := filepath.Join(os.Getenv("PATH"), "vi")
	if err := os.WriteFile(vi, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	e, err := s.do.Edit(t.Context(), id, false)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if got := e.Command().Args; !slices.Contains(got, `exec env vi "$1"`) {
		t.Errorf("got %q", got)
	}
}

func TestScreenSendsSamples(t *testing.T) {
	s := newStage(t, false)
	if err := os.MkdirAll("hook/stripe", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, "hook/stripe/refund-in-yen.yaml", "base: stripe/charge.refunded\nbody:\n  data:\n    object:\n      currency: jpy\n")
	all := s.do.Samples()
	if got, want := all[0], (tui.Sample{Provider: "stripe", Event: "refund-in-yen", About: "yours: hook/stripe/refund-in-yen.yaml"}); got != want {
		t.Errorf("the first is %+v, want %+v", got, want)
	}
	if got, want := len(all), len(fixtures.Shipped().Search("", ""))+1; got != want {
		t.Errorf("got %d samples, want %d", got, want)
	}
	said, err := s.do.Send(t.Context(), all[0])
	if err != nil || !strings.HasPrefix(said, "sent stripe ") || !strings.Contains(said, ": 200 in ") {
		t.Errorf("got %q, %v", said, err)
	}
	d, err := s.l.store.Get(t.Context(), s.over())
	if err != nil || d.Provider != "stripe" || d.Signature.Verdict != "valid" || !strings.Contains(string(d.Body.Bytes), `"jpy"`) {
		t.Errorf("got %+v, %v", d, err)
	}
	s.answers(http.StatusTeapot)
	if said, err = s.do.Send(t.Context(), tui.Sample{Provider: "github", Event: "push"}); err != nil || !strings.Contains(said, "sent github push: 418 in ") || !strings.Contains(said, "signed with ") {
		t.Errorf("got %q, %v", said, err)
	}
	if _, err := s.do.Send(t.Context(), tui.Sample{Provider: "github", Event: "psh"}); err == nil || !strings.Contains(err.Error(), "push") {
		t.Errorf("got %v, want the nearest", err)
	}
}

// On the history of a project without a listener, samples have nowhere to go; with one they go there.
func TestBrowserSendsToTheListener(t *testing.T) {
	s := newStage(t, false)
	p := s.l.place
	if _, err := p.awaitListener(t.Context()); err != nil { // which it says a moment after it is connected
		t.Fatal(err)
	}
	browser := p.browserActions(p.browsing(s.l.store, s.l.secrets, nil), "")
	if said, err := browser.Send(t.Context(), tui.Sample{Provider: "github", Event: "push"}); err != nil || !strings.Contains(said, ": 200 in ") {
		t.Errorf("got %q, %v", said, err)
	}
	p.project.dir = t.TempDir()
	browser = p.browserActions(p.browsing(s.l.store, s.l.secrets, nil), "")
	if _, err := browser.Send(t.Context(), tui.Sample{Provider: "github", Event: "push"}); err == nil || !strings.Contains(err.Error(), "hook listen") {
		t.Errorf("got %v", err)
	}
}

// What went to another machine isn't sent there again without a question, which a screen doesn't ask.
func TestBrowserReplaysToThisMachineAlone(t *testing.T) {
	l, _, _ := printing(t)
	client := replay.NewClient(replay.ClientOptions{})
	defer client.CloseIdleConnections()
	acting := l.browsing(l.store, l.secrets, func(context.Context) (*replayer, error) { return l.replayerOf(l.store, l.secrets, client) })
	app := httptest.NewServer(http.NotFoundHandler())
	defer app.Close()
	for target, want := range map[string]string{app.URL: "", "http://hook.example/in": "asks before"} {
		d := &inspect.Delivery{ID: inspect.NewID(), Method: "POST", ReceivedAt: time.Now(), Body: inspect.CaptureOf([]byte("{}")),
			Attempts: []inspect.Attempt{{Number: 1, Target: target, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 200}}}}
		if _, err := l.store.Import(t.Context(), []*inspect.Delivery{d}); err != nil {
			t.Fatal(err)
		}
		got, err := acting.replay(t.Context(), d.ID, false)
		if want == "" && (err != nil || got.Status != http.StatusNotFound) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %+v, %v", target, got, err)
		}
	}
}

func TestScreenWithoutAStore(t *testing.T) {
	s := newStage(t, true)
	id := s.posted(`{"amount":1}`)
	if s.do.Delete != nil || !strings.Contains(s.do.Why, "--no-store") {
		t.Errorf("got %q", s.do.Why)
	}
	if fresh, err := s.do.Replay(t.Context(), id, false); err != nil || fresh.Status != http.StatusOK {
		t.Errorf("replay: got %+v, %v", fresh, err)
	}
	if fresh, err := s.edited(s.do, id, "sed -i s/1/2/"); err != nil || fresh.Change == "" || s.last() != `{"amount":2}` {
		t.Errorf("edit: got %+v, %v", fresh, err)
	}
	file := filepath.Join(t.TempDir(), "one.ndjson")
	if said, err := s.do.Export(t.Context(), []string{id}, "ndjson", file); err != nil || !strings.HasPrefix(said, "wrote 1 delivery to "+file) {
		t.Errorf("export: got %q, %v", said, err)
	}
	var line struct{ ID string }
	if b, err := os.ReadFile(file); err != nil || json.Unmarshal(b, &line) != nil || line.ID != id {
		t.Errorf("got %s, %v", b, err)
	}
}

// A session is only read, but what is in it can be taken out of it.
func TestSessionIsOnlyRead(t *testing.T) {
	s := newStage(t, false)
	id := s.posted(`{"amount":1}`)
	file := filepath.Join(t.TempDir(), "it's.hook")
	if _, err := s.do.Export(t.Context(), []string{id}, asSession, file); err != nil {
		t.Fatal(err)
	}
	store, err := openFile(t.Context(), "--file", file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	do := s.l.browserActions(s.l.browsing(store, s.l.secrets, nil), file)
	if do.Replay != nil || do.Edit != nil || do.Send != nil || do.Delete != nil || !strings.Contains(do.Why, "hook import '") {
		t.Errorf("got %+v", do)
	}
	har := filepath.Join(t.TempDir(), "one.har")
	if said, err := do.Export(t.Context(), []string{id}, "har", har); err != nil {
		t.Errorf("got %q, %v", said, err)
	}
}

func TestScreenDeletes(t *testing.T) {
	s := newStage(t, false)
	id, other := s.posted(`{}`), s.posted(`{}`)
	pending := &inspect.Delivery{ID: inspect.NewID(), Method: "POST", ReceivedAt: time.Now(), Body: inspect.CaptureOf([]byte("{}"))}
	<-s.l.store.Add(pending).Stored()
	if gone, err := s.do.Delete(t.Context(), []string{id, other, pending.ID}); len(gone) != 2 || err != nil {
		t.Errorf("got %q, %v", gone, err)
	}
	if _, err := s.l.store.Get(t.Context(), id); err == nil {
		t.Error("it is still there")
	}
	if gone, err := s.do.Delete(t.Context(), []string{pending.ID}); gone != nil || err == nil || !strings.Contains(err.Error(), "under way") {
		t.Errorf("what is under way: got %q, %v", gone, err)
	}
}
