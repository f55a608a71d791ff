package terminal

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// codes are what xterm sends for the keys that have names.
var codes = map[string]string{
	"enter": "\r", "tab": "\t", "space": " ", "backspace": "\x7f", "shift+tab": "\x1b[Z",
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
	"shift+up": "\x1b[1;2A", "shift+down": "\x1b[1;2B", "delete": "\x1b[3~", "pgup": "\x1b[5~", "pgdown": "\x1b[6~",
}

// keyCode is what the terminal sends for a key. A program that asked for kitty's keyboard can tell esc from the beginning
// of something else at once.
func keyCode(key string, kitty bool) (string, error) {
	if key == "esc" {
		if kitty {
			return "\x1b[27u", nil
		}
		return "\x1b", nil
	}
	if code, ok := codes[key]; ok {
		return code, nil
	}
	if letter, ok := strings.CutPrefix(key, "ctrl+"); ok && len(letter) == 1 && letter[0] >= 'a' && letter[0] <= 'z' {
		return string(letter[0] - 'a' + 1), nil
	}
	if utf8.RuneCountInString(key) != 1 {
		return "", fmt.Errorf("there is no key %q", key)
	}
	return key, nil
}
