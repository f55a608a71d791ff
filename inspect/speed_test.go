package inspect

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// longJSON is some 10 MiB of JSON as webhooks have it.
func longJSON() []byte {
	var b bytes.Buffer
	b.WriteString(`{"object":"list","data":[`)
	for i := 0; b.Len() < 10<<20; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"evt_%08d","created":%d,"livemode":false,"customer":{"email":"jenny%d@example.com","address":{"city":"Portside","line1":"12 Harbor Lane"}},"note":"A cup of tea, and \"quotes\" in it","url":"https://example.com/a/b?c=d"}`, i, 1700000000+i, i)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func longXML() []byte {
	return []byte("<list>" + strings.Repeat(`<item id="1" kind="a"><name>tea &amp; cups</name><empty/></item>`, 160_000) + "</list>")
}

func BenchmarkFirstPage(b *testing.B) {
	for _, c := range []struct {
		name, contentType string
		body              []byte
	}{
		{"json", "application/json", longJSON()},
		{"json without a type", "", longJSON()},
		{"xml", "text/xml", longXML()},
		{"text", "text/plain", bytes.Repeat([]byte("a line of a log, with a time and a word\n"), 260_000)},
		{"one line", "text/plain", bytes.Repeat([]byte("no break "), 1_160_000)},
		{"form", "application/x-www-form-urlencoded", bytes.Repeat([]byte("field=value+of+it&"), 580_000)},
		{"binary", "application/octet-stream", bytes.Repeat([]byte{0, 1, 2, 0xff}, 2_600_000)},
		{"parts", "multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n" + strings.Repeat("\x00--x", 2_600_000) + "\r\n--x--\r\n")},
	} {
		h := http.Header{"Content-Type": {c.contentType}}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if lines := Render(h, CaptureOf(c.body), false).First(200); len(lines) == 0 {
					b.Fatal("nothing")
				}
			}
		})
	}
}

func BenchmarkMaskBody(b *testing.B) {
	for _, c := range []struct {
		name, contentType string
		body              []byte
	}{
		{"json", "application/json", longJSON()},
		{"xml", "text/xml", longXML()},
		{"text", "text/plain", bytes.Repeat([]byte("a line of a log, with a time: 12:30:11, a=b and 4111111111111112\n"), 160_000)},
		{"form", "application/x-www-form-urlencoded", bytes.Repeat([]byte("field=value+of+it&"), 580_000)},
		{"names", "application/json", manyNames()},
		{"colons", "text/plain", bytes.Repeat([]byte(":"), 10<<20)},
		{"digits", "text/plain", bytes.Repeat([]byte("4"), 10<<20)},
		{"keys", "text/plain", bytes.Repeat([]byte("-----BEGIN PRIVATE KEY----- "), 370_000)},
		{"tokens", "text/plain", bytes.Repeat([]byte("eyJ eyJ.eyJ "), 870_000)},
		{"urls", "text/plain", bytes.Repeat([]byte("a://"), 2_600_000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.body)))
			for b.Loop() {
				MaskBody(c.contentType, c.body)
			}
		})
	}
}

// manyNames is an object with as many keys as have room in some 10 MiB.
func manyNames() []byte {
	b := []byte("{")
	for i := 0; len(b) < 10<<20; i++ {
		b = fmt.Appendf(b, "\"userToken%d\":1,", i)
	}
	return append(b, `"a":1}`...)
}
