package tui

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
)

// seen is what the desk's screen shows, without styles.
func (d desk) seen() string { return ansi.Strip(d.View().Content) }

func (d desk) wants(t *testing.T, parts ...string) {
	t.Helper()
	text := d.seen()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("got\n%s\nwant in it %q", text, part)
		}
	}
}

func (d desk) lacks(t *testing.T, part string) {
	t.Helper()
	if text := d.seen(); strings.Contains(text, part) {
		t.Errorf("got\n%s\nwant in it no %q", text, part)
	}
}

func readJSON(t *testing.T, body string) desk {
	t.Helper()
	d := newDesk(t, 120, 30, bigDelivery([]byte(body)))
	d.press("4", "enter")
	return d
}

// Of a long body the beginning is there at once, without anything that the whole would not show there; then the rest.
func TestLongBody(t *testing.T) {
	body := longBody(2 << 20)
	first := newBody(http.Header{}, inspect.CaptureOf(body), false).readable
	if n := first.lines(); !first.more || n < 1000 || n > previewLines {
		t.Fatalf("the beginning has %d lines, more to come: %v, want some thousand and more to come", n, first.more)
	}
	whole := newBody(http.Header{}, inspect.CaptureOf(body), true).readable
	for i := range first.lines() {
		if got, want := first.plainLine(i).text, whole.plainLine(i).text; got != want {
			t.Fatalf("line %d: got %q at first, %q of the whole", i, got, want)
		}
	}
	d := readJSON(t, string(body))
	d.wants(t, `"object": "list"`)
	d.press("end")
	d.wants(t, `"id": "evt_00013`)
	if r := &d.detail.reader; r.cursor != r.count-1 || r.count < 100_000 {
		t.Errorf("the end is line %d of %d, want the last of very many", r.cursor, r.count)
	}
	d.press("x")
	d.wants(t, "raw: nothing is masked")
	d.press("end")
	d.wants(t, "raw", `it"}]}`)
	d.press("x", "end")
	d.wants(t, "hex", `7d 5d 7d`)
}

// A secret that the beginning cuts is not shown, as what is cut may not be recognised.
func TestLongBodyHidesSecretsThatAreCut(t *testing.T) {
	for _, before := range []int{previewShown - 100, previewBytes - 100, previewBytes - 5} {
		var b bytes.Buffer
		b.WriteString(`{"fill":["`)
		for b.Len() < before {
			b.WriteString(`x","`)
		}
		fmt.Fprintf(&b, `"],"client_secret":%q,"more":%q}`, strings.Repeat("hunter2-", 30_000), strings.Repeat("y", previewFrom))
		first := newBody(http.Header{}, inspect.CaptureOf(b.Bytes()), false).readable
		if !first.more || bytes.Contains(first.text, []byte("hunter2")) {
			t.Errorf("%d bytes before it: the secret is shown", before)
		}
	}
}

// What was folded and how far it was read survive another look at the delivery, and other tabs.
func TestReadingGoesOnWhereItWas(t *testing.T) {
	b := newBench(t, 120, 14, Config{Deliveries: &store{}, Explain: explained, Recent: newestFirst(summaries(0, 8))})
	b.press("4", "enter", "down", "down", "down", "down", "space")
	b.wants("[…]  4 lines")
	at := b.detail.reader.position
	b.press("3", "end", "4")
	if got := b.detail.reader.position; got != at {
		t.Errorf("after another tab: at %v, want %v", got, at)
	}
	b.press("esc", "down", "up", "enter")
	b.wants("[…]  4 lines")
	if got := b.detail.reader.position; got != at {
		t.Errorf("after another delivery: at %v, want %v", got, at)
	}
	b.send(receivedMsg{batch: summaries(7, 8)}) // it changed
	b.wants("[…]  4 lines")
	if got := b.detail.reader.position; got != at {
		t.Errorf("after it changed: at %v, want %v", got, at)
	}
}

func TestSearchInTheDetail(t *testing.T) {
	d := readJSON(t, `{"a":{"city":"Zürich"},"b":["one","Two","three"],"c":{"deep":{"city":"Bern"}},"two":2}`)
	d.press("[")
	d.lacks(t, "Bern")
	d.detail.search("cit")
	d.wants(t, "/cit  1/2", "Zürich", `"b": […],  3 lines`)
	d.detail.search("city")
	d.detail.endSearch(true)
	d.press("n")
	d.wants(t, "2/2", "Bern", `"b": […],  3 lines`)
	d.press("n")
	d.wants(t, "1/2")
	d.press("N")
	d.wants(t, "2/2")
	d.detail.search("two")
	d.wants(t, "2/2") // the first behind the cursor
	d.detail.search("Two")
	d.wants(t, "1/1", `"Two"`)
	d.detail.search("nowhere")
	d.wants(t, "nothing found")
	d.press("n", "N")
	at := d.detail.reader.position
	d.detail.search("one")
	d.detail.endSearch(false)
	d.lacks(t, "/one")
	if got := d.detail.reader.position; got != at {
		t.Errorf("after a search that was given up: at %v, want %v", got, at)
	}
}

// A hit looks different even without colours, whatever the form.
func TestHitsAreSeen(t *testing.T) {
	body := `{"key":"value"}`
	for _, form := range []string{"", "x", "xx"} {
		for _, noColor := range []bool{false, true} {
			d := newDesk(t, 120, 30, bigDelivery([]byte(body)))
			d.theme = newTheme(false, noColor)
			d.press("4", "enter")
			for range form {
				d.press("x")
			}
			d.detail.search("val")
			d.detail.endSearch(true)
			found := d.theme.draw(here, "val")
			if content := d.View().Content; found == "val" || !strings.Contains(content, found) {
				t.Errorf("form %q, without colours %v: %q is not seen in\n%s", form, noColor, found, content)
			}
		}
	}
}

func TestManyHits(t *testing.T) {
	for _, keys := range [][]string{nil, {"x"}, {"x", "x"}} {
		d := readJSON(t, `["`+strings.Repeat(`yes","`, 3000)+`no"]`)
		d.press(keys...)
		d.detail.search("yes")
		d.detail.endSearch(true)
		d.wants(t, "1/1000+")
		d.press("N") // around, to the last
		d.wants(t, "  1000+")
		last := d.detail.sought.at
		d.press("N", "n")
		if d.detail.sought.at != last {
			t.Errorf("%v: back and forth: at %v, want %v", keys, d.detail.sought.at, last)
		}
		d.press("n")
		d.wants(t, "1/1000+")
		d.press("n", "n")
		d.wants(t, "3/1000+")
	}
}

// In a hex dump what was searched for may stand in two rows.
func TestEscForgetsTheSearch(t *testing.T) {
	d := readJSON(t, `{"needle":1,"other":"needle"}`)
	d.press("/", "n", "e", "e", "d", "l", "e", "enter")
	d.wants(t, "1/2")
	d.press("esc")
	if strings.Contains(d.seen(), "1/2") || !d.focus {
		t.Errorf("focus %v:\n%s", d.focus, d.seen())
	}
	d.press("esc")
	if d.focus {
		t.Error("the list has not got the keys back")
	}
}

func TestSearchInHex(t *testing.T) {
	d := readJSON(t, strings.Repeat("a", 30)+"needle"+strings.Repeat("b", 30)+"Needle")
	d.press("x", "x")
	d.detail.search("needle")
	d.wants(t, "1/2")
	hits := 0
	for row := range strings.SplitSeq(d.View().Content, "\n") {
		hits += strings.Count(row, d.theme.draw(here, "6e 65")) + strings.Count(row, d.theme.draw(hit, "65 64 6c 65"))
	}
	if hits != 2 {
		t.Errorf("%d of its 2 parts are seen in\n%s", hits, d.seen())
	}
}

// What would take longest: each is shown, folded and scrolled to its end.
func TestHostileBodies(t *testing.T) {
	for name, body := range map[string]string{
		"deep":       strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000),
		"deeper":     strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000),
		"open":       strings.Repeat("[", 200_000),
		"one line":   `{"a":"` + strings.Repeat("x", 3<<20) + `"}`,
		"no break":   strings.Repeat("支払い ", 300_000),
		"breaks":     strings.Repeat("\n", 300_000),
		"invalid":    strings.Repeat("\xff\xfe\x00\x1b[2J", 50_000),
		"marks":      strings.Repeat("e\u0301\u0301\u0301\u0301\u0301\u0301", 50_000),
		"bidi":       strings.Repeat(`{"a":"\u202e\u200b`, 10_000),
		"many small": "[" + strings.Repeat("[],{},", 100_000) + "1]",
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			d := readJSON(t, body)
			for _, keys := range [][]string{{"end", "up", "pgup", "["}, {"end", "space", "]", "home", "space", "pgdown"}, {"x", "end", "pgup"}, {"x", "end", "pgup", "x"}} {
				d.press(keys...)
				d.detail.search("zz")
				d.detail.search("a")
				d.detail.endSearch(true)
				d.press("n", "N")
				for row := range strings.SplitSeq(d.seen(), "\n") {
					if got := d.theme.size(row); got != d.width {
						t.Fatalf("after %v: got %d cells, want %d: %q", keys, got, d.width, row)
					}
				}
			}
		})
	}
}

// Pages that have much to remember are forgotten sooner than others.
func TestPagesAreForgotten(t *testing.T) {
	var d detail
	for n := range 20 {
		d.loaded(pageOf(time.UTC, someDelivery(n)))
	}
	if len(d.pages) != pageLimit {
		t.Errorf("got %d pages, want %d", len(d.pages), pageLimit)
	}
	big := someDelivery(30)
	big.Body = inspect.CaptureOf(make([]byte, pageBytes+1))
	big.Header.Set("Content-Encoding", "gzip") // so that nothing is made of it yet
	d.loaded(pageOf(time.UTC, big))
	if len(d.pages) != 1 || d.pageWith(big.ID) == nil {
		t.Errorf("got %d pages, want the long one alone", len(d.pages))
	}
}

// The last line is reached, too, if all of a long body was not there yet when the end was asked for.
func TestEndOfWhatIsStillRead(t *testing.T) {
	delivery := bigDelivery(longBody(2 << 20))
	d := newDesk(t, 120, 30, delivery)
	d.press("4")
	first := newBody(delivery.Header, delivery.Body, false)
	p := d.detail.pageWith(delivery.ID)
	p.request = first
	d.detail.errand = true // under way
	d.detail.fills++
	d.press("enter", "end")
	d.wants(t, "reading on…")
	d.send(grownMsg{p.id, first, first.grown()})
	d.lacks(t, "reading on…")
	if r := &d.detail.reader; r.cursor != r.count-1 {
		t.Errorf("at line %d of %d, want the last", r.cursor, r.count)
	}
}
