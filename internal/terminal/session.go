package terminal

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
)

// patience is how long a test waits for what must come; only a test that fails waits so long.
const patience = 30 * time.Second

// A Session is a terminal in a test, which fails when something does not come.
type Session struct {
	*Terminal
	t testing.TB
}

// Open runs a program in a terminal until the test ends.
func Open(t testing.TB, o Options, path string, args ...string) *Session {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("there are no pseudo-terminals on Windows")
	}
	term, err := Start(o, path, args...)
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{Terminal: term, t: t}
	t.Cleanup(func() {
		if err := term.Close(patience); err != nil {
			t.Error(err)
		}
	})
	return s
}

// In is the session in a test within the one that opened it.
func (s *Session) In(t testing.TB) *Session { return &Session{Terminal: s.Terminal, t: t} }

// Press presses keys, one after the other.
func (s *Session) Press(keys ...string) {
	s.t.Helper()
	s.check(s.Terminal.Press(keys...))
}

// Type types text.
func (s *Session) Type(text string) {
	s.t.Helper()
	s.check(s.Send(text))
}

// Click clicks on a cell with the left button.
func (s *Session) Click(x, y int) {
	s.Mouse(vt.MouseClick{X: x, Y: y, Button: vt.MouseLeft})
	s.Mouse(vt.MouseRelease{X: x, Y: y, Button: vt.MouseLeft})
}

// Wheel turns the wheel by one notch over a cell.
func (s *Session) Wheel(x, y int, down bool) {
	button := vt.MouseWheelUp
	if down {
		button = vt.MouseWheelDown
	}
	s.Mouse(vt.MouseWheel{X: x, Y: y, Button: button})
}

// Drag moves the mouse with its left button held.
func (s *Session) Drag(x, y, toX, toY int) {
	s.Mouse(vt.MouseClick{X: x, Y: y, Button: vt.MouseLeft})
	s.Mouse(vt.MouseMotion{X: toX, Y: toY, Button: vt.MouseLeft})
	s.Mouse(vt.MouseRelease{X: toX, Y: toY, Button: vt.MouseLeft})
}

// Resize gives the terminal another size.
func (s *Session) Resize(w, h int) {
	s.t.Helper()
	s.check(s.Terminal.Resize(w, h))
}

// Signal sends the program a signal.
func (s *Session) Signal(sig os.Signal) {
	s.t.Helper()
	s.check(s.Process().Signal(sig))
}

// Now is what can be seen now.
func (s *Session) Now() Frame {
	f, _ := s.Frame()
	return f
}

// Await waits until all of these texts can be seen at once.
func (s *Session) Await(texts ...string) Frame {
	s.t.Helper()
	return s.AwaitWhere(fmt.Sprintf("%q", texts), func(f Frame) bool {
		shown := f.String()
		for _, text := range texts {
			if !strings.Contains(shown, text) {
				return false
			}
		}
		return true
	})
}

// AwaitNot waits until none of these texts can be seen.
func (s *Session) AwaitNot(texts ...string) Frame {
	s.t.Helper()
	return s.AwaitWhere(fmt.Sprintf("the screen without %q", texts), func(f Frame) bool {
		shown := f.String()
		for _, text := range texts {
			if strings.Contains(shown, text) {
				return false
			}
		}
		return true
	})
}

// AwaitWhere waits until a frame is as wanted, which what describes.
func (s *Session) AwaitWhere(what string, wanted func(Frame) bool) Frame {
	s.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		f, changed := s.Frame()
		if wanted(f) {
			return f
		}
		select {
		case <-changed:
		case <-s.Ended():
			if f, _ := s.Frame(); wanted(f) {
				return f
			}
			s.fail("the program ended before there was "+what, s.Now())
		case <-late.C:
			s.fail(fmt.Sprintf("%v have passed without %s", patience, what), s.Now())
		}
	}
}

// Exit waits until the program has ended, and gives its exit code and what is on the terminal then.
func (s *Session) Exit() (int, Frame) {
	s.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-s.Ended():
	case <-late.C:
		s.fail(fmt.Sprintf("%v have passed and the program has not ended", patience), s.Now())
	}
	return s.ExitCode(), s.Now()
}

func (s *Session) check(err error) {
	s.t.Helper()
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.fail(err.Error(), s.Now())
	}
}

// fail ends the test and shows the screen as it is.
func (s *Session) fail(why string, f Frame) {
	s.t.Helper()
	rule := strings.Repeat("-", f.Width)
	s.t.Fatalf("%s; the screen, %d by %d, cursor at %d,%d:\n%s\n%s\n%s", why, f.Width, f.Height, f.CursorX, f.CursorY, rule, f, rule)
}
