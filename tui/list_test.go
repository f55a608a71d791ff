package tui

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// someList lists deliveries with these ids, in the order they came.
func someList(height int, ids ...string) list {
	l := newList(nil)
	l.resize(height)
	for _, id := range ids {
		l.take([]inspect.Summary{{ID: id}})
	}
	return l
}

// listed are the ids that the view shows, the newest first.
func (l *list) listed() (ids []string) {
	for line := l.line(l.top); line >= 0 && line < l.lines() && len(ids) < l.room(); line-- {
		ids = append(ids, l.row(l.number(line)).ID)
	}
	return ids
}

func (l *list) wants(t *testing.T, when, selected string, listed ...string) {
	t.Helper()
	if s, _ := l.current(); s.ID != selected {
		t.Errorf("%s: selected %q, want %q", when, s.ID, selected)
	}
	if got := l.listed(); !slices.Equal(got, listed) {
		t.Errorf("%s: listed %v, want %v", when, got, listed)
	}
}

func TestColumns(t *testing.T) {
	d := someDelivery(1).Summary()
	d.Path, d.RedeliveryOf = "/webhooks/stripe?token=sesame", "d_1"
	for w, want := range map[int]string{
		40:  "▌ 12:00 ✗ stripe  invoice.pa… ↻     400",
		62:  "▌ 12:00:07 ✗ stripe   invoice.paid             ↻ 400     4 ms",
		80:  "▌ 12:00:07 ✗ stripe       invoice.paid             /webhooks/s… ↻  400     4 ms",
		90:  "▌ 12:00:07 ✗ stripe       invoice.paid             POST   /webhooks/stri… ↻  400     4 ms",
		120: "▌ 12:00:07 ✗ stripe       invoice.paid                       POST   /webhooks/stripe?token=[masked]     ↻  400     4 ms",
	} {
		th := newTheme(false, true)
		row := columnsFor(w, day{}).row(th, w, &d, state{selected: true}, time.UTC)
		if got := strings.TrimRight(ansi.Strip(row), " "); got != want {
			t.Errorf("at %d cells\ngot  %q\nwant %q", w, got, want)
		}
		if strings.Contains(row, "sesame") {
			t.Errorf("at %d cells the path grants access: %q", w, row)
		}
	}
}

func TestOutcomeColumn(t *testing.T) {
	th := newTheme(false, true)
	answered := inspect.Summary{Status: 200, Outcome: inspect.OutcomeAnswered, Duration: 23 * time.Millisecond}
	for _, c := range []struct {
		s     inspect.Summary
		is    state
		w     int
		wants []string
	}{
		{answered, state{}, 80, []string{"200    23 ms"}},
		{answered, state{}, 40, []string{"200"}},
		{answered, state{marked: true}, 80, []string{" *00:00"}},
		{inspect.Summary{}, state{held: true}, 80, []string{"held"}},
		{inspect.Summary{}, state{held: true}, 40, []string{"held"}},
		{inspect.Summary{Outcome: inspect.OutcomeUnreachable}, state{}, 80, []string{"unreachable"}},
		{inspect.Summary{Outcome: inspect.OutcomeTimeout, Duration: time.Minute}, state{}, 80, []string{"timeout 60 s"}},
		{inspect.Summary{ReplayOf: "d_1"}, state{}, 80, []string{"⟲ "}},
		{inspect.Summary{ReplayOf: "d_1", Change: "body"}, state{}, 80, []string{"⟲✎"}},
		{inspect.Summary{ReplayOf: "d_1", Change: "body"}, state{}, 60, []string{"✎ "}},
		{inspect.Summary{RedeliveryOf: "d_1"}, state{}, 40, []string{"↻ "}},
		{inspect.Summary{Method: "PUT", Path: "/v1"}, state{}, 60, []string{" -", "PUT /v1"}},
		{inspect.Summary{Method: "PUT", Path: "/v1"}, state{}, 80, []string{"PUT  ", "/v1"}},
		{inspect.Summary{Method: "PUT", Path: "/v1"}, state{}, 100, []string{" -  ", "PUT  ", "/v1"}},
	} {
		row := " " + ansi.Strip(columnsFor(c.w, day{}).row(th, c.w, &c.s, c.is, time.UTC))
		for _, want := range c.wants {
			if !strings.Contains(row, want) {
				t.Errorf("at %d cells: got %q, want in it %q", c.w, row, want)
			}
		}
	}
}

// What came on another day than the newest says so.
func TestDays(t *testing.T) {
	l := someList(10)
	for n, at := range []time.Time{noon().AddDate(0, 0, -1), noon()} {
		l.take([]inspect.Summary{{ID: fmt.Sprint(n), ReceivedAt: at}})
	}
	for w, want := range map[int][]string{
		50: {" 12:00 ", " 03-03 "}, 60: {" 12:00:00 ", " 03-03    "}, 80: {"       12:00:00", "  03-03 12:00:00"},
	} {
		rows := l.view(newTheme(false, true), w, time.UTC)
		for i, part := range want {
			if !strings.Contains(ansi.Strip(rows[i]), part) {
				t.Errorf("at %d cells: got %q, want in it %q", w, rows[i], part)
			}
		}
	}
}

// Whatever its sender chose, a row has its width and nothing that a terminal would obey.
func FuzzRow(f *testing.F) {
	f.Add("stripe", "invoice.paid", "POST", "/webhooks", "ok", 200, 80, uint8(0))
	f.Add("\x1b[2J\x9b", "支払い 🇩🇪 👍🏽", "P\xff\xc3", "/\u202e\u200b?token=\r\n\x00", "\u009b31m", 0, 41, uint8(255))
	f.Add("a\u0301\u0301\u0301", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "\u1160\u11a8", "/\ufe0f\u20e3", "\t", 99999, 200, uint8(7))
	themes := []theme{newTheme(false, false), newTheme(true, true), newTheme(false, false)}
	themes[2].cells = ansi.GraphemeWidth
	f.Fuzz(func(t *testing.T, provider, event, method, path, outcome string, status, w int, flags uint8) {
		if w < 1 || w > 300 {
			return
		}
		s := inspect.Summary{
			Provider: provider, EventType: event, Method: method, Path: path, Outcome: inspect.Outcome(outcome), Status: status,
			Verdict: signature.Verdict(outcome), Duration: time.Duration(status), ReceivedAt: noon(), ReplayOf: provider, Change: event,
		}
		is := state{selected: flags&1 > 0, marked: flags&2 > 0, held: flags&4 > 0}
		today := day{}
		if flags&8 > 0 {
			today = dayOf(noon().AddDate(0, 0, 1), time.UTC)
		}
		for _, th := range themes {
			row := ansi.Strip(columnsFor(w, today).row(th, w, &s, is, time.UTC))
			if got := th.size(row); got != w {
				t.Errorf("got %d cells, want %d: %q", got, w, row)
			}
			for _, r := range row {
				if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
					t.Errorf("got %q in %q", r, row)
				}
			}
		}
	})
}

func TestMarks(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 5))})
	b.press("down", "space", "down", "space")
	if got, want := strings.Join(b.list.marked(), " "), "d_0001abcdefgh d_0003abcdefgh"; got != want {
		t.Errorf("got %s marked, want %s: the oldest first", got, want)
	}
	if got, want := b.selectedID(), "d_0000abcdefgh"; got != want {
		t.Errorf("selected %s, want %s: marking moves on", got, want)
	}
	b.send(receivedMsg{batch: summaries(5, 9)})
	if got := len(b.list.marked()); got != 2 {
		t.Errorf("got %d marks after new ones came, want 2", got)
	}
	b.wants(" *12:00:21 ○ zapier")
	b.press("up", "space")
	if got, want := strings.Join(b.list.marked(), " "), "d_0003abcdefgh"; got != want {
		t.Errorf("got %s marked, want %s", got, want)
	}
	b.press("M")
	if got := len(b.list.marked()); got != 9 {
		t.Errorf("M: got %d marks, want all 9", got)
	}
	b.press("M")
	if got := len(b.list.marked()); got != 0 {
		t.Errorf("M again: got %d marks, want none", got)
	}
}

func TestRemove(t *testing.T) {
	for _, c := range []struct {
		name     string
		move     int
		gone     []string
		selected string
		listed   []string
	}{
		{"others", -2, []string{"e", "a"}, "c", []string{"d", "c", "b"}},
		{"the selected", -2, []string{"c"}, "b", []string{"e", "d", "b"}},
		{"the oldest, selected", -4, []string{"a"}, "b", []string{"d", "c", "b"}},
		{"all", -1, []string{"a", "b", "c", "d", "e"}, "", nil},
		{"while following", 0, []string{"e"}, "d", []string{"d", "c", "b"}},
		{"what isn't there", -1, []string{"x"}, "d", []string{"e", "d", "c"}},
	} {
		l := someList(3, "a", "b", "c", "d", "e")
		l.marks["a"], l.marks["c"] = true, true
		if c.move != 0 {
			l.move(c.move)
		}
		l.remove(c.gone)
		l.wants(t, c.name, c.selected, c.listed...)
		for _, id := range l.marked() {
			if slices.Contains(c.gone, id) {
				t.Errorf("%s: %s is gone and marked", c.name, id)
			}
		}
		l.take([]inspect.Summary{{ID: "f"}, {ID: "b", Status: 204}})
		if s, _ := l.find("b"); len(c.gone) < 5 && s.Status != 204 {
			t.Errorf("%s: what changed later is %+v", c.name, s)
		}
		if len(l.numbers) != len(l.rows) {
			t.Errorf("%s: got %d numbers of %d rows", c.name, len(l.numbers), len(l.rows))
		}
	}
}

func TestPause(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 3))})
	b.press("p")
	b.wants("paused · 0 waiting")
	changed := someDelivery(1).Summary()
	changed.Status = 299
	b.send(receivedMsg{batch: append(summaries(3, 15), changed)})
	b.wants("paused · 12 waiting", "299")
	if got, want := b.selectedID(), "d_0002abcdefgh"; got != want {
		t.Errorf("while paused: selected %s, want %s", got, want)
	}
	b.press("G", "down", "up", "up")
	if got, want := b.selectedID(), "d_0002abcdefgh"; got != want {
		t.Errorf("after moving while paused: selected %s, want %s", got, want)
	}
	b.press("p")
	b.lacks("paused")
	if got, want := b.selectedID(), "d_0002abcdefgh"; got != want {
		t.Errorf("after the pause: selected %s, want %s", got, want)
	}
	b.press("G")
	if got, want := b.selectedID(), "d_0014abcdefgh"; got != want {
		t.Errorf("after G: selected %s, want %s", got, want)
	}
}

// A list that was paused while it followed goes on following.
func TestPauseWhileFollowing(t *testing.T) {
	l := someList(3, "a", "b")
	l.pause()
	l.take([]inspect.Summary{{ID: "c"}})
	l.wants(t, "paused", "b", "b", "a")
	l.pause()
	l.wants(t, "gone on", "c", "c", "b", "a")
}

// A pause ends when all that was listed then had to go.
func TestPauseOfAll(t *testing.T) {
	l := someList(2, "a", "b")
	l.pause()
	for n := range 3 {
		l.take([]inspect.Summary{{ID: fmt.Sprint(n), Path: strings.Repeat(fmt.Sprint(n), textLimit*2/5)}})
	}
	l.wants(t, "all forgotten", "2", "2", "1")
}

func TestHeldDeliveries(t *testing.T) {
	pending := inspect.Summary{ID: "d_0009abcdefgh", Provider: "stripe", EventType: "invoice.paid", ReceivedAt: noon()}
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: []inspect.Summary{pending}})
	b.send(statusMsg{status: Status{Connected: true, Held: []Held{{ID: pending.ID}}}})
	row := func() string { return strings.Split(b.text(), "\n")[2] }
	if !strings.Contains(row(), "held") {
		t.Errorf("got %q, want it to be held", row())
	}
	b.send(statusMsg{status: Status{Connected: true}})
	if strings.Contains(row(), "held") {
		t.Errorf("got %q, want it not to be held any more", row())
	}
}

func TestChooseRow(t *testing.T) {
	l := someList(3, "a", "b", "c", "d", "e")
	l.chooseRow(2)
	l.wants(t, "the third row", "c", "e", "d", "c")
	l.chooseRow(7)
	l.wants(t, "below all", "c", "e", "d", "c")
	if l.choose("x") || !l.choose("a") {
		t.Error("choose x or a is wrong")
	}
	l.wants(t, "chosen by id", "a", "c", "b", "a")
}

func TestListForgetsTheOldest(t *testing.T) {
	l := newList(nil)
	l.resize(10)
	for n := range rowLimit + 2*rowSlack {
		l.take([]inspect.Summary{{ID: fmt.Sprint(n)}})
		if n == 10 {
			l.move(-3)
			l.mark()
		}
	}
	if got := len(l.rows); got < rowLimit || got > rowLimit+rowSlack {
		t.Errorf("got %d rows, want about %d", got, rowLimit)
	}
	if len(l.numbers) != len(l.rows) {
		t.Errorf("got %d numbers for %d rows", len(l.numbers), len(l.rows))
	}
	if s, _ := l.current(); s.ID != l.rows[0].ID {
		t.Errorf("the selected delivery is gone: got %s selected, want the oldest, %s", s.ID, l.rows[0].ID)
	}
	if got := l.marked(); len(got) > 0 {
		t.Errorf("%v is marked and gone", got)
	}
}

// However long the paths are that senders ask for, they don't fill the memory.
func TestListForgetsLongTexts(t *testing.T) {
	l := newList(nil)
	l.resize(10)
	long := strings.Repeat("x", 1<<20)
	for n := range 200 {
		l.take([]inspect.Summary{{ID: fmt.Sprint(n), Path: fmt.Sprint(n, long)}})
	}
	if got := len(l.rows); got < 50 || got > 64 {
		t.Errorf("got %d rows of 1 MiB, want about 60", got)
	}
	l.wants(t, "following", "199", "199", "198", "197", "196", "195", "194", "193", "192", "191", "190")
	l.take([]inspect.Summary{{ID: "huge", Path: strings.Repeat("y", 2*textLimit)}})
	if s, _ := l.current(); s.ID != "huge" || len(l.rows) != 1 {
		t.Errorf("got %d rows and %s selected, want the newest whatever its size", len(l.rows), s.ID)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 4201: "4,201", 100_000: "100,000", 1_234_567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}

// A row gives back the summary that it was made of.
func TestRows(t *testing.T) {
	all := summaries(0, 8)
	all[7].Change, all[7].Masked, all[7].RedeliveryOf = "body", true, "d_1"
	for _, s := range append(all, inspect.Summary{}) {
		if got := rowOf(s).summary(); got != s {
			t.Errorf("got %+v, want %+v", got, s)
		}
	}
	v := reflect.ValueOf(new(inspect.Summary)).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		switch f.Kind() {
		case reflect.String:
			f.SetString("x")
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Struct:
			f.Set(reflect.ValueOf(noon()))
		default:
			f.SetInt(7)
		}
	}
	whole := v.Interface().(inspect.Summary)
	if got := rowOf(whole).summary(); got != whole {
		t.Errorf("got %+v, want %+v: a field is lost", got, whole)
	}
}

// What is older comes below, and moves nothing: neither what is selected nor what is shown, with a filter or without.
func TestOlderDeliveries(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(40, 80))})
	b.press("down", "down")
	before := b.text()
	b.send(olderMsg{newestFirst(summaries(20, 41))}) // one of them is known
	b.send(olderMsg{newestFirst(summaries(0, 20))})
	if now := b.text(); now != before {
		t.Errorf("the screen has changed: got\n%s\nwant\n%s", now, before)
	}
	if len(b.list.rows) != 80 || len(b.list.numbers) != 80 {
		t.Fatalf("there are %d rows, %d numbers", len(b.list.rows), len(b.list.numbers))
	}
	for n, r := range b.list.rows {
		if want := someDelivery(n).ID; r.ID != want || b.list.row(b.list.numbers[want]).ID != want {
			t.Fatalf("row %d is %s", n, r.ID)
		}
	}
	b.press("end")
	if got := b.selectedID(); got != "d_0000abcdefgh" {
		t.Errorf("the oldest is %s", got)
	}
	b.send(receivedMsg{batch: summaries(80, 82)})
	b.press("G")
	if got := b.selectedID(); got != "d_0081abcdefgh" {
		t.Errorf("the newest is %s", got)
	}
}
