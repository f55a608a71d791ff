package tui

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

func TestHelpListsWhatWorksHereAndNow(t *testing.T) {
	s := &store{}
	b := newBench(t, 120, 60, Config{Deliveries: s, Recent: newestFirst(summaries(0, 3)), Do: Actions{Replay: s.Replay}})
	b.press("?")
	b.wants("what works here and now", "Moving", "replay: deliver it again", "In the list", "the signature is valid")
	b.lacks("send a sample event") // nobody sends here
	b.lacks("fold all")
	b.press("esc", "enter", "?")
	b.wants("In the detail", "fold all")
	b.lacks("mark all that are listed")

	b.press("/")
	b.typed("deliver again")
	b.wants("replay: deliver it again")
	b.lacks("quit")
	b.press("enter")
	b.wants("replayed d_0002 as d_b033")
}

func TestHelpOfAnEmptyScreen(t *testing.T) {
	b := newBench(t, 120, 40, Config{})
	b.press("?")
	b.wants("copy the endpoint's URL")
	b.lacks("deliver it again")
	b.press("?")
	b.wants("Waiting for the first webhook.")
}

func TestChooserMovesAndSearches(t *testing.T) {
	took := ""
	items := []item{{name: "a heading", look: strong}}
	for n := range 40 {
		name := fmt.Sprint("item ", n)
		items = append(items, item{name: name, about: fmt.Sprint("about ", n%7), do: func() tea.Cmd { took = name; return nil }})
	}
	b := newBench(t, 60, 20, Config{Recent: summaries(0, 1)})
	open := func() { b.screen.raise(choose(b.theme, "Choose", "nothing here", false, items)) }
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"down", "enter"}, "item 0"},
		{[]string{"end", "enter"}, "item 39"},
		{[]string{"end", "down", "up", "enter"}, "item 38"},
		{[]string{"/", "1", "2", "enter"}, "item 12"},
		{[]string{"/", "3", " ", "a", "b", "o", "u", "t", " ", "3", "down", "enter"}, "item 10"},
	} {
		took = ""
		open()
		b.press(c.keys...)
		if took != c.want {
			t.Errorf("%q took %q, want %q", c.keys, took, c.want)
		}
		if b.layer != nil {
			t.Errorf("%q: the menu is still open", c.keys)
		}
	}
	open()
	b.press("/")
	b.typed("no such thing")
	b.wants("nothing matches")
	b.press("enter", "esc")
	b.wants("a heading")
	b.press("esc")
	b.lacks("a heading")
}

func TestPrompt(t *testing.T) {
	b := newBench(t, 60, 20, Config{Recent: summaries(0, 1)})
	var changes []string
	end := ""
	open := func() {
		p := ask("filter", "", func(text string) tea.Cmd { end = text; return nil })
		p.changed = func(text string) tea.Cmd { changes = append(changes, text); return nil }
		p.cancelled = func() tea.Cmd { end = "cancelled"; return nil }
		p.complete = func(text string, at int) []string {
			if strings.HasPrefix("status", lastWord(text[:at])) {
				return []string{"status", "statusClass"}
			}
			return nil
		}
		p.past = []string{"first", "second"}
		b.screen.raise(p)
	}
	open()
	b.typed("a st")
	b.press("tab")
	b.wants("filter a status", "statusClass")
	b.press("tab", "enter")
	if end != "a statusClass" {
		t.Errorf("got %q", end)
	}
	if want := []string{"a", "a ", "a s", "a st", "a status", "a statusClass"}; !slices.Equal(changes, want) {
		t.Errorf("it was told of %q, want %q", changes, want)
	}
	open()
	b.typed("now")
	b.press("up", "up", "up", "down", "down")
	b.wants("filter now")
	b.press("up", "enter")
	if end != "second" {
		t.Errorf("got %q, want what was typed before", end)
	}
	open()
	b.send(tea.PasteMsg{Content: "pasted\x1b[2J\n"})
	b.wants(`filter pasted\x1b[2J`)
	b.press("esc")
	if end != "cancelled" {
		t.Errorf("got %q", end)
	}
}

// What is typed must not be lost from sight, however long it is, nor break the row.
func TestPromptLongerThanItsRow(t *testing.T) {
	for _, width := range []int{1, 7, 40, 61} {
		b := newBench(t, width, 12, Config{Recent: summaries(0, 1)})
		b.screen.raise(ask("search", strings.Repeat("支払い", 40), func(string) tea.Cmd { return nil }))
		b.press("x", "left", "left", "home", "end")
		b.text()
		if v := b.View(); v.Cursor != nil && (v.Cursor.X < 0 || v.Cursor.X >= width) {
			t.Errorf("at %d cells the cursor is at %d", width, v.Cursor.X)
		}
	}
}

func TestDeletingAsksFirst(t *testing.T) {
	var deleted []string
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 3)), Do: Actions{
		Delete: func(_ context.Context, ids []string) ([]string, error) { deleted = ids; return ids, nil }}})
	b.press("d")
	b.wants("delete 1 delivery for good?", "y yes")
	b.press("n")
	b.wants("nothing was done")
	if deleted != nil {
		t.Fatalf("deleted %v", deleted)
	}
	b.press("d", "y")
	b.wants("deleted 1 delivery")
	if !slices.Equal(deleted, []string{"d_0002abcdefgh"}) || b.selectedID() == "d_0002abcdefgh" {
		t.Errorf("deleted %v, and %s is selected", deleted, b.selectedID())
	}
}

func TestWhatCannotBeDoneSaysWhy(t *testing.T) {
	const why = "this is a session file, which is only read"
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 3)), Do: Actions{Why: why}})
	for _, key := range []string{"r", "e", "y", "E", "F", "d", "S"} {
		b.press("down", key)
		b.wants(why)
	}
	b.press("b")
	b.wants("nothing passes here that could be held")
}

func TestReplayOfSeveral(t *testing.T) {
	var kept []bool
	var order []string
	s := &store{}
	b := newBench(t, 120, 30, Config{Deliveries: s, Recent: newestFirst(summaries(0, 4)), Do: Actions{
		Replay: func(ctx context.Context, id string, keep bool) (inspect.Summary, error) {
			kept, order = append(kept, keep), append(order, id)
			if id == "d_0002abcdefgh" {
				return inspect.Summary{}, errors.New("replay d_0002: its body was not kept")
			}
			fresh, err := s.Replay(ctx, id, keep)
			fresh.ID = "d_new" + id[2:6] + "aaaa"
			return fresh, err
		}}})
	b.press("space", "space", "space", "s", "r")
	b.wants("2 replayed · 1 fixed · 1 same · 1 could not be replayed: @ says why")
	if want := []string{"d_0001abcdefgh", "d_0002abcdefgh", "d_0003abcdefgh"}; !slices.Equal(order, want) || slices.Contains(kept, false) {
		t.Errorf("replayed %v with %v, want %v, as they came, with their signatures", order, kept, want)
	}
	b.press("@")
	b.wants("What was done here", "its body was not kept", "replayed d_0001")
	b.press("/")
	b.typed("not kept")
	b.lacks("replayed d_0001")
	b.press("esc", "esc")
}

func TestLogLeadsToWhatCameOfIt(t *testing.T) {
	s := &store{}
	b := newBench(t, 120, 30, Config{Deliveries: s, Recent: newestFirst(summaries(0, 4)), Do: Actions{Replay: s.Replay}})
	b.press("r", "down", "@", "enter")
	if got := b.selectedID(); got != "d_b033zzzzzzzz" {
		t.Errorf("selected %s, want the replay", got)
	}
}

func TestCopyMenu(t *testing.T) {
	system := ""
	forms := []CopyForm{
		{Key: "c", Name: "curl", Make: func(d *inspect.Delivery) (string, error) { return "curl " + d.URL, nil }},
		{Key: "b", Name: "body", Make: func(*inspect.Delivery) (string, error) { return "", errors.New("the body is not text; E exports it") }},
	}
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 1)), Do: Actions{Copy: forms,
		Clipboard: func(_ context.Context, text string) error { system = text; return nil }}})
	b.press("y")
	b.wants("Copy of d_0000", "curl", "body")
	b.press("c")
	b.wants("copied curl of d_0000")
	if !strings.HasPrefix(system, "curl http") || !strings.Contains(fmt.Sprint(b.others), "curl http") {
		t.Errorf("the system has %q, the terminal got %v", system, b.others)
	}
	b.press("y", "down", "enter")
	b.wants("the body is not text; E exports it")
}

func TestSendingASample(t *testing.T) {
	b := newBench(t, 120, 30, Config{Do: Actions{
		Samples: func() []Sample {
			return []Sample{{Provider: "stripe", Event: "invoice.paid"}, {Provider: "github", Event: "push", About: "a commit"}}
		},
		Send: func(_ context.Context, s Sample) (string, error) {
			return "sent " + s.Provider + " " + s.Event + ": 200", nil
		},
	}})
	b.press("S")
	b.typed("git push")
	b.lacks("invoice.paid")
	b.press("enter")
	b.wants("sent github push: 200")
}

func TestExportAndFixture(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 2)), Do: Actions{
		ExportForms: []ExportForm{{Name: "har", About: "for browsers", File: "hook.har"}, {Name: "curl", File: "hook.sh", One: true}},
		Export: func(_ context.Context, ids []string, form, file string) (string, error) {
			return fmt.Sprintf("wrote %d as %s to %s", len(ids), form, file), nil
		},
		SaveFixture: func(_ context.Context, id, name string) (string, error) { return "kept " + id + " as " + name, nil },
	}})
	b.press("E", "enter")
	b.wants("export har to hook.har")
	b.typed("2")
	b.press("enter")
	b.wants("wrote 1 as har to hook.har2")
	b.press("space", "space", "E")
	b.lacks("curl") // which takes one
	b.press("esc", "F")
	b.press("enter")
	b.wants("as payment_intent.succeeded")
}

// An editing that a test can follow.
type editing struct {
	closed bool
	done   func() (inspect.Summary, error)
}

func (e *editing) Command() *exec.Cmd { return exec.Command("true") }

func (e *editing) Done(context.Context) (inspect.Summary, error) { return e.done() }

func (e *editing) Close() { e.closed = true }

func TestEditing(t *testing.T) {
	s := &store{}
	e := &editing{}
	b := newBench(t, 120, 30, Config{Deliveries: s, Recent: newestFirst(summaries(0, 2)), Do: Actions{
		Edit: func(context.Context, string, bool) (Editing, error) { return e, nil }}})
	e.done = func() (inspect.Summary, error) { return s.Replay(t.Context(), b.selectedID(), false) }
	of, _ := b.list.current()
	b.press("e")
	if len(b.others) == 0 {
		t.Fatal("the terminal was not given to the editor")
	}
	b.send(editedMsg{what: "edit d_0001", of: of, editing: e, ended: true})
	b.wants("replayed d_0001 as d_b033: 400 → 200 fixed")
	if !e.closed {
		t.Error("it was not closed")
	}
	e.closed = false
	b.send(editedMsg{what: "edit d_0001", of: of, editing: e, ended: true, err: errors.New("exit status 1")})
	b.wants("the editor ended with exit status 1; nothing was sent")
	if !e.closed {
		t.Error("it was not closed")
	}
}

// A gate is a Breakpoint that notes what it is told.
type gate struct{ told []string }

func (g *gate) Arm(where string) error {
	if where == "status >" {
		return errors.New("it ends too soon")
	}
	g.told = append(g.told, "arm "+where)
	return nil
}
func (g *gate) Disarm()                 { g.told = append(g.told, "disarm") }
func (g *gate) Release(id string) error { g.told = append(g.told, "release "+id); return nil }
func (g *gate) Edit(context.Context, string) (Editing, error) {
	return nil, errors.New("there is no editor: set EDITOR")
}

func (g *gate) Answer(id string, status int, body string) error {
	g.told = append(g.told, fmt.Sprint("answer ", id, " ", status, " ", body))
	return nil
}

func TestBreakpoint(t *testing.T) {
	g := &gate{}
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 3)), Breakpoint: g})
	b.press("b")
	b.typed("status >")
	b.press("enter")
	b.wants("breakpoint: it ends too soon")
	b.press("b")
	b.typed("stripe")
	b.press("enter")
	armed := "stripe"
	b.send(statusMsg{status: Status{Connected: true, Armed: &armed}})
	b.wants("the next stripe is held; b takes that back")
	b.press("b")
	b.wants("the breakpoint is off")

	held := []Held{{ID: "d_0001abcdefgh", Until: noon().Add(20 * time.Second), Gives: "stripe"}}
	b.send(statusMsg{status: Status{Connected: true, Held: held}})
	b.send(tickMsg(noon().Add(13 * time.Second)))
	b.wants("held 1", "held d_0001 · stripe gives up in 7.0 s")
	b.press("b")
	b.wants("Held: d_0001", "release it", "answer 500")
	b.press("r")
	b.press("b", "5")
	b.press("b", "a")
	b.typed("x")
	b.press("enter")
	b.wants("a status from 200 to 599 comes first")
	b.press("b", "a")
	b.typed(`200 {"a":1}`)
	b.press("enter")
	b.wants("answered d_0001 with 200 by hand")
	b.press("e")
	b.wants("there is no editor: set EDITOR")
	b.send(tickMsg(noon().Add(21 * time.Second)))
	b.wants("stripe has given up")
	want := []string{"arm stripe", "disarm", "release d_0001abcdefgh", "answer d_0001abcdefgh 500 ", `answer d_0001abcdefgh 200 {"a":1}`}
	if !slices.Equal(g.told, want) {
		t.Errorf("it was told %q, want %q", g.told, want)
	}
}

func TestNotices(t *testing.T) {
	trouble := func(s inspect.Summary) string {
		if s.Failed() {
			return "it failed \x1b]9;x\a;"
		}
		return ""
	}
	b := newBench(t, 120, 30, Config{Trouble: trouble, Notify: true})
	said := func(msg tea.Msg) string {
		b.others = nil
		b.send(msg)
		return fmt.Sprint(b.others)
	}
	ring := func(batch ...inspect.Summary) string { return said(receivedMsg{batch: batch}) }
	bad, fine := someDelivery(1).Summary(), someDelivery(0).Summary()
	if got := ring(fine); strings.Contains(got, "\a") {
		t.Errorf("it rang for a good one: %q", got)
	}
	got := ring(bad)
	if !strings.Contains(got, "\a\x1b]9;hook: stripe invoice.paid: it failed \\x1b]9,x\\x07,\a") {
		t.Errorf("got %q", got)
	}
	other := someDelivery(5).Summary()
	if got := ring(bad, other); strings.Contains(got, "\a") {
		t.Errorf("it rang at once again: %q", got)
	}
	got = ""
	for range bellRest {
		got += said(tickMsg(noon()))
	}
	if !strings.Contains(got, "line 支払い") {
		t.Errorf("what came meanwhile was forgotten: %q", got)
	}
	for range 2 * bellRest {
		if got := said(tickMsg(noon())); strings.Contains(got, "\a") {
			t.Errorf("it rang for nothing: %q", got)
		}
	}
	b.press("!")
	b.wants("rings no more")
	if got := ring(someDelivery(12).Summary()); strings.Contains(got, "\a") {
		t.Errorf("it rang although it is off: %q", got)
	}
}

func TestMouse(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 60))})
	b.send(tea.MouseClickMsg{X: 5, Y: 6, Button: tea.MouseLeft})
	if got := b.selectedID(); got != "d_0055abcdefgh" {
		t.Errorf("selected %s", got)
	}
	b.send(tea.MouseWheelMsg{X: 5, Y: 6, Button: tea.MouseWheelDown})
	if got := b.selectedID(); got != "d_0052abcdefgh" {
		t.Errorf("after the wheel: selected %s", got)
	}
	b.send(tea.MouseMotionMsg{X: 9, Y: 9, Button: tea.MouseLeft})
	b.wants("to select text press m")
	b.press("m")
	b.wants("the mouse is the terminal's now")
	if b.View().MouseMode != tea.MouseModeNone {
		t.Error("the mouse is still taken")
	}
	for x := range 125 {
		for y := range 35 {
			b.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}) // nowhere is there a panic
		}
	}
}

func TestTour(t *testing.T) {
	b := newBench(t, 120, 30, Config{Recent: summaries(0, 2), Deliveries: &store{}, Tour: []string{"tab  what the app answered", "?  all keys"}})
	b.wants("try  tab  what the app answered", "1 of 2")
	b.press("down")
	b.wants("1 of 2")
	b.press("tab")
	b.wants("try  ?  all keys", "2 of 2")
	b.press("?", "esc")
	b.lacks("try  ")
}

func TestRate(t *testing.T) {
	b := newBench(t, 120, 30, Config{Recent: summaries(0, 1)})
	b.send(receivedMsg{batch: summaries(0, 31)})
	b.send(tickMsg(noon()))
	b.wants("30/s")
	b.send(receivedMsg{batch: summaries(0, 31)}) // what changed is not new
	for range 12 {
		b.send(tickMsg(noon()))
	}
	b.lacks("/s")
}

func TestSuspending(t *testing.T) {
	b := newBench(t, 120, 30, Config{Recent: summaries(0, 1)})
	b.press("ctrl+z")
	if len(b.others) != 1 || fmt.Sprintf("%T", b.others[0]) != "tea.SuspendMsg" {
		t.Errorf("got %v", b.others)
	}
}
