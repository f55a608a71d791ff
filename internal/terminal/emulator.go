package terminal

import (
	"encoding/base64"
	"image/color"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// An emulator is a terminal's screen, with what the library's leaves out. One goroutine at a time may use it, but for its Read.
type emulator struct {
	*vt.Emulator
	drawn     time.Time // when the last frame was complete
	drawing   bool      // a synchronized update is under way: a frame that isn't complete yet
	kept      []byte    // the end of what was written, which may go on as one character with what comes
	kitty     int       // how often the program asked for kitty's keyboard
	title     string
	clipboard string
	bells     int
	notices   []string
	hidden    bool // the cursor is
	modes     map[ansi.Mode]bool
}

func newEmulator(o Options) *emulator {
	e := &emulator{Emulator: vt.NewEmulator(o.Width, o.Height), modes: make(map[ansi.Mode]bool)}
	if o.Light {
		e.SetDefaultBackgroundColor(color.White)
		e.SetDefaultForegroundColor(color.Black)
	}
	e.SetCallbacks(vt.Callbacks{
		Bell:             func() { e.bells++ },
		Title:            func(title string) { e.title = title },
		CursorVisibility: func(visible bool) { e.hidden = !visible },
		EnableMode:       func(m ansi.Mode) { e.setMode(m, true) },
		DisableMode:      func(m ansi.Mode) { e.setMode(m, false) },
	})
	e.RegisterCsiHandler(ansi.Command('?', '$', 'p'), e.modeAsked)
	e.RegisterCsiHandler(ansi.Command('>', 0, 'u'), func(ansi.Params) bool { e.kitty++; return true })
	e.RegisterCsiHandler(ansi.Command('<', 0, 'u'), func(p ansi.Params) bool {
		n, _, _ := p.Param(0, 1)
		e.kitty = max(e.kitty-n, 0)
		return true
	})
	e.RegisterOscHandler(52, e.copied)
	e.RegisterOscHandler(9, func(data []byte) bool {
		e.notices = append(e.notices, strings.TrimPrefix(string(data), "9;"))
		return true
	})
	return e
}

func (e *emulator) setMode(m ansi.Mode, on bool) {
	e.modes[m] = on
	if m == ansi.ModeSynchronizedOutput {
		e.drawing = on
	}
}

// modeAsked answers whether a mode is set, for those that the library knows nothing of; it draws all characters by their
// grapheme clusters.
func (e *emulator) modeAsked(p ansi.Params) bool {
	n, _, _ := p.Param(0, 0)
	mode := ansi.DECMode(n)
	if mode != ansi.ModeSynchronizedOutput && mode != ansi.ModeUnicodeCore {
		return false
	}
	setting := ansi.ModeReset
	if e.modes[mode] {
		setting = ansi.ModeSet
	}
	_, _ = io.WriteString(e.InputPipe(), ansi.ReportMode(mode, setting))
	return true
}

// copied takes what the program puts into the clipboard: "52;c;" and base64.
func (e *emulator) copied(data []byte) bool {
	_, rest, _ := strings.Cut(string(data), ";")
	_, text, _ := strings.Cut(rest, ";")
	if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
		e.clipboard = string(decoded)
	}
	return true
}

// write shows these bytes, and says whether a frame is complete then. While one is not, characters at the end are kept
// back: more that comes may belong to them.
func (e *emulator) write(b []byte, now time.Time) (complete bool) {
	b = append(e.kept, b...)
	_, _ = e.Write(b[:len(b)-trailing(b)])
	b = b[len(b)-trailing(b):]
	e.kept = nil
	if e.drawing {
		e.kept = b
		return false
	}
	_, _ = e.Write(b)
	e.drawn = now
	return true
}

// trailing is how many bytes at the end are not ASCII.
func trailing(b []byte) int {
	n := 0
	for n < len(b) && b[len(b)-1-n] >= utf8.RuneSelf {
		n++
	}
	return n
}

// hangUp ends the emulator's answers. (Its own Close must not be called while another goroutine reads.)
func (e *emulator) hangUp() {
	if pipe, ok := e.InputPipe().(io.Closer); ok {
		_ = pipe.Close()
	}
}
