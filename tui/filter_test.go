package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A fakeSearch finds the deliveries that have its text in a field. Texts that end in a space or & can't be read.
type fakeSearch struct {
	text string
	fail error
	asks *[]int // how many deliveries each Match was put to
}

func (f fakeSearch) Match(_ context.Context, all []inspect.Summary) ([]bool, error) {
	if f.asks != nil {
		*f.asks = append(*f.asks, len(all))
	}
	matches := make([]bool, len(all))
	for i, s := range all {
		matches[i] = strings.Contains(fmt.Sprint(s.ID, s.Provider, s.EventType, s.Status), f.text)
	}
	return matches, f.fail
}

func searching(text string) (Search, error) {
	if strings.HasSuffix(text, "&") {
		return nil, errors.New("it ends too early, at character 9; \x1b[2J")
	}
	return fakeSearch{text: text}, nil
}

// A slowBench is a screen whose commands wait until they are done by hand.
type slowBench struct {
	*screen
	*testing.T
	waiting []tea.Cmd
}

func newSlowBench(t *testing.T, c Config) *slowBench {
	c.URL = testURL
	b := &slowBench{T: t, screen: newScreen(c, func(call func(context.Context) tea.Msg) tea.Cmd {
		return func() tea.Msg { return call(t.Context()) }
	})}
	b.update(tea.WindowSizeMsg{Width: 120, Height: 30})
	return b
}

func (b *slowBench) update(msg tea.Msg) {
	_, cmd := b.Update(msg)
	b.later(cmd)
}

func (b *slowBench) later(cmd tea.Cmd) {
	if cmd != nil {
		b.waiting = append(b.waiting, cmd)
	}
}

// next runs the oldest command, and says whether there was one.
func (b *slowBench) next() bool {
	if len(b.waiting) == 0 {
		return false
	}
	cmd := b.waiting[0]
	b.waiting = b.waiting[1:]
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			b.later(c)
		}
	default:
		b.update(msg)
	}
	return true
}

func (b *slowBench) rest() {
	for b.next() {
	}
}

func TestFilter(t *testing.T) {
	b := newBench(t, 120, 22, Config{Deliveries: &store{}, Search: searching, Recent: newestFirst(summaries(0, 400))})
	b.press("down", "/")
	b.press(strings.Split("stripe", "")...)
	b.press("enter")
	b.wants("filter: stripe · 115 of 400", "esc shows all")
	if got, want := b.selectedID(), "d_0393abcdefgh"; got != want {
		t.Errorf("selected %s, want the next older that matches, %s", got, want)
	}
	b.lacks("zapier")

	changed := someDelivery(391).Summary()
	changed.Provider = "stripe2"
	gone := someDelivery(392).Summary()
	gone.Provider = "other"
	b.send(receivedMsg{batch: append(summaries(400, 409), changed, gone)})
	b.wants("filter: stripe · 118 of 409", "stripe2", "3 new ↑  G to follow")
	b.lacks("other")

	b.press("end")
	if got, want := b.selectedID(), "d_0000abcdefgh"; got != want {
		t.Errorf("end: selected %s, want %s", got, want)
	}
	b.press("esc")
	b.lacks("filter: stripe")
	b.wants("zapier", "9 new ↑")
	if got, want := b.selectedID(), "d_0000abcdefgh"; got != want {
		t.Errorf("without the filter: selected %s, want it to stay at %s", got, want)
	}
}

// Without the filter what was selected before it is selected again, unless the user has moved.
func TestFilterGivesTheSelectionBack(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Search: searching, Recent: newestFirst(summaries(0, 40))})
	b.press("down")
	before := b.selectedID()
	b.press("/", "p", "u", "s", "h", "enter")
	if b.selectedID() == before {
		t.Fatal("the filter hides nothing")
	}
	b.press("esc")
	if got := b.selectedID(); got != before {
		t.Errorf("selected %s, want %s", got, before)
	}
}

func TestFilterFollows(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Search: searching, Recent: newestFirst(summaries(0, 3))})
	b.press("/", "z", "a", "p", "enter")
	b.wants("Nothing matches.", "esc shows all again")
	b.send(receivedMsg{batch: summaries(3, 5)})
	if got, want := b.selectedID(), "d_0003abcdefgh"; got != want {
		t.Errorf("selected %s, want the newest that matches, %s", got, want)
	}
	b.lacks("G to follow")
	b.press("p")
	b.send(receivedMsg{batch: summaries(5, 20)})
	b.wants("paused · 2 waiting", "filter: zap · 3 of 20")
	b.press("p")
	if got, want := b.selectedID(), "d_0017abcdefgh"; got != want {
		t.Errorf("after the pause: selected %s, want %s", got, want)
	}
}

// The last text that could be read stays in force while a longer one can't be.
func TestUnfinishedFilter(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Search: searching, Recent: newestFirst(summaries(0, 40))})
	b.press("/", "g", "i", "t")
	b.wants("filter: git · 6 of 40")
	b.press("&")
	b.wants("filter: git · 6 of 40", "it ends too early, at character 9")
	b.press("enter")
	b.wants("filter: it ends too early, at character 9; \\x1b[2J")
	b.press("down")
	b.wants("filter: git · 6 of 40")
	b.lacks("too early")
}

func TestFilterIsCancelled(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Search: searching, Recent: newestFirst(summaries(0, 40))})
	b.press("/", "g", "i", "t", "enter", "/", "x")
	b.wants("filter: gitx · 0 of 40", "Nothing matches.")
	b.press("esc")
	b.wants("filter: git · 6 of 40")
	b.press("/", "backspace", "backspace", "backspace")
	b.lacks("filter: git")
	b.wants("zapier")
	b.press("esc", "esc")
	b.lacks("filter: ")

	b.press("/", "up")
	b.wants("filter: git · 6 of 40")
	b.press("enter", "/", "x", "enter", "/", "up", "up")
	if got, want := b.filter.past, []string{"git", "gitx"}; !slices.Equal(got, want) {
		t.Errorf("got past %q, want %q", got, want)
	}
}

// What is found of a text that isn't wanted any more is not shown, and what was typed in between is not looked for at all.
func TestLateAnswersAreVoid(t *testing.T) {
	var asked []string
	search := func(text string) (Search, error) {
		asked = append(asked, text)
		return fakeSearch{text: text}, nil
	}
	b := newSlowBench(t, Config{Search: search, Recent: newestFirst(summaries(0, 40))})
	b.update(pressOf("/"))
	b.rest()
	for _, key := range []string{"s", "t", "r", "x"} {
		b.update(pressOf(key))
	}
	b.rest()
	if got, want := asked, []string{"s", "strx"}; !slices.Equal(got, want) {
		t.Errorf("looked for %q, want %q", got, want)
	}
	if got, want := b.list.filter, "strx"; got != want || len(b.list.shown) > 0 {
		t.Errorf("in force is %q with %d found, want %q with none", got, len(b.list.shown), want)
	}
	b.update(pressOf("backspace"))
	b.update(pressOf("esc"))
	b.rest()
	if b.filter.active() || len(b.list.listed()) != b.list.height {
		t.Errorf("cancelled: %q is in force, %d listed", b.list.filter, len(b.list.listed()))
	}
	b.update(pressOf("/"))
	b.update(pressOf("5"))
	b.rest()
	if got, want := b.list.filter, "5"; got != want {
		t.Errorf("typed anew: in force is %q, want %q", got, want)
	}
}

// What changes while a look is under way is looked at as it is then.
func TestChangedDuringALook(t *testing.T) {
	b := newSlowBench(t, Config{Search: searching, Recent: newestFirst(summaries(0, 40))})
	b.update(pressOf("/"))
	b.update(pressOf("?")) // which none has
	b.rest()
	b.update(pressOf("backspace"))
	b.update(pressOf("#"))
	changed := someDelivery(20).Summary()
	changed.Provider = "#1"
	fresh := someDelivery(40).Summary()
	fresh.EventType = "#2"
	b.update(receivedMsg{batch: []inspect.Summary{changed, fresh}, ended: true})
	b.rest()
	if got, want := b.list.listed(), []string{fresh.ID, changed.ID}; !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
}

// A long list is looked through from the newest on, some at a time, and deliveries that come meanwhile don't wait for its end.
func TestFilterLooksAtSomeAtATime(t *testing.T) {
	var asks []int
	search := func(text string) (Search, error) { return fakeSearch{text: text, asks: &asks}, nil }
	b := newSlowBench(t, Config{Search: search})
	for n := range 20_000 {
		b.list.put(inspect.Summary{ID: fmt.Sprint(n)})
	}
	b.update(pressOf("/"))
	b.rest()
	b.update(pressOf("7"))
	for b.list.filter == "" && b.next() {
	}
	if s, _ := b.list.current(); s.ID != "19997" || len(asks) != 1 || asks[0] != firstLook {
		t.Errorf("first: selected %s after looks at %v", s.ID, asks)
	}
	if got := b.list.found(); !strings.HasPrefix(got, "176 of 20,000 · looked at ") {
		t.Errorf("meanwhile: got %q", got)
	}
	b.update(receivedMsg{batch: []inspect.Summary{{ID: "777777"}}, ended: true})
	for len(asks) < 3 && b.next() {
	}
	if s, _ := b.list.current(); s.ID != "777777" {
		t.Errorf("meanwhile: selected %s, want the newest", s.ID)
	}
	b.rest()
	all := 0
	for _, n := range asks {
		all += n
	}
	if all != 20_001 || slices.Max(asks) > lastLook {
		t.Errorf("looked at %d in %v, want each once", all, asks)
	}
	want := 1
	for n := range 20_000 {
		if strings.Contains(fmt.Sprint(n), "7") {
			want++
		}
	}
	if got := len(b.list.shown); got != want || !slices.IsSorted(b.list.shown) {
		t.Errorf("found %d, want %d, in order", got, want)
	}
}

// Rows that are deleted, or forgotten because there are too many, leave the filter right.
func TestFilterWhileRowsGo(t *testing.T) {
	b := newSlowBench(t, Config{Search: searching})
	for n := range 2_000 {
		b.list.put(inspect.Summary{ID: fmt.Sprint(n)})
	}
	b.update(pressOf("/"))
	b.update(pressOf("5"))
	for b.list.filter == "" && b.next() {
	}
	b.list.remove([]string{"1995", "1985", "3", "5"})
	b.rest()
	want := func() (ids []string) {
		for _, s := range slices.Backward(b.list.rows) {
			if strings.Contains(s.ID, "5") {
				ids = append(ids, s.ID)
			}
		}
		return ids
	}
	check := func(when string) {
		t.Helper()
		b.list.resize(10_000_000)
		if got := b.list.listed(); !slices.Equal(got, want()) {
			t.Errorf("%s: listed %d, want %d", when, len(got), len(want()))
		}
	}
	check("deleted")
	for n := range 20 {
		b.update(receivedMsg{batch: []inspect.Summary{{ID: fmt.Sprint("5-", n), Path: strings.Repeat("x", textLimit/10) + fmt.Sprint(n)}}, ended: true})
		b.rest()
	}
	if len(b.list.rows) > 20 {
		t.Fatalf("got %d rows, want the oldest to be forgotten", len(b.list.rows))
	}
	check("forgotten")
}

func TestFilterThatFails(t *testing.T) {
	failing := fakeSearch{text: "stripe", fail: errors.New("list deliveries: \x1b]0;x\a disk I/O error")}
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 3)),
		Search: func(string) (Search, error) { return failing, nil }})
	b.press("/", "x", "enter")
	b.wants(`list deliveries: \x1b]0;x\x07 disk I/O error`)
}

func TestNoFilter(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 3))})
	b.press("/")
	b.wants("there is nothing here that could search")
}

func TestCompletions(t *testing.T) {
	hostile := someDelivery(13).Summary()
	hostile.EventType = "push\x1b[2J"
	orders := someDelivery(14).Summary()
	orders.Provider, orders.EventType = "shopify", "orders/create"
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Search: searching,
		Words:  []string{"status", "event", "failed", "--failed", "--provider", "--event", "--status"},
		Recent: append(newestFirst(summaries(0, 7)), hostile, orders)})
	for typed, want := range map[string]string{
		"st":                      "status stripe",
		"--st":                    "--status",
		"--":                      "--failed --provider --event --status",
		"--failed --pro":          "--provider",
		"--provider str":          "stripe",
		"--provider=git":          "github",
		"--provider stripe,git":   "github",
		"--event inv":             "invoice.paid",
		"--event ":                "invoice.paid orders/create payment_intent.succeeded push " + "支払い.完了した.とても長い名前のイベント message.delivered",
		"--event orders/cr":       "create",
		"--event 'catch h":        "hook",
		"status == 200 && ev":     "event",
		`event == "inv`:           "invoice.paid",
		`event == "inv" && fai`:   "failed",
		`provider == "`:           "github line stripe twilio zapier shopify",
		"failed":                  "",
		"nothing like it":         "",
		"--provider stripe --eve": "--event",
	} {
		got := b.completions(typed, len(typed))
		if typed == `provider == "` {
			got = slices.DeleteFunc(got, func(s string) bool { return strings.ContainsAny(s, "./ _支") || s == "push" })
		}
		wanted := strings.Fields(want)
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%q: got %q, want %q", typed, got, wanted)
		}
	}
}

// The prompt puts a completion in place of the word, and filters by it.
func TestCompletionInThePrompt(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Search: searching, Words: []string{"status"}, Recent: newestFirst(summaries(0, 7))})
	b.press("/", "g", "i", "tab")
	b.wants("filter: github · 1 of 7")
}
