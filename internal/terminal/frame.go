package terminal

import (
	"image/color"
	"strings"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// A Frame is what can be seen at a moment.
type Frame struct {
	Width, Height int
	Cells         [][]Cell // Height rows of Width
	Above         []string // what was scrolled out of the ordinary screen, the oldest first
	Alternate     bool     // the alternate screen is shown
	CursorX       int
	CursorY       int
	CursorHidden  bool
	Mouse         bool // the program has asked for the mouse
	Title         string
	Clipboard     string    // what the program copied last
	Bells         int       // how often it has rung so far
	Notices       []string  // what it asked the desktop to show so far (OSC 9)
	Drawn         time.Time // when it was complete
}

// A Cell is one place on the screen.
type Cell struct {
	Text  string // a character, " " if there is none; "" for the right half of a wide one
	Width int    // 2 if the next cell belongs to it, 0 if it is that cell
	Style Style
}

// A Style is how a cell looks. A nil colour is the terminal's own; else it is an ansi.BasicColor, an ansi.IndexedColor or RGB.
type Style struct {
	Foreground, Background                  color.Color
	Bold, Faint, Italic, Underline, Reverse bool
}

func (e *emulator) frame() Frame {
	f := Frame{
		Width: e.Width(), Height: e.Height(), Alternate: e.IsAltScreen(), Title: e.title, Clipboard: e.clipboard,
		CursorHidden: e.hidden, Bells: e.bells, Notices: append([]string(nil), e.notices...), Drawn: e.drawn,
		Mouse: e.modes[ansi.ModeMouseNormal] || e.modes[ansi.ModeMouseButtonEvent] || e.modes[ansi.ModeMouseAnyEvent],
	}
	at := e.CursorPosition()
	f.CursorX, f.CursorY = at.X, at.Y
	for y := range f.Height {
		row := make([]Cell, f.Width)
		for x := range row {
			row[x] = cellOf(e.CellAt(x, y))
		}
		f.Cells = append(f.Cells, row)
	}
	for _, line := range e.Scrollback().Lines() {
		f.Above = append(f.Above, strings.TrimRight(line.String(), " "))
	}
	return f
}

func cellOf(c *uv.Cell) Cell {
	if c == nil {
		return Cell{Text: " ", Width: 1}
	}
	cell := Cell{Text: c.Content, Width: c.Width, Style: Style{
		Foreground: c.Style.Fg, Background: c.Style.Bg, Underline: c.Style.Underline != uv.UnderlineNone,
		Bold: c.Style.Attrs&uv.AttrBold != 0, Faint: c.Style.Attrs&uv.AttrFaint != 0,
		Italic: c.Style.Attrs&uv.AttrItalic != 0, Reverse: c.Style.Attrs&uv.AttrReverse != 0,
	}}
	if cell.Text == "" && cell.Width == 1 {
		cell.Text = " "
	}
	return cell
}

// Row is the text of a row without the spaces at its end.
func (f Frame) Row(y int) string {
	var b strings.Builder
	for _, c := range f.Cells[y] {
		b.WriteString(c.Text)
	}
	return strings.TrimRight(b.String(), " ")
}

// String is the text of all rows.
func (f Frame) String() string {
	rows := make([]string, f.Height)
	for y := range rows {
		rows[y] = f.Row(y)
	}
	return strings.Join(rows, "\n")
}

// History is all that the ordinary screen has shown: what was scrolled out of it, then its rows down to the last that has text.
func (f Frame) History() string {
	return strings.TrimRight(strings.Join(append(f.Above[:len(f.Above):len(f.Above)], f.String()), "\n"), "\n")
}

// Find is where the text stands first, in cells; ok is false if it is nowhere in one row.
func (f Frame) Find(text string) (x, y int, ok bool) {
	for y := range f.Cells {
		before, _, found := strings.Cut(f.Row(y), text)
		if !found {
			continue
		}
		for x, seen := 0, 0; x < f.Width; x++ {
			if seen == len(before) && f.Cells[y][x].Width > 0 {
				return x, y, true
			}
			seen += len(f.Cells[y][x].Text)
		}
	}
	return 0, 0, false
}

// Coloured says whether any cell has a colour that is not the terminal's own.
func (f Frame) Coloured() bool {
	for _, row := range f.Cells {
		for _, c := range row {
			if c.Style.Foreground != nil || c.Style.Background != nil {
				return true
			}
		}
	}
	return false
}
