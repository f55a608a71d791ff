// Package pasted reads requests in the forms that people have them in: saved byte for byte from a proxy, an editor or a
// browser, or as the curl command that would send them. It runs no shell, and fetches nothing.
package pasted

import (
	"bytes"
	"errors"
	"net/http"
	"path"
	"regexp"
	"strings"
)

// A Request is what was read.
type Request struct {
	Method string
	URL    string      // empty if the text names no host
	Header http.Header // canonical names, all values; Host and Transfer-Encoding are not among them
	Body   []byte
	Notes  []string // what was left out, changed or looks odd, for people

	loose bool // nothing says whether the line breaks at Body's end belong to it
}

// Bodies are what the body may have been: as it stands; and, where line breaks at its end may be those of the file alone,
// without the last one, and without any.
func (r *Request) Bodies() [][]byte {
	all := [][]byte{r.Body}
	if !r.loose {
		return all
	}
	one := bytes.TrimSuffix(bytes.TrimSuffix(r.Body, []byte("\n")), []byte("\r"))
	for _, body := range [][]byte{one, bytes.TrimRight(r.Body, "\r\n")} {
		if len(body) < len(all[len(all)-1]) {
			all = append(all, body)
		}
	}
	return all
}

func (r *Request) note(words string) { r.Notes = append(r.Notes, words) }

// A ReadFile reads a file that a curl command names; "-" is standard input.
type ReadFile func(name string) ([]byte, error)

// ErrNeither is for a text that is neither a request nor a curl command.
var ErrNeither = errors.New("neither a raw HTTP request nor a curl command")

// Parse reads a text in whichever of the forms it is.
func Parse(text []byte, read ReadFile) (*Request, error) {
	switch {
	case LooksCurl(text):
		return Curl(string(text), read)
	case looksRaw(text):
		return Raw(text)
	}
	return nil, ErrNeither
}

// LooksCurl says whether a text is a curl command, perhaps behind comments and a prompt.
func LooksCurl(text []byte) bool {
	line := firstLine(text)
	words := strings.Fields(line)
	if len(words) > 1 && (words[0] == "$" || words[0] == "%") {
		words = words[1:]
	}
	return len(words) > 0 && isCurl(strings.TrimSuffix(words[0], "^")) || document.MatchString(line)
}

// isCurl says whether a command's first word names curl.
func isCurl(word string) bool {
	name := path.Base(strings.ReplaceAll(strings.ToLower(word), `\`, "/"))
	return name == "curl" || name == "curl.exe"
}

var requestLine = regexp.MustCompile(`^([A-Z]+[ \t]+(\S+[ \t]+HTTP/\S+|/\S*|https?://\S+)|https?://\S+|:(authority|method|path|scheme)\b.*|HTTP/\S+[ \t]+\d+.*)$`)

// Looks says whether a text begins with what Parse and Each read.
func Looks(text []byte) bool { return LooksCurl(text) || looksRaw(text) }

func looksRaw(text []byte) bool { return requestLine.MatchString(firstLine(text)) }

// firstLine is the first line that says something.
func firstLine(text []byte) string {
	l := lines{rest: bytes.TrimPrefix(text, bom)}
	line, _ := l.first()
	return line
}
