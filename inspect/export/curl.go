package export

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect"
)

type curlEncoder struct {
	w       io.Writer
	options Options
	any     bool
}

func newCurl(w io.Writer, o Options) Encoder { return &curlEncoder{w: w, options: o} }

func (e *curlEncoder) Add(d *inspect.Delivery) error {
	to, err := e.options.place(d)
	if err != nil {
		return err
	}
	if err := checkRequest(d, to.URL); err != nil {
		return err
	}
	var b strings.Builder
	if e.any {
		b.WriteString("\n")
	}
	e.any = true
	fmt.Fprintf(&b, "# %s\n", about(d))
	if words := note(d); words != "" {
		fmt.Fprintf(&b, "# %s\n", words)
	}
	b.WriteString(Curl(d, to))
	_, err = io.WriteString(e.w, b.String())
	return err
}

func (*curlEncoder) Close() error { return nil }

// maxArgument is how long a body may be, in bytes, to stand in the command itself: no argument may be longer than 128 KiB on
// Linux, and quoting makes it longer.
const maxArgument = 24 << 10

// Curl is a command for POSIX shells with which curl sends d's request exactly, and nothing of its own. Long bodies, and
// those that no shell has a plain word for, come in base64 from a here-document.
func Curl(d *inspect.Delivery, to Place) string {
	line := []string{"curl", "--globoff", "--path-as-is", "--http1.1"}
	if d.Method == http.MethodHead { // else it waits for a body
		line = append(line, "--head")
	} else {
		line = append(line, "-X", ShellWord(d.Method))
	}
	if to.Socket != "" {
		line = append(line, "--unix-socket", ShellWord(to.Socket))
	}
	words := []string{strings.Join(append(line, ShellWord(to.URL)), " ")}
	eachField(d.Header, func(name, value string) {
		field := name + ": " + value
		if value == "" {
			field = name + ";"
		}
		words = append(words, "-H "+ShellWord(field))
	})
	for _, name := range []string{"Accept", "Content-Type", "Expect", "User-Agent"} { // which curl would send by itself
		if _, has := d.Header[name]; !has && (len(d.Body.Bytes) > 0 || name == "Accept" || name == "User-Agent") {
			words = append(words, "-H "+ShellWord(name+":"))
		}
	}
	body := d.Body.Bytes
	if _, said := d.Header["Content-Length"]; said && len(body) == 0 {
		words = append(words, "-H 'Content-Length: 0'")
	}
	document := ""
	switch {
	case len(body) > maxArgument || !IsText(body):
		words[0] = "base64 -d <<'" + documentEnd + "' | " + words[0]
		words = append(words, "--data-binary @-")
		document = base64Lines(body) + documentEnd + "\n"
	case len(body) > 0 && body[0] == '@': // which would name a file
		words = append(words, "--data-raw "+ShellWord(string(body)))
	case len(body) > 0:
		words = append(words, "--data-binary "+ShellWord(string(body)))
	}
	return strings.Join(words, " \\\n  ") + "\n" + document
}

// documentEnd ends a here-document. Base64 has no such line.
const documentEnd = "__END__"

func base64Lines(b []byte) string {
	const width = 76
	var s strings.Builder
	for text := base64.StdEncoding.EncodeToString(b); text != ""; {
		n := min(width, len(text))
		s.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	return s.String()
}

// ShellWord quotes a word for POSIX shells, and what a terminal would act on for those that know $'…'.
func ShellWord(s string) string {
	plain := "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+,="
	switch {
	case s != "" && strings.Trim(s, plain) == "":
		return s
	case IsText([]byte(s)):
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch piece := s[i : i+size]; {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + piece)
		case r == '\n':
			b.WriteString(`\n`)
		case r != utf8.RuneError && inspect.Printable(piece) == piece:
			b.WriteString(piece)
		default:
			for _, c := range []byte(piece) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		}
		i += size
	}
	return b.String() + "'"
}

// IsText says whether a terminal shows bytes as they are, and does nothing else with them.
func IsText(b []byte) bool {
	s := strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(string(b))
	return inspect.Printable(s) == s
}
