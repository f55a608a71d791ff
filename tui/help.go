package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// A chapter of the help is keys that belong together.
type chapter struct {
	title string
	keys  []key.Binding
}

// chapters are the keys that work here and now.
func (s *screen) chapters() []chapter {
	k, do := s.keys, s.config.Do
	var all []chapter
	add := func(title string, keys ...key.Binding) {
		if len(keys) > 0 {
			all = append(all, chapter{title, keys})
		}
	}
	if s.any() {
		add("Moving", k.up, k.down, k.pageUp, k.pageDown, k.newest, k.oldest)
		add("Reading", k.open, k.zoom, k.back, k.nextTab, k.prevTab, k.tabs, k.scrollDown, k.scrollUp, k.find)
		if s.focus {
			add("In the detail", k.fold, k.foldAll, k.unfoldAll, k.form, k.nextHit, k.prevHit)
		} else {
			add("In the list", k.mark, k.markAll, k.pause)
		}
	}
	var acts []key.Binding
	for _, a := range []struct {
		works bool
		key   key.Binding
	}{
		{s.any() && do.Replay != nil, k.replay}, {s.any() && do.Edit != nil, k.edit}, {do.Replay != nil, k.sign}, {do.Send != nil, k.send},
		{s.config.Breakpoint != nil, k.stop}, {s.any() && len(do.Copy) > 0, k.yank}, {s.url != "", k.copy},
		{s.any() && do.Export != nil, k.export}, {s.any() && do.SaveFixture != nil, k.fixture}, {s.any() && do.Delete != nil, k.remove},
	} {
		if a.works {
			acts = append(acts, a.key)
		}
	}
	add("Acting", acts...)
	add("The screen", k.log, k.notify, k.mouse, k.suspend, k.help, k.quit)
	return all
}

// help lists what works here and now. Choosing a key is pressing it.
func (s *screen) help() layer {
	var items []item
	for n, c := range s.chapters() {
		if n > 0 {
			items = append(items, item{})
		}
		items = append(items, item{name: c.title, look: strong})
		for _, b := range c.keys {
			items = append(items, item{name: b.Help().Key, about: b.Help().Desc, do: func() tea.Cmd { return s.press(pressOf(b.Keys()[0])) }})
		}
	}
	items = append(items, item{}, item{name: "Signs", look: strong})
	for _, sign := range [][2]string{
		{"✓ ✗ ○ ?", "the signature is valid, invalid, never made by this provider, unknown"},
		{"↻ ⟲ ✎", "sent again by the provider, replayed by you, edited before that"},
		{"● ◌", "up, down"},
	} {
		items = append(items, item{name: sign[0], about: sign[1]})
	}
	return choose(s.theme, s.theme.clean("hook "+s.config.Version)+" · what works here and now", "", false, items)
}

// keysView is the one row with the keys that help most; those that have no room are left out, the last two last.
func (s *screen) keysView() string {
	k, do := s.keys, s.config.Do
	var hints []span
	switch {
	case s.layer != nil:
		hints = s.layer.hints()
	case !s.any():
		if do.Send != nil {
			hints = append(hints, hint("S", "send a sample"))
		}
		if s.url != "" {
			hints = append(hints, hint("c", "copy URL"))
		}
	case s.focus:
		hints = slices.Concat([]span{hint("↑↓", "scroll"), hint("esc", "back"), hint("tab", "next")}, s.detail.hints(), s.actHints())
	default:
		hints = append([]span{hint("↑↓", "move"), hint("enter", "open"), hint("tab", "next"), hint("/", "filter")}, s.actHints()...)
	}
	var always []span
	if s.layer == nil {
		always = []span{hint(k.help.Help().Key, "help"), hint("q", "quit")}
	}
	return s.hintsView(hints, always)
}

// actHints are the actions that work here.
func (s *screen) actHints() []span {
	do := s.config.Do
	var all []span
	for _, a := range []struct {
		works     bool
		key, does string
	}{
		{do.Replay != nil, "r", "replay"}, {do.Edit != nil, "e", "edit"}, {len(do.Copy) > 0, "y", "copy"},
		{do.Send != nil, "S", "send"}, {s.config.Breakpoint != nil, "b", "hold"}, {!s.focus, "space", "mark"},
	} {
		if a.works {
			all = append(all, hint(a.key, a.does))
		}
	}
	return all
}

// hintsView is hints as far as there is room, and always.
func (s *screen) hintsView(hints, always []span) string {
	t, room := s.theme, s.width-1
	for _, h := range always {
		room -= t.size(h.text)
	}
	shown := []span{{" ", plain}}
	for _, h := range hints {
		if room -= t.size(h.text); room >= 0 {
			shown = append(shown, h)
		}
	}
	return t.bar(s.width, slices.Concat(shown, always), nil)
}

func hint(name, does string) span {
	return span{strings.TrimSpace(name+" "+does) + "  ", faint}
}
