package diff_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/diff"
)

// patience is far more than any comparison takes here, and far less than one without bounds would.
const patience = 60 * time.Second

// hostile are pairs of bodies of up to 10 MiB that would keep a comparison without bounds busy for hours.
func hostile(size int) map[string][2]diff.Body {
	random := rand.New(rand.NewPCG(3, 4))
	array := func(n int, element func(i int) string) diff.Body {
		var b bytes.Buffer
		b.WriteByte('[')
		for i := 0; i < n && b.Len() < size; i++ {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(element(i))
		}
		b.WriteByte(']')
		return diff.Body{ContentType: "application/json", Bytes: b.Bytes()}
	}
	number := func(int) string { return strconv.Itoa(random.IntN(10)) }
	item := func(int) string {
		return fmt.Sprintf(`{"n":%d,"text":"%x","tags":[%d,%d]}`, random.IntN(50), random.Uint64(), random.IntN(9), random.IntN(9))
	}
	keyed := func(i int) string { return fmt.Sprintf(`{"id":%d,"n":%d}`, (i*7919)%100_003, random.IntN(3)) }
	nested := func(inside string) diff.Body {
		depth := min(9_000, size/2)
		return body("application/json", strings.Repeat(`[`, depth)+inside+strings.Repeat("]", depth))
	}
	objects := func(inside string) diff.Body {
		depth := min(9_000, size/12)
		return body("application/json", strings.Repeat(`{"aaaa":1,"b":`, depth)+inside+strings.Repeat("}", depth))
	}
	keys := func(prefix string) diff.Body {
		var b bytes.Buffer
		b.WriteString(`{"0":0`)
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, `,"%s%d":1`, prefix, i)
		}
		b.WriteByte('}')
		return diff.Body{ContentType: "application/json", Bytes: b.Bytes()}
	}
	text := func(n int) diff.Body {
		var b bytes.Buffer
		for b.Len() < size {
			fmt.Fprintf(&b, "%d\n", random.IntN(n))
		}
		return diff.Body{ContentType: "text/plain", Bytes: b.Bytes()}
	}
	long := func(s string) string { return strings.Repeat(s, size/len(s)) }
	return map[string][2]diff.Body{
		"numbers":              {array(size, number), array(size, number)},
		"objects":              {array(100_000, item), array(100_000, item)},
		"objects by id":        {array(100_000, keyed), array(100_000, keyed)},
		"nested arrays":        {nested("1"), nested("2")},
		"nested objects":       {objects("1"), objects("2")},
		"many keys":            {keys("a"), keys("b")},
		"lines":                {text(10), text(10)},
		"lines of their own":   {text(1 << 40), text(1 << 40)},
		"one long text":        {body("", `{"a":"`+long(`\n1`)+`"}`), body("", `{"a":"`+long(`\n2`)+`"}`)},
		"a long key":           {body("", `{"`+long("aB")+`":[1,2]}`), body("", `{"`+long("aB")+`":[3,4]}`)},
		"a long number":        {body("", `[`+long("12")+`]`), body("", `[`+long("13")+`]`)},
		"a form":               {body("application/x-www-form-urlencoded", long("a=1&")), body("application/x-www-form-urlencoded", long("a=2&"))},
		"XML":                  {body("text/xml", "<a>"+long("<b/>")+"</a>"), body("text/xml", "<a>"+long("<c/>")+"</a>")},
		"nested XML":           {body("text/xml", long("<a>")), body("text/xml", long("<b>"))},
		"JSON in JSON in JSON": {body("", deepText("1", 6)), body("", deepText("2", 6))},
		"binary":               {diff.Body{Bytes: []byte(long("\x00"))}, diff.Body{Bytes: []byte(long("\x00") + "\x01")}},
	}
}

// deepText is JSON in texts in JSON, each of whose backslashes doubles at each level.
func deepText(s string, depth int) string {
	for range depth {
		s = `{"a":` + strconv.Quote(s) + `}`
		s = `[` + s + `]`
	}
	return s
}

func TestHostileBodiesAreBounded(t *testing.T) {
	for name, pair := range hostile(256 << 10) {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			got := diff.Bodies(pair[0], pair[1])
			if took := time.Since(start); took > patience {
				t.Errorf("took %v", took)
			}
			if len(got.Changes) == 0 {
				t.Error("nothing differs")
			}
			if len(got.Changes) > 20_000 {
				t.Errorf("%d differences are kept", len(got.Changes))
			}
			report := diff.Report{Sections: []diff.Section{{Name: "body", Result: got}}}
			for _, line := range report.Lines(diff.View{Width: 80, All: true}) {
				if len(line) == 0 {
					t.Error("there is an empty line")
				}
			}
		})
	}
}

// What could not be matched well says so.
func TestFallingBackIsSaid(t *testing.T) {
	pair := hostile(256 << 10)["lines"]
	if got := diff.Bodies(pair[0], pair[1]); !strings.Contains(strings.Join(got.Notes, "; "), "position decides") {
		t.Errorf("got notes %q", got.Notes)
	}
}

func BenchmarkBodies(b *testing.B) {
	for _, size := range []int{10 << 10, 10 << 20} {
		x, y := order(size, 0), order(size, 1)
		b.Run(fmt.Sprintf("order/%dKiB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(len(x.Bytes)))
			for b.Loop() {
				if len(diff.Bodies(x, y).Changes) == 0 {
					b.Fatal("nothing differs")
				}
			}
		})
	}
	for name, pair := range hostile(10 << 20) {
		b.Run("hostile/"+strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.SetBytes(int64(len(pair[0].Bytes)))
			for b.Loop() {
				diff.Bodies(pair[0], pair[1])
			}
		})
	}
}

// order is a body as a shop sends it, of about that size, of one firing or another.
func order(size, firing int) diff.Body {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"id":"evt_%dMqqbKLt4dXK03v5qaIb","created":%d,"data":{"items":[`, firing, 1795250734+firing)
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"li_%d%dMqqbKLt4dXK03v5","sku":"MUG-%d","quantity":%d,"price":{"amount":%d,"currency":"usd"},"name":"A mug, blue, number %d"}`,
			firing, i, i, i%5, 1200+(firing*(i%1000))/999, i)
	}
	b.WriteString("]}}")
	return diff.Body{ContentType: "application/json", Bytes: b.Bytes()}
}
