package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// A layer has the keys before the panes while it is open: a prompt, a menu, a question. What is typed there reaches nothing
// below it.
type layer interface {
	// press handles a key. It closes the layer, by s.close, where that is what the key means.
	press(s *screen, msg tea.KeyPressMsg) tea.Cmd
	// paste takes text that was pasted.
	paste(s *screen, text string) tea.Cmd
	// body is exactly h rows of w cells in place of the panes; nil if these stay.
	body(t theme, w, h int) []string
	// line is the row below the panes, with the cursor's column there, or -1.
	line(t theme, w int) (row string, cursor int)
	// hints are the keys that work.
	hints() []span
}

// raise opens a layer, in place of the one that is open.
func (s *screen) raise(l layer) tea.Cmd {
	s.notice = span{}
	s.layer = l
	return nil
}

func (s *screen) close() { s.layer = nil }

// A question is asked before what can't be undone.
type question struct {
	text string
	yes  func() tea.Cmd
}

func (q *question) press(s *screen, msg tea.KeyPressMsg) tea.Cmd {
	s.close()
	if msg.String() == "y" {
		return q.yes()
	}
	s.notice = span{"nothing was done", faint}
	return nil
}

func (q *question) paste(*screen, string) tea.Cmd { return nil }

func (q *question) body(theme, int, int) []string { return nil }

func (q *question) line(t theme, w int) (string, int) {
	return t.bar(w, []span{{" " + q.text + " ", warn}}, nil), -1
}

func (q *question) hints() []span { return []span{hint("y", "yes"), hint("any other key", "no")} }

// pressOf is the key with that name, as a terminal would send it.
func pressOf(name string) tea.KeyPressMsg {
	named := map[string]rune{
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
		"home": tea.KeyHome, "end": tea.KeyEnd, "tab": tea.KeyTab, "enter": tea.KeyEnter, "esc": tea.KeyEscape, "backspace": tea.KeyBackspace,
	}
	msg := tea.KeyPressMsg{}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		msg.Mod, name = tea.ModCtrl, rest
	}
	if rest, ok := strings.CutPrefix(name, "shift+"); ok {
		msg.Mod, name = tea.ModShift, rest
	}
	switch code, ok := named[name]; {
	case ok:
		msg.Code = code
	case name == "space":
		msg.Code, msg.Text = tea.KeySpace, " "
	default:
		msg.Code = []rune(name)[0]
		if msg.Mod == 0 {
			msg.Text = name
		}
	}
	return msg
}
