package tui

import (
	"charm.land/bubbles/v2/key"
)

// keyMap is every key of the screen. The help is drawn from it.
type keyMap struct {
	up, down, pageUp, pageDown, newest, oldest key.Binding
	open, back, nextTab, prevTab               key.Binding
	scrollDown, scrollUp                       key.Binding
	replay, copy, help, quit                   key.Binding
}

func newKeyMap() keyMap {
	bind := func(name, does string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, does))
	}
	return keyMap{
		up:         bind("↑ k", "the delivery above; scrolls what is open", "up", "k"),
		down:       bind("↓ j", "the delivery below; scrolls what is open", "down", "j"),
		pageUp:     bind("pgup", "a page up", "pgup", "ctrl+b"),
		pageDown:   bind("pgdn", "a page down", "pgdown", "ctrl+f", "space"),
		newest:     bind("G g home", "to the newest, and follow what comes", "G", "g", "home"),
		oldest:     bind("end", "to the oldest", "end"),
		open:       bind("enter", "the detail alone, and back", "enter"),
		back:       bind("esc", "back to the list", "esc"),
		nextTab:    bind("tab", "the next tab", "tab", "right", "l"),
		prevTab:    bind("shift-tab", "the tab before", "shift+tab", "left", "h"),
		scrollDown: bind("J", "scroll the detail down", "J", "shift+down"),
		scrollUp:   bind("K", "scroll the detail up", "K", "shift+up"),
		replay:     bind("r", "replay: deliver it again", "r"),
		copy:       bind("c", "copy the URL", "c"),
		help:       bind("?", "this help, and back", "?"),
		quit:       bind("q ctrl-c", "quit", "q", "ctrl+c"),
	}
}

// all are the keys in the order of the help.
func (k keyMap) all() []key.Binding {
	return []key.Binding{
		k.up, k.down, k.pageUp, k.pageDown, k.newest, k.oldest, k.open, k.back, k.nextTab, k.prevTab,
		k.scrollDown, k.scrollUp, k.replay, k.copy, k.help, k.quit,
	}
}
