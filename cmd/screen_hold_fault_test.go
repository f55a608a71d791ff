package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/internal/faults"
)

// Whoever waits may go away: the sender, or the relay.
func TestHeldAndGone(t *testing.T) {
	s := newStand(t, nil)
	t.Setenv("VISUAL", `printf '{"n":3}' >`)
	s.arm(t, "")
	ctx, hangUp := context.WithCancel(t.Context())
	answer := s.post(ctx, `{"n":1}`)
	id := s.holding(t, 1)[0].ID
	e, err := s.breakpoint.Edit(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	hangUp()
	s.holding(t, 0)
	within(t, answer, "the sender's end")
	if a := s.outcomeOf(t, id); a.Outcome != inspect.OutcomeCanceled || !strings.Contains(a.Err, "while it was held") {
		t.Errorf("kept %+v", a)
	}
	if err := e.Command().Run(); err != nil {
		t.Fatal(err)
	}
	_, err = e.Done(t.Context())
	if err == nil || !strings.Contains(err.Error(), "is not held any more") {
		t.Fatalf("edited: %v", err)
	}
	_, file, _ := strings.Cut(err.Error(), "is kept in ")
	if text, err := os.ReadFile(file); err != nil || string(text) != `{"n":3}` {
		t.Errorf("kept %q, %v", text, err)
	}
	if n := len(s.saw); n > 0 {
		t.Errorf("the app got %d", n)
	}
}

func TestHeldWhenTheTunnelIsLost(t *testing.T) {
	proxy, err := faults.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	s := newStand(t, nil, func(l *listener) {
		proxy.Retarget(l.embedded.listener.Addr().String())
		l.client.Relay = "http://" + proxy.Addr()
	})
	s.arm(t, "")
	answer := s.post(t.Context(), "{}")
	id := s.holding(t, 1)[0].ID
	proxy.Reset()
	s.holding(t, 0)
	if got := within(t, answer, "an answer"); got.status != 502 && got.status != 503 {
		t.Errorf("got %+v", got)
	}
	if a := s.outcomeOf(t, id); a.Outcome != inspect.OutcomeCanceled {
		t.Errorf("kept %+v", a)
	}
}

func TestHeldForTooLong(t *testing.T) {
	s := newStand(t, func(o *listenOptions) { o.timeout = 50 * time.Millisecond })
	s.arm(t, "")
	got := within(t, s.post(t.Context(), "{}"), "an answer")
	if got.status != 504 || got.header.Get("Hook-Error") != "held_too_long" || !strings.Contains(got.body, "held at the breakpoint for 50 ms, which is --timeout") {
		t.Errorf("got %+v", got)
	}
	if n := len(s.saw); n > 0 {
		t.Errorf("the app got %d", n)
	}
	s.holding(t, 0)
}

func TestHundredAreHeld(t *testing.T) {
	const n = 100
	s := newStand(t, nil)
	var answers []<-chan posted
	for i := range n {
		s.arm(t, fmt.Sprintf("body.n == %d", i))
		answers = append(answers, s.post(t.Context(), fmt.Sprintf(`{"n":%d}`, i)))
		s.holding(t, i+1)
	}
	held := s.holding(t, n)
	for i, h := range held {
		switch i % 2 {
		case 0:
			if err := s.breakpoint.Release(h.ID); err != nil {
				t.Fatal(err)
			}
		case 1:
			if err := s.breakpoint.Answer(h.ID, 299, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, answer := range answers {
		if got := within(t, answer, "an answer"); got.status != 200+99*(i%2) {
			t.Errorf("%d: got %+v", i, got)
		}
	}
	if got := len(s.saw); got != n/2 {
		t.Errorf("the app got %d of %d", got, n/2)
	}
}

// Only one of those that come together is the next.
func TestOneOfManyAtOnceIsHeld(t *testing.T) {
	const n = 50
	s := newStand(t, nil)
	s.arm(t, "")
	var answers []<-chan posted
	for range n {
		answers = append(answers, s.post(t.Context(), "{}"))
	}
	for range n - 1 {
		within(t, s.saw, "those that pass")
	}
	held := s.holding(t, 1)
	if len(s.saw) != 0 {
		t.Error("the app got all")
	}
	if err := s.breakpoint.Answer(held[0].ID, 503, ""); err != nil {
		t.Fatal(err)
	}
	byHand := 0
	for _, answer := range answers {
		if within(t, answer, "an answer").status == 503 {
			byHand++
		}
	}
	if byHand != 1 {
		t.Errorf("%d were answered by hand", byHand)
	}
}

// What is held when hook is stopped goes to the app, whose answer the sender still gets.
func TestStoppedWhileOneIsHeld(t *testing.T) {
	s := newStand(t, nil)
	s.arm(t, "")
	answer := s.post(t.Context(), `{"n":1}`)
	id := s.holding(t, 1)[0].ID
	s.quit()
	if got := within(t, answer, "an answer"); got.status != 200 || got.body != "the app's" {
		t.Errorf("got %+v", got)
	}
	if got := within(t, s.saw, "what was held"); got.body != `{"n":1}` || got.header.Get("Hook-Delivery") != id {
		t.Errorf("the app got %+v", got)
	}
	s.arm(t, "")
	if s.breakpoint.Armed() {
		t.Error("armed behind the end")
	}
}

func TestTooLongToBeHeld(t *testing.T) {
	s := newStand(t, nil)
	s.arm(t, "")
	long := strings.Repeat("x", 65<<10)
	if got := within(t, s.post(t.Context(), long), "an answer"); got.body != "the app's" {
		t.Errorf("got %+v", got)
	}
	if got := within(t, s.saw, "the long one"); got.body != long {
		t.Errorf("the app got %d bytes", len(got.body))
	}
	now, _ := s.breakpoint.state.Get()
	if now.armed == nil || len(now.held) != 0 || !strings.Contains(now.note, "longer than what is kept, so it can't be held") {
		t.Errorf("it stands %+v", now)
	}
	answer := s.post(t.Context(), "{}")
	held := s.stands(t, "the next is held", func(now standing) bool { return len(now.held) == 1 && now.note == "" }).held
	_ = s.breakpoint.Release(held[0].ID)
	within(t, answer, "an answer")
}

// A body that comes in pieces is held once it is here. What comes in pieces while nothing is armed is handed on as it comes.
func TestHeldOnceItsBodyIsHere(t *testing.T) {
	s := newStand(t, nil)
	for _, armed := range []bool{true, false} {
		if armed {
			s.arm(t, "")
		}
		body, sender := io.Pipe()
		answer := s.send(t.Context(), body)
		if _, err := io.WriteString(sender, `{"n":`); err != nil {
			t.Fatal(err)
		}
		if now, _ := s.breakpoint.state.Get(); len(now.held) > 0 {
			t.Error("half of it is held")
		}
		if !armed {
			within(t, s.began, "its beginning at the app")
		}
		if _, err := io.WriteString(sender, `1}`); err != nil {
			t.Fatal(err)
		}
		_ = sender.Close()
		if armed {
			if id := s.holding(t, 1)[0].ID; len(s.began) != 0 || s.breakpoint.Release(id) != nil {
				t.Error("the app has it, or it can't be released")
			}
			within(t, s.began, "its beginning at the app")
		}
		if got := within(t, s.saw, "all of it at the app"); got.body != `{"n":1}` {
			t.Errorf("the app got %q", got.body)
		}
		within(t, answer, "an answer")
	}
}

// A held delivery is in the list as one that is under way, and can be looked at.
func TestHeldIsListed(t *testing.T) {
	s := newStand(t, nil)
	s.arm(t, "")
	answer := s.post(t.Context(), "{}")
	id := s.holding(t, 1)[0].ID
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(awaitTime); ; { // it is stored soon
		if d, err := s.delivery(t.Context(), id); err == nil {
			if d.Last() != nil {
				t.Errorf("found %+v", d.Last())
			}
			break
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("it can't be looked at")
		}
	}
	all, err := s.store.List(t.Context(), history.Query{})
	if err != nil || len(all) != 1 || all[0].Outcome != inspect.OutcomePending {
		t.Errorf("listed %+v, %v", all, err)
	}
	_ = s.breakpoint.Release(id)
	within(t, answer, "an answer")
}
