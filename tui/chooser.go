package tui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

// An item is one thing to choose. Its texts are clean.
type item struct {
	key   string // while nothing is searched for, this key chooses it; empty: none does
	name  string
	about string
	look  look           // of the name
	do    func() tea.Cmd // nil: it is there to be read
}

// A chooser is a menu in place of the panes, in which one can search.
type chooser struct {
	title  string
	items  []item
	none   string // said if there is nothing
	column int    // cells of the widest name, as far as it is sensible
	found  []int  // the indexes of what matches, in order
	at     int    // which of found is selected
	top    int    // which of found is the first that is shown
	height int    // of the shown rows, the last time
	asked  bool   // what is typed is searched for
	first  bool   // it was so from the beginning
	input  textinput.Model
}

const widestName = 44

// choose makes a menu. If search, what is typed is searched for from the beginning; else / does that, and the items have
// keys of their own.
func choose(t theme, title, none string, search bool, items []item) *chooser {
	c := &chooser{title: title, items: items, none: none, asked: search, first: search, input: textinput.New()}
	c.input.SetVirtualCursor(false)
	_ = c.input.Focus() // see ask
	for _, i := range items {
		c.column = max(c.column, min(t.size(i.name), widestName))
	}
	c.search()
	return c
}

// search finds the items that have all the words that were typed.
func (c *chooser) search() {
	words := strings.Fields(strings.ToLower(c.input.Value()))
	c.found, c.at, c.top = c.found[:0], 0, 0
	for n, i := range c.items {
		if len(words) > 0 && i.name == "" && i.about == "" {
			continue // an empty line between groups
		}
		text := strings.ToLower(i.key + " " + i.name + " " + i.about)
		fits := true
		for _, w := range words {
			fits = fits && strings.Contains(text, w)
		}
		if fits {
			c.found = append(c.found, n)
		}
	}
	c.settle(1)
}

// settle makes the selection one that says something, the next in that direction, if there is one.
func (c *chooser) settle(step int) {
	c.at = max(0, min(c.at, len(c.found)-1))
	for _, step := range []int{step, -step} {
		for at := c.at; at >= 0 && at < len(c.found); at += step {
			if i := c.items[c.found[at]]; i.name != "" || i.about != "" {
				c.at = at
				return
			}
		}
	}
}

func (c *chooser) press(s *screen, msg tea.KeyPressMsg) tea.Cmd {
	switch name := msg.String(); {
	case name == "enter":
		return c.take(s)
	case name == "esc" && c.asked && !c.first:
		c.asked = false
		c.input.SetValue("")
		c.search()
	case name == "esc":
		s.close()
	case name == "up", name == "ctrl+p", !c.asked && name == "k":
		c.move(-1)
	case name == "down", name == "ctrl+n", !c.asked && name == "j":
		c.move(1)
	case name == "pgup", name == "ctrl+b":
		c.move(-max(c.height-1, 1))
	case name == "pgdown", name == "ctrl+f":
		c.move(max(c.height-1, 1))
	case name == "home":
		c.move(-len(c.items))
	case name == "end":
		c.move(len(c.items))
	case c.asked:
		c.typed(msg)
	case name == "/":
		c.asked = true
	default:
		return c.shortcut(s, name)
	}
	return nil
}

// shortcut chooses the item with that key; q and ? close a menu that has no use for them.
func (c *chooser) shortcut(s *screen, name string) tea.Cmd {
	for at, n := range c.found {
		if i := c.items[n]; i.key == name && i.do != nil {
			c.at = at
			return c.take(s)
		}
	}
	if name == "q" || name == "?" || name == "@" {
		s.close()
	}
	return nil
}

func (c *chooser) take(s *screen) tea.Cmd {
	if len(c.found) == 0 || c.items[c.found[c.at]].do == nil {
		return nil
	}
	s.close()
	return c.items[c.found[c.at]].do()
}

func (c *chooser) move(by int) {
	c.at += by
	step := 1
	if by < 0 {
		step = -1
	}
	c.settle(step)
}

func (c *chooser) typed(msg tea.Msg) {
	before := c.input.Value()
	if c.input, _ = c.input.Update(msg); c.input.Value() != before {
		c.search()
	}
}

func (c *chooser) paste(_ *screen, text string) tea.Cmd {
	c.asked = true
	c.typed(tea.PasteMsg{Content: inspect.Printable(strings.TrimRight(text, "\r\n"))})
	return nil
}

func (c *chooser) body(t theme, w, h int) []string {
	room := max(w-4, 0)
	rows := []string{spaces(w), "  " + t.spans(room, []span{{c.title, strong}}) + "  ", spaces(w)}
	foot := c.foot(t, room)
	c.height = max(h-len(rows)-len(foot), 0)
	c.top = max(min(c.top, c.at), c.at-c.height+1, 0)
	if len(c.found) == 0 {
		word := c.none
		if c.input.Value() != "" {
			word = "nothing matches; esc takes the search back"
		}
		rows = append(rows, "  "+t.spans(room, []span{{word, faint}})+"  ")
	}
	for at := c.top; at < min(c.top+c.height, len(c.found)); at++ {
		rows = append(rows, c.row(t, w, c.items[c.found[at]], at == c.at))
	}
	for len(rows) < h-len(foot) {
		rows = append(rows, spaces(w))
	}
	rows = append(rows, foot...)
	if w < 4 {
		for i := range rows {
			rows[i] = spaces(w)
		}
	}
	return rows[:max(min(h, len(rows)), 0)]
}

// row is one item.
func (c *chooser) row(t theme, w int, i item, selected bool) string {
	cursor, look := "  ", i.look
	if selected {
		cursor, look = "▌ ", accent
	}
	all := []span{{cursor, accent}}
	if i.key != "" {
		all = append(all, span{i.key + spaces(3-t.size(i.key)), strong})
	}
	all = append(all, span{t.fit(i.name, min(max(c.column, t.size(i.name)), widestName)), look}, span{"  " + i.about, faint})
	return t.spans(w, all)
}

// foot is the selected item in full, if its row can't show that.
func (c *chooser) foot(t theme, w int) []string {
	if len(c.found) == 0 || w < 20 {
		return nil
	}
	const most = 6
	i := c.items[c.found[c.at]]
	used := 2 + max(c.column, t.size(i.name)) + 2 + t.size(i.about)
	if i.key != "" {
		used += 3
	}
	if used <= w+4 && t.size(i.name) <= widestName {
		return nil
	}
	text := i.name
	if i.about != "" {
		text += "  " + i.about
	}
	rows := []string{t.draw(faint, strings.Repeat("─", w+4))}
	for _, piece := range t.wrap(text, w, w) {
		if len(rows) <= most {
			rows = append(rows, "  "+t.spans(w, []span{{piece, plain}})+"  ")
		}
	}
	return rows
}

func (c *chooser) line(t theme, w int) (string, int) {
	if !c.asked {
		return t.bar(w, nil, nil), -1
	}
	label := " search "
	text := t.clean(c.input.Value())
	for t.size(text) > max(w-t.size(label)-1, 0) {
		size, _ := t.cluster(text)
		text = text[size:]
	}
	return t.bar(w, []span{{label, accent}, {text, plain}}, nil), min(t.size(label)+t.size(text), max(w-1, 0))
}

func (c *chooser) hints() []span {
	all := []span{hint("↑↓", "move"), hint("enter", "choose")}
	if !c.asked {
		all = append(all, hint("/", "search"))
	}
	return append(all, hint("esc", "back"))
}
