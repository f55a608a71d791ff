package export

import "testing"

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"plain": "plain", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$HOME `x`": "'$HOME `x`'", "a\nb": "'a\nb'",
		"\x1b[2J'\\": `$'\033[2J\'\\'`, "\xff": `$'\377'`, "ü": "'ü'", "\u202ex": `$'\342\200\256x'`,
	} {
		if got := ShellWord(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}
