package diff_test

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/diff"
)

// Nothing differs from itself, also not when it is written otherwise; the reverse comparison finds as much, the other way round.
func TestProperties(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		a, b := anyValue(random, 4), anyValue(random, 4)
		x, y := written(t, a), written(t, b)
		if got := diff.Bodies(x, x); len(got.Changes) != 0 {
			t.Fatalf("%s differs from itself: %s", x.Bytes, lines(got.Changes))
		}
		otherwise := diff.Body{ContentType: x.ContentType, Bytes: []byte(rewritten(random, a))}
		if got := diff.Bodies(x, otherwise); len(got.Changes) != 0 {
			t.Fatalf("%s differs from %s: %s", x.Bytes, otherwise.Bytes, lines(got.Changes))
		}
		there, back := diff.Bodies(x, y), diff.Bodies(y, x)
		if len(there.Changes) == 0 && !equal(a, b) {
			t.Fatalf("nothing differs between %s and %s", x.Bytes, y.Bytes)
		}
		if (len(there.Changes) == 0) != (len(back.Changes) == 0) {
			t.Fatalf("%s and %s: there %sback %s", x.Bytes, y.Bytes, lines(there.Changes), lines(back.Changes))
		}
	}
}

// One change made somewhere in a value is one difference, of the reverse kind when the two are swapped.
func TestOneChange(t *testing.T) {
	base := `{"id":1,"list":[{"k":"a","v":1},{"k":"b","v":2}],"deep":{"er":{"x":[1,2,3]}},"s":"t"}`
	for _, tc := range []struct{ a, b, there, back string }{
		{`"v":2`, `"v":3`, "~ list.1.v 2 3\n", "~ list.1.v 3 2\n"},
		{`"s":"t"`, `"s":"u"`, "~ s \"t\" \"u\"\n", "~ s \"u\" \"t\"\n"},
		{`,"s":"t"`, ``, "- s \"t\"\n", "+ s \"t\"\n"},
		{`[1,2,3]`, `[1,3]`, "- deep.er.x.1 2\n", "+ deep.er.x.1 2\n"},
		{`{"k":"a","v":1},`, ``, "- list.0 {\"k\":\"a\",\"v\":1}\n", "+ list.0 {\"k\":\"a\",\"v\":1}\n"},
	} {
		changed := strings.Replace(base, tc.a, tc.b, 1)
		if got := lines(diff.Bodies(body("", base), body("", changed)).Changes); got != tc.there {
			t.Errorf("%s -> %s: got %swant %s", tc.a, tc.b, got, tc.there)
		}
		if got := lines(diff.Bodies(body("", changed), body("", base)).Changes); got != tc.back {
			t.Errorf("%s -> %s, back: got %swant %s", tc.a, tc.b, got, tc.back)
		}
	}
}

// A field that was set is found as the one difference between two firings, in every sample that is JSON.
func TestSetFieldIsFound(t *testing.T) {
	now := time.Date(2026, 11, 21, 8, 45, 34, 99_000_000, time.UTC)
	n := 0
	for _, provider := range fixtures.Providers() {
		events, err := fixtures.Events(provider)
		if err != nil {
			t.Fatal(err)
		}
		for _, event := range events {
			a, b := fired(t, provider, event, 1, now), fired(t, provider, event, 2, now.Add(time.Hour))
			at, body := flipped(b.Body.Bytes)
			if at == "" {
				continue
			}
			n++
			b.Body = inspect.CaptureOf(body)
			if report := diff.Deliveries(a, b); report.Count() != 1 || report.Same(false) {
				t.Errorf("%s %s: %s was set; got %d differences: %+v", provider, event, at, report.Count(), report.Lines(diff.View{}))
			}
		}
	}
	if n < 100 {
		t.Errorf("there were only %d samples to set something in", n)
	}
}

// flipped is a JSON body of which the first true or false is the other.
func flipped(body []byte) (at string, changed []byte) {
	if !json.Valid(body) {
		return "", nil
	}
	s := string(body)
	for _, words := range [][2]string{{"true", "false"}, {"false", "true"}} {
		from, to := words[0], words[1]
		if i := strings.Index(s, ":"+from); i > 0 && (s[i+1+len(from)] == ',' || s[i+1+len(from)] == '}') {
			return s[max(0, i-20):i], []byte(s[:i+1] + to + s[i+1+len(from):])
		}
	}
	return "", nil
}

func anyValue(r *rand.Rand, depth int) any {
	switch n := r.IntN(8); {
	case n < 2 && depth > 0:
		m := make(map[string]any)
		for range r.IntN(5) {
			m[[]string{"id", "name", "a", "b.c", "created", "\u00e9"}[r.IntN(6)]] = anyValue(r, depth-1)
		}
		return m
	case n < 4 && depth > 0:
		list := make([]any, 0, 6)
		for range r.IntN(6) {
			list = append(list, anyValue(r, depth-1))
		}
		return list
	case n == 4:
		return float64(r.IntN(6))
	case n == 5:
		return r.IntN(2) == 0
	case n == 6:
		return nil
	}
	return []string{"", "x", "y\n", "{\"a\":1}", "evt_1MqqbKLt4dXK03v5", "2026-11-21T08:45:34Z", "\u2028"}[r.IntN(7)]
}

func written(t *testing.T, v any) diff.Body {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return diff.Body{ContentType: "application/json", Bytes: b}
}

// rewritten is a value with its keys in another order, with white space, and its numbers spelled otherwise.
func rewritten(r *rand.Rand, v any) string {
	switch v := v.(type) {
	case map[string]any:
		var all []string
		for key, value := range v {
			k, _ := json.Marshal(key)
			all = append(all, string(k)+" : "+rewritten(r, value))
		}
		return "{\n" + strings.Join(all, ",\t") + " }"
	case []any:
		var all []string
		for _, value := range v {
			all = append(all, rewritten(r, value))
		}
		return "[ " + strings.Join(all, " , ") + "]"
	case float64:
		return strconv.Itoa(int(v)) + []string{".0", "e0", "", "E+0"}[r.IntN(4)]
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func equal(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// Whatever comes, comparing ends, finds nothing between a body and itself, and shows nothing that a terminal acts on.
func FuzzBodies(f *testing.F) {
	f.Add("application/json", []byte(`{"a":[1,{"b":"\u00e9"}],"a":1e5}`), []byte(`{"a":[{"b":"x"},1.0]}`))
	f.Add("application/xml", []byte(`<a b="1"><c/>t</a>`), []byte(`<a><c>1</c><c>2</c></a>`))
	f.Add("application/x-www-form-urlencoded", []byte("a=1&b=%7B%7D&a"), []byte("a=2&b={\"x\":1}"))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--"), []byte("--x--"))
	f.Add("", []byte("\x1b[31m\xff\x00"), []byte("\u202e"))
	f.Add("", []byte("[[[[1]]],\"\\ud800\"]"), []byte("[[[[]]],\"\\u0000\"]"))
	f.Fuzz(func(t *testing.T, contentType string, a, b []byte) {
		x, y := diff.Body{ContentType: contentType, Bytes: a}, diff.Body{ContentType: contentType, Bytes: b}
		if got := diff.Bodies(x, x); len(got.Changes) != 0 {
			t.Errorf("%q differs from itself: %v", a, got.Changes)
		}
		got := diff.Bodies(x, y)
		if len(got.Changes) == 0 != (len(diff.Bodies(y, x).Changes) == 0) {
			t.Errorf("%q and %q differ one way only", a, b)
		}
		report := diff.Report{Sections: []diff.Section{{Name: "body", Result: got}}}
		for _, width := range []int{0, 20, 60} {
			for _, line := range report.Lines(diff.View{All: true, Width: width}) {
				for _, span := range line {
					if span.Text != inspect.Printable(span.Text) {
						t.Errorf("%q is shown", span.Text)
					}
				}
			}
		}
	})
}
