package inspect

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

func TestPrintable(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"ascii", `POST /a?b=c "d" \e`, `POST /a?b=c "d" \e`},
		{"other scripts", "支払い é ñ Ω עברית 🎉", "支払い é ñ Ω עברית 🎉"},
		{"tab, newline, return", "a\tb\nc\rd", `a\tb\nc\rd`},
		{"escape sequence", "\x1b[31mred\x1b]0;title\x07", `\x1b[31mred\x1b]0;title\x07`},
		{"nul and del", "\x00\x7f", `\x00\x7f`},
		{"C1 as a byte", "a\x9b2J", `a\x9b2J`},
		{"C1 as a character", "a\u009b2J", `a\u009b2J`},
		{"bidi overrides",
			"\u202euser\u202c \u2066x\u2069 \u200e\u200f\u061c",
			`\u202euser\u202c \u2066x\u2069 \u200e\u200f\u061c`},
		{"zero width", "pay\u200bpal\ufeff\u2060\u200d\u200c", `pay\u200bpal\ufeff\u2060\u200d\u200c`},
		{"separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"hidden by tags and selectors", "a\U000e0041\ufe0f\U000e0101", `a\U000e0041\ufe0f\U000e0101`},
		{"invisible letters", "\u115f\u3164\u034f\u00ad", `\u115f\u3164\u034f\u00ad`},
		{"invalid UTF-8", "a\xffb\xc3", `a\xffb\xc3`},
		{"a surrogate half", "\xed\xa0\x80", `\xed\xa0\x80`},
		{"the replacement character itself", "\ufffd", "\ufffd"},
		{"stacked marks", "e" + strings.Repeat("\u0301", 6), "e" + strings.Repeat("\u0301", 4) + `\u0301\u0301`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Printable(c.in); got != c.want {
				t.Errorf("Printable(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

func TestPrintableOfCleanTextDoesNotAllocate(t *testing.T) {
	in := strings.Repeat("payment_intent.succeeded 支払い ", 20)
	if n := testing.AllocsPerRun(100, func() { _ = Printable(in) }); n != 0 {
		t.Errorf("got %v allocations, want 0", n)
	}
}

func TestPrintableLines(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"one line", "a", []string{"a"}},
		{"a break at the end", "a\nb\n", []string{"a", "b"}},
		{"both kinds of breaks", "a\r\nb\n\nc", []string{"a", "b", "", "c"}},
		{"only a break", "\n", []string{""}},
		{"a lone return", "progress 1%\rprogress 2%", []string{`progress 1%\rprogress 2%`}},
		{"tabs", "\tif x\nab\tc\t", []string{"    if x", "ab  c   "}},
		{"an escape", "\t\x1b[2J", []string{`    \x1b[2J`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := PrintableLines(c.in); !slices.Equal(got, c.want) {
				t.Errorf("PrintableLines(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

func FuzzPrintable(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "\x1b[31m\x9b\u009b", "\u202e\u200b\ufeff", "e\u0301\u0301\u0301\u0301\u0301", "\t\r\n\xff\xed\xa0\x80",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Printable(s)
		checkHarmless(t, got)
		if again := Printable(got); again != got {
			t.Errorf("Printable(%q) = %q, and of that %q", s, got, again)
		}
		if len(got) > 10*len(s) { // the longest escape: \U000e0041 for 4 bytes, \x1b for 1
			t.Errorf("Printable of %d bytes has %d", len(s), len(got))
		}
		lines := PrintableLines(s)
		for _, line := range lines {
			checkHarmless(t, line)
		}
		if again := PrintableLines(strings.Join(lines, "\n") + "\n"); len(lines) > 0 && !slices.Equal(again, lines) {
			t.Errorf("PrintableLines(%q) = %q, and of that %q", s, lines, again)
		}
	})
}

// checkHarmless fails if a terminal would act on s, or an eye would miss part of it.
func checkHarmless(t testing.TB, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is not valid UTF-8", s)
	}
	for _, r := range s {
		if ansi.StringWidth(string(r)) == 0 && !unicode.In(r, unicode.Mn, unicode.Me) {
			t.Errorf("%q has %U, which takes no room", s, r)
		}
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			t.Errorf("%q has %U", s, r)
		}
	}
}

func BenchmarkPrintableClean(b *testing.B) {
	in := strings.Repeat("payment_intent.succeeded ", 40)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		_ = Printable(in)
	}
}
