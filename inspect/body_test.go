package inspect

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestPrettyBody(t *testing.T) {
	for _, c := range []struct {
		name, contentType, body string
		want                    []string
	}{
		{"nothing", "application/json", "", nil},
		{"json", "application/json", `{"b":1.50,"a":[1,{"x":null}],"e":{},"f":[ ]}`, []string{
			`{`, `  "b": 1.50,`, `  "a": [`, `    1,`, `    {`, `      "x": null`, `    }`, `  ],`,
			`  "e": {},`, `  "f": []`, `}`,
		}},
		{"json with a type of its own", "application/vnd.x+json; charset=utf-8", ` [1e400, 12345678901234567890]`, []string{
			`[`, `  1e400,`, `  12345678901234567890`, `]`,
		}},
		{"json without a type", "", `{"a":"}\",{"}`, []string{`{`, `  "a": "}\",{"`, `}`}},
		{"hostile json", "application/json", "{\"a\":\"\u202e\u009b\"}", []string{`{`, `  "a": "\u202e\u009b"`, `}`}},
		{"broken json", "application/json", "{\"a\":\n\t1 2}", []string{
			"not valid JSON: line 2, column 4 (byte 9): a comma is missing before this", "   1 2}", "     ^", "", `{"a":`, `    1 2}`,
		}},
		{"form", "application/x-www-form-urlencoded", "Body=hello+w%C3%B6rld&From=%2B123&bad=%zz&flag&nl=a%0Ab%1b", []string{
			"Body = hello wörld", "From = +123", "bad = %zz", "flag = ", `nl = a\nb\x1b`,
		}},
		{"form with json", "application/x-www-form-urlencoded", "payload=%7B%22a%22%3A%5B1%5D%7D&x=1", []string{
			"payload =", `  {`, `    "a": [`, `      1`, `    ]`, `  }`, "x = 1",
		}},
		{"text", "text/plain", "one\r\ntwo\n\nthree\n", []string{"one", "two", "", "three"}},
		{"text in an old charset", "text/plain; charset=latin1", "caf\xe9", []string{
			`it is in latin1: bytes that are no UTF-8 are shown as \x and their value`, `caf\xe9`,
		}},
		{"xml", "application/xml", "<a>\n\t<b/>\n</a>", []string{"<a>", "  <b/>", "</a>"}},
		{"a word", "application/json", "true", []string{"true"}},
		{"binary", "application/octet-stream", "\x00\x01hook\xff0123456789ABCDEF", []string{
			"00000000  00 01 68 6f 6f 6b ff 30 31 32 33 34 35 36 37 38  ..hook.012345678",
			"00000010  39 41 42 43 44 45 46                             9ABCDEF",
		}},
		{"a bad content type", ";;;", "hi", []string{"hi"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := PrettyBody(c.contentType, []byte(c.body), 0)
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestPrettyBodyStopsAtMax(t *testing.T) {
	for _, c := range []struct {
		name, contentType, body, last string
		count                         int
	}{
		{"text that fits", "text/plain", "1\n2\n3\n4\n5", "5", 5},
		{"text", "text/plain", "1\n2\n3\n4\n5\n6", "… 2 more lines", 5},
		{"json", "", "[" + strings.Repeat("1,", 98) + "1]", "… 97 more lines", 5},
		{"binary", "", strings.Repeat("\x00", 16*100), "… 96 more lines", 5},
		{"form", "application/x-www-form-urlencoded", strings.Repeat("a=b&", 99) + "a=b", "… 96 more lines", 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := PrettyBody(c.contentType, []byte(c.body), 5)
			if len(got) != c.count || got[len(got)-1] != c.last {
				t.Errorf("got %d lines, the last %q, want %d and %q", len(got), got[len(got)-1], c.count, c.last)
			}
		})
	}
}

func TestPrettyBodyCutsLongLines(t *testing.T) {
	got := PrettyBody("text/plain", []byte(strings.Repeat("é", 3000)), 0)
	want := []string{strings.Repeat("é", 2048) + "… 1904 more bytes"}
	if !slices.Equal(got, want) {
		t.Errorf("got %d bytes ending in %q, want %d", len(got[0]), got[0][len(got[0])-30:], len(want[0]))
	}
}

func TestPrettyBodyOfDeepJSONStaysSmall(t *testing.T) {
	const depth = 9000
	body := strings.Repeat("[", depth) + strings.Repeat("]", depth)
	total := 0
	for _, line := range PrettyBody("application/json", []byte(body), 0) {
		total += len(line)
	}
	if limit := 2 * depth * (2*indentLimit + 2); total > limit {
		t.Errorf("got %d bytes for %d, want at most %d", total, len(body), limit)
	}
}

func FuzzPrettyBody(f *testing.F) {
	f.Add("application/json", []byte(`{"a":[1,2,{}]}`), 3)
	f.Add("application/x-www-form-urlencoded", []byte("a=%5B1%5D&b"), 0)
	f.Add("", []byte("\x00\x1b\x9b"), 1)
	f.Fuzz(func(t *testing.T, contentType string, body []byte, max int) {
		lines := PrettyBody(contentType, body, max)
		if max > 0 && len(lines) > max {
			t.Errorf("got %d lines, want at most %d", len(lines), max)
		}
		for _, line := range lines {
			checkHarmless(t, line)
		}
	})
}

func ExamplePrettyBody() {
	for _, line := range PrettyBody("application/json", []byte(`{"amount":4200,"paid":true}`), 100) {
		fmt.Println(line)
	}
	// Output:
	// {
	//   "amount": 4200,
	//   "paid": true
	// }
}
