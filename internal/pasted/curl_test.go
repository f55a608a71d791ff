package pasted_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/internal/pasted"
)

// files are what the commands of these tests may read.
var files = map[string]string{"body.json": "{\r\n \"a\": \"\xff\x00b\"\n}\n", "lines": "{\r\n \"\xffb\"\n}\n", "fields": "X-A: 1\r\n\r\n# no field\nX-B: 2\n", "-": "from stdin\n"}

func read(name string) ([]byte, error) {
	if text, ok := files[name]; ok {
		return []byte(text), nil
	}
	return nil, os.ErrNotExist
}

// commands are option lists behind which URL/hook follows, and what curl sends for them.
var commands = []struct {
	words       []string
	method, uri string
	header      http.Header
	body        string
}{
	{nil, "GET", "/hook", nil, ""},
	{[]string{"-I"}, "HEAD", "/hook", nil, ""},
	{[]string{"-d", "a=1", "--data", "b=2"}, "POST", "/hook", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, "a=1&b=2"},
	{[]string{"-sSLXPUT", "-da=1"}, "PUT", "/hook", nil, "a=1"},
	{[]string{"-X", "POST"}, "POST", "/hook", http.Header{"Content-Type": nil}, ""},
	{[]string{"-d", "@lines"}, "POST", "/hook", nil, "{ \"\xffb\"}"},
	{[]string{"--data-ascii", "@lines"}, "POST", "/hook", nil, "{ \"\xffb\"}"},
	{[]string{"--data-binary", "@body.json"}, "POST", "/hook", nil, files["body.json"]},
	{[]string{"--data-raw", "@body.json"}, "POST", "/hook", nil, "@body.json"},
	{[]string{"--data-raw", "a\r\nb\n"}, "POST", "/hook", nil, "a\r\nb\n"},
	{[]string{"-d", "@-"}, "POST", "/hook", nil, "from stdin"},
	{[]string{"-d", ""}, "POST", "/hook", nil, ""},
	{[]string{"--json", `{"a":`, "--json", "1}"}, "POST", "/hook", http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}, `{"a":1}`},
	{[]string{"--json", "@body.json", "-H", "content-type: text/plain"}, "POST", "/hook", http.Header{"Content-Type": {"text/plain"}}, files["body.json"]},
	{[]string{"--data-urlencode", "a b&c~é"}, "POST", "/hook", nil, "a+b%26c~%C3%A9"},
	{[]string{"--data-urlencode", "=a=b", "--data-urlencode", "n=a b", "--data-urlencode", "@body.json", "--data-urlencode", "f@fields"}, "POST", "/hook", nil,
		"a%3Db&n=a+b&%7B%0D%0A+%22a%22%3A+%22%FF%00b%22%0A%7D%0A&f=X-A%3A+1%0D%0A%0D%0A%23+no+field%0AX-B%3A+2%0A"},
	{[]string{"-G", "-d", "a=1", "--data-urlencode", "b= "}, "GET", "/hook?a=1&b=+", nil, ""},
	{[]string{"--get", "-d", "a=1", "-X", "DELETE"}, "DELETE", "/hook?a=1", nil, ""},
	{[]string{"-H", "X-A: 1", "--header", "x-a:2", "-HX-Empty;", "-H", "Accept:"}, "GET", "/hook", http.Header{"X-A": {"1", "2"}, "X-Empty": {""}, "Accept": nil}, ""},
	{[]string{"-H", "@fields"}, "GET", "/hook", http.Header{"X-A": {"1"}, "X-B": {"2"}}, ""},
	{[]string{"-H", "Content-Type:", "-d", "a"}, "POST", "/hook", http.Header{"Content-Type": nil}, "a"},
	{[]string{"-u", "me:secret", "-A", "agent/1", "-e", "https://from.example;auto", "-b", "a=1; b=2"}, "GET", "/hook",
		http.Header{"Authorization": {"Basic bWU6c2VjcmV0"}, "User-Agent": {"agent/1"}, "Referer": {"https://from.example"}, "Cookie": {"a=1; b=2"}}, ""},
	{[]string{"-A", "other", "-H", "User-Agent: mine", "-b", "cookies.txt"}, "GET", "/hook", http.Header{"User-Agent": {"mine"}, "Cookie": nil}, ""},
	{[]string{"--oauth2-bearer", "t"}, "GET", "/hook", http.Header{"Authorization": {"Bearer t"}}, ""},
	{[]string{"--compressed", "-k", "-sS", "-i", "--http1.1", "-m", "30", "--retry", "2", "--no-keepalive", "-o", "out", "--"}, "GET", "/hook", nil, ""},
	{[]string{"--url-query", "a=b c", "--url-query", "+raw=1"}, "GET", "/hook?a=b+c&raw=1", nil, ""},
}

func TestCurl(t *testing.T) {
	for _, c := range commands {
		words := slices.Concat([]string{"curl"}, c.words, []string{"https://a.example/hook#part"})
		r, err := pasted.CurlWords(words, read)
		if err != nil {
			t.Errorf("%q: %v", c.words, err)
			continue
		}
		if r.Method != c.method || r.URL != "https://a.example"+c.uri || string(r.Body) != c.body {
			t.Errorf("%q: got %s %s %q", c.words, r.Method, r.URL, r.Body)
		}
		for name, want := range c.header {
			if got := r.Header[name]; !slices.Equal(got, want) {
				t.Errorf("%q: %s: got %q, want %q", c.words, name, got, want)
			}
		}
	}
}

// What the table says is what curl does.
func TestCurlItself(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip(err)
	}
	type seen struct {
		method, uri, body string
		header            http.Header
	}
	saw := make(chan seen, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		saw <- seen{r.Method, r.RequestURI, string(body), r.Header}
	}))
	defer app.Close()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range commands {
		cmd := exec.CommandContext(t.Context(), curl, slices.Concat([]string{"-q"}, c.words, []string{app.URL + "/hook#part"})...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(files["-"])
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Logf("%q: this curl can't: %s", c.words, bytes.TrimSpace(out)) // an older one
			continue
		}
		got := <-saw
		if got.method != c.method || got.uri != c.uri || got.body != c.body {
			t.Errorf("%q: got %s %s %q", c.words, got.method, got.uri, got.body)
		}
		for name, want := range c.header {
			if got := got.header[name]; !slices.Equal(got, want) {
				t.Errorf("%q: %s: got %q, want %q", c.words, name, got, want)
			}
		}
	}
}

func TestCurlThatCannotBeFollowed(t *testing.T) {
	for text, want := range map[string]string{
		"wget https://a":                    `begins with "wget", not with curl`,
		"":                                  `begins with "", not with curl`,
		"curl":                              "has no URL",
		"curl a b":                          "more than one URL",
		"curl a --url b":                    "more than one URL",
		"curl -- a b":                       "more than one URL",
		"curl -F a=b https://a":             "-F can't be followed: curl makes the boundary",
		"curl --form a=b https://a":         "--form can't be followed",
		"curl -T file https://a":            "-T can't be followed",
		"curl a --next b":                   "--next can't be followed",
		"curl -K file a":                    "-K can't be followed",
		"curl -s --frobnicate a":            "no option --frobnicate",
		"curl --data=x a":                   "no option --data=x",
		"curl -s9 a":                        "no option -9",
		"curl a -d":                         "-d wants a value",
		"curl a -H none":                    `-H "none" is no header`,
		"curl a -H 'X A: b'":                "is no header",
		"curl a -d @nothing":                "reads a file: ",
		"curl a -H \"Authorization: $KEY\"": `only a shell can do that: fill in "$KEY"`,
		"curl a -d `date`":                  "only a shell can do that: fill in",
		"curl a -d $(date)":                 "only a shell can do that: fill in",
		"curl a -d @- <<EOF\nx\nEOF":        "only a shell can do that: '<'",
		"curl a -d 'x":                      "(') is never closed",
		`curl a -d "x`:                      `(") is never closed`,
		"curl a -d $'x":                     "($') is never closed",
		"curl ^\"a":                         "", // the caret's quotation mark is opened for the program
	} {
		r, err := pasted.Curl(text, read)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %+v, %v, want %s", text, r, err, want)
		}
		if strings.Contains(want, "only a shell") && !errors.Is(err, pasted.ErrShell) {
			t.Errorf("%q: %v is no ErrShell", text, err)
		}
	}
	if _, err := pasted.Curl("curl a -d @body.json", nil); err == nil {
		t.Error("a file was read without leave")
	}
}

func TestCurlNotes(t *testing.T) {
	for text, want := range map[string]string{
		"curl a":                              "",
		"curl a | jq .":                       "",
		"curl a > out 2>&1":                   "",
		"curl a;\n":                           "",
		"curl a?x=1&y=2":                      "what follows the first command is left out",
		"curl a\ncurl b":                      "what follows the first command is left out",
		"curl a -d 12 -H 'Content-Length: 3'": "Content-Length is 3, but the command's body has 2 bytes",
		"curl a -d 12 -H 'Content-Length: 2'": "",
	} {
		r, err := pasted.Curl(text, read)
		if err != nil || strings.Join(r.Notes, "|") != want {
			t.Errorf("%q: got %+v, %v, want %q", text, r, err, want)
		}
	}
}

// What browsers copy is the same request in each of its forms.
func TestCurlFromBrowsers(t *testing.T) {
	const body = `{"a":"it's 100%PATH% & ^ $HOME \"q\" ` + "`x`" + ` \\ <é😀>!"}` + "\n"
	for name, text := range map[string]string{
		"bash": `curl 'https://a.example/x?y=%201' \
  -X 'PUT' \
  -H 'content-type: application/json' \
  -H $'x-a: it\'s' \
  --data-raw $'{"a":"it\'s 100%PATH% & ^ $HOME \\"q\\" ` + "`x`" + ` \\\\ <\u00e9\ud83d\ude00>\u0021"}\n' \
  --compressed ;`,
		"cmd": `curl --request PUT ^"https://a.example/x?y=^%^201^" ^
  -H ^"content-type: application/json^" ^
  -H ^"x-a: it's^" ^
  --data-raw ^"^{^\^"a^\^":^\^"it's 100^%^PATH^% ^& ^^ ^$HOME ^\^\^\^"q^\^\^\^" ` + "`x`" + ` ^\^\^\^\ ^<^é^😀^>^!^\^"^}^

^" ^
  --compressed`,
		"cmd, as it was": `curl "https://a.example/x?y="%"201" -X PUT -H "content-type: application/json" ^` + "\r\n" +
			` -H "x-a: it's" --data-binary "{""a"":""it's 100"%"PATH"%" & ^ $HOME \\""q\\"" ` + "`x`" + ` \\\\ <é😀>!""}"` + "^\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := pasted.Curl(text, nil)
			if err != nil {
				t.Fatal(err)
			}
			header := http.Header{"Content-Type": {"application/json"}, "X-A": {"it's"}}
			if r.Method != http.MethodPut || r.URL != "https://a.example/x?y=%201" || !reflect.DeepEqual(r.Header, header) || string(r.Body) != body {
				t.Errorf("got %s %s %q\n%s\nwant\n%s", r.Method, r.URL, r.Header, r.Body, body)
			}
		})
	}
}

func TestFilesAreReadOnlyWhereCurlDoes(t *testing.T) {
	var asked []string
	_, err := pasted.Curl("curl a -b @body.json -A @x -u @y:z --data-raw @body.json --cert @c -d @body.json", func(name string) ([]byte, error) {
		asked = append(asked, name)
		return nil, nil
	})
	if err != nil || !slices.Equal(asked, []string{"body.json"}) {
		t.Errorf("asked for %q, %v", asked, err)
	}
}

func FuzzCurl(f *testing.F) {
	f.Add("curl a -d $'\\u00e9\\x41' \"b\" 'c' \\\n d # e")
	f.Add("curl ^\"a^\" ^\n -d ^\"^%^41^\" \"\"\"b\"")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := pasted.Curl(text, nil)
		if err == nil && (r.Method == "" && !strings.Contains(text, "-X") || r.URL == "") {
			t.Errorf("%q: %+v", text, r)
		}
	})
}
