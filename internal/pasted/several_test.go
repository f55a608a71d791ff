package pasted

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestEach(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want []string // line, comments, method, URL, body; or the error
	}{
		"one":                          {"POST /a HTTP/1.1\nHost: x\n\nhi", []string{"1 [] POST https://x/a hi"}},
		"none":                         {"# nothing\n\n", nil},
		"separated":                    {"### one\n# more\nPOST http://x/1\n\nhi\n\n### two\nGET http://x/2\n", []string{"3 [one more] POST http://x/1 hi\n\n", "8 [two] GET http://x/2 "}},
		"measured":                     {"POST http://x/1 HTTP/1.1\nContent-Length: 9\n\n### no /n\n\nPUT http://x/2 HTTP/1.1\n\n", []string{"1 [] POST http://x/1 ### no /n", "6 [] PUT http://x/2 "}},
		"too short for its length":     {"POST http://x/1 HTTP/1.1\nContent-Length: 90\n\nhi\n###\nGET http://x/2\n", []string{"1 [] POST http://x/1 hi\n", "6 [] GET http://x/2 "}},
		"CR LF":                        {"### a\r\nPOST http://x/1 HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n### b\r\nGET http://x/2\r\n", []string{"2 [a] POST http://x/1 hi", "8 [b] GET http://x/2 "}},
		"commands":                     {"# a\ncurl http://x/1 -d hi\n\n# b\ncurl http://x/2 \\\n  -X PUT\n", []string{"2 [a] POST http://x/1 hi", "5 [b] PUT http://x/2 "}},
		"a command and a request":      {"curl http://x/1\n###\nGET http://x/2\n", []string{"1 [] GET http://x/1 ", "3 [] GET http://x/2 "}},
		"a document":                   {"base64 -d <<'END' | curl http://x/1 \\\n  --data-binary @-\naGk=\nEND\n\ncurl http://x/2", []string{"1 [] POST http://x/1 hi", "6 [] GET http://x/2 "}},
		"an empty document":            {"base64 -d <<'END' | curl http://x/1 --data-binary @-\nEND\n", []string{"1 [] POST http://x/1 "}},
		"a document without an end":    {"base64 -d <<'END' | curl http://x/1 --data-binary @-\naGk=\n", []string{"line 1: the curl command: its document has no end END"}},
		"a document that is no base64": {"base64 -d <<'END' | curl http://x/1 --data-binary @-\n????\nEND\n", []string{"line 1: the curl command: its document is no base64"}},
		"one that is wrong":            {"curl $URL\n### next\nGET http://x/2\n", []string{"line 1: the curl command: only a shell can do that", "3 [next] GET http://x/2 "}},
		"words":                        {"GET http://x/1\n\n### x\nwords\n### y\nGET http://x/2", []string{"1 [] GET http://x/1 ", "line 4: " + ErrNeither.Error(), "6 [y] GET http://x/2 "}},
	} {
		var got []string
		for p, err := range Each([]byte(tc.text), nil) {
			if err != nil {
				got = append(got, err.Error())
				continue
			}
			got = append(got, fmt.Sprintf("%d %v %s %s %s", p.Line, p.Comments, p.Method, p.URL, p.Body))
		}
		same := len(got) == len(tc.want)
		for i := range got {
			same = same && (got[i] == tc.want[i] || strings.HasPrefix(tc.want[i], "line ") && strings.HasPrefix(got[i], tc.want[i]))
		}
		if !same {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, tc.want)
		}
	}
}

// A document is standard input alone; other files are still read.
func TestDocumentAndFiles(t *testing.T) {
	text := "base64 -d <<'END' | curl http://x -H @head --data-binary @-\naGk=\nEND\n"
	r, err := Curl(text, func(name string) ([]byte, error) { return []byte("X: " + name), nil })
	if err != nil || string(r.Body) != "hi" || r.Header.Get("X") != "head" {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := Curl(text, func(string) ([]byte, error) { return nil, os.ErrNotExist }); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if _, err := Curl(text, nil); err == nil {
		t.Error("a file is read where none can be")
	}
}

// A comment in front doesn't make an editor's of a request that says how long its body is.
func TestCommentAndLength(t *testing.T) {
	r, err := Raw([]byte("# a comment\nPOST http://x/ HTTP/1.1\nContent-Length: 8\n\n### a\n\nb"))
	if err != nil || string(r.Body) != "### a\n\nb" || len(r.Notes) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}
