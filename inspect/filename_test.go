package inspect

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestFileName(t *testing.T) {
	for in, want := range map[string]string{
		"stripe-payment_intent.succeeded": "stripe-payment_intent.succeeded",
		"../../etc/passwd":                "etc_passwd",
		`C:\Windows\win.ini`:              "C__Windows_win.ini",
		"":                                "unnamed",
		"...":                             "unnamed",
		"-rf":                             "rf",
		".bashrc":                         "bashrc",
		"orders/create":                   "orders_create",
		"con":                             "_con",
		"NUL.txt":                         "_NUL.txt",
		"COM¹":                            "_COM¹",
		"contact":                         "contact",
		"name. ":                          "name",
		"支払い":                             "支払い",
		"a\x1b[2J\u202eb\x00":             "a_[2J_b",
		"$(rm -rf)":                       "(rm_-rf)",
	} {
		if got := FileName(in); got != want {
			t.Errorf("FileName(%q): got %q, want %q", in, got, want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	f.Add("../con.txt")
	f.Add(strings.Repeat("é", 100))
	f.Add("LPT1." + strings.Repeat("支", 60))
	f.Add("LPT0." + strings.Repeat("0", 112) + " ___")
	f.Add("a\u0301\u0301\u0301\u0301\u0301\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := FileName(s)
		checkHarmless(t, got)
		switch {
		case got == "", len(got) > maxFileName, !utf8.ValidString(got):
			t.Errorf("%q: %q", s, got)
		case strings.ContainsAny(got, `/\:*?"<>|`), strings.IndexFunc(got, unicode.IsSpace) >= 0, strings.HasPrefix(got, "."), strings.HasPrefix(got, "-"), strings.HasSuffix(got, "."):
			t.Errorf("%q: %q", s, got)
		case isDevice(got):
			t.Errorf("%q: %q is a device", s, got)
		case FileName(got) != got:
			t.Errorf("%q: %q, and of that %q", s, got, FileName(got))
		}
	})
}
