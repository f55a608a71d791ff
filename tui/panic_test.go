package tui

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	xterm "golang.org/x/term"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A panic, wherever it is, ends the screen in order: the terminal is as it was, and no stack is written to it.
func TestPanicRestoresTheTerminal(t *testing.T) {
	others := summaries(2, 100)
	for name, c := range map[string]Config{
		"of a call":  {Explain: func(*inspect.Delivery) string { panic("a bug") }, Deliveries: &store{}, Recent: newestFirst(summaries(0, 2))},
		"of Update":  {Trouble: func(inspect.Summary) string { panic("a bug") }, Notify: true},
		"of a fetch": {Deliveries: panicking{}, Recent: newestFirst(summaries(0, 2))},
	} {
		t.Run(name, func(t *testing.T) {
			term := newTerminal(t)
			news := make(chan []inspect.Summary)
			c.URL, c.News = testURL, news
			before, err := xterm.GetState(int(term.tty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			done := term.run(t.Context(), c)
			term.await("quiet-otter-k7q2")
			if _, err := term.keys.WriteString("j5"); err != nil { // the signature's tab, of one that stays selected while others come
				t.Fatal(err)
			}
			feeding, stop := context.WithCancel(t.Context())
			fed := make(chan struct{})
			go func() {
				defer close(fed)
				for n := 0; ; n = (n + 1) % len(others) {
					select {
					case news <- others[n : n+1]:
					case <-feeding.Done():
						return
					}
				}
			}()
			drawn, err := term.drain(done)
			stop()
			<-fed
			var p *PanicError
			if !errors.As(err, &p) || p.Error() != "screen: a bug" || !strings.Contains(string(p.Stack), "panic_test.go") {
				t.Fatalf("got %v", err)
			}
			if after, err := xterm.GetState(int(term.tty.Fd())); err != nil || !reflect.DeepEqual(after, before) {
				t.Errorf("the terminal's state is %+v, %v, and was %+v", after, err, before)
			}
			if strings.Contains(drawn, "goroutine") || strings.LastIndex(drawn, "\x1b[?1049l") < strings.LastIndex(drawn, "\x1b[?1049h") {
				t.Errorf("it ends with %q", drawn[max(0, len(drawn)-300):])
			}
		})
	}
}

// drain reads on until Run has returned, and gives what was drawn and Run's error.
func (t *terminal) drain(done <-chan error) (drawn string, err error) {
	t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case err = <-done:
			done = nil
			go func() { _, _ = t.tty.WriteString("the end") }() // all before it was drawn by Run; ends when it is read below
		case s := <-t.output:
			if t.all.WriteString(s); done == nil && strings.Contains(t.all.String(), "the end") {
				return t.all.String(), err
			}
		case <-timeout:
			t.Fatal("Run did not return")
		}
	}
}

type panicking struct{}

func (panicking) Delivery(context.Context, string) (*inspect.Delivery, error) { panic("a bug") }

// What panics while it is drawn ends the screen too.
func TestPanicOfView(t *testing.T) {
	var g guard
	quits := 0
	m := guarded{broken{}, &g, func() { quits++ }}
	if m.View(); quits != 1 || g.err() == nil {
		t.Errorf("it quit %d times, with %v", quits, g.err())
	}
	if _, next := m.Update(nil); next == nil {
		t.Error("Update: no command")
	} else if _, ok := next().(tea.QuitMsg); !ok {
		t.Errorf("Update: got %T", next())
	}
}

type broken struct{}

func (broken) Init() tea.Cmd                       { return nil }
func (broken) Update(tea.Msg) (tea.Model, tea.Cmd) { panic("Update") }
func (broken) View() tea.View                      { panic("View") }
