package inspect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func rendered(contentType, body string) string {
	return strings.Join(PrettyBody(contentType, []byte(body), 0), "\n")
}

func TestFaultsOfJSON(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`{"a":1 "b":2}`, `line 1, column 8 (byte 7): a comma is missing before this`},
		{"{\n  \"é\": 1,\n}", `line 3, column 1 (byte 13): a comma stands before the closing }`},
		{`[1,2,]`, `a comma stands before the closing ]`},
		{`{'a':1}`, `a key is in single quotes: JSON has double ones only`},
		{`{"a":'b'}`, `a text is in single quotes`},
		{`{a:1}`, `a key is not in double quotes`},
		{`{"a" 1}`, `a colon is missing behind the key`},
		{`{"a":}`, `a value is missing before the }`},
		{`{"a":1]`, `a ] closes nothing that is open`},
		{`{"a":NaN}`, `NaN is no JSON: null may be meant`},
		{`{"a":None}`, `None is Python's: JSON has true, false and null`},
		{`{"a":01}`, `a number begins with 0`},
		{`{"a":1.}`, `a digit is missing in a number`},
		{`{"a":"\x"}`, `\x is no escape of JSON`},
		{`{"a":"\u12"}`, `\u is not followed by four hexadecimal digits`},
		{"{\"a\":\"x\ny\"}", `a line ends within a string`},
		{"{\"a\":\"\x1b\"}", `a control character (0x1b) stands within a string`},
		{`{"a":1}{`, `something follows the end of the JSON`},
		{`{"a":1`, `the end comes too early: an object is not closed`},
		{`["a`, `the end comes too early: a string's closing quote is missing`},
		{`{"a":1, // tea`, `a comment: JSON has none`},
		{`<html>`, `'<' is no value of JSON`},
	} {
		got, _, _ := strings.Cut(rendered("application/json", c.body), "\n")
		if !strings.Contains(got, c.want) {
			t.Errorf("%s\n got %s\nwant %s", c.body, got, c.want)
		}
	}
}

func TestAFaultIsPointedAt(t *testing.T) {
	long := `{"a":"` + strings.Repeat("支", 60) + `" "b":1}`
	lines := PrettyBody("application/json", []byte(long), 0)
	if want := "  …" + strings.Repeat("支", 22) + `" "b":1}`; lines[1] != want {
		t.Errorf("got  %s\nwant %s", lines[1], want)
	}
	if want := strings.Repeat(" ", 2+1+2*22+2) + "^"; lines[2] != want { // wide characters take two columns
		t.Errorf("got  %q\nwant %q", lines[2], want)
	}
}

func TestFaultsOfXML(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"<a><b></a>", "line 1, column 7 (byte 6): </a> stands where <b> is to be closed"},
		{"<a>\n<b>", "the end comes too early: <b> is not closed"},
		{"<a b=c/>", "an attribute's value is not in quotes"},
		{"<a b/>", "an attribute has no value"},
		{`<a b="1" b="2"/>`, "the attribute b stands twice"},
		{"<a>tea & cups</a>", "an & begins no entity: it should be &amp;"},
		{"<a>1 < 2</a>", "a < begins no tag: it should be &lt;"},
		{"<a/><b/>", "a second element follows the first"},
		{"<a/>tea", "there is text outside of the first element"},
		{"</a>", "</a> closes nothing that is open"},
		{"<!-- x", "--> is missing"},
	} {
		got, _, _ := strings.Cut(rendered("application/xml", c.body), "\n")
		if !strings.Contains(got, "not valid XML: ") || !strings.Contains(got, c.want) {
			t.Errorf("%s\n got %s\nwant %s", c.body, got, c.want)
		}
	}
}

func TestXML(t *testing.T) {
	const body = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a x="1" y='&lt;'><b>tea &amp; &e;</b><c/><d></d>` +
		"<e><![CDATA[<raw>]]></e><!-- note --><f>one\n  two</f></a>"
	want := `<?xml version="1.0"?>
<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<a x="1" y='&lt;'>
  <b>tea &amp; &e;</b>
  <c/>
  <d></d>
  <e><![CDATA[<raw>]]></e>
  <!-- note -->
  <f>
    one
    two
  </f>
</a>`
	if got := rendered("text/xml", body); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestXMLIsBounded(t *testing.T) {
	deep := strings.Repeat("<a>", maxXMLDepth+1)
	if got := rendered("text/xml", deep)[:60]; !strings.Contains(got, "not valid XML") {
		t.Errorf("got %s", got)
	}
}

func TestMultipart(t *testing.T) {
	const body = "preamble\r\n--b1\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n" +
		"--b1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n\x00\x01--b1 is not the end\r\n--b1--\r\n"
	want := `part 1 · 7 bytes
  Content-Disposition: form-data; name="meta"
  Content-Type: application/json
  {
    "a": 1
  }
part 2 · 21 bytes
  Content-Disposition: form-data; name="file"; filename="a.bin"
  00000000  00 01 2d 2d 62 31 20 69 73 20 6e 6f 74 20 74 68  ..--b1 is not th
  00000010  65 20 65 6e 64                                   e end`
	if got := rendered("multipart/form-data; boundary=b1", body); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	open := strings.TrimSuffix(body, "--b1--\r\n")
	if got := rendered("multipart/form-data; boundary=b1", open); !strings.HasSuffix(got, "the last part is not closed: --b1-- is missing") {
		t.Errorf("got\n%s", got)
	}
}

func TestNotes(t *testing.T) {
	for _, c := range []struct{ name, contentType, body, want string }{
		{"a double key", "application/json", `{"a":1,"b":{"a":2},"\u0061":3}`, `the key "\u0061" stands twice in one object, at byte 1 and 19: most parsers take the last`},
		{"a byte order mark", "application/json", "\xef\xbb\xbf{}", "it begins with a byte order mark, which many parsers refuse"},
		{"UTF-16", "application/json", "\xff\xfe{\x00}\x00", "it is UTF-16, by its first two bytes"},
	} {
		if got, _, _ := strings.Cut(rendered(c.contentType, c.body), "\n"); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestClassesAndFolds(t *testing.T) {
	lines := slices.Collect(Render(http.Header{"Content-Type": {"application/json"}}, CaptureOf([]byte(`{"a":[1,"x",null],"b":{}}`)), false).Lines())
	var got []string
	for _, l := range lines {
		s := fmt.Sprintf("%d", l.Depth)
		if l.Opens {
			s += "<"
		}
		if l.Closes {
			s += ">"
		}
		for _, span := range l.Spans {
			s += fmt.Sprintf(" %d:%s", span.Class, span.Text)
		}
		got = append(got, s)
	}
	want := []string{
		"0< 5:{", `1< 1:"a" 5::  5:[`, "2 3:1 5:,", `2 2:"x" 5:,`, "2 4:null", "1> 5:] 5:,", `1 1:"b" 5::  5:{ 5:}`, "0> 5:}",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A capture that was cut off is no fault of its sender's.
func TestWhatWasCutOffIsLaidOut(t *testing.T) {
	for contentType, body := range map[string]string{"application/json": `{"a":[1,"tea`, "text/xml": `<a><b>tea</b><c x="`} {
		c := Capture{Bytes: []byte(body), Size: 1000}
		for line := range Render(http.Header{"Content-Type": {contentType}}, c, false).Lines() {
			if strings.Contains(line.String(), "not valid") {
				t.Errorf("%s: %s", body, line)
			}
		}
	}
}

// A fault far behind is told where it stands, and what follows is shown as it is.
func TestAFaultInALongBody(t *testing.T) {
	body := "[" + strings.Repeat("1,\n", checkLimit/3) + "1 2]"
	lines := PrettyBody("application/json", []byte(body), 0)
	tail := lines[len(lines)-5:]
	if !strings.HasPrefix(tail[0], "not valid JSON: line ") || tail[4] != "2]" {
		t.Errorf("got %q", tail)
	}
}

func TestTheRestOfALongBodyIsNotCounted(t *testing.T) {
	lines := PrettyBody("text/plain", bytes.Repeat([]byte("tea\n"), 1<<20), 10)
	if got, want := lines[9], "… 4.0 MiB more"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e+3,"x\n",true,null]}`, `[`, `{"a":1,}`, `"\ud800"`, `01`, `nul`, " 1 ", `{"a":1}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		fault := jsonFault(text, false, false)
		if valid := json.Valid(text); valid != (fault == nil) && bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) < 5000 { // encoding/json has a limit
			t.Errorf("%q: valid is %v, the fault %+v", text, valid, fault)
		}
		if fault != nil && (fault.at < 0 || fault.at > len(text)) {
			t.Errorf("%q: a fault at %d", text, fault.at)
		}
		if fault == nil { // laid out it says the same
			laid := rendered("application/json", string(text))
			var a, b bytes.Buffer
			if json.Compact(&a, text) == nil && !strings.Contains(laid, "more bytes") && Printable(string(text)) == string(text) && !strings.Contains(laid, "stands twice") {
				if err := json.Compact(&b, []byte(laid)); err != nil || a.String() != b.String() {
					t.Errorf("%q: laid out %q", text, laid)
				}
			}
		}
	})
}

func FuzzRender(f *testing.F) {
	f.Add("application/xml", "", []byte("<a b='c'>&amp;<!-- --><![CDATA[x]]></a>"))
	f.Add("multipart/mixed; boundary=x", "", []byte("--x\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n--x--"))
	f.Add("application/json", "gzip", []byte("\x1f\x8b\x08"))
	f.Add("application/json", "br, zstd, deflate", []byte("\x28\xb5\x2f\xfd"))
	f.Fuzz(func(t *testing.T, contentType, encoding string, body []byte) {
		h := http.Header{"Content-Type": {contentType}, "Content-Encoding": {encoding}}
		for _, complete := range []bool{true, false} {
			for _, mask := range []bool{true, false} {
				for _, line := range Render(h, Capture{Bytes: body, Size: int64(len(body)), Complete: complete}, mask).First(500) {
					checkHarmless(t, line.String())
				}
			}
		}
	})
}
