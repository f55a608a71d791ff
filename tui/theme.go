package tui

import (
	"fmt"
	"image/color"
	"strings"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A look is what a piece of text means. Only the theme knows how that looks.
type look int

const (
	plain  look = iota
	faint       // it can wait
	strong      // a name or a title
	good
	bad
	warn
	accent // what is selected
	name   // in a body: the key of a member, a tag
	quoted // in a body: a string
	number // in a body: a number, true, null
	hit    // what was searched for
	here   // the hit that the cursor is at
	looks  // how many there are
)

// A theme knows how to draw. It uses the terminal's own 16 colours, so it suits whatever its user has chosen; only where
// these are known to be hard to read, as yellow on white, it takes others if the terminal has them.
type theme struct {
	styles [looks]lipgloss.Style
	drawn  [looks]wrapping
	lit    *[looks]wrapping  // on the ground of the selected row; nil if the terminal has no colour that suits
	signs  *strings.Replacer // of the screen's signs by ASCII; nil if the terminal has them
	cells  ansi.Method       // how the terminal counts the cells of what is more than one character
}

func newTheme(ascii, noColor bool) theme {
	var t theme
	if ascii {
		t.signs = asciiSigns()
	}
	for i := range t.styles {
		t.styles[i] = lipgloss.NewStyle()
	}
	t.styles[faint] = t.styles[faint].Faint(true)
	t.styles[strong] = t.styles[strong].Bold(true)
	t.styles[accent] = t.styles[accent].Bold(true)
	t.styles[hit] = t.styles[hit].Reverse(true)
	t.styles[here] = t.styles[here].Reverse(true).Bold(true).Underline(true)
	if !noColor {
		t.paint(lipgloss.Green, lipgloss.Red, lipgloss.Yellow, lipgloss.Cyan, lipgloss.Magenta)
	}
	t.drawn = wrappings(t.styles)
	return t
}

// A wrapping is what stands before and behind a text that is drawn: a style asked once, as asking costs more than all else
// that a frame takes.
type wrapping struct{ before, behind string }

func wrappings(styles [looks]lipgloss.Style) (all [looks]wrapping) {
	for l, style := range styles {
		all[l].before, all[l].behind, _ = strings.Cut(style.Render("x"), "x")
	}
	return all
}

// paint gives each meaning its colour.
func (t *theme) paint(green, red, yellow, cyan, magenta color.Color) {
	for l, c := range map[look]color.Color{
		good: green, bad: red, warn: yellow, accent: cyan, name: cyan, quoted: green, number: magenta, here: yellow,
	} {
		t.styles[l] = t.styles[l].Foreground(c)
	}
}

// suit adapts to what the terminal's background is and to how many colours it has.
func (t *theme) suit(dark bool, profile colorprofile.Profile) {
	if profile < colorprofile.ANSI256 {
		return
	}
	if !dark {
		t.paint(lipgloss.Color("#116329"), lipgloss.Color("#b3121d"), lipgloss.Color("#8a5a00"), lipgloss.Color("#0550ae"), lipgloss.Color("#8250df"))
	}
	t.drawn = wrappings(t.styles)
	ground, on := lipgloss.LightDark(dark)(lipgloss.Color("#e6ebf1"), lipgloss.Color("#2b313b")), t.styles
	for i := range on {
		on[i] = on[i].Background(ground)
	}
	lit := wrappings(on)
	t.lit = &lit
}

// onGround draws as t does, on the ground of the selected row.
func (t theme) onGround() theme {
	if t.lit != nil {
		t.drawn = *t.lit
	}
	return t
}

// draw is text, which is one line, as it looks.
func (t theme) draw(l look, text string) string {
	if w := t.drawn[l]; w.before != "" && text != "" {
		return w.before + text + w.behind
	}
	return text
}

// clean is text from anywhere made fit for this terminal.
func (t theme) clean(text string) string {
	text = alone(inspect.Printable(text))
	if t.signs == nil {
		return text
	}
	return escapeNonASCII(t.signs.Replace(text))
}

// frame is a whole drawn screen with the signs that this terminal has. Each sign is one cell in either charset.
func (t theme) frame(s string) string {
	if t.signs == nil {
		return s
	}
	return t.signs.Replace(s)
}

// asciiSigns replaces the signs of the screen.
func asciiSigns() *strings.Replacer {
	return strings.NewReplacer(
		"✓", "+", "✗", "x", "○", "o", "●", "*", "◌", "-", "↻", "~", "⟲", "@", "✎", "e", "▌", ">",
		"─", "-", "│", "|", "┬", "+", "┴", "+",
		"…", ".", "·", "-", "→", ">", "←", "<", "↑", "^", "↓", "v", "█", "#",
	)
}

// escapeNonASCII shows what a terminal without UTF-8 can't.
func escapeNonASCII(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// verdictSign is the sign of a verdict and its look; a space if nothing was judged.
func verdictSign(v signature.Verdict) (string, look) {
	switch v {
	case signature.Valid:
		return "✓", good
	case signature.Invalid:
		return "✗", bad
	case signature.Unsigned:
		return "○", faint
	case signature.Unknown:
		return "?", warn
	}
	return " ", plain
}
