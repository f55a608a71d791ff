package pasted_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/internal/pasted"
)

func TestRaw(t *testing.T) {
	const crlf = "POST /hooks?a=1 HTTP/1.1\r\nHost: shop.example\r\nX-Sig: a\r\nx-sig:  b \r\n"
	for name, c := range map[string]struct {
		text         string
		method, url  string
		header       http.Header
		body, bodies string // bodies: those after the first, | between them
		note         string // in one of them; - for none at all
	}{
		"CR LF": {
			crlf + "\r\n{\"a\": 1}", "POST", "https://shop.example/hooks?a=1", http.Header{"X-Sig": {"a", "b"}}, `{"a": 1}`, "", "-",
		},
		"LF and a newline at the end": {
			"PUT /x HTTP/2\nHost: a.example\n\nbody\n", "PUT", "https://a.example/x", http.Header{}, "body\n", "body", "-",
		},
		"many newlines at the end":    {"POST /x HTTP/2\nHost: a\n\nbody\r\n\n", "POST", "https://a/x", http.Header{}, "body\r\n\n", "body\r\n|body", "-"},
		"a BOM, and no empty line":    {"\xef\xbb\xbfPOST /x HTTP/1.1\r\nHost: a.example", "POST", "https://a.example/x", http.Header{}, "", "", "-"},
		"bytes that are no text":      {"POST /x HTTP/1.1\nHost: a\n\n\x00\xff\r\n\x1b", "POST", "https://a/x", http.Header{}, "\x00\xff\r\n\x1b", "", "-"},
		"no host":                     {"POST /x HTTP/1.1\n\nbody", "POST", "", http.Header{}, "body", "", "-"},
		"an absolute target":          {"POST http://b.example/y HTTP/1.1\nHost: a.example\n\n", "POST", "http://b.example/y", http.Header{}, "", "", "-"},
		"a folded field":              {"POST /x HTTP/1.1\nHost: a\nX-A: 1\n 2\n\t3\n\n", "POST", "https://a/x", http.Header{"X-A": {"1 2 3"}}, "", "", "-"},
		"a newline beyond its length": {crlf + "Content-Length: 4\r\n\r\nbody\n", "POST", "https://shop.example/hooks?a=1", nil, "body", "", "the newline behind the body is left out: Content-Length is 4"},
		"CR LF beyond its length":     {crlf + "Content-Length: 4\r\n\r\nbody\r\n", "POST", "https://shop.example/hooks?a=1", nil, "body", "", "the CR LF behind the body is left out"},
		"a newline within its length": {crlf + "Content-Length: 5\r\n\r\nbody\n", "POST", "https://shop.example/hooks?a=1", nil, "body\n", "", "-"},
		"LF saved as CR LF":           {crlf + "Content-Length: 5\r\n\r\n{\r\n1\r\n}\r\n", "POST", "https://shop.example/hooks?a=1", nil, "{\n1\n}", "", "read as LF, and those behind it are left out"},
		"CR LF saved as LF":           {crlf + "Content-Length: 7\r\n\r\n{\n1\n}\n", "POST", "https://shop.example/hooks?a=1", nil, "{\r\n1\r\n}", "", "read as CR LF, and those behind it are left out"},
		"another request behind it":   {crlf + "Content-Length: 4\r\n\r\nbodyPOST /x HTTP/1.1\r\n", "POST", "https://shop.example/hooks?a=1", nil, "body", "", "18 bytes behind that are left out"},
		"a body that is too short":    {crlf + "Content-Length: 40\r\n\r\nbody", "POST", "https://shop.example/hooks?a=1", nil, "body", "", "the body has 4 bytes: some are missing"},
		"chunks":                      {crlf + "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\n{\r\n\r\n2\r\n}!\r\n0\r\nX-Sum: 1\r\n\r\n", "POST", "https://shop.example/hooks?a=1", http.Header{"X-Sig": {"a", "b"}}, "{\r\n}!", "", "-"},
		"chunks with LF":              {crlf + "Transfer-Encoding: chunked\n\nA\n0123456789\n0\n", "POST", "https://shop.example/hooks?a=1", nil, "0123456789", "", "-"},
		"chunks put together before":  {crlf + "Transfer-Encoding: chunked\r\n\r\n{\"a\": 1}\n", "POST", "https://shop.example/hooks?a=1", http.Header{"X-Sig": {"a", "b"}}, "{\"a\": 1}\n", "{\"a\": 1}", "not in chunks"},
		"an editor's": {
			"@host = x\n### pay\n# @name pay\n\nPOST https://a.example/x\nX-A: 1\n// X-B: 2\n\n{}\n\n### next\nGET /y HTTP/1.1\n",
			"POST", "https://a.example/x", http.Header{"X-A": {"1"}}, "{}\n\n", "{}\n|{}", "more than one request",
		},
		"an editor's, with a host":   {"POST a.example/x\n\n1", "POST", "https://a.example/x", http.Header{}, "1", "", "-"},
		"an editor's, a URL alone":   {"https://a.example/x?y=1\nX-A: 1\n", "GET", "https://a.example/x?y=1", http.Header{"X-A": {"1"}}, "", "", "-"},
		"### in what is no editor's": {"POST /x HTTP/1.1\nHost: a\n\n1\n### 2", "POST", "https://a/x", http.Header{}, "1\n### 2", "", "-"},
		"pseudo-fields": {
			":authority: a.example\n:method: PUT\n:path: /x?y=1\n:scheme: http\nx-a: 1\n\n{}", "PUT", "http://a.example/x?y=1", http.Header{"X-A": {"1"}}, "{}", "", "-",
		},
		"pseudo-fields and values in turn": {
			":authority\na.example\n:method\nPOST\n:path\n/x\nx-a\n1\n", "POST", "https://a.example/x", http.Header{"X-A": {"1"}}, "", "", "-",
		},
		"pseudo-fields behind a request line": {
			"POST /x HTTP/2\n:authority: a.example\nx-a: 1\n\n", "POST", "https://a.example/x", http.Header{"X-A": {"1"}}, "", "", "-",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := pasted.Raw([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if r.Method != c.method || r.URL != c.url || string(r.Body) != c.body {
				t.Errorf("got %s %s %q", r.Method, r.URL, r.Body)
			}
			if c.header != nil && !reflect.DeepEqual(r.Header, c.header) {
				t.Errorf("got %q, want %q", r.Header, c.header)
			}
			var more []string
			for _, body := range r.Bodies()[1:] {
				more = append(more, string(body))
			}
			if got := strings.Join(more, "|"); got != c.bodies {
				t.Errorf("or the body is %q, want %q", got, c.bodies)
			}
			if got := strings.Join(r.Notes, "\n"); c.note == "-" && got != "" || c.note != "-" && !strings.Contains(got, c.note) {
				t.Errorf("noted %q, want %q", got, c.note)
			}
		})
	}
}

func TestRawThatIsNone(t *testing.T) {
	for text, want := range map[string]string{
		"":                                         "no request",
		"# only a comment\n":                       "no request",
		"HTTP/1.1 200 OK\n\n":                      "line 1: that is a response",
		"\n\nhello there, you\n":                   `line 3: "hello there, you" is no request line`,
		"POST /x y HTTP/1.1\n":                     "is no request line",
		"P(ST /x HTTP/1.1\n":                       "is no request line",
		"POST /x HTTP/1.1\nHost: a\nnone\n":        `line 3: "none" is no header`,
		"POST /x HTTP/1.1\n folded: a\n":           "is no header",
		"POST /x HTTP/1.1\nX A: b\n":               "is no header",
		"POST /x HTTP/1.1\nX-A: b\rc\n":            "is no header",
		"POST /x HTTP/1.1\nContent-Length: x\n\n":  `"x" is no length`,
		"POST /x HTTP/1.1\nContent-Length: -1\n\n": `"-1" is no length`,
		":authority\na\nb c\nd\n":                  `"b c" is no header`,
		"POST https://a/x\n\n< ./body.json\n":      "the body is in another file, ./body.json",
	} {
		if r, err := pasted.Raw([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %+v, %v, want %s", text, r, err, want)
		}
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"POST /x HTTP/1.1\nHost: a\n\n":         "POST https://a/x",
		"\n# c\nPOST https://a/x\n":             "POST https://a/x",
		"https://a/x":                           "GET https://a/x",
		":method: PUT\n:authority: a\n:path: /": "PUT https://a/",
		" $ curl a/x":                           "GET http://a/x",
		"# try\ncurl.exe ^\n  https://a/x":      "GET https://a/x",
		"/usr/bin/curl -I a":                    "HEAD http://a",
		`C:\bin\curl.EXE a ^` + "\n -I":         "HEAD http://a",
	} {
		r, err := pasted.Parse([]byte(text), nil)
		if err != nil || r.Method+" "+r.URL != want {
			t.Errorf("%q: got %+v, %v", text, r, err)
		}
	}
	for _, text := range []string{"", "hello there", "{}", "curlew a", "Invoke-WebRequest a"} {
		if r, err := pasted.Parse([]byte(text), nil); err != pasted.ErrNeither { //nolint:errorlint // the very value
			t.Errorf("%q: got %+v, %v", text, r, err)
		}
	}
	if _, err := pasted.Parse([]byte("HTTP/1.1 200 OK\n\nhi"), nil); err == nil || !strings.Contains(err.Error(), "a response") {
		t.Errorf("a response: %v", err)
	}
}

func FuzzRaw(f *testing.F) {
	for _, seed := range []string{
		"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\n", "POST /x HTTP/1.1\nTransfer-Encoding: chunked\n\n2\nhi\n0\n\n",
		":authority\na\n:path\n/\n", "### a\nPOST https://a/x\nA: b\n c\n\n{}\n###\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := pasted.Raw(text)
		if err != nil {
			return
		}
		for name, values := range r.Header {
			if name != http.CanonicalHeaderKey(name) || strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") {
				t.Errorf("%q: %q", name, values)
			}
		}
		for i, body := range r.Bodies() {
			if i > 0 && len(body) >= len(r.Body) {
				t.Errorf("%q is no shorter than %q", body, r.Body)
			}
		}
	})
}
