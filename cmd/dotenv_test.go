package cmd

import (
	"reflect"
	"testing"
)

func TestDotEnv(t *testing.T) {
	for text, want := range map[string][][2]string{
		"A=b\n":                          {{"A", "b"}},
		"\ufeffA=b":                      {{"A", "b"}},
		"export A = b \r\nC=d\r\n":       {{"A", "b"}, {"C", "d"}},
		"# no\n\n  A=b # comment\nC=d#e": {{"A", "b"}, {"C", "d#e"}},
		`A="b # c\n\"d\"\$e"`:            {{"A", "b # c\n\"d\"\\$e"}},
		`A='b\n"$C'` + " # comment\nD=e": {{"A", `b\n"$C`}, {"D", "e"}},
		"A=\"one\ntwo\"\nB=c":            {{"A", "one\ntwo"}, {"B", "c"}},
		"A=pa$$word$HOME-x":              {{"A", "pa$$word$HOME-x"}},
		"A=\nB= \n":                      {{"A", ""}, {"B", ""}},
		"A=\"\"  ":                       {{"A", ""}},
		"A=\"x\" \nB=\"y\"":              {{"A", "x"}, {"B", "y"}},
		"A= # fill in\nB=c":              {{"A", ""}, {"B", "c"}},
		"A=b=c==":                        {{"A", "b=c=="}},
		"A='white space '":               {{"A", "white space "}},
	} {
		found, skipped := parseDotEnv(text)
		var got [][2]string
		for _, v := range found {
			got = append(got, [2]string{v.name, v.value})
		}
		if !reflect.DeepEqual(got, want) || len(skipped) > 0 {
			t.Errorf("%q: got %q, passed over %v; want %q", text, got, skipped, want)
		}
	}
}

// One bad line costs that line, and its text, which may be a secret, is never named.
func TestDotEnvBadLines(t *testing.T) {
	found, skipped := parseDotEnv("just words\nA=b\nMY VAR=1\nC=\"no end\nD=e\n=f\n")
	if len(found) != 2 || found[0].name != "A" || found[1].name != "D" || !reflect.DeepEqual(skipped, []int{1, 3, 4, 6}) {
		t.Errorf("found %+v, passed over %v", found, skipped)
	}
}

func FuzzDotEnv(f *testing.F) {
	f.Add("A=\"b\\n\nc\" # d\nexport E='f")
	f.Fuzz(func(t *testing.T, text string) {
		found, skipped := parseDotEnv(text)
		for _, v := range found {
			if v.name == "" {
				t.Errorf("%q: a variable without a name", text)
			}
		}
		for i := 1; i < len(skipped); i++ {
			if skipped[i] <= skipped[i-1] {
				t.Errorf("%q: passed over %v", text, skipped)
			}
		}
	})
}
