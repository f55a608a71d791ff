package cmd

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/dustin/go-humanize"
	"github.com/fatih/color"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// maxShown is how many lines of a body a terminal is shown; --body has all of it.
const maxShown = 200

// A paper is where a delivery is written for people: coloured, as wide as the terminal, and with what is secret masked.
type paper struct {
	*bufio.Writer
	pen    pen
	name   *color.Color // of a key, a tag
	amount *color.Color // of a number, a word such as true
	width  int          // of the terminal; 0 leaves lines as they are
	lines  int          // of a body at most; 0 for all
	reveal bool
	masked int // values
}

func (p place) paper(w io.Writer, reveal bool) *paper {
	s := &paper{Writer: bufio.NewWriter(w), pen: p.pen, name: color.New(color.FgCyan), amount: color.New(color.FgMagenta), reveal: reveal}
	if isTerminal(w) {
		s.width, s.lines = max(terminalWidth(w), 20), maxShown
	}
	return s
}

// done writes what is left. What was masked is told on talk if the paper holds nothing but data.
func (s *paper) done(talk io.Writer, data bool) error {
	if s.masked > 0 {
		words := plural(s.masked, "value is", "values are") + " masked: --reveal shows "
		if s.masked == 1 {
			words += "it"
		} else {
			words += "them"
		}
		if data {
			_, _ = fmt.Fprintf(talk, "hook: %s\n", words)
		} else {
			_, _ = fmt.Fprintf(s, "\n%s\n", s.pen.faint.Sprint(words))
		}
	}
	return s.Flush()
}

// line writes a line, indented by that many columns; what does not fit goes on below, indented by hang more.
func (s *paper) line(indent, hang int, text string) {
	lines := []string{text}
	if s.width > 0 {
		lines = wrapStyled(text, s.width-indent, s.width-indent-hang)
	}
	for i, line := range lines {
		if i == 1 {
			indent += hang
		}
		if line != "" {
			line = strings.Repeat(" ", indent) + line
		}
		_, _ = s.WriteString(line + "\n")
	}
}

// wrapStyled breaks a text with styles into pieces of at most first cells, and of at most rest for those behind it.
func wrapStyled(text string, first, rest int) []string {
	first, rest = max(first, 8), max(rest, 8)
	if ansi.StringWidth(text) <= first {
		return []string{text}
	}
	head, _, _ := strings.Cut(ansi.Wrap(text, first, ""), "\n")
	plain := ansi.StringWidth(head)
	tail := ansi.TruncateLeft(text, plain, "")
	if strings.HasPrefix(ansi.Strip(tail), " ") {
		tail = ansi.TruncateLeft(text, plain+1, "")
	}
	return append([]string{head}, strings.Split(ansi.Wrap(tail, rest, ""), "\n")...)
}

// say writes words, indented, in a colour unless it is nil.
func (s *paper) say(c *color.Color, words string) {
	s.line(2, 2, paint(c, inspect.Printable(words)))
}

// paint is text in a colour, or as it is.
func paint(c *color.Color, text string) string {
	if c == nil {
		return text
	}
	return c.Sprint(text)
}

func (s *paper) header(indent int, h http.Header, p *signature.Provider) {
	if !s.reveal {
		masked, n := inspect.MaskHeader(h, p)
		h, s.masked = masked, s.masked+n
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			s.line(indent, 4, s.pen.faint.Sprint(inspect.Printable(name)+":")+" "+inspect.Printable(value))
		}
	}
}

// body writes a body, laid out.
func (s *paper) body(h half) {
	c := h.content
	if c.Size == 0 {
		return
	}
	_, _ = s.WriteString("\n")
	rendering := inspect.Render(h.header, c, !s.reveal)
	s.masked += rendering.Masked
	lines, more := rendering.Lines(), false
	if s.lines > 0 {
		shown := rendering.First(s.lines)
		more = len(shown) == s.lines
		lines = slices.Values(shown)
	}
	for line := range lines {
		s.bodyLine(line)
	}
	if more {
		s.say(s.pen.faint, "hook show "+h.id+h.flag+" --body has all of it")
	}
	if !c.Complete {
		s.say(s.pen.attention, fmt.Sprintf("only the first %s of %s bytes were kept", humanize.Comma(int64(len(c.Bytes))), humanize.Comma(c.Size)))
	}
}

func (s *paper) bodyLine(line inspect.Line) {
	var b strings.Builder
	for _, span := range line.Spans {
		b.WriteString(paint(s.look(span.Class), span.Text))
	}
	indent := 2 + line.Indent
	if s.width > 0 {
		indent = min(indent, s.width/2)
	}
	s.line(indent, 2, b.String())
}

// look is how a span of a body looks: names in one colour, what isn't text in another, what can wait faint, and the rest (nil) as it is.
func (s *paper) look(c inspect.Class) *color.Color {
	switch c {
	case inspect.Key, inspect.Tag, inspect.Attribute:
		return s.name
	case inspect.Number, inspect.Literal:
		return s.amount
	case inspect.Punctuation, inspect.Comment, inspect.Offset, inspect.Note:
		return s.pen.faint
	case inspect.Caution:
		return s.pen.attention
	case inspect.Wrong:
		return s.pen.bad
	}
	return nil
}

// header writes a header into b as it is shown.
func (p place) header(b *strings.Builder, h http.Header) {
	s := p.paper(b, false)
	s.header(2, h, nil)
	_ = s.Flush() // into memory
}
