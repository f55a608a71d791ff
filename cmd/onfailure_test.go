package cmd

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// ringing is an alarm whose command runs in dir. It is ended by the test, at the latest.
func ringing(t *testing.T, command string, said func(string)) (a *alarm, end func()) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a POSIX shell")
	}
	ctx, cancel := context.WithCancel(context.Background())
	var g sync.WaitGroup
	a = &alarm{command: command, log: discardLog(), said: said, news: make(chan struct{}, 1)}
	g.Go(func() {
		if err := a.run(ctx); err != nil {
			t.Error(err)
		}
	})
	end = sync.OnceFunc(func() {
		cancel()
		g.Wait()
	})
	t.Cleanup(end)
	return a, end
}

// failed is a delivery that is over and in trouble.
func failed(event string) *inspect.Delivery {
	return &inspect.Delivery{
		ID: inspect.NewID(), Provider: "github", EventType: event, Method: "POST", Path: "/a", URL: "http://127.0.0.1:4400/e/otter/a", ReceivedAt: time.Now(),
		Signature: signature.Result{Verdict: signature.Valid},
		Attempts: []inspect.Attempt{{
			Number: 1, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 500}, Stages: inspect.Stages{Total: 12 * time.Millisecond},
		}},
	}
}

// What a stranger sends is a text in a variable, and never a part of the command.
func TestAlarmTakesNothingForACommand(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	a, end := ringing(t, `printf '%s|' "$HOOK_EVENT" "$HOOK_STATUS" "$HOOK_REASON" "$HOOK_COUNT" "$HOOK_URL" "$HOOK_METHOD" "$HOOK_DURATION_MS" >part; mv part told`, nil)
	hostile := "x\"; touch evil; $(touch evil) `touch evil` & touch evil | touch evil\ntouch evil\n' ; touch evil; '"
	a.saw(failed(hostile + "\x00" + strings.Repeat("y", 1<<20)))
	text := awaitFile(t, "told")
	end()
	event, rest, _ := strings.Cut(text, "y|")
	if !strings.HasPrefix(event, hostile+"yyy") || len(event) > maxVariable || rest != "500|answered 500|1|http://127.0.0.1:4400/e/otter/a|POST|12|" {
		t.Errorf("told %.200q and %q", event, rest)
	}
	if _, err := os.Stat("evil"); err == nil {
		t.Error("what came was run")
	}
}

func awaitFile(t *testing.T, name string) string {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(awaitTime); ; {
		if text, err := os.ReadFile(name); err == nil {
			return string(text)
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("there is still no %s", name)
		}
	}
}

// One run at a time: what comes meanwhile is counted, and told by the next.
func TestAlarmCountsWhatComesMeanwhile(t *testing.T) {
	t.Chdir(t.TempDir())
	a, end := ringing(t, `echo "$HOOK_COUNT $HOOK_EVENT" >>all; cp all begun.part; mv begun.part begun$HOOK_COUNT; until test -e go; do sleep 0.01; done`, nil)
	a.saw(failed("first"))
	awaitFile(t, "begun1")
	for _, event := range []string{"second", "third", "fourth"} {
		a.saw(failed(event))
	}
	fine := failed("fine")
	fine.Attempts[0].Response.Status = 200
	a.saw(fine)
	if err := os.WriteFile("go", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got := awaitFile(t, "begun3")
	end()
	if got != "1 first\n3 fourth\n" {
		t.Errorf("told %q", got)
	}
}

func TestAlarmSaysOnceThatItFails(t *testing.T) {
	said := make(chan string, 10)
	a, end := ringing(t, "exit 3", func(s string) { said <- s })
	complaints := make(complaints, 10)
	a.log, a.logFile = slog.New(slog.NewTextHandler(complaints, nil)), "/the/log"
	for range 2 {
		a.saw(failed("a"))
		if got := within(t, complaints, "a line in the log"); !strings.Contains(got, "exit status 3") {
			t.Errorf("logged %q", got)
		}
	}
	end()
	if got := within(t, said, "a complaint"); got != "--on-failure: exit status 3; what it printed is in /the/log" || len(said) != 0 {
		t.Errorf("said %q, and %d more", got, len(said))
	}
	if warning, _ := a.broken(); !strings.Contains(warning, "exit status 3") {
		t.Errorf("warned %q", warning)
	}
}

// Complaints are the lines of a log.
type complaints chan string

func (c complaints) Write(p []byte) (int, error) {
	c <- string(p)
	return len(p), nil
}

func TestAlarmEndsWithItsChildren(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	a, end := ringing(t, `sh -c 'trap "echo ended >grandchild; exit" TERM; echo up >part; mv part up; while :; do sleep 0.01; done' & wait`, nil)
	a.saw(failed("a"))
	awaitFile(t, filepath.Join(dir, "up"))
	end()
	if text, err := os.ReadFile("grandchild"); err != nil || string(text) != "ended\n" {
		t.Errorf("the grandchild left %q, %v", text, err)
	}
}

func TestNoAlarm(t *testing.T) {
	var a *alarm
	a.saw(failed("a"))
	if warning, changed := a.broken(); warning != "" || changed != nil {
		t.Errorf("got %q", warning)
	}
}
