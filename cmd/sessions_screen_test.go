package cmd_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-4575fdc3/hook/internal/terminal"
)

func TestEmptyScreenGetsItsFirstWebhook(t *testing.T) {
	d := newDesk(t)
	s, url := d.listen(terminal.Options{Width: 120, Height: 30})
	f := s.Await("Waiting for the first webhook.", "curl -d", "S")
	if !strings.Contains(f.Row(0), url) {
		t.Errorf("the header doesn't have the URL: %q", f.Row(0))
	}
	if f.Title == "" || !f.Alternate {
		t.Errorf("the window's title is %q; alternate screen: %t", f.Title, f.Alternate)
	}
	d.post(url, order(1), appSecret)
	s.AwaitWhere("its row", func(f terminal.Frame) bool { return selected(f) == order(1) && detailOf(f) == order(1) })
}

// Who reads is not disturbed by what comes.
func TestNewRowsDoNotMoveTheSelection(t *testing.T) {
	d := newDesk(t)
	s, url := d.listen(terminal.Options{Width: 120, Height: 30})
	d.seed(s, url, 5)
	s.Press("down")
	s.AwaitWhere("the second", func(f terminal.Frame) bool { return selected(f) == order(4) && detailOf(f) == order(4) })
	for i := 6; i <= 45; i++ {
		d.post(url, order(i), appSecret)
		if got := selected(s.Now()); got != order(4) {
			t.Fatalf("after %s, %q is selected", order(i), got)
		}
	}
	f := s.Await("new ↑")
	if got := detailOf(f); got != order(4) {
		t.Errorf("the detail shows %q", got)
	}
	s.Press("G")
	s.AwaitWhere("the newest", func(f terminal.Frame) bool {
		return selected(f) == order(45) && !strings.Contains(f.String(), "new ↑")
	})
}

// What is drawn in pieces is the same as what is drawn anew.
func TestPiecesMakeAWholeFrame(t *testing.T) {
	d := newDesk(t)
	s, url := d.listen(terminal.Options{Width: 120, Height: 30})
	d.seed(s, url, 40)
	for _, key := range []string{"down", "down", "pgdown", "shift+tab", "shift+tab", "up", "5", "end", "4", "enter", "j", "j", "pgdown", "k", "esc", "?", "esc", "pgup", "up", "2"} {
		s.Press(key)
	}
	still := func(f terminal.Frame) bool { // only the last key opens the response
		return strings.Contains(f.String(), "[Response]") && !strings.Contains(f.String(), "loading…") && strings.Contains(hints(f), "? help") && selected(f) == detailOf(f)
	}
	before := s.AwaitWhere("the end of all that", still)
	s.Resize(121, 30)
	s.AwaitWhere("a wider frame", func(f terminal.Frame) bool { return f.Width == 121 && rightmost(f) == 121 && still(f) })
	s.Resize(120, 30)
	s.AwaitWhere("the frame as before:\n"+before.String()+"\n", func(f terminal.Frame) bool { return steady(f) == steady(before) })
}

// steady is a frame without what changes by itself: the round trip and the rate.
func steady(f terminal.Frame) string {
	_, rest, _ := strings.Cut(f.String(), "\n")
	return rest
}

// rightmost is how many cells the widest row takes: the rules go from side to side.
func rightmost(f terminal.Frame) int {
	most := 0
	for y := range f.Height {
		most = max(most, len([]rune(f.Row(y))))
	}
	return most
}

// However quickly a window changes, its last size is what is drawn.
func TestResizes(t *testing.T) {
	d := newDesk(t)
	s, url := d.listen(terminal.Options{Width: 120, Height: 30})
	d.seed(s, url, 30)
	for i := range 60 {
		s.Resize(40+i*37%161, 12+i*11%49)
	}
	for _, size := range [][2]int{{40, 12}, {60, 20}, {80, 24}, {110, 30}, {200, 60}, {1, 1}, {20, 5}, {120, 40}} {
		s.Resize(size[0], size[1])
		s.AwaitWhere(fmt.Sprint("a frame of ", size), func(f terminal.Frame) bool {
			whole := size[0] < 40 || strings.Contains(hints(f), "? help")
			return f.Width == size[0] && rightmost(f) == f.Width && whole
		})
	}
	s.AwaitWhere("the list", func(f terminal.Frame) bool { return selected(f) == order(30) && detailOf(f) == order(30) })
}

// In the smallest window that is meant to work, all that matters can be reached.
func TestSmallestWindow(t *testing.T) {
	d := newDesk(t)
	s, url := d.listen(terminal.Options{Width: 120, Height: 30})
	s.Resize(40, 12)
	d.post(url, order(1), appSecret)
	s.AwaitWhere("its row", func(f terminal.Frame) bool { return selected(f) == order(1) })
	s.Press("enter")
	s.Await("Request", "POST")
	s.Press("esc")
	s.AwaitWhere("the list", func(f terminal.Frame) bool { return selected(f) == order(1) })
	s.Press("r")
	s.Await("replayed")
	s.Press("?")
	s.Await("what works here")
	s.Press("esc", "q")
	if code, _ := s.Exit(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// Without colours good and bad differ all the same.
func TestNoColour(t *testing.T) {
	d := newDesk(t)
	s, url := d.listen(terminal.Options{Width: 120, Height: 30, Env: []string{"NO_COLOR=1"}})
	d.seed(s, url, 3)
	f := s.Await("✗", "✓")
	if f.Coloured() {
		t.Errorf("there are colours:\n%s", f)
	}
	if _, y, _ := f.Find("▌"); !f.Cells[y][0].Style.Bold {
		t.Error("the selected row is not bold")
	}
}

// With colours they mean something, on a light ground and on a dark one.
func TestColours(t *testing.T) {
	d := newDesk(t)
	for _, light := range []bool{false, true} {
		s, url := d.listen(terminal.Options{Width: 120, Height: 30, Light: light})
		d.seed(s, url, 3)
		f := s.AwaitWhere("colours, and the signs of what is over", func(f terminal.Frame) bool {
			_, _, good := f.Find("✓")
			_, _, bad := f.Find("✗")
			return f.Coloured() && good && bad
		})
		colour := func(sign string) any {
			x, y, ok := f.Find(sign)
			if !ok {
				t.Fatalf("there is no %s:\n%s", sign, f)
			}
			return f.Cells[y][x].Style.Foreground
		}
		if good, bad := colour("✓"), colour("✗"); good == nil || bad == nil || good == bad {
			t.Errorf("light %t: good is %v and bad %v", light, good, bad)
		}
		s.Press("q")
		s.Exit()
	}
}

func TestMouse(t *testing.T) {
	d := newDesk(t)
	s, url := d.listen(terminal.Options{Width: 120, Height: 30})
	d.seed(s, url, 30)
	s.AwaitWhere("the mouse", func(f terminal.Frame) bool { return f.Mouse })
	x, y, ok := s.Now().Find(order(27))
	if !ok {
		t.Fatal("order.27 is not listed")
	}
	s.Click(x, y)
	s.AwaitWhere("what was clicked", func(f terminal.Frame) bool { return selected(f) == order(27) && detailOf(f) == order(27) })
	x, y, _ = s.Now().Find("Head")
	s.Click(x, y)
	s.Await("[Headers]")
	s.Wheel(5, 10, true)
	s.AwaitWhere("a row further down", func(f terminal.Frame) bool { return selected(f) < order(27) })
	s.Drag(5, 10, 20, 10)
	s.Await("to select text press m")
}

// What is pasted into a prompt is text, whatever it is.
func TestPasteIsText(t *testing.T) {
	d := newDesk(t)
	s, url := d.listen(terminal.Options{Width: 120, Height: 30})
	d.seed(s, url, 3)
	s.Paste("q\x1bq") // not into a prompt: nothing happens, least of all quitting
	s.Press("/")
	s.Await("enter done")
	s.Paste("order.02\n")
	s.AwaitWhere("only what matches", func(f terminal.Frame) bool { return slices.Equal(rowsOf(f), []string{order(2)}) })
}

// What happened stays in the terminal once the screen is gone.
func TestQuittingLeavesASummary(t *testing.T) {
	d := newDesk(t)
	s, url := d.listen(terminal.Options{Width: 120, Height: 30})
	d.seed(s, url, 3)
	s.Press("q")
	code, f := s.Exit()
	left := f.History()
	if code != 0 || f.Alternate || f.CursorHidden || f.Mouse {
		t.Errorf("it ended with %d; alternate screen: %t, hidden cursor: %t, mouse: %t", code, f.Alternate, f.CursorHidden, f.Mouse)
	}
	for _, want := range []string{url, "3 received", "1 bad signature", order(2), "hook list", "hook ui"} {
		if !strings.Contains(left, want) {
			t.Errorf("it left no %q:\n%s", want, left)
		}
	}
}

// Ctrl-C ends it whenever it comes, and leaves the terminal as it was.
func TestControlCAtAnyMoment(t *testing.T) {
	d := newDesk(t)
	for _, await := range []string{"", "hook", "● connected", "Waiting for the first webhook"} {
		s := d.open(terminal.Options{Width: 120, Height: 30}, "listen", d.app)
		if await != "" {
			s.Await(await)
		}
		s.Press("ctrl+c")
		code, f := s.Exit()
		if f.Alternate || f.CursorHidden || f.Mouse {
			t.Errorf("after %q: alternate screen: %t, hidden cursor: %t, mouse: %t", await, f.Alternate, f.CursorHidden, f.Mouse)
		}
		// At once, before hook has asked to be told, it is a signal's end.
		if code != 0 && !(await == "" && (code == 130 || code == -1)) {
			t.Errorf("after %q it ended with %d\n%s", await, code, f.History())
		}
	}
}

// An interrupt while a prompt, a menu or the help is open ends it too.
func TestControlCInLayers(t *testing.T) {
	d := newDesk(t)
	for key, shown := range map[string]string{"/": "enter done", "?": "what works here and now", "S": "Send a sample event", "d": "for good?"} {
		s, url := d.listen(terminal.Options{Width: 120, Height: 30})
		d.post(url, order(1), appSecret)
		s.AwaitWhere("its row", func(f terminal.Frame) bool { return selected(f) == order(1) })
		s.Press(key)
		s.Await(shown)
		s.Press("ctrl+c")
		if code, _ := s.Exit(); code != 0 {
			t.Errorf("%s: it ended with %d", key, code)
		}
	}
}

// The past can be looked through: the history, and a session that somebody sent. A file is only read, and says so.
func TestThePast(t *testing.T) {
	d := newDesk(t)
	live, url := d.listen(terminal.Options{Width: 120, Height: 30})
	d.seed(live, url, 5)
	live.Press("q")
	live.Exit()
	d.run("export", "--as", "session", "--output", "for-maria.hook", "--all")

	s := d.open(terminal.Options{Width: 120, Height: 30}, "ui")
	s.AwaitWhere("the history", func(f terminal.Frame) bool { return selected(f) == order(5) && strings.Contains(f.Row(0), "recorded") })
	s.Press("r")
	s.Await("200 → 200 same") // the app runs still
	s.Press("q")
	if code, _ := s.Exit(); code != 0 {
		t.Errorf("it ended with %d", code)
	}

	s = d.open(terminal.Options{Width: 120, Height: 30}, "ui", "for-maria.hook")
	f := s.AwaitWhere("the session", func(f terminal.Frame) bool { return selected(f) == order(5) && detailOf(f) == order(5) })
	if !strings.Contains(f.Row(0), "for-maria.hook") {
		t.Errorf("the header is %q", f.Row(0))
	}
	s.Press("down", "5")
	s.Await("[Signature]", "✗ invalid", "expected", "got")
	s.Press("r")
	s.Await("session file")
	s.Press("c")
	s.Await("there is no URL")
}

// What hook ui shows goes on: others' deliveries come in.
func TestThePastGoesOn(t *testing.T) {
	d := newDesk(t)
	live, url := d.listen(terminal.Options{Width: 120, Height: 30})
	d.seed(live, url, 2)
	s := d.open(terminal.Options{Width: 120, Height: 30}, "ui")
	s.AwaitWhere("the history", func(f terminal.Frame) bool { return selected(f) == order(2) })
	d.post(url, order(3), appSecret)
	s.AwaitWhere("what came meanwhile", func(f terminal.Frame) bool { return selected(f) == order(3) })
}

func TestDemo(t *testing.T) {
	d := newDesk(t)
	s := d.open(terminal.Options{Width: 120, Height: 30}, "demo")
	f := s.Await("invoice.paid", "✗", "orders/create", "↻", "twilio", "slack", "github")
	if !regexp.MustCompile(`http://127\.0\.0\.1:\d+`).MatchString(f.Row(0)) {
		t.Errorf("the header is %q", f.Row(0))
	}
	s.Press("5")
	s.Await("[Signature]", "expected")
	s.Press("q")
	code, f := s.Exit()
	if left := f.History(); code != 0 || !strings.Contains(left, "hook list") || !strings.Contains(left, "invalid") {
		t.Errorf("it ended with %d and left\n%s", code, left)
	}
}

// Between a shell and its user hook behaves as programs do: Ctrl-Z gives the terminal back, fg takes it again.
func TestSuspendedAndBack(t *testing.T) {
	d := newDesk(t)
	live, url := d.listen(terminal.Options{Width: 120, Height: 30})
	d.seed(live, url, 3)
	s := terminal.Open(t, terminal.Options{Dir: d.dir, Env: d.env("PS1=shell: ", "ENV="), Width: 120, Height: 30}, "/bin/sh", "-i")
	s.Await("shell:")
	s.Type(d.hook + " ui\r")
	s.AwaitWhere("the screen", func(f terminal.Frame) bool { return f.Alternate && selected(f) == order(3) })
	s.Press("down")
	s.AwaitWhere("the second", func(f terminal.Frame) bool { return selected(f) == order(2) })
	s.Press("ctrl+z")
	f := s.AwaitWhere("the shell", func(f terminal.Frame) bool { return !f.Alternate && strings.Count(f.History(), "shell:") == 2 })
	if f.CursorHidden || f.Mouse {
		t.Errorf("hidden cursor: %t, mouse: %t", f.CursorHidden, f.Mouse)
	}
	s.Type("echo it is mine$((40 + 2))\r")
	s.Await("mine42")
	s.Type("fg\r")
	s.AwaitWhere("the screen as it was", func(f terminal.Frame) bool { return f.Alternate && selected(f) == order(2) && detailOf(f) == order(2) })
	s.Press("q")
	s.AwaitWhere("the shell", func(f terminal.Frame) bool {
		return !f.Alternate && strings.HasSuffix(strings.TrimRight(f.String(), " \n"), "shell:")
	})
	s.Type("exit\r")
	s.Exit()
}

// Who ends hook by a signal finds the terminal as it was.
func TestSignalsEndTheScreen(t *testing.T) {
	d := newDesk(t)
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		s, _ := d.listen(terminal.Options{Width: 120, Height: 30})
		s.Signal(sig)
		if code, f := s.Exit(); code != 0 || f.Alternate || f.CursorHidden {
			t.Errorf("%v: it ended with %d; alternate screen: %t, hidden cursor: %t", sig, code, f.Alternate, f.CursorHidden)
		}
	}
}
