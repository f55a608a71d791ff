package export

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

func TestJSONIsVisibleAndTheSame(t *testing.T) {
	for _, s := range []string{
		"plain", "grüße ✓ 中文", "\u009b31m", "\x7f", "\u202eevil", "a\u200bb", "\U000e0041tag", "👩\u200d💻", "e\u0301", "\x1b[31m\n\t",
		"a" + strings.Repeat("\u0301", 9) + "b", "<&>",
	} {
		b, err := JSON([]string{s})
		if err != nil {
			t.Fatal(err)
		}
		line := strings.TrimSuffix(string(b), "\n")
		if inspect.Printable(line) != line {
			t.Errorf("%q prints %q", s, line)
		}
		var got []string
		if err := json.Unmarshal(b, &got); err != nil || got[0] != s {
			t.Errorf("%q comes back as %q, %v", s, got, err)
		}
	}
	if got := VisibleJSON(`"grüße"`); got != `"grüße"` {
		t.Errorf("what can be seen is changed: %s", got)
	}
}
