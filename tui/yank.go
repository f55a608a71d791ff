package tui

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

// farCopy is how much many terminals take at most by OSC 52, in bytes before the encoding.
const farCopy = 74_000

func (s *screen) copyURL() tea.Cmd {
	if s.url == "" {
		return s.say("this is the past: there is no URL", plain)
	}
	return s.copyText(s.url, s.url)
}

// copyMenu lets one choose what of the selected delivery to copy.
func (s *screen) copyMenu() tea.Cmd {
	current, ok := s.list.current()
	if !ok {
		return nil
	}
	from := s.config.Deliveries
	if len(s.config.Do.Copy) == 0 || from == nil {
		return s.cannot("copy")
	}
	var items []item
	for _, form := range s.config.Do.Copy {
		items = append(items, item{key: form.Key, name: form.Name, do: func() tea.Cmd {
			return s.start(func(ctx context.Context) tea.Msg {
				d, err := from.Delivery(ctx, current.ID)
				if err != nil {
					return doneMsg{what: "copy " + form.Name, err: err}
				}
				text, err := form.Make(d)
				if err != nil {
					return doneMsg{what: "copy " + form.Name, err: err}
				}
				return copyMsg{name: form.Name + " of " + inspect.ShortID(current.ID), text: text}
			})
		}})
	}
	return s.raise(choose(s.theme, "Copy of "+inspect.ShortID(current.ID), "nothing can be copied", false, items))
}

// A copyMsg is something to put on the clipboard.
type copyMsg struct{ name, text string }

// copyText puts text on the clipboard in both ways that there are: the terminal's own, which reaches the user's machine from
// wherever hook runs, and the system's.
func (s *screen) copyText(name, text string) tea.Cmd {
	clipboard := s.config.Do.Clipboard
	size := ""
	if strings.ContainsRune(text, '\n') || len(text) > 200 {
		size = fmt.Sprintf(", %d bytes", len(text))
	}
	if clipboard == nil {
		note := " (where the terminal allows it)"
		if len(text) > farCopy {
			note = " (many terminals take less; E writes it to a file)"
		}
		return tea.Batch(s.say("copied "+name+size+note, plain), tea.SetClipboard(text))
	}
	return tea.Batch(tea.SetClipboard(text), s.start(func(ctx context.Context) tea.Msg {
		if err := clipboard(ctx, text); err != nil {
			return doneMsg{what: "copy", said: "copied " + name + size + " as far as the terminal allows it: " + err.Error()}
		}
		return doneMsg{what: "copy", said: "copied " + name + size}
	}))
}
