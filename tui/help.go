package tui

import "fmt"

// helpLines is all there is to know about the keys and the signs.
func helpLines(t theme, k keyMap, c Config) []line {
	lines := []line{{text: t.clean("hook " + c.Version), look: strong}, {}}
	for _, b := range k.all() {
		lines = append(lines, helpLine(b.Help().Key, b.Help().Desc))
	}
	return append(lines, line{},
		helpLine("✓ ✗ ○ ?", "the signature is valid, invalid, never made by this provider, unknown"),
		helpLine("↻ ⟲", "sent again by the provider, replayed by you"),
		helpLine("● ◌", "up, down"),
	)
}

// helpLine explains one key or sign. The key is padded by characters, each of which is one cell wide.
func helpLine(name, does string) line {
	const column = 11
	return line{label: fmt.Sprintf("%-*s", column, name), text: does, hang: column}
}

// keysView is the one row with the keys that help most; those that have no room are left out, the last two last.
func keysView(t theme, k keyMap, w int, empty, reading bool) string {
	hints := []span{
		hint("↑↓", "move"), hint("enter", "open"), hint("tab", "next"), hint("r", "replay"), hint("c", "copy URL"),
	}
	switch {
	case empty:
		hints = []span{hint("c", "copy URL")}
	case reading:
		hints = []span{hint("↑↓", "scroll"), hint("esc", "back"), hint("tab", "next"), hint("r", "replay")}
	}
	always := []span{hint(k.help.Help().Key, "help"), hint("q", "quit")}
	room := w - 1
	for _, s := range always {
		room -= t.size(s.text)
	}
	shown := []span{{" ", plain}}
	for _, s := range hints {
		if room -= t.size(s.text); room >= 0 {
			shown = append(shown, s)
		}
	}
	return t.bar(w, append(shown, always...), nil)
}

func hint(name, does string) span {
	return span{name + " " + does + "  ", faint}
}
