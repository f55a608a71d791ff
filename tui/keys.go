package tui

import (
	"charm.land/bubbles/v2/key"
)

// keyMap is every key of the screen. The help is drawn from it.
type keyMap struct {
	up, down, pageUp, pageDown, newest, oldest key.Binding
	open, zoom, back, nextTab, prevTab, tabs   key.Binding
	scrollDown, scrollUp                       key.Binding
	find, nextHit, prevHit                     key.Binding
	fold, foldAll, unfoldAll, form             key.Binding
	mark, markAll, pause                       key.Binding
	replay, edit, sign, send, stop             key.Binding
	yank, copy, export, fixture, remove        key.Binding
	log, notify, mouse, suspend, help, quit    key.Binding
}

func newKeyMap() keyMap {
	bind := func(name, does string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, does))
	}
	return keyMap{
		up:         bind("↑ k", "the delivery above; in the detail a line up", "up", "k"),
		down:       bind("↓ j", "the delivery below; in the detail a line down", "down", "j"),
		pageUp:     bind("pgup", "a page up", "pgup", "ctrl+b"),
		pageDown:   bind("pgdn", "a page down", "pgdown", "ctrl+f"),
		newest:     bind("G g home", "to the newest, and follow what comes; in the detail to the top", "G", "g", "home"),
		oldest:     bind("end", "to the oldest; in the detail to its end", "end"),
		open:       bind("enter", "into the detail; there it folds and unfolds", "enter"),
		zoom:       bind("z", "the detail alone, or beside the list", "z"),
		back:       bind("esc", "back: to the list, without filter, without marks", "esc"),
		nextTab:    bind("tab", "the next tab", "tab", "right", "l"),
		prevTab:    bind("shift-tab", "the tab before", "shift+tab", "left", "h"),
		tabs:       bind("1 … 8", "that tab", "1", "2", "3", "4", "5", "6", "7", "8"),
		scrollDown: bind("J", "scroll the detail down", "J", "shift+down"),
		scrollUp:   bind("K", "scroll the detail up", "K", "shift+up"),
		find:       bind("/", "filter the list, as hook list does; in the detail search", "/"),
		nextHit:    bind("n", "the next place that was searched for", "n"),
		prevHit:    bind("N", "the place before", "N"),
		fold:       bind("space", "in a body: fold and unfold", "space"),
		foldAll:    bind("[", "fold all of the body", "["),
		unfoldAll:  bind("]", "unfold all of the body", "]"),
		form:       bind("x", "the body readable, raw, or in hex", "x"),
		mark:       bind("space", "mark it: replay, export and delete take all that are marked", "space"),
		markAll:    bind("M", "mark all that are listed, or none", "M"),
		pause:      bind("p", "pause the list, and go on", "p"),
		replay:     bind("r", "replay: deliver it again, signed anew", "r"),
		edit:       bind("e", "edit it in $EDITOR, and replay that", "e"),
		sign:       bind("s", "replays are signed anew, or keep their signature", "s"),
		send:       bind("S", "send a sample event", "S"),
		stop:       bind("b", "breakpoint: hold the next delivery; release or answer what is held", "b"),
		yank:       bind("y", "copy: curl, body, headers, URL, id", "y"),
		copy:       bind("c", "copy the endpoint's URL", "c"),
		export:     bind("E", "export to a file", "E"),
		fixture:    bind("F", "keep it as a sample of this project, for hook send", "F"),
		remove:     bind("d", "delete", "d"),
		log:        bind("@", "what was done here, and what came of it", "@"),
		notify:     bind("!", "ring when one fails, has a bad signature or is almost too slow", "!"),
		mouse:      bind("m", "give the mouse back to the terminal, to select text, and take it", "m"),
		suspend:    bind("ctrl-z", "suspend; fg comes back", "ctrl+z"),
		help:       bind("?", "this help, and back", "?"),
		quit:       bind("q ctrl-c", "quit", "q", "ctrl+c"),
	}
}
