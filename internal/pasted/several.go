package pasted

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// A Piece is one of the requests of a text.
type Piece struct {
	*Request
	Comments []string // the lines before it that are for editors and people, without what marks them
	Line     int      // where it begins, from 1
}

// Each yields all requests of a text: curl commands one below the other, and raw requests, of which each but the last has a
// Content-Length or ends where a line begins with ###. One that can't be read has an error that names its line; the next is
// looked for behind the next such line.
func Each(text []byte, read ReadFile) iter.Seq2[Piece, error] {
	return func(yield func(Piece, error) bool) {
		whole := bytes.TrimPrefix(text, bom)
		for rest := whole; ; {
			p := Piece{}
			p.Comments, rest = comments(rest)
			if len(rest) == 0 {
				return
			}
			p.Line = 1 + bytes.Count(whole[:len(whole)-len(rest)], []byte("\n"))
			var err error
			if p.Request, rest, err = first(rest, read); err != nil {
				err = fmt.Errorf("line %d: %w", p.Line, err)
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// comments takes what stands before a request.
func comments(text []byte) (lines []string, rest []byte) {
	for len(text) > 0 {
		line, after, _ := bytes.Cut(text, []byte("\n"))
		switch trimmed := strings.TrimSpace(string(line)); {
		case isComment(trimmed):
			lines = append(lines, strings.TrimLeft(trimmed, "#/ "))
		case trimmed != "":
			return lines, text
		}
		text = after
	}
	return lines, nil
}

// first reads the request that a text begins with.
func first(text []byte, read ReadFile) (*Request, []byte, error) {
	switch {
	case LooksCurl(text):
		r, rest, err := firstCurl(string(text), read)
		if err != nil {
			return nil, behindSeparator(text), err
		}
		return r, []byte(rest), nil
	case looksRaw(text):
		end := len(text)
		if body, header := bodyOf(text); body != nil {
			end = len(text) - len(body) + bodyEnd(body, header)
		}
		r, err := Raw(text[:end])
		return r, text[end:], err
	}
	return nil, behindSeparator(text), ErrNeither
}

// next is where a request may begin behind one that can't be read.
var next = regexp.MustCompile(`(?m)^(###|curl |base64 -d <<|# hook d_)`)

// behindSeparator is where a text goes on behind what can't be read.
func behindSeparator(text []byte) []byte {
	_, after, _ := bytes.Cut(text, []byte("\n"))
	if at := next.FindIndex(after); at != nil {
		return after[at[0]:]
	}
	return nil
}

// bodyOf is what stands behind the head of a raw request, nil if nothing does, and the head's Content-Length.
func bodyOf(text []byte) (body []byte, header http.Header) {
	l := &lines{rest: text}
	header = make(http.Header)
	for line, ok := l.next(); ok && strings.TrimSpace(line) != ""; line, ok = l.next() {
		if name, value, _ := strings.Cut(line, ":"); strings.EqualFold(name, "Content-Length") {
			header.Set("Content-Length", strings.TrimSpace(value))
		}
	}
	return l.rest, header
}

// bodyEnd is where a body ends that another request may follow: where its head says, if nothing or a line with ### comes
// there, else at the first such line.
func bodyEnd(body []byte, header http.Header) int {
	if n, err := strconv.Atoi(header.Get("Content-Length")); err == nil && n >= 0 && n <= len(body) {
		if rest := bytes.TrimLeft(body[n:], "\r\n"); len(rest) == 0 || bytes.HasPrefix(rest, []byte("###")) || Looks(rest) {
			return n
		}
	}
	if at := separator.FindIndex(body); at != nil {
		return at[0]
	}
	return len(body)
}

// document begins a curl command that is given its body in base64, as hook writes it.
var document = regexp.MustCompile(`^base64 (?:-d|-D|--decode) <<'(\w+)' \| (curl )`)

// firstCurl reads the curl command that a text begins with.
func firstCurl(text string, read ReadFile) (r *Request, rest string, err error) {
	_, command := comments([]byte(strings.TrimPrefix(text, string(bom))))
	text = string(command)
	end := ""
	if m := document.FindStringSubmatchIndex(text); m != nil {
		end, text = text[m[2]:m[3]], text[m[4]:]
	}
	split := shellWords
	if isWindows(text) {
		split = windowsWords
	}
	words, rest, err := split(text)
	if err != nil {
		return nil, rest, fmt.Errorf("the curl command: %w", err)
	}
	if len(words) > 1 && (words[0] == "$" || words[0] == "%") { // a prompt
		words = words[1:]
	}
	if end != "" {
		if read, rest, err = hereDocument(rest, end, read); err != nil {
			return nil, rest, err
		}
	}
	r, err = CurlWords(words, read)
	return r, rest, err
}

// hereDocument reads a document in base64 up to the line end: it is what the command then finds at its standard input.
func hereDocument(text, end string, read ReadFile) (ReadFile, string, error) {
	content, rest, ok := strings.Cut("\n"+text, "\n"+end+"\n")
	if !ok {
		if content, ok = strings.CutSuffix("\n"+text, "\n"+end); !ok {
			return nil, "", fmt.Errorf("the curl command: its document has no end %s", end)
		}
	}
	body, err := base64.StdEncoding.DecodeString(content)
	if err != nil {
		return nil, rest, errors.New("the curl command: its document is no base64")
	}
	return func(name string) ([]byte, error) {
		if name == "-" {
			return body, nil
		}
		if read == nil {
			return nil, fmt.Errorf("it names the file %q", name)
		}
		return read(name)
	}, rest, nil
}
