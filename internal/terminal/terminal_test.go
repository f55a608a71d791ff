package terminal

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// shell runs a script of /bin/sh in a terminal.
func shell(t *testing.T, o Options, script string) *Session {
	t.Helper()
	o.Env = append(o.Env, "PATH="+os.Getenv("PATH"), "LANG=C.UTF-8")
	return Open(t, o, "/bin/sh", "-c", script)
}

func TestTextAndColoursAreWhereTheyWerePut(t *testing.T) {
	s := shell(t, Options{Width: 40, Height: 5}, `printf '\033[2;3H宽\033[31;1mred\033[0m\033[7mturned\033[0m\033[4;1Hab\033[10C\033[3X|'`)
	code, f := s.Exit()
	if code != 0 {
		t.Errorf("it ended with %d", code)
	}
	if want := "\n  宽redturned\n\nab          |\n"; f.String() != want {
		t.Errorf("the screen is %q, want %q", f, want)
	}
	if x, y, ok := f.Find("red"); x != 4 || y != 1 || !ok {
		t.Errorf("red is at %d,%d, %t; want 4,1: the character before is two cells wide", x, y, ok)
	}
	red, turned := f.Cells[1][4].Style, f.Cells[1][7].Style
	if red.Foreground != ansi.Red || !red.Bold || red.Reverse {
		t.Errorf("red looks like %+v", red)
	}
	if turned.Foreground != nil || turned.Bold || !turned.Reverse {
		t.Errorf("turned looks like %+v", turned)
	}
	if !f.Coloured() {
		t.Error("nothing has a colour")
	}
}

func TestTheAlternateScreenLeavesTheOrdinaryOneAsItWas(t *testing.T) {
	s := shell(t, Options{Width: 20, Height: 3}, `printf 'one\ntwo\nthree\nfour'; printf '\033[?1049h\033[Hover it'; read _; printf '\033[?1049l!'`)
	if f := s.Await("over it"); !f.Alternate || strings.Contains(f.String(), "three") {
		t.Errorf("alternate: %t, with\n%s", f.Alternate, f)
	}
	s.Press("enter")
	_, f := s.Exit()
	if want := "one\ntwo\nthree\nfour!"; f.Alternate || f.History() != want {
		t.Errorf("it left %q, want %q", f.History(), want)
	}
}

func TestProgramsAreAnswered(t *testing.T) {
	for _, c := range []struct{ name, question, want string }{
		{"the cursor's place", `\033[2;5H\033[6n`, "\x1b[2;5R"},
		{"what it is", `\033[c`, "\x1b[?62;1;6;22c"},
		{"the background", `\033]11;?\007`, "\x1b]11;rgb:0000/0000/0000\x07"},
		{"synchronized updates", `\033[?2026$p`, "\x1b[?2026;2$y"},
		{"grapheme clusters", `\033[?2027h\033[?2027$p`, "\x1b[?2027;1$y"},
		{"a mode that nobody knows", `\033[?7777$p`, "\x1b[?7777;0$y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := shell(t, Options{}, `stty raw -echo; printf '`+c.question+`'; dd bs=1 count=`+fmt.Sprint(len(c.want))+` 2>/dev/null | od -An -tx1 -v | tr -d '\n '`)
			s.Await(strings.ReplaceAll(fmt.Sprintf("% x", c.want), " ", ""))
		})
	}
}

func TestTheProgramIsToldItsSize(t *testing.T) {
	s := shell(t, Options{Width: 100, Height: 20}, `trap 'stty size' WINCH; stty size; while :; do read _ && exit; done`)
	s.Await("20 100")
	s.Resize(60, 10)
	s.Await("10 60")
	s.Press("enter")
	s.Exit()
}

func TestKeys(t *testing.T) {
	s := shell(t, Options{}, `stty raw -echo; printf ready; dd bs=1 count=12 2>/dev/null | od -An -c | tr -d ' '`)
	s.Await("ready")
	s.Press("a", "up", "shift+tab", "ctrl+c", "enter", "esc", "é")
	s.Await(`a033[A033[Z003\r033303`)
	if err := s.Terminal.Press("f13"); err == nil {
		t.Error("a key that there is not could be pressed")
	}
}

func TestThePasteAndTheMouseAreSentAsAsked(t *testing.T) {
	s := shell(t, Options{}, `stty raw -echo; printf '\033[?2004h\033[?1002h\033[?1006hready'; dd bs=1 count=36 2>/dev/null | od -An -c | tr -d ' \n'`)
	s.Await("ready")
	s.Paste("hi")
	s.Click(3, 4)
	s.Wheel(0, 0, true)
	f := s.Await(`033[200~hi033[201~033[<0;4;5M033[<0;4;5m`)
	if !f.Mouse {
		t.Error("the frame doesn't say that the program has the mouse")
	}
}

func TestWhatIsCopiedRungAndNoticed(t *testing.T) {
	_, f := shell(t, Options{}, `printf '\033]52;c;aG9vaw==\007\033]9;look\007\007\033]2;title\007'`).Exit()
	if f.Clipboard != "hook" || f.Title != "title" || f.Bells != 1 || !slices.Equal(f.Notices, []string{"look"}) {
		t.Errorf("clipboard %q, title %q, %d bells, notices %q", f.Clipboard, f.Title, f.Bells, f.Notices)
	}
}

func TestAFrameThatIsBeingDrawnIsNotShown(t *testing.T) {
	s := shell(t, Options{Width: 20, Height: 2}, `stty -echo; printf 'ready\033]2;go\007'; read _; printf '\r\033[?2026hha   '; read _; printf '\r\033[Chalf\033[?2026l'; read _`)
	s.AwaitWhere("its title", func(f Frame) bool { return f.Title == "go" })
	s.Press("enter", "enter")
	f := s.AwaitWhere("another frame", func(f Frame) bool { return f.Row(0) != "ready" })
	if f.Row(0) != "hhalf" {
		t.Errorf("half a frame is shown: %q", f.Row(0))
	}
}

func TestCharactersInPiecesComeTogether(t *testing.T) {
	e := newEmulator(Options{Width: 10, Height: 1})
	const family = "👩‍👩‍👧"
	e.write([]byte("\x1b[?2026h"), time.Time{})
	for _, b := range []byte(family + "x") {
		e.write([]byte{b}, time.Time{})
	}
	e.write([]byte("\x1b[?2026l"), time.Time{})
	if f := e.frame(); f.Row(0) != family+"x" || f.Cells[0][0].Width != 2 || f.Cells[0][2].Text != "x" {
		t.Errorf("the row is %q: %+v", f.Row(0), f.Cells[0][:4])
	}
}

func TestClosingEndsTheProgram(t *testing.T) {
	term, err := Start(Options{Env: os.Environ()}, "/bin/sh", "-c", "printf ready; read _")
	if err != nil {
		t.Fatal(err)
	}
	if err := term.Close(patience); err != nil {
		t.Error(err)
	}
	if code := term.ExitCode(); code != -1 {
		t.Errorf("it ended with %d, want -1: killed", code)
	}
}
