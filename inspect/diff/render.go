package diff

import (
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A Class says what a span of a line is. How that looks, its reader decides.
type Class byte

// The classes of spans.
const (
	Plain   Class = iota
	Heading       // the name of a section
	Path          // where a difference is
	Sign          // + - ~ in front of a difference that is not folded
	Was           // a value before
	Is            // a value after
	Faint         // what matters less: arrows, and all of what is volatile
	Remark        // hook's own words about the comparison
)

// A Span is a piece of a line. Its text is as inspect.Printable makes it.
type Span struct {
	Text  string
	Class Class
}

// A View says how a report is to be shown.
type View struct {
	Width  int  // columns; 0 is no limit, and then long values are cut at 500
	All    bool // with what is volatile
	Reveal bool // with what grants access or looks like a secret
	ASCII  bool // without signs that only Unicode has
}

const (
	longValue = 500 // columns of a value where the width is not limited
	context   = 12  // characters of what two long values share that are shown before their difference
	pathRoom  = 44  // columns that paths may take in front of values
)

// Lines are the report as people read it: a section after the other, a line for each difference, two or three where one
// is too long.
func (r Report) Lines(v View) [][]Span {
	var lines [][]Span
	for _, s := range r.Sections {
		changes := s.Changes
		if !v.All {
			changes = slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return c.Volatile })
		}
		if len(changes)+len(s.Notes) == 0 {
			continue
		}
		lines = append(lines, []Span{{s.title(), Heading}})
		room := v.pathRoom(changes)
		for _, c := range changes {
			lines = append(lines, v.change(c, s.Name == "body", room)...)
		}
		for _, note := range s.Notes {
			for i, line := range v.wrapped(inspect.Printable(note), 4) {
				lead := "  ! "
				if i > 0 {
					lead = "    "
				}
				lines = append(lines, []Span{{lead + line, Remark}})
			}
		}
	}
	return lines
}

func (s Section) title() string { return strings.ToUpper(s.Name[:1]) + s.Name[1:] }

// pathRoom is how many columns the paths of a section take, so that the values stand below each other.
func (v View) pathRoom(changes []Change) int {
	most := pathRoom
	if v.Width > 0 {
		most = min(most, v.Width*2/5)
	}
	room := 0
	for _, c := range changes {
		if w := ansi.StringWidth(shownPath(c)); w <= most {
			room = max(room, w)
		}
	}
	return room
}

func shownPath(c Change) string {
	if c.Path == "" {
		return "(all of it)"
	}
	return inspect.Printable(c.Path)
}

// change is the lines of one difference: on one if they fit, else the path first and the values below it.
func (v View) change(c Change, quoted bool, room int) [][]Span {
	before, after := c.Shown(v.Reveal)
	if !quoted {
		before, after = unquoted(before), unquoted(after)
	}
	before, after = inspect.Printable(before), inspect.Printable(after)
	sign, path := v.sign(c), shownPath(c)
	lead := []Span{{"  ", Plain}, {sign, c.class(Sign)}, {" " + path, c.class(Path)}}
	values := v.values(c, before, after)
	tail := v.tail(c, before, after)
	gap := strings.Repeat(" ", max(0, room-ansi.StringWidth(path))+2)
	if total := 4 + max(room, ansi.StringWidth(path)) + 2 + widthOf(values) + widthOf(tail); v.fits(total) && ansi.StringWidth(path) <= max(room, v.Width-widthOf(values)-widthOf(tail)-6) {
		return [][]Span{slices.Concat(lead, []Span{{gap, Plain}}, values, tail)}
	}
	if ansi.StringWidth(path)+4 > v.Width && v.Width > 0 {
		lead[2].Text = " " + ansi.TruncateLeft(path, ansi.StringWidth(path)+4+ansi.StringWidth(v.more())-v.Width, v.more())
	}
	first := slices.Concat(lead, tail)
	if v.fits(6 + widthOf(values)) {
		return [][]Span{first, slices.Concat([]Span{{"      ", Plain}}, values)}
	}
	lines := [][]Span{first}
	most := longValue
	if v.Width > 0 {
		most = max(v.Width-8, 10)
	}
	before, after = v.cut(before, after, most)
	if before != "" {
		lines = append(lines, []Span{{"      - ", c.class(Was)}, {before, c.class(Was)}})
	}
	if after != "" {
		lines = append(lines, []Span{{"      + ", c.class(Is)}, {after, c.class(Is)}})
	}
	return lines
}

// tail is what stands behind a difference: why it is volatile, or that what is masked differs.
func (v View) tail(c Change, before, after string) []Span {
	switch {
	case c.Volatile:
		return []Span{{"  (" + c.Why + ")", Faint}}
	case c.Kind == Changed && before == after && !v.Reveal:
		return []Span{{"  (they differ)", Faint}}
	}
	return nil
}

// values are those of a difference on one line.
func (v View) values(c Change, before, after string) []Span {
	arrow := " → "
	if v.ASCII {
		arrow = " -> "
	}
	switch c.Kind {
	case Added:
		return []Span{{after, c.class(Is)}}
	case Removed:
		return []Span{{before, c.class(Was)}}
	case Moved:
		return []Span{{"moved from " + before + " to " + after, c.class(Plain)}}
	}
	return []Span{{before, c.class(Was)}, {arrow, Faint}, {after, c.class(Is)}}
}

func (v View) sign(c Change) string {
	switch c.Kind {
	case Added:
		return "+"
	case Removed:
		return "-"
	case Moved:
		if v.ASCII {
			return ">"
		}
		return "↕"
	}
	return "~"
}

// more stands where something was left out.
func (v View) more() string {
	if v.ASCII {
		return "..."
	}
	return "…"
}

// class is a span's class, unless it belongs to something volatile.
func (c Change) class(class Class) Class {
	if c.Volatile {
		return Faint
	}
	return class
}

func (v View) fits(width int) bool {
	if v.Width == 0 {
		return width <= longValue
	}
	return width <= v.Width
}

func widthOf(spans []Span) int {
	n := 0
	for _, s := range spans {
		n += ansi.StringWidth(s.Text)
	}
	return n
}

// unquoted is what a JSON string says; other values stay as they are.
func unquoted(value string) string {
	if strings.HasPrefix(value, `"`) {
		return text([]byte(value))
	}
	return value
}

// cut shortens two texts to a number of columns, so that where they begin to differ is seen.
func (v View) cut(a, b string, most int) (string, string) {
	if ansi.StringWidth(a) <= most && ansi.StringWidth(b) <= most {
		return a, b
	}
	x, y := []rune(a), []rune(b)
	same := 0
	for same < len(x) && same < len(y) && x[same] == y[same] {
		same++
	}
	if start := same - context; start > 1 && a != "" && b != "" {
		a, b = v.more()+string(x[start:]), v.more()+string(y[start:])
	}
	return ansi.Truncate(a, most, v.more()), ansi.Truncate(b, most, v.more())
}

// wrapped breaks words into lines that leave room for an indentation.
func (v View) wrapped(s string, indent int) []string {
	if v.Width == 0 {
		return []string{s}
	}
	return strings.Split(ansi.Wrap(s, max(v.Width-indent, 20), ""), "\n")
}

// FoldedWords says what is folded, by its reasons with some names: "3 ids (customer, id, invoice), 2 times (created)". It
// is empty if nothing is.
func (r Report) FoldedWords() string {
	var parts []string
	folded := r.Folded()
	for _, kind := range []struct{ why, one, many string }{
		{WhyID, "id", "ids"}, {WhyTime, "time", "times"}, {WhySignature, "signature or token", "signatures and tokens"}, {WhyTransport, "field of transport", "fields of transport"},
	} {
		var names []string
		n := 0
		for _, c := range folded {
			if c.Why != kind.why {
				continue
			}
			n++
			if name := leaf(c.Path); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if n == 0 {
			continue
		}
		word := kind.many
		if n == 1 {
			word = kind.one
		}
		parts = append(parts, strconv.Itoa(n)+" "+word+some(names))
	}
	return strings.Join(parts, ", ")
}

// some names a few of names in brackets.
func some(names []string) string {
	const few = 4
	if len(names) == 0 {
		return ""
	}
	more := ""
	if len(names) > few {
		names, more = names[:few], ", …"
	}
	return " (" + inspect.Printable(strings.Join(names, ", ")) + more + ")"
}
