package diff_test

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect/diff"
)

// lines are the changes of a comparison in short: kind, path, values; (volatile) behind what is.
func lines(changes []diff.Change) string {
	var b strings.Builder
	for _, c := range changes {
		sign := map[diff.Kind]string{diff.Added: "+", diff.Removed: "-", diff.Changed: "~", diff.Moved: ">"}[c.Kind]
		b.WriteString(sign + " " + c.Path)
		for _, value := range []string{c.Before, c.After} {
			if value != "" {
				b.WriteString(" " + value)
			}
		}
		if c.Volatile {
			b.WriteString(" (" + c.Why + ")")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestJSON(t *testing.T) {
	for _, tc := range []struct{ name, a, b, want string }{
		{"key order", `{"a":1,"b":2}`, `{"b":2,"a":1}`, ""},
		{"white space", `{"a":[1,2]}`, "{\n  \"a\" : [ 1,\t2 ]\n}\n", ""},
		{"byte order mark", "\ufeff{\"a\":1}", `{"a":1}`, ""},
		{"spelling of numbers", `[1.0,100,0.5,-0,1e3,12345678901234567890.0]`, `[1,1E2,5e-1,0,1000,12345678901234567890]`, ""},
		{"spelling of texts", `"\u00e9\/\n"`, `"é/\n"`, ""},
		{"big numbers", `{"n":9007199254740993}`, `{"n":9007199254740992}`, "~ n 9007199254740993 9007199254740992 (id)\n"},
		{"big amounts", `{"amount":90071992547409931}`, `{"amount":9007199254740992}`, "~ amount 90071992547409931 9007199254740992\n"},
		{"huge exponents", `{"n":1e999999999999999999999}`, `{"n":1e999999999999999999998}`, "~ n 1e999999999999999999999 1e999999999999999999998\n"},
		{"a number became a text", `{"n":1}`, `{"n":"1"}`, "~ n 1 \"1\"\n"},
		{"null is a value", `{"a":null}`, `{}`, "- a null\n"},
		{"nested", `{"data":{"object":{"amount":4200,"currency":"usd"}}}`, `{"data":{"object":{"amount":9900,"currency":"usd"}}}`, "~ data.object.amount 4200 9900\n"},
		{"added and removed", `{"a":{"x":1},"b":2}`, `{"b":2,"c":{"y": [1, 2]}}`, "- a {\"x\":1}\n+ c {\"y\":[1,2]}\n"},
		{"keys with dots", `{"a.b":{"c":true}}`, `{"a.b":{"c":false}}`, "~ a\\.b.c true false\n"},
		{"object became array", `{"a":{}}`, `{"a":[]}`, "~ a {} []\n"},
		{"the whole", `{"a":1}`, `[1]`, "~  {\"a\":1} [1]\n"},
		{"twice, the last counts", `{"a":1,"a":2}`, `{"a":2}`, ""},
		{"JSON in a text", `{"Message":"{\"a\":1,\"b\":2}"}`, `{"Message":"{\"b\": 2, \"a\": 3}"}`, "~ Message.a 1 3\n"},
		{"JSON in base64", `{"data":"eyJhIjoxLCJiIjoiYyJ9"}`, `{"data":"eyJhIjoyLCJiIjoiYyJ9"}`, "~ data.a 1 2\n"},
		{"XML in base64, with line breaks", `{"p":"PD94bWwgdmVyc2lvbj0i\nMS4wIj8+CjxhPjxiPjE8L2I+PGM+eDwvYz48L2E+\n"}`, `{"p":"PD94bWwgdmVyc2lvbj0iMS4wIj8+PGE+PGM+eDwvYz48Yj4yPC9iPjwvYT4K"}`, "~ p.a.b \"1\" \"2\"\n"},
		{"text in base64", `{"p":"NCBtdWdzIGFuZCBhIGN1cA=="}`, `{"p":"NSBtdWdzIGFuZCBhIGN1cA=="}`, "~ p \"4 mugs and a cup\" \"5 mugs and a cup\"\n"},
		{"ids and what names them", `{"id":"evt_1MqqbKLt4dXK03v5","n":786,"iid":786,"text":"see issue 786"}`,
			`{"id":"evt_3PxxbKLt4dXK03v6","n":786,"iid":931,"text":"see issue 931"}`,
			"~ id \"evt_1MqqbKLt4dXK03v5\" \"evt_3PxxbKLt4dXK03v6\" (id)\n~ iid 786 931 (id)\n~ text \"see issue 786\" \"see issue 931\" (id)\n"},
		{"keys that are times", `{"series":{"1795250694":5,"1795250722":2}}`, `{"series":{"1795255074":5,"1795255102":3}}`,
			"~ series.1795255074 \"1795250694\" \"1795255074\" (time)\n~ series.1795255102 \"1795250722\" \"1795255102\" (time)\n~ series.1795255102 2 3\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := diff.Bodies(body("application/json", tc.a), body("application/json", tc.b))
			if lines(got.Changes) != tc.want {
				t.Errorf("got\n%swant\n%s", lines(got.Changes), tc.want)
			}
		})
	}
}

func body(contentType, s string) diff.Body {
	return diff.Body{ContentType: contentType, Bytes: []byte(s)}
}

func TestArrays(t *testing.T) {
	for _, tc := range []struct{ name, a, b, want string }{
		{"put in front", `["a","b","c"]`, `["z","a","b","c"]`, "+ 0 \"z\"\n"},
		{"taken out", `[1,2,3,4]`, `[1,3,4]`, "- 1 2\n"},
		{"one changed", `["a","b","c"]`, `["a","x","c"]`, "~ 1 \"b\" \"x\"\n"},
		{"by id, one put in front", `[{"id":1,"n":1},{"id":2,"n":2}]`, `[{"id":3,"n":3},{"id":1,"n":1},{"id":2,"n":5}]`,
			"~ 2.n 2 5\n+ 0 {\"id\":3,\"n\":3}\n"},
		{"by id, in another order", `[{"id":"a","n":1},{"id":"b","n":2},{"id":"c","n":3}]`, `[{"id":"c","n":3},{"id":"a","n":1},{"id":"b","n":9}]`,
			"~ 2.n 2 9\n> 0 2 0\n"},
		{"by name, whatever its case", `[{"Name":"X","Value":1},{"Name":"Y","Value":2}]`, `[{"Name":"Y","Value":3},{"Name":"X","Value":1}]`,
			"> 1 0 1\n~ 0.Value 2 3\n"},
		{"new ids at each firing", `[{"id":"li_1MqqbKLt4dXK03v5","qty":1,"sku":"mug"},{"id":"li_2MqqbKLt4dXK03v5","qty":2,"sku":"cup"}]`,
			`[{"id":"li_7MqqbKLt4dXK03v5","qty":9,"sku":"pot"},{"id":"li_8MqqbKLt4dXK03v5","qty":1,"sku":"mug"},{"id":"li_9MqqbKLt4dXK03v5","qty":3,"sku":"cup"}]`,
			"~ 1.id \"li_1MqqbKLt4dXK03v5\" \"li_8MqqbKLt4dXK03v5\" (id)\n~ 2.id \"li_2MqqbKLt4dXK03v5\" \"li_9MqqbKLt4dXK03v5\" (id)\n" +
				"~ 2.qty 2 3\n+ 0 {\"id\":\"li_7MqqbKLt4dXK03v5\",\"qty\":9,\"sku\":\"pot\"}\n"},
		{"alike without a key", `[{"text":"high water at noon","n":1},{"text":"low water at six","n":2}]`,
			`[{"text":"storm","m":[1]},{"text":"high water at noon","n":5},{"text":"low water at six","n":2}]`,
			"+ 0 {\"text\":\"storm\",\"m\":[1]}\n~ 1.n 1 5\n"},
		{"moved as it is", `["a","b","c","d"]`, `["d","a","b","c"]`, "> 0 3 0\n"},
		{"numbers don't move", `[1,2,3]`, `[3,1,2]`, "+ 0 3\n- 2 3\n"},
		{"from nothing", `[]`, `[1,[2]]`, "+ 0 1\n+ 1 [2]\n"},
		{"nested", `[[1,2],[3,4]]`, `[[1,2],[3,5]]`, "~ 1.1 4 5\n"},
		{"ids that are not one's own", `[{"id":1,"n":1},{"id":1,"n":2}]`, `[{"id":1,"n":1},{"id":1,"n":3}]`, "~ 1.n 2 3\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := diff.Bodies(body("application/json", tc.a), body("application/json", tc.b))
			if lines(got.Changes) != tc.want {
				t.Errorf("got\n%swant\n%s", lines(got.Changes), tc.want)
			}
		})
	}
}

func TestFormats(t *testing.T) {
	const (
		form  = "application/x-www-form-urlencoded"
		parts = "multipart/form-data; boundary=x"
		other = "multipart/form-data; boundary=yy"
	)
	for _, tc := range []struct {
		name  string
		a, b  diff.Body
		want  string
		notes string
	}{
		{"form, another order", body(form, "a=1&b=x+y&a=2"), body(form, "b=x%20y&a=1&a=2"), "", ""},
		{"form, order within a name", body(form, "a=1&a=2"), body(form, "a=2&a=1"), "> a.1 0 1\n", ""},
		{"form, one more of a name", body(form, "a=1"), body(form, "a=1&a=2"), "+ a.1 \"2\"\n", ""},
		{"form, JSON in it", body(form, `payload={"x":1,"y":2}`), body(form, "payload="+`%7B%22y%22%3A+2%2C%22x%22%3A5%7D`), "~ payload.x 1 5\n", ""},
		{"form, badly encoded", body(form, "a=%zz"), body(form, "a=%zy"), "~ a \"%zz\" \"%zy\"\n", ""},
		{"XML", body("text/xml", `<?xml version="1.0"?><a x="1" y="2"><b>t</b></a>`), body("text/xml", "<a y='2' x='1'>\n  <!-- said -->\n  <b>t</b>\n</a>"), "", ""},
		{"XML, a text", body("application/xml", "<a><b>1.00</b><c/></a>"), body("application/xml", "<a><b>2.00</b><c/></a>"), "~ a.b \"1.00\" \"2.00\"\n", ""},
		{"XML, an attribute", body("application/xml", `<a b="yes">t</a>`), body("application/xml", `<a b="no">t</a>`), "~ a.@b \"yes\" \"no\"\n", ""},
		{"XML, one more", body("application/xml", "<a><i>x</i></a>"), body("application/xml", "<a><i>x</i><i>y</i></a>"), "+ a.i.1 \"y\"\n", ""},
		{"XML that isn't", body("application/xml", "<a><b></a>"), body("application/xml", "<a><b/></a>"), "~ line 1 \"<a><b></a>\" \"<a><b/></a>\"\n", "can't be read as XML"},
		{"multipart", body(parts, "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n{\"n\":1}\r\n--x--\r\n"),
			body(other, "--yy\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n{\"n\": 2}\r\n--yy\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--yy--\r\n"),
			"~ b.n 1 2\n", ""},
		{"a file in multipart", body(parts, "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x00\x01\r\n--x--\r\n"),
			body(parts, "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"b.png\"\r\nContent-Type: image/png\r\n\r\n\x00\x01\r\n--x--\r\n"),
			"~ f.filename \"a.png\" \"b.png\"\n", ""},
		{"text", body("text/plain", "one\ntwo\nthree\n"), body("text/plain", "zero\r\none\r\nTWO\r\nthree"), "+ line 1 \"zero\"\n~ line 3 \"two\" \"TWO\"\n", ""},
		{"lines of JSON", body("application/x-ndjson", "{\"a\":1}\n{\"b\":1}\n"), body("application/x-ndjson", "{\"a\":1}\n{\"b\":2}\n"), "~ line 2.b 1 2\n", ""},
		{"binary", body("image/png", "\x00\x01\x02\xff"), body("image/png", "\x00\x01\x03\xff\xff"), "~  \"4 bytes, at 2: 02 ff\" \"5 bytes, at 2: 03 ff ff\"\n", ""},
		{"JSON that isn't", body("application/json", `{"a":1}`), body("application/json", `{"a":1`), "~ line 1 \"{\\\"a\\\":1}\" \"{\\\"a\\\":1\"\n", "no valid JSON"},
		{"JSON that is Latin-1", body("application/json", "{\"a\":\"\xe9\"}"), body("application/json", "{\"a\":\"\xe8\"}"), "~ a \"\xe9\" \"\xe8\"\n", ""},
		{"nothing", body("application/json", ""), body("application/json", `{}`), "~  \"nothing\" \"JSON, 2 bytes\"\n", ""},
		{"another type", body(form, "a=1"), body("application/json", `{"a":1}`), "~  \"a form, 3 bytes\" \"JSON, 7 bytes\"\n", ""},
		{"compressed", diff.Body{ContentType: "application/json", Encoding: "gzip", Bytes: zipped(`{"a":1}`)}, body("application/json", `{"a": 2}`), "~ a 1 2\n", ""},
		{"compressed otherwise", diff.Body{Encoding: "gzip", Bytes: zipped(`{"a":1}`)}, diff.Body{Encoding: "br", Bytes: []byte("{}")},
			"- a 1\n", "can't be decoded"},
		{"cut off", diff.Body{ContentType: "text/plain", Bytes: []byte("a"), Size: 2000}, body("text/plain", "a"), "", "only the first 1 byte of the first's 2,000 bytes were kept"},
		{"the key twice", body("application/json", `{"a":{"b":1,"b":2}}`), body("application/json", `{"a":{"b":3}}`), "~ a.b 2 3\n", "the first has a.b more than once"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := diff.Bodies(tc.a, tc.b)
			if lines(got.Changes) != tc.want {
				t.Errorf("got\n%swant\n%s", lines(got.Changes), tc.want)
			}
			if notes := strings.Join(got.Notes, "; "); !strings.Contains(notes, tc.notes) || tc.notes == "" && notes != "" {
				t.Errorf("notes: got %q, want %q", notes, tc.notes)
			}
		})
	}
}

func zipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.Bytes()
}

// Of arrays that are too long to be matched what both begin with is taken away; what always differs takes no room from the rest.
func TestLongArrays(t *testing.T) {
	many := strings.Repeat("\nline", 400_000)
	got := diff.Bodies(body("text/plain", "first"+many), body("text/plain", "first"+many+"\nend\n"))
	if want := "+ line 400002 \"end\"\n"; lines(got.Changes) != want || len(got.Notes) > 0 {
		t.Errorf("got %s%v, want %s", lines(got.Changes), got.Notes, want)
	}
	var a, b strings.Builder
	for i := range 20_000 {
		a.WriteString(`{"id":` + strconv.Itoa(i+1) + `,"sku":"a"},`)
		b.WriteString(`{"id":` + strconv.Itoa(i+1_000_000) + `,"sku":"a"},`)
	}
	got = diff.Bodies(body("", "["+a.String()+`{"sku":"b"}]`), body("", "["+b.String()+`{"sku":"c"}]`))
	if last := got.Changes[len(got.Changes)-1]; last.Path != "20000.sku" || last.Volatile {
		t.Errorf("got %+v", last)
	}
	if notes := strings.Join(got.Notes, "; "); !strings.Contains(notes, "10000 more that always differ are not listed") {
		t.Errorf("got notes %q", notes)
	}
}
