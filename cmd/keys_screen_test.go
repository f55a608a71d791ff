package cmd_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/internal/terminal"
)

const seeded = 40 // deliveries that the keys are tried on; more than the list has rows

// A keyboard is a screen whose keys are tried, and what is around it. All of them begin and end with the newest selected in
// the list, which follows.
type keyboard struct {
	*terminal.Session
	*testing.T
	desk *desk
	url  string
}

// keyScripts try each key, by its name in the help.
var keyScripts = map[string]func(keyboard){
	"↑ k": func(k keyboard) {
		k.Press("j", "j")
		k.selects(seeded - 2)
		k.Press("up")
		k.selects(seeded - 1)
		k.Press("k")
		k.selects(seeded)
	},
	"↓ j": func(k keyboard) {
		k.Press("down")
		k.selects(seeded - 1)
		k.Press("j")
		k.selects(seeded - 2)
	},
	"pgup": func(k keyboard) {
		k.Press("end")
		k.selects(1)
		k.Press("pgup")
		k.AwaitWhere("a page above the oldest", func(f terminal.Frame) bool { s := selected(f); return s > order(20) && s < order(seeded) })
	},
	"pgdn": func(k keyboard) {
		k.Press("pgdown")
		k.AwaitWhere("a page below the newest", func(f terminal.Frame) bool { s := selected(f); return s < order(20) && s > order(1) })
	},
	"G g home": func(k keyboard) {
		for _, key := range []string{"G", "g", "home"} {
			k.Press("end")
			k.selects(1)
			k.Press(key)
			k.selects(seeded)
		}
	},
	"end": func(k keyboard) {
		k.Press("end")
		k.selects(1)
	},
	"enter": func(k keyboard) {
		k.Press("enter")
		k.focused(true)
	},
	"z": func(k keyboard) {
		k.Press("z")
		k.AwaitWhere("the detail alone", func(f terminal.Frame) bool { return len(rowsOf(f)) < 5 && strings.Contains(f.String(), "Request") })
		k.Press("z")
		k.AwaitWhere("the detail beside the list", func(f terminal.Frame) bool { return len(rowsOf(f)) > 20 })
	},
	"esc": func(k keyboard) {
		k.Press("enter")
		k.focused(true)
		k.Press("esc")
		k.focused(false)
	},
	"tab": func(k keyboard) {
		k.Press("tab")
		k.Await("[Response]")
	},
	"shift-tab": func(k keyboard) {
		k.Press("tab", "tab")
		k.Await("[Headers]")
		k.Press("shift+tab")
		k.Await("[Response]")
	},
	"1 … 8": func(k keyboard) {
		for i, name := range []string{"Request", "Response", "Headers", "Body", "Signature", "Timing", "Attempts", "Diff"} {
			k.Press(string(rune('1' + i)))
			k.Await("[" + name + "]")
		}
	},
	"J": func(k keyboard) {
		k.bodyTop()
		k.Press("J", "J", "shift+down", "shift+down", "J", "J", "J", "J")
		k.AwaitNot(`"object": "event"`)
	},
	"K": func(k keyboard) {
		k.bodyTop()
		k.Press("J", "J", "J", "J", "J", "J", "J", "J", "J")
		k.AwaitNot(`"object": "event"`)
		k.Press("K", "K", "K", "K", "K", "shift+up", "shift+up", "K", "K")
		k.Await(`"object": "event"`)
	},
	"/": func(k keyboard) {
		k.Press("/")
		k.Await("enter done")
		k.Type("order.07")
		k.AwaitWhere("only what matches", func(f terminal.Frame) bool { return slices.Equal(rowsOf(f), []string{order(7)}) })
		k.Press("enter")
		k.AwaitNot("enter done")
		k.Press("esc")
		k.AwaitWhere("all again", func(f terminal.Frame) bool { return len(rowsOf(f)) > 20 })
	},
	"n": func(k keyboard) {
		k.search("needle")
		k.Press("n")
		k.Await("the second")
	},
	"N": func(k keyboard) {
		k.search("needle")
		k.Press("n")
		k.Press("N")
		k.Await("the first")
	},
	"space": func(k keyboard) { // in the list it marks, in a body it folds
		k.Press("space")
		k.marks(1)
		k.Press("esc")
		k.marks(0)
		k.body()
		k.Press("j", "j", "j", "j", "j") // "data"
		k.Press("space")
		k.AwaitNot(`"amount"`)
		k.Press("space")
		k.Await(`"amount"`)
	},
	"[": func(k keyboard) {
		k.body()
		k.Press("[")
		k.AwaitNot(`"amount"`)
	},
	"]": func(k keyboard) {
		k.body()
		k.Press("[")
		k.AwaitNot(`"amount"`)
		k.Press("]")
		k.Await(`"amount"`)
	},
	"x": func(k keyboard) {
		k.body()
		k.Press("x")
		k.Await(`{"id":"evt_order_40"`)
		k.Press("x")
		k.Await("7b 22 69 64")
		k.Press("x")
		k.Await(`"object": "event"`)
	},
	"M": func(k keyboard) {
		k.Press("M")
		k.marks(len(rowsOf(k.Now())))
		k.Press("M")
		k.marks(0)
	},
	"p": func(k keyboard) {
		k.Press("p")
		k.Await("paused")
		k.desk.post(k.url, "order.99", appSecret)
		k.AwaitWhere("a row that waits", func(f terminal.Frame) bool { return regexp.MustCompile(`paused.*1 `).MatchString(f.String()) })
		if rows := rowsOf(k.Now()); slices.Contains(rows, "order.99") {
			k.Errorf("while paused the list shows %q", rows)
		}
		k.Press("p")
		k.AwaitWhere("the row that waited", func(f terminal.Frame) bool { return slices.Contains(rowsOf(f), "order.99") })
		k.deletes("order.99")
	},
	"r": func(k keyboard) {
		k.Press("r")
		k.Await("200 → 200 same")
		k.deletes(order(seeded))
	},
	"e": func(k keyboard) {
		k.Press("e")
		k.Await("200 → 200", "✎")
		k.deletes("order.4200")
	},
	"s": func(k keyboard) {
		k.Press("s")
		k.Await("replays keep the signature that came")
		k.Press("s")
		k.Await("replays are signed anew")
	},
	"S": func(k keyboard) {
		k.Press("S")
		k.Await("Send a sample event")
		k.Type("stripe invoice.paid")
		k.AwaitWhere("only what matches", func(f terminal.Frame) bool { return !strings.Contains(f.String(), "github push") })
		k.Press("enter")
		k.Await("sent stripe invoice.paid: 200")
		k.deletes("invoice.paid")
	},
	"b": func(k keyboard) {
		k.Press("b")
		k.Await("hold the next delivery that matches")
		k.Press("enter")
		k.Await("is held")
		status := make(chan int, 1)
		go func() { status <- k.desk.post(k.url, "order.99", appSecret) }()
		k.Await("held d_", "b releases or answers it")
		k.Press("b")
		k.Await("release it")
		k.Press("a")
		k.Await("answer d_")
		k.Press("backspace", "backspace", "backspace", "backspace")
		k.Type("202 by hand")
		k.Press("enter")
		k.Await("answered d_", "with 202 by hand")
		if got := <-status; got != 202 {
			k.Errorf("the sender got %d, want 202", got)
		}
		k.deletes("order.99")
	},
	"y": func(k keyboard) {
		k.Press("y")
		k.Await("Copy of d_")
		k.Press("u")
		f := k.Await("copied URL")
		if want := k.url; f.Clipboard != want {
			k.Errorf("the clipboard has %q, want %q", f.Clipboard, want)
		}
	},
	"c": func(k keyboard) {
		k.Press("c")
		if f := k.Await("copied http://"); f.Clipboard != k.url {
			k.Errorf("the clipboard has %q, want %q", f.Clipboard, k.url)
		}
	},
	"E": func(k keyboard) {
		k.Press("E")
		k.Await("Export 1 delivery")
		k.Press("/")
		k.Type("session")
		k.AwaitNot("curl")
		k.Press("enter")
		k.Await("export session to")
		k.Type("\x15kept.hook") // Ctrl-U empties the line
		k.Press("enter")
		k.Await("wrote 1 delivery to kept.hook")
		if _, err := os.Stat(filepath.Join(k.desk.dir, "kept.hook")); err != nil {
			k.Error(err)
		}
	},
	"F": func(k keyboard) {
		k.Press("F")
		k.Await("keep it as the sample", "order.40")
		k.Press("enter")
		k.Await("sends it, and so does S")
		if out := k.desk.run("events", "stripe"); !strings.Contains(out, "order.40") {
			k.Errorf("hook events doesn't list it:\n%s", out)
		}
	},
	"d": func(k keyboard) {
		k.desk.post(k.url, "order.99", appSecret)
		k.answered("order.99")
		k.Press("d")
		k.Await("delete 1 delivery for good?")
		k.Press("n")
		k.Await("nothing was done")
		k.Press("d")
		k.Await("delete 1 delivery for good?")
		k.Press("y")
		k.Await("deleted 1 delivery")
		k.selects(seeded)
		if out := k.desk.run("list", "order.99"); strings.Contains(out, "order.99") {
			k.Errorf("hook list still has it:\n%s", out)
		}
	},
	"@": func(k keyboard) {
		k.Press("s")
		k.Await("replays keep the signature that came")
		k.Press("s", "c")
		k.Await("copied http://")
		k.Press("@")
		k.Await("What was done here, and what came of it")
		k.Press("esc")
		k.AwaitNot("What was done here")
	},
	"!": func(k keyboard) {
		before := k.Now().Bells
		k.Press("!")
		k.Await("ring")
		k.desk.post(k.url, "order.99", "whsec_anotherEndpointsSecret")
		k.AwaitWhere("the bell", func(f terminal.Frame) bool { return f.Bells > before })
		k.Press("!")
		k.deletes("order.99")
	},
	"m": func(k keyboard) {
		k.Press("m")
		k.AwaitWhere("the mouse given back", func(f terminal.Frame) bool { return !f.Mouse && strings.Contains(f.String(), "drag to select text") })
		k.Press("m")
		k.AwaitWhere("the mouse taken", func(f terminal.Frame) bool { return f.Mouse && strings.Contains(f.String(), "work here again") })
	},
	"?": func(k keyboard) {
		k.Press("?")
		k.Await("what works here and now")
		k.Press("esc")
		k.AwaitNot("what works here and now")
	},
	"ctrl-z": func(k keyboard) {
		// Only a shell can take over: see TestSuspendedAndBack.
		k.Await("● connected")
	},
	"q ctrl-c": func(k keyboard) {
		for _, key := range []string{"q", "ctrl+c"} {
			s := terminal.Open(k, terminal.Options{Dir: k.desk.dir, Env: k.desk.env(), Width: 140, Height: 40}, k.desk.hook, "ui")
			s.Await("recorded")
			s.Press(key)
			if code, _ := s.Exit(); code != 0 {
				k.Errorf("%s: it ended with %d", key, code)
			}
		}
	},
}

// selects waits until the n-th order is selected and its detail is shown.
func (k keyboard) selects(n int) {
	k.Helper()
	k.AwaitWhere("the selection of "+order(n), func(f terminal.Frame) bool { return selected(f) == order(n) && detailOf(f) == order(n) })
}

// focused waits until the detail has the keys, or the list has them.
func (k keyboard) focused(detail bool) {
	k.Helper()
	k.AwaitWhere("the keys with the other pane", func(f terminal.Frame) bool { return strings.Contains(hints(f), "esc back") == detail })
}

// marks waits until so many of the rows that can be seen are marked.
func (k keyboard) marks(n int) {
	k.Helper()
	k.AwaitWhere(fmt.Sprint(n, " marked rows"), func(f terminal.Frame) bool { return marked(f) == n })
}

// bodyTop shows the beginning of the body: where it was left is where it is found.
func (k keyboard) bodyTop() {
	k.Helper()
	k.body()
	k.Press("esc")
	k.focused(false)
}

// body gives the keys to the body.
func (k keyboard) body() {
	k.Helper()
	k.Press("enter")
	k.focused(true)
	k.Press("4")
	k.Await("[Body]")
	k.Press("]", "g")
	k.Await(`"object": "event"`, `"amount"`)
}

// search looks for text in the body.
func (k keyboard) search(text string) {
	k.Helper()
	k.body()
	k.Press("/")
	k.Await("search")
	k.Type(text)
	k.Await("the first")
	k.Press("enter")
	k.AwaitNot("enter done")
}

// answered waits until one with that event type is selected and has its answer: what is under way can't be deleted.
func (k keyboard) answered(kind string) {
	k.Helper()
	answered := regexp.MustCompile(`^▌[^│]*` + regexp.QuoteMeta(kind) + `[^│]* \d{3} `)
	k.AwaitWhere(kind+" selected and answered", func(f terminal.Frame) bool {
		for y := range f.Height {
			if answered.MatchString(f.Row(y)) {
				return true
			}
		}
		return false
	})
}

// deletes takes the newest away again, which has that event type.
func (k keyboard) deletes(kind string) {
	k.Helper()
	k.Press("esc", "G")
	k.answered(kind)
	k.Press("d")
	k.Await("delete 1 delivery for good?")
	k.Press("y")
	k.Await("deleted 1 delivery")
	k.rest()
}

// rest brings the screen back to how each script finds it.
func (k keyboard) rest() {
	k.Helper()
	k.Press("esc", "esc", "esc", "1", "G")
	k.AwaitWhere("the newest selected, and nothing else open", func(f terminal.Frame) bool {
		return selected(f) == order(seeded) && detailOf(f) == order(seeded) && strings.Contains(f.String(), "[Request]") && strings.Contains(hints(f), "? help")
	})
}

// helpNames are the names of the keys that the help shows, which is open.
func helpNames(f terminal.Frame) []string {
	var names []string
	for y := range f.Height {
		if m := regexp.MustCompile(`^[ ▌]{2,4}(\S+(?: \S+)*)  +\S`).FindStringSubmatch(f.Row(y)); m != nil {
			names = append(names, m[1])
		}
	}
	return names
}

// Each key that the help shows has a script here that presses it and sees what it does, in `hook listen` with a real app and real senders.
func TestEveryKey(t *testing.T) {
	d := newDesk(t)
	editor := d.write("editor", "#!/bin/sh\nsed -i.bak 's/order.40/order.4200/g' \"$1\"\n")
	s, url := d.listen(terminal.Options{Width: 160, Height: 40, Env: []string{"EDITOR=" + editor}})
	d.seed(s, url, seeded)
	s.Resize(160, 90) // all of the help has room
	tried := make(map[string]bool)
	for _, inDetail := range []bool{false, true} {
		if inDetail {
			s.Press("enter")
			keyboard{s, t, d, url}.focused(true)
		}
		s.Press("?")
		f := s.Await("what works here and now", "quit")
		for _, name := range helpNames(f) {
			if strings.ContainsAny(name, "✓↻●") { // the signs
				continue
			}
			if keyScripts[name] == nil {
				t.Errorf("the key %q of the help has no script", name)
			}
			tried[name] = true
		}
		s.Press("esc")
		s.AwaitNot("what works here and now")
	}
	s.Resize(160, 40)
	for name := range keyScripts {
		if !tried[name] {
			t.Errorf("there is a script for %q, which the help doesn't show", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(keyScripts)) {
		ok := t.Run(name, func(t *testing.T) {
			k := keyboard{s.In(t), t, d, url}
			k.rest()
			keyScripts[name](k)
			k.rest()
		})
		if !ok {
			t.Fatal("the keys behind it in the alphabet were not tried, as the screen is not as they must find it")
		}
	}
}
