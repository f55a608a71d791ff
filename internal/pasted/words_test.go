package pasted

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// quotings are what bash makes words of.
var quotings = map[string][]string{
	`a b	c`:                     {"a", "b", "c"},
	`a\ b \'c\" \\`:             {"a b", `'c"`, `\`},
	`'a b\n'"c d"e ''`:          {`a b\nc de`, ""},
	`"\$a \" \\ \a \` + "`\"":   {"$a \" \\ \\a `"},
	"a\\\nb \"c\\\nd\" \\\n e":  {"ab", "cd", "e"},
	`a # b`:                     {"a"},
	`a#b '#c'`:                  {"a#b", "#c"},
	`a$ "$" "a$" 5$`:            {"a$", "$", "a$", "5$"},
	"'a\nb' \"c\nd\"":           {"a\nb", "c\nd"},
	`a;`:                        {"a"},
	`$'a\tb\n\\\'\"\x41\101\e'`: {"a\tb\n\\'\"AA\x1b"},
	`$'\u00e9\U0001f600\xff\q'`: {"é😀\xff\\q"},
	`$'\cA\x4G\18\?'`:           {"\x01\x04G\x018?"},
	`$"a b"`:                    {"a b"},
	`a 2>/dev/null`:             {"a"},
}

func TestShellWords(t *testing.T) {
	for text, want := range quotings {
		got, _, err := shellWords(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
	if got, rest, err := shellWords("\n# c\n a\nb"); err != nil || !slices.Equal(got, []string{"a"}) || rest != "b" {
		t.Errorf("got %q, %q, %v", got, rest, err)
	}
}

// What the table says is what bash does.
func TestShellWordsOfBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	for text, want := range quotings {
		cmd := exec.CommandContext(t.Context(), bash, "-c", `printf '%s\0' `+text)
		cmd.Env = []string{"LC_ALL=C.UTF-8"}
		out, err := cmd.Output()
		if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestWindowsWords(t *testing.T) {
	for text, want := range map[string][]string{
		"a ^\n  b ^\r\nc":          {"a", "b", "c"},
		`a\b "c\d\\" \\"e"`:        {`a\b`, `c\d\`, `\e`},
		`"a\"\"b" "c""d" ^"e^^f^"`: {`a""b`, `c"d`, "e^f"},
		`"a^b" ^^ ^%^41`:           {"a^b", "^", "%41"},
		"^\"a^\n\nb^\"":            {"a\nb"},
		`"" a"b c"d`:               {"", "ab cd"},
		"a & b":                    {"a"},
		"\r\n a\r\nb":              {"a"},
	} {
		got, _, err := windowsWords(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
	if got, _, err := windowsWords(`a "b`); err == nil {
		t.Errorf("an open quotation: %q", got)
	}
}

func TestWhichShellACommandIsFor(t *testing.T) {
	for text, want := range map[string]bool{
		"curl a":                   false,
		"curl ^\"a^\"":             true,
		"curl \"a\" ^\n -d b":      true,
		"curl 'a' -d 'x ^\"y^\"'":  false,
		"curl a \\\n -d \"x ^\n\"": false,
		"curl ^\"it's ^\" 'x":      true,
	} {
		if got := isWindows(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
