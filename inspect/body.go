package inspect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"
)

const (
	lineBytes   = 4096 // of a body's line that are shown
	indentLimit = 40   // levels of JSON that are still indented: deeper ones would be all spaces
	hexColumns  = 16
)

// PrettyBody is body as lines to show, each as Printable shows it: JSON indented by 2, with its keys in their order and
// its numbers as they were written; a form as one `key = value` a line, decoded, with JSON in a value indented below
// its key; other text as it is, and anything else as a hex dump. What a body is follows from contentType and, where
// that says too little, from the body.
//
// There are at most max lines, the last of which then says how many more there are; a max below 1 means no limit.
// Lines of more than 4096 bytes are cut, and say so.
func PrettyBody(contentType string, body []byte, max int) []string {
	out := &bodyLines{max: max}
	media, _, _ := mime.ParseMediaType(contentType) // what can't be read is decided by the body alone
	switch {
	case len(body) == 0:
	case media == "application/x-www-form-urlencoded":
		out.form(body)
	case isJSON(body):
		out.json(body, 0)
	case strings.HasPrefix(media, "text/") || isText(body):
		out.text(body)
	default:
		out.hex(body)
	}
	return out.done()
}

// bodyLines collects lines up to a number, and counts the others.
type bodyLines struct {
	max  int
	kept []string
	more int
}

// add takes the next line, which the caller may overwrite afterwards.
func (l *bodyLines) add(line []byte) {
	if l.max > 0 && len(l.kept) == l.max {
		l.more++
		return
	}
	if len(line) <= lineBytes {
		l.kept = append(l.kept, printableLine(string(line)))
		return
	}
	end := lineBytes
	for end > lineBytes-utf8.UTFMax && !utf8.RuneStart(line[end]) {
		end--
	}
	l.kept = append(l.kept, fmt.Sprintf("%s… %d more bytes", printableLine(string(line[:end])), len(line)-end))
}

// done is all that was collected, with a last line about what did not fit.
func (l *bodyLines) done() []string {
	if l.more > 0 {
		l.kept[l.max-1] = fmt.Sprintf("… %d more lines", l.more+1)
	}
	return l.kept
}

// text adds the lines of body.
func (l *bodyLines) text(body []byte) {
	for line := range bytes.SplitSeq(bytes.TrimSuffix(body, []byte("\n")), []byte("\n")) {
		l.add(bytes.TrimSuffix(line, []byte("\r")))
	}
}

// form adds one line for each pair of body.
func (l *bodyLines) form(body []byte) {
	for pair := range strings.SplitSeq(strings.TrimSpace(string(body)), "&") {
		key, value, _ := strings.Cut(pair, "=")
		key, value = unescaped(key), unescaped(value)
		if isJSON([]byte(value)) {
			l.add([]byte(key + " ="))
			l.json([]byte(value), 1)
			continue
		}
		l.add([]byte(Printable(key + " = " + value)))
	}
}

// unescaped is the decoded s, or s itself if it is badly encoded.
func unescaped(s string) string {
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	return s
}

// json adds body, which is valid JSON, indented from depth on. It is not json.Indent because that writes all of the
// indentation of all of the lines: a body of 20 KB, nested deeply, would take 200 MB.
func (l *bodyLines) json(body []byte, depth int) {
	line := indent(nil, depth)
	for i := 0; i < len(body); i++ {
		switch c := body[i]; c {
		case ' ', '\t', '\r', '\n':
		case '"':
			end := stringEnd(body, i)
			line = append(line, body[i:end]...)
			i = end - 1
		case '{', '[':
			line = append(line, c)
			if next := skipSpace(body, i+1); body[next] == c+2 { // '}' and ']' come two behind their openers
				line = append(line, body[next])
				i = next
				continue
			}
			depth++
			l.add(line)
			line = indent(line, depth)
		case '}', ']':
			depth--
			l.add(line)
			line = append(indent(line, depth), c)
		case ',':
			l.add(append(line, c))
			line = indent(line, depth)
		case ':':
			line = append(line, ": "...)
		default:
			line = append(line, c)
		}
	}
	l.add(line)
}

// indent begins line anew with the spaces of depth.
func indent(line []byte, depth int) []byte {
	line = line[:0]
	for range min(depth, indentLimit) {
		line = append(line, "  "...)
	}
	return line
}

// stringEnd is where the JSON string that begins at start of body is over.
func stringEnd(body []byte, start int) int {
	for i := start + 1; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(body)
}

// skipSpace is the first place from start on where body has no JSON space.
func skipSpace(body []byte, start int) int {
	for start < len(body)-1 && strings.IndexByte(" \t\r\n", body[start]) >= 0 {
		start++
	}
	return start
}

// hex adds a dump of body: offset, 16 bytes, the same as ASCII.
func (l *bodyLines) hex(body []byte) {
	for offset := 0; offset < len(body); offset += hexColumns {
		if l.max > 0 && len(l.kept) == l.max {
			l.more += (len(body) - offset + hexColumns - 1) / hexColumns
			return
		}
		row := body[offset:min(offset+hexColumns, len(body))]
		ascii := bytes.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '.'
			}
			return r
		}, row)
		l.add(fmt.Appendf(nil, "%08x  %-47s  %s", offset, fmt.Sprintf("% x", row), ascii))
	}
}

// isJSON says whether body is a JSON object or array: a lone number or word is better shown as the text that it is.
func isJSON(body []byte) bool {
	start := bytes.TrimLeft(body, " \t\r\n")
	return len(start) > 0 && (start[0] == '{' || start[0] == '[') && json.Valid(body)
}

// isText says whether the beginning of body is UTF-8 without NUL: a capture may end amid a character.
func isText(body []byte) bool {
	head := body[:min(len(body), lineBytes)]
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		if r == utf8.RuneError && size == 1 && utf8.FullRune(head) {
			return false
		}
		head = head[size:]
	}
	return true
}
