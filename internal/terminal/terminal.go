// Package terminal runs programs in a pseudo-terminal and shows what a user would see there: a terminal emulator reads all that
// the program writes and answers what it asks. It is for tests and for the picture in the README.
//
// There are no pseudo-terminals on Windows: there [Start] fails, and [Open] skips the test.
package terminal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// Options are how the terminal is. The zero Options are a dark one of 80 by 24 cells.
type Options struct {
	Dir           string   // where the program runs; empty: here
	Env           []string // all of its environment; TERM is xterm-256color if it says nothing
	Width, Height int      // in cells
	Light         bool     // dark text on a light ground
}

// A Terminal is a program and the terminal that it runs in. Its methods may be called concurrently.
type Terminal struct {
	cmd    *exec.Cmd
	tty    *os.File
	ended  chan struct{} // the program has
	hungUp chan struct{} // nobody has the terminal open any more, and all that was written is on it
	helped sync.WaitGroup

	mu      sync.Mutex
	screen  *emulator
	changed chan struct{} // closed at the next frame
}

// Start runs a program in a new terminal. The caller must Close it.
func Start(o Options, path string, args ...string) (*Terminal, error) {
	if o.Width <= 0 || o.Height <= 0 {
		o.Width, o.Height = 80, 24
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = o.Dir, o.Env
	if !slices.ContainsFunc(o.Env, func(pair string) bool { return strings.HasPrefix(pair, "TERM=") }) {
		cmd.Env = append(slices.Clone(o.Env), "TERM=xterm-256color")
	}
	tty, err := pty.StartWithSize(cmd, winsize(o.Width, o.Height))
	if err != nil {
		return nil, fmt.Errorf("start %s in a terminal: %w", path, err)
	}
	t := &Terminal{
		cmd: cmd, tty: tty, ended: make(chan struct{}), hungUp: make(chan struct{}),
		screen: newEmulator(o), changed: make(chan struct{}),
	}
	t.helped.Go(t.read)
	t.helped.Go(t.answer)
	t.helped.Go(func() {
		defer close(t.ended)
		_ = cmd.Wait() // how it ended is for the caller to ask
	})
	return t, nil
}

func winsize(w, h int) *pty.Winsize {
	return &pty.Winsize{Rows: uint16(h), Cols: uint16(w)}
}

// read shows what the program writes until nobody can write any more.
func (t *Terminal) read() {
	defer close(t.hungUp)
	defer t.screen.hangUp()
	chunk := make([]byte, 32<<10)
	for {
		n, err := t.tty.Read(chunk)
		t.mu.Lock()
		if t.screen.write(chunk[:n], time.Now()) || err != nil {
			t.screen.drawing = t.screen.drawing && err == nil
			close(t.changed)
			t.changed = make(chan struct{})
		}
		t.mu.Unlock()
		if err != nil { // on Linux EIO, when the last who had the terminal open is gone
			return
		}
	}
}

// answer sends the program what the emulator has to say: answers, and the mouse.
func (t *Terminal) answer() {
	_, _ = io.Copy(t.tty, t.screen.Emulator)
	_, _ = io.Copy(io.Discard, t.screen.Emulator) // the program is gone; the emulator must not wait for it
}

// Send sends bytes as if they were typed, behind what the emulator has sent so far. The error is os.ErrProcessDone if nobody
// is there to read them.
func (t *Terminal) Send(input string) error {
	if _, err := io.WriteString(t.screen.InputPipe(), input); err != nil {
		return os.ErrProcessDone
	}
	return nil
}

// Press presses keys, named as Bubble Tea does: "a", "enter", "shift+tab", "ctrl+c".
func (t *Terminal) Press(keys ...string) error {
	for _, key := range keys {
		t.mu.Lock()
		code, err := keyCode(key, t.screen.kitty > 0)
		t.mu.Unlock()
		if err != nil {
			return err
		}
		if err := t.Send(code); err != nil {
			return fmt.Errorf("press %s: %w", key, err)
		}
	}
	return nil
}

// Paste pastes text, in brackets if the program has asked for them.
func (t *Terminal) Paste(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen.Paste(text)
}

// Mouse does something with the mouse: vt.MouseClick, vt.MouseRelease, vt.MouseMotion, vt.MouseWheel. Nothing is sent if
// the program has not asked for it.
func (t *Terminal) Mouse(does vt.Mouse) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen.SendMouse(does)
}

// Resize gives the terminal another size, in cells, and tells the program.
func (t *Terminal) Resize(w, h int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen.Resize(w, h)
	return pty.Setsize(t.tty, winsize(w, h))
}

// Frame is what can be seen now, and a channel that is closed when there is another. It waits for the end of a frame that is
// being drawn.
func (t *Terminal) Frame() (Frame, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.screen.drawing {
		complete := t.changed
		t.mu.Unlock()
		<-complete
		t.mu.Lock()
	}
	return t.screen.frame(), t.changed
}

// Process is the program.
func (t *Terminal) Process() *os.Process { return t.cmd.Process }

// Ended is closed when the program has ended and all that it wrote is on the screen.
func (t *Terminal) Ended() <-chan struct{} { return t.hungUp }

// ExitCode is that of the program, once it has ended; -1 if it was killed.
func (t *Terminal) ExitCode() int {
	<-t.ended
	return t.cmd.ProcessState.ExitCode()
}

// errHeld says that the program left another behind.
var errHeld = errors.New("the program has ended, but something that it started still has the terminal open")

// Close kills the program if it still runs, and waits until it is gone, and until nobody has the terminal open; no longer than patience.
func (t *Terminal) Close(patience time.Duration) error {
	_ = t.cmd.Process.Kill()
	<-t.ended
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-t.hungUp:
	case <-late.C:
		_ = t.tty.Close()
		return errHeld
	}
	err := t.tty.Close()
	t.helped.Wait()
	return err
}
