package tui

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/seed-4575fdc3/hook/inspect"
)

// patience is how long a test waits for what must come; only a test that fails waits so long.
const patience = time.Minute

// A terminal is a pseudo-terminal with somebody reading it.
type terminal struct {
	*testing.T
	keys   *os.File // what is written here was typed
	tty    *os.File
	output chan string // what was drawn; closed at the end
	all    strings.Builder
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	keys, tty, err := pty.Open()
	if err != nil {
		t.Skip("there is no pseudo-terminal:", err)
	}
	if err := pty.Setsize(keys, &pty.Winsize{Cols: 120, Rows: 30}); err != nil {
		t.Fatal(err)
	}
	term := &terminal{T: t, keys: keys, tty: tty, output: make(chan string)}
	go func() { // ends when the terminal is closed; Cleanup waits for it
		defer close(term.output)
		buf := make([]byte, 4096)
		for {
			n, err := keys.Read(buf)
			if err != nil {
				return
			}
			term.output <- string(buf[:n])
		}
	}()
	t.Cleanup(func() {
		_ = tty.Close()
		_ = keys.Close()
		for range term.output {
		}
	})
	return term
}

// run starts the screen and returns what it returns.
func (t *terminal) run(ctx context.Context, c Config) <-chan error {
	done := make(chan error, 1)
	go func() { done <- Run(ctx, t.tty, t.tty, c) }() // every test receives from done
	return done
}

// await reads until what was drawn since the last time has text.
func (t *terminal) await(text string) {
	t.Helper()
	timeout := time.After(patience)
	for !strings.Contains(t.all.String(), text) {
		select {
		case s := <-t.output:
			t.all.WriteString(s)
		case <-timeout:
			t.Fatalf("got %q, want %q in it", t.all.String(), text)
		}
	}
	t.all.Reset()
}

// end reads on until Run has returned.
func (t *terminal) end(done <-chan error) {
	t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("got %v, want no error", err)
			}
			return
		case <-t.output:
		case <-timeout:
			t.Fatal("Run did not return")
		}
	}
}

func TestRunUntilTheUserQuits(t *testing.T) {
	term := newTerminal(t)
	news, status := make(chan []inspect.Summary), make(chan Status)
	done := term.run(t.Context(), Config{URL: testURL, News: news, Status: status, Deliveries: &store{}})
	term.await("quiet-otter-k7q2")
	status <- upAndRunning()
	term.await(":3000")
	news <- summaries(0, 1)
	term.await("evt_000")
	if _, err := fmt.Fprint(term.keys, "q"); err != nil {
		t.Fatal(err)
	}
	term.end(done)
}

func TestRunUntilItsContextEnds(t *testing.T) {
	term := newTerminal(t)
	ctx, cancel := context.WithCancel(t.Context())
	started, returned := make(chan struct{}), make(chan struct{})
	done := term.run(ctx, Config{URL: testURL, Recent: summaries(0, 1), Deliveries: slowStore{started, returned}})
	term.await("quiet-otter-k7q2")
	<-started
	cancel()
	term.end(done)
	select {
	case <-returned:
	default:
		t.Error("a call of the Fetcher is still under way after Run")
	}
}

// A slowStore answers when its context ends.
type slowStore struct{ started, returned chan struct{} }

func (s slowStore) Delivery(ctx context.Context, _ string) (*inspect.Delivery, error) {
	defer close(s.returned)
	close(s.started)
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestRunWithAnEndedContext(t *testing.T) {
	term := newTerminal(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	term.end(term.run(ctx, Config{URL: testURL}))
}

func TestNextNewsTakesAllThatIsPending(t *testing.T) {
	news := make(chan []inspect.Summary, 3)
	for n := range 3 {
		news <- summaries(n, n+1)
	}
	close(news)
	got, ok := nextNews(news)(t.Context()).(receivedMsg)
	if !ok || len(got.batch) != 3 || !got.ended {
		t.Errorf("got %+v, want 3 deliveries and the end", got)
	}
	if msg := nextNews(news)(t.Context()); msg != nil {
		t.Errorf("after the end: got %v, want nothing", msg)
	}
}

func TestNextStatusTakesTheLatest(t *testing.T) {
	statuses := make(chan Status, 2)
	statuses <- Status{URL: "https://new.example", Public: true, Tips: []string{"register it"}}
	statuses <- Status{Connected: true}
	got, _ := nextStatus(statuses)(t.Context()).(statusMsg)
	want := Status{Connected: true, URL: "https://new.example", Public: true, Tips: []string{"register it"}}
	if !reflect.DeepEqual(got.status, want) {
		t.Errorf("got %+v, want %+v", got.status, want)
	}
}
