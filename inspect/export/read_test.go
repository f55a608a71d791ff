package export

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestReadErrors(t *testing.T) {
	har := string(written(t, "har", Options{}, someDeliveries()...))
	for name, tc := range map[string]struct{ text, want string }{
		"empty":          {"", "there is nothing in it"},
		"blank":          {" \n\n\t", "there is nothing in it"},
		"words":          {"Dear colleague,\n", "neither har, ndjson, http, curl nor a session"},
		"zeros":          {strings.Repeat("\x00", 100), "neither har"},
		"image":          {"\x89PNG\r\n\x1a\n", "neither har"},
		"database":       {"SQLite format 3\x00....", "a SQLite database"},
		"UTF-16":         {"\xff\xfe{\x00", "UTF-16"},
		"array":          {`[{"id":1}]`, "jq -c '.[]'"},
		"HAR cut off":    {har[:len(har)/2], "it ends in the middle"},
		"HAR at the end": {har[:len(har)-4], "it ends in the middle"},
		"no entries":     {`{"log":{"version":"1.2"}}`, "no log.entries"},
		"log is a text":  {`{"log":"x"}`, `where '{' is expected`},
		"broken HAR":     {`{"log":{"entries":[{"a":1},}]}}`, "no JSON"},
	} {
		var got error
		for _, err := range Read(strings.NewReader(tc.text), nil) {
			got = errors.Join(got, err)
		}
		if got == nil || !strings.Contains(got.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, got, tc.want)
		}
	}
}

// What can't be read is named, and the rest is read.
func TestReadGoesOn(t *testing.T) {
	all := someDeliveries()
	line := string(written(t, "ndjson", Options{}, all[0]))
	whole := strings.TrimSpace(line)
	text := whole + "\n" + `{"type":"ready","url":"x"}` + "\n\nrubbish\n" + `{"type":"delivery","id":"d_aaaaaaaaaaaa","method":"POST","path":"/"}` + "\n" +
		whole[:100] + "\n" + strings.Replace(whole, `"outcome":"closed"`, `"outcome":"odd"`, 1) + "\n" + `{"x":1}` + "\r\n" + whole
	var at, problems []string
	good := 0
	for f, err := range Read(strings.NewReader(text), nil) {
		switch {
		case err != nil:
			t.Fatal(err)
		case f.Err != nil:
			at = append(at, f.At)
			problems = append(problems, f.Err.Error())
		case f.Delivery != nil:
			good++
			same(t, f.Delivery, all[0])
		}
	}
	if good != 2 || strings.Join(at, ", ") != "line 4, line 5, line 6, line 7, line 8" {
		t.Errorf("%d are good; wrong are %v", good, at)
	}
	for i, want := range []string{"no JSON", "only the line of a list", "ends in the middle", `"odd" is no outcome`, "no method"} {
		if !strings.Contains(problems[i], want) {
			t.Errorf("%s: %s, want %q", at[i], problems[i], want)
		}
	}
	text = "### one\nPOST http://x/1 HTTP/1.1\nContent-Length: 2\n\nhi\n### two\nrubbish\n### three\nPUT http://x/3 HTTP/1.1\nContent-Length: 4\n\n###a\n\ncurl -d @- http://x\n"
	var got []string
	for f, err := range Read(strings.NewReader(text), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if f.Err != nil {
			got = append(got, f.Err.Error())
		} else {
			got = append(got, f.Delivery.Method+" "+string(f.Delivery.Body.Bytes))
		}
	}
	if len(got) != 4 || got[0] != "POST hi" || !strings.HasPrefix(got[1], "line 7: neither") || got[2] != "PUT ###a" || !strings.Contains(got[3], "reads the file") {
		t.Errorf("%q", got)
	}
}

// A record that people have made readable is read as well.
func TestReadPretty(t *testing.T) {
	all := someDeliveries()
	text := strings.NewReplacer(`,"`, ",\n  \"", `{"type"`, "{\n  \"type\"").Replace(string(written(t, "ndjson", Options{}, all[2], all[1])))
	got := readAll(t, strings.NewReader("\xef\xbb\xbf"+text))
	if len(got) != 2 {
		t.Fatalf("%d", len(got))
	}
	same(t, got[0], all[2])
	same(t, got[1], all[1])
}

// garbage is much of the same byte behind a beginning. It counts what was read of it.
type garbage struct {
	begin string
	fill  byte
	left  int
	read  int
}

func (g *garbage) Read(p []byte) (int, error) {
	n := copy(p, g.begin)
	g.begin = g.begin[n:]
	for ; n < len(p) && g.left > 0; n++ {
		p[n] = g.fill
		g.left--
	}
	g.read += n
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// What has no end is given up, or passed over.
func TestReadIsBounded(t *testing.T) {
	const most, size = 1 << 20, 4 << 20
	for name, tc := range map[string]struct {
		begin string
		fill  byte
		read  int
	}{
		"zeros":          {"", 0, most},
		"blanks":         {"", ' ', most},
		"text in a HAR":  {`{"log":{"entries":[{"a":"`, 'x', 2 * most},
		"deep in a HAR":  {`{"log":{"x":`, '[', most},
		"a long request": {"POST http://x/ HTTP/1.1\n\n", 'x', 2 * most},
		"a long line":    {`{"a":"`, 'x', 2 * size},
		"a long value":   {"{\n\"a\":\"", 'x', 2 * most},
	} {
		g := &garbage{begin: tc.begin, fill: tc.fill, left: size}
		failed := false
		err := read(g, nil, most, func(f Found) bool {
			failed = failed || f.Err != nil
			return true
		})
		if !failed && err == nil || g.read > tc.read {
			t.Errorf("%s: %v, after %d bytes", name, err, g.read)
		}
	}
	if s := longError(maxPiece).Error(); s != "it is longer than 128 MiB" {
		t.Error(s)
	}
}

func FuzzRead(f *testing.F) {
	all := someDeliveries()
	for _, format := range []string{"ndjson", "har"} {
		f.Add(written(f, format, Options{}, all...))
	}
	for _, format := range []string{"http", "curl"} {
		f.Add(written(f, format, Options{}, all[0], all[1], all[5]))
	}
	f.Add([]byte(foreignHAR))
	f.Fuzz(func(t *testing.T, text []byte) {
		for found, err := range Read(bytes.NewReader(text), nil) {
			if err != nil || found.Err != nil || found.Delivery == nil {
				continue
			}
			// Whatever was read can be written, and is read again as the same.
			d := found.Delivery
			if err := checkHeader(d.Header); err != nil {
				t.Fatalf("%v of %q", err, text)
			}
			if d.ID == "" {
				d.ID = "d_aaaaaaaaaaaa"
			}
			for _, format := range []string{"ndjson", "har"} {
				same(t, readAll(t, bytes.NewReader(written(t, format, Options{}, d)))[0], d)
			}
		}
	})
}
