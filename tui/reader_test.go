package tui

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
)

// readerOf reads a JSON body in w by h cells.
func readerOf(json string, w, h int) *reader {
	b := newBody(http.Header{"Content-Type": {"application/json"}}, inspect.CaptureOf([]byte(json)), true)
	r := &reader{}
	r.show([]text{b.readable}, position{})
	r.resize(newTheme(false, true), w, h)
	return r
}

// seen is what a reader shows, without the space at the end of rows.
func (r *reader) seen() []string {
	rows := r.view(r.width+1, false)
	for i := range rows {
		rows[i] = strings.TrimRight(ansi.Strip(rows[i]), " ")
	}
	return rows
}

// someJSON is JSON with a bit of everything.
func someJSON(r *rand.Rand, depth int) string {
	switch n := r.IntN(6); {
	case depth > 5 || n == 0:
		return fmt.Sprint(r.IntN(1000))
	case n == 1:
		return `"` + strings.Repeat("word ", r.IntN(40)) + `支払い"`
	case n == 2:
		return "[]"
	case n < 5:
		var all []string
		for range r.IntN(5) {
			all = append(all, someJSON(r, depth+1))
		}
		return "[" + strings.Join(all, ",") + "]"
	default:
		var all []string
		for i := range r.IntN(5) {
			all = append(all, fmt.Sprintf(`"key%d":%s`, i, someJSON(r, depth+1)))
		}
		return "{" + strings.Join(all, ",") + "}"
	}
}

// Whatever is folded, going down row by row shows each row once, and going up shows the same.
func TestReaderScrollsThroughEveryRow(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		text := "[" + someJSON(random, 0) + "," + someJSON(random, 0) + "," + someJSON(random, 0) + "]"
		w, h := 4+random.IntN(40), 1+random.IntN(9)
		r := readerOf(text, w, h)
		s := r.parts[0].(*sheet)
		for i := range s.all {
			if random.IntN(4) == 0 {
				s.fold(i, true)
			}
		}
		r.folded()
		var want []string
		for line := 0; line < r.count; line = r.after(line) {
			rich := r.line(line)
			for i, row := range r.t.rows(rich, w) {
				want = append(want, strings.TrimRight(ansi.Strip(r.t.spans(w+1, append([]span{{" ", plain}}, r.t.row(rich, row, i == 0, w)...))), " "))
			}
		}
		for len(want) < h {
			want = append(want, "")
		}
		down := slices.Clone(r.seen())
		for at := r.position; ; at = r.position {
			if r.scroll(1); r.top == at.top && r.skip == at.skip {
				break
			}
			down = append(down, r.seen()[h-1])
		}
		if !slices.Equal(down, want) {
			t.Fatalf("seed %d: down, got\n%s\nwant\n%s", seed, strings.Join(down, "\n"), strings.Join(want, "\n"))
		}
		up := r.seen()
		for at := r.position; ; at = r.position {
			if r.scroll(-1); r.top == at.top && r.skip == at.skip {
				break
			}
			up = append([]string{r.seen()[0]}, up...)
		}
		if !slices.Equal(up, want) {
			t.Fatalf("seed %d: up, got\n%s\nwant\n%s", seed, strings.Join(up, "\n"), strings.Join(want, "\n"))
		}
	}
}

// The cursor passes every line that is shown, and is always seen.
func TestReaderCursorPassesEveryLine(t *testing.T) {
	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 1))
		r := readerOf("["+someJSON(random, 0)+","+someJSON(random, 0)+"]", 4+random.IntN(40), 2+random.IntN(9))
		for _, move := range []func(){r.down, r.up} {
			passed := map[int]bool{r.cursor: true}
			for before := (position{-1, 0, 0}); r.position != before; {
				before = r.position
				move()
				passed[r.cursor] = true
				if r.cursor < r.top || r.cursor > r.lastSeen() {
					t.Fatalf("seed %d: the cursor is at line %d, seen are %d to %d", seed, r.cursor, r.top, r.lastSeen())
				}
			}
			if len(passed) != r.count {
				t.Fatalf("seed %d: passed %d lines of %d", seed, len(passed), r.count)
			}
		}
	}
}

func TestFolding(t *testing.T) {
	r := readerOf(`{"id":"evt_1","items":[{"sku":"a","price":1},{"sku":"b"}],"tags":["x"]}`, 40, 12)
	want := func(rows ...string) {
		t.Helper()
		if got := strings.TrimRight(strings.Join(r.seen(), "\n"), "\n"); got != strings.Join(rows, "\n") {
			t.Errorf("got\n%s\nwant\n%s", got, strings.Join(rows, "\n"))
		}
	}
	for range 2 {
		r.down()
	}
	r.toggle()
	want(` {`, `   "id": "evt_1",`, `   "items": […],  7 lines`, `   "tags": [`, `     "x"`, `   ]`, ` }`)
	r.toggle()
	r.down()
	r.down() // on a field: what is around it
	r.toggle()
	want(` {`, `   "id": "evt_1",`, `   "items": [`, `     {…},  2 lines`, `     {`, `       "sku": "b"`, `     }`, `   ],`, `   "tags": [`, `     "x"`, `   ]`, ` }`)
	if r.cursor != 3 {
		t.Errorf("the cursor is at line %d, want 3: at what was folded", r.cursor)
	}
	r.foldAll(true)
	want(` {`, `   "id": "evt_1",`, `   "items": […],  7 lines`, `   "tags": […]  1 line`, ` }`)
	if r.cursor != 2 {
		t.Errorf("the cursor is at line %d, want 2: at what hides where it was", r.cursor)
	}
	r.toggle()
	want(` {`, `   "id": "evt_1",`, `   "items": [`, `     {…},  2 lines`, `     {…}  1 line`, `   ],`, `   "tags": […]  1 line`, ` }`)
	r.home()
	r.toggle()
	want(` {…}  13 lines`)
	r.foldAll(false)
	if len(r.parts[0].(*sheet).folded) != 0 || r.count != 15 {
		t.Errorf("got %d lines, some folded, want 15, none", r.count)
	}
}

// What was cut off can't be folded, what is whole within it can.
func TestFoldingWhatWasCutOff(t *testing.T) {
	b := newBody(nil, inspect.Capture{Bytes: []byte(`{"a":[{"b":1},{"c":`), Size: 1000}, true)
	for i := range b.readable.all {
		if got, want := b.readable.canFold(i), strings.HasPrefix(string(b.readable.textOf(i)), "{") && i == 2; got != want {
			t.Errorf("line %d, %q: can be folded: %v, want %v", i, b.readable.textOf(i), got, want)
		}
	}
}

// A line of any length is shown whole as raw text, and nothing is lost between its pieces.
func TestRawTextIsAllThere(t *testing.T) {
	for _, text := range []string{
		"", "\n", "a\n\nb", strings.Repeat("支払い", 40_000), strings.Repeat("x", 3*rawLine), strings.Repeat("x\n", 100),
		strings.Repeat("x", rawLine-1) + "\xe6\x94", strings.Repeat("\xe6", 2*rawLine+5),
	} {
		raw := newRawText([]byte(text))
		var got strings.Builder
		for i := range raw.lines() {
			got.Write(raw.textOf(i))
		}
		if want := inspect.Printable(strings.ReplaceAll(text, "\n", "")); got.String() != want {
			t.Errorf("%.20q: got %d characters in %d lines, want %d", text, got.Len(), raw.lines(), len(want))
		}
	}
}

func TestNeedle(t *testing.T) {
	for _, c := range []struct {
		needle, in string
		want       int
	}{
		{"abc", "xxABCxabc", 2}, {"Abc", "abc", 0}, {"Abc", "xAbc", 1}, {"straße", "STRAßE", 1}, {"é", "É é", 2}, {"aa", "aaaa", 2},
		{"", "abc", 0}, {"[", "[{", 1}, {"@", "`", 0}, {"k", "\u212a", 1}, {"abc", "ab", 0}, {"\xff", "\xff", 0},
	} {
		if got := len(newNeedle(c.needle).all([]byte(c.in))); got != c.want {
			t.Errorf("%q in %q: got %d hits, want %d", c.needle, c.in, got, c.want)
		}
	}
	if n := newNeedle(strings.Repeat("é", needleLimit)); len(n.text) > needleLimit || n.text == "" {
		t.Errorf("a long needle has %d bytes, want %d at most", len(n.text), needleLimit)
	}
}
