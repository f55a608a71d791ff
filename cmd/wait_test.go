package cmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// waitProject is a project that the test's process is in, with its history.
func waitProject(t *testing.T) *history.Store {
	t.Helper()
	p := testProject(t)
	t.Chdir(p.dir)
	p, err := findProject(findHome()) // its folder as it is called here
	if err != nil {
		t.Fatal(err)
	}
	store, err := history.Open(t.Context(), p.home.history(), history.Options{Project: p.dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// runHook runs a command as main does.
func runHook(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Main(ctx, args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func arrived(event string) *inspect.Delivery {
	return &inspect.Delivery{
		ID: inspect.NewID(), Method: "POST", URL: "http://localhost/", Provider: "github", EventType: event, ReceivedAt: time.Now(),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: inspect.CaptureOf([]byte(`{"n":12345678901234567890}`)),
	}
}

func answered(status int) inspect.Attempt {
	return inspect.Attempt{
		Number: 1, Started: time.Now(), Outcome: inspect.OutcomeAnswered,
		Response: &inspect.Response{Status: status, Body: inspect.CaptureOf(nil)},
	}
}

func stored(t *testing.T, p *history.Pending) {
	t.Helper()
	<-p.Stored()
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
}

// Waits that follow each other by their cursors see everything once, in the order in which it ended, while others write as
// fast as they can.
func TestWaitsInARowSeeEverythingOnce(t *testing.T) {
	store := waitProject(t)
	const writers, each = 4, 50
	var g sync.WaitGroup
	defer g.Wait()
	for w := range writers {
		g.Go(func() {
			var open []string
			for i := range each {
				d := arrived("push")
				if i%3 == 0 {
					d.EventType = "ping"
				}
				store.Add(d)
				if open = append(open, d.ID); len(open) > w { // so that they don't end in the order in which they began
					store.AddAttempt(open[0], answered(200))
					open = open[1:]
				}
			}
			for _, id := range open {
				store.AddAttempt(id, answered(200))
			}
		})
	}
	seen := make(map[string]bool)
	after := "c_0"
	want := writers * (each - (each+2)/3)
	for len(seen) < want {
		count := min(7, want-len(seen))
		code, out, errs := runHook(t.Context(), "wait", "--event", "push", "--json", "--after", after, "--count", fmt.Sprint(count), "--timeout", "1m")
		if code != exitDone {
			t.Fatalf("exit code %d after %d deliveries: %s", code, len(seen), errs)
		}
		for line := range strings.Lines(out) {
			var m struct{ ID, Cursor, Event string }
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				t.Fatal(err)
			}
			if seen[m.ID] || m.Event != "push" {
				t.Errorf("%s came again, or is no push: %s", m.ID, line)
			}
			seen[m.ID] = true
			if after = m.Cursor; len(seen)%2 == 0 {
				after = m.ID // which is a cursor too
			}
		}
	}
	g.Wait()
	if err := store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := runHook(t.Context(), "wait", "--event", "push", "--after", after, "--timeout", "1ns"); code != exitTimedOut || out != "" {
		t.Errorf("behind the last: exit code %d, %s%s", code, out, errs)
	}
}

// A delivery counts once its attempt is over, and where it stands then is where it stands for good.
func TestWaitIsForWhatIsOver(t *testing.T) {
	store := waitProject(t)
	slow, quick := arrived("push"), arrived("push")
	stored(t, store.Add(slow))
	stored(t, store.Add(quick))
	stored(t, store.AddAttempt(quick.ID, answered(200)))
	code, _, errs := runHook(t.Context(), "wait", "--after", "c_0", "--count", "2", "--timeout", "1ns")
	if code != exitTimedOut || !strings.Contains(errs, "no more than 1 of 2 deliveries came; one is still under way") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	stored(t, store.AddAttempt(slow.ID, answered(500)))
	code, out, errs := runHook(t.Context(), "wait", "--after", quick.ID, "--status", "5xx", "--get", "id")
	if code != exitDone || out != slow.ID+"\n" {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	code, out, errs = runHook(t.Context(), "wait", "--after", "c_0", "--count", "2", "--get", "body.n")
	if want := "12345678901234567890\n"; code != exitDone || out != want+want {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
}

// While its first attempt has failed and another follows, a delivery is under way.
func TestWaitIsNotForAnAttemptThatIsFollowed(t *testing.T) {
	store := waitProject(t)
	r := &recorder{secrets: &secrets{}, store: store, log: discardLog()}
	d := arrived("push")
	d.Provider = ""
	r.Received(d)
	d.Attempts = []inspect.Attempt{{Number: 1, Started: time.Now(), Outcome: inspect.OutcomeClosed, Err: "closed"}}
	r.Attempted(d, true)
	if err := store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	code, out, errs := runHook(t.Context(), "wait", "--after", "c_0", "--timeout", "1ns")
	if code != exitTimedOut || out != "" || !strings.Contains(errs, "one is still under way") {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	second := answered(200)
	second.Number = 2
	d.Attempts = append(d.Attempts, second)
	r.Attempted(d, false)
	if code, out, errs := runHook(t.Context(), "wait", "--after", "c_0", "--get", "attempts"); code != exitDone || out != "2\n" {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
}

// A history that goes away while somebody waits ends the wait: there is nothing to wait for.
func TestWaitEndsWithTheHistory(t *testing.T) {
	store := waitProject(t)
	d := arrived("push")
	stored(t, store.Add(d))
	stored(t, store.AddAttempt(d.ID, answered(200)))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	var g sync.WaitGroup
	var errs bytes.Buffer
	code := -1
	g.Go(func() {
		code = Main(t.Context(), []string{"wait", "--after", "c_0", "--count", "2", "--timeout", "0", "--get", "id"}, strings.NewReader(""), w, &errs)
		_ = w.Close()
	})
	if _, err := bufio.NewReader(r).ReadString('\n'); err != nil { // the first one: it has the history open
		t.Error(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(findHome().history() + suffix); err != nil && !os.IsNotExist(err) {
			t.Error(err)
		}
	}
	g.Wait()
	if code != exitFailed || !strings.Contains(errs.String(), "wait: watch history: ") {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
}

func TestWaitNeedsAHistory(t *testing.T) {
	testProject(t)
	home := findHome().history()
	write(t, home, strings.Repeat("this is no database ", 1000))
	if code, _, errs := runHook(t.Context(), "wait"); code != exitFailed || !strings.Contains(errs, "history") {
		t.Errorf("of another file: exit code %d: %s", code, errs)
	}
}

// The time doesn't run while a command works: what came in time is worked on too.
func TestWaitStandsStillForItsCommand(t *testing.T) {
	store := waitProject(t)
	for range 3 {
		d := arrived("push")
		stored(t, store.Add(d))
		stored(t, store.AddAttempt(d.ID, answered(200)))
	}
	code, out, errs := runHook(t.Context(), "wait", "--after", "c_0", "--count", "3", "--timeout", "1ns", "--then", "cat")
	if code != exitDone || strings.Count(out, "12345678901234567890") != 3 {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
}

func TestVariablesFitAnEnvironment(t *testing.T) {
	d := arrived("a\x00b\n$(id)")
	d.Path = "/" + strings.Repeat("é", maxVariable)
	all := variables(d, 7)
	if !slices.Contains(all, "HOOK_EVENT=ab\n$(id)") || !slices.Contains(all, "HOOK_CURSOR=c_7") {
		t.Errorf("%q", all)
	}
	for _, v := range all {
		if len(v) > maxVariable+len("HOOK_") || strings.ContainsRune(v, '�') {
			t.Errorf("%d bytes: %.40q", len(v), v)
		}
	}
}

func TestPartsOfADelivery(t *testing.T) {
	form := arrived("push")
	form.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Two": {"a", "b"}}
	form.Body = inspect.CaptureOf([]byte("a.b=1&two=x&two=y&payload=%7B%22id%22%3A%5B1%2C%22%3C%26%22%5D%7D"))
	for path, want := range map[string]string{
		`body.a\.b`: "1", "body.two": `["x","y"]`, "body.two.1": "y", "body.payload.id.1": "<&", "body.payload.id": `[1,"<&"]`,
		"header.X-Two": "a, b", "method": "POST", "attempts": "0", "cursor": "c_3",
	} {
		var out bytes.Buffer
		store := waitProject(t)
		stored(t, store.Add(form))
		w := &waiting{place: place{streams: streams{out: &out}}, store: store}
		steps, err := parsePath(path)
		if err == nil {
			err = w.printPart(t.Context(), steps, form.Summary(), 3)
		}
		if got := out.String(); err != nil || got != want+"\n" {
			t.Errorf("%s: %q, %v, want %q", path, got, err, want)
		}
	}
	for path, want := range map[string]string{"body.nope": "body has ", "nope": "there is attempts, ", "method.x": "it is a text", "body.two.7": "2 elements: 0 to 1"} {
		store := waitProject(t)
		stored(t, store.Add(form))
		w := &waiting{store: store}
		steps, _ := parsePath(path)
		err := w.printPart(t.Context(), steps, form.Summary(), 3)
		if f, ok := errors.AsType[*fault](err); !ok || !strings.Contains(f.next, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A listener that is starting is waited for, one that isn't there is not for long.
func TestSendWaitsForAListener(t *testing.T) {
	p := place{project: testProject(t)}
	if err := os.MkdirAll(filepath.Dir(p.project.runFile(0)), 0o700); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	var g sync.WaitGroup
	g.Go(func() {
		own, _, err := p.project.announce(running{PID: 1, Target: "http://localhost:3000", Started: time.Now()})
		if err != nil {
			t.Error(err)
			return
		}
		defer own.end()
		own.URL = "http://127.0.0.1:4400/e/quiet-otter-k7q2"
		if err := own.write(); err != nil {
			t.Error(err)
		}
		<-t.Context().Done()
	})
	r, err := p.awaitListener(t.Context())
	if err != nil || r.URL == "" || time.Since(began) > time.Minute {
		t.Errorf("%+v, %v", r, err)
	}
}
