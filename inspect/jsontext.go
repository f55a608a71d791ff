package inspect

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A jsonReader tells the tokens of JSON apart, as RFC 8259 has it, without keeping anything but how they are nested.
type jsonReader struct {
	text []byte
	at   int    // where the next token is looked for
	open []byte // the brackets around it
	want jsonWant
	many bool // values may follow one another, as in a log of one a line
}

// jsonWant is what may come next.
type jsonWant byte

const (
	wantValue       jsonWant = iota
	wantFirstValue           // or the end of the list
	wantKey                  // behind a comma
	wantFirstKey             // or the end of the object
	wantColon                // behind a key
	wantCommaOrEnd           // behind a value in a list or an object
	wantNothingMore          // behind the whole
)

// A jsonToken is a key, string, number or word, or one of the signs { } [ ] : and ,.
type jsonToken struct {
	kind       byte // 'k', 's', 'n', 'w', or the sign; 0 at the end
	start, end int
}

func (r *jsonReader) wrong(at int, format string, args ...any) (jsonToken, *syntaxError) {
	return jsonToken{}, &syntaxError{at: at, reason: fmt.Sprintf(format, args...)}
}

func (r *jsonReader) cut(missing string) (jsonToken, *syntaxError) {
	return jsonToken{}, &syntaxError{at: len(r.text), reason: "the end comes too early: " + missing, cut: true}
}

// next is the next token; one of kind 0 is the end.
func (r *jsonReader) next() (jsonToken, *syntaxError) {
	for r.at < len(r.text) && isJSONSpace(r.text[r.at]) {
		r.at++
	}
	if r.at == len(r.text) {
		return r.end()
	}
	start := r.at
	c := r.text[start]
	if r.want == wantNothingMore {
		if !r.many {
			return r.wrong(start, "something follows the end of the JSON")
		}
		r.want = wantValue
	}
	switch {
	case c == '}' || c == ']':
		return r.closing(c)
	case c == ',' && r.want == wantCommaOrEnd:
		r.want = wantValue
		if r.inObject() {
			r.want = wantKey
		}
		return r.sign(c)
	case c == ':' && r.want == wantColon:
		r.want = wantValue
		return r.sign(c)
	case c == '"' && (r.want == wantKey || r.want == wantFirstKey):
		r.want = wantColon
		return r.quoted('k')
	case r.want > wantFirstValue:
		return r.misplaced(c)
	case c == '{' || c == '[':
		r.open = append(r.open, c)
		r.want = wantFirstKey
		if c == '[' {
			r.want = wantFirstValue
		}
		return r.sign(c)
	}
	r.behindValue()
	switch {
	case c == '"':
		return r.quoted('s')
	case c == '-' || '0' <= c && c <= '9':
		return r.number()
	}
	return r.word()
}

func isJSONSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (r *jsonReader) inObject() bool { return len(r.open) > 0 && r.open[len(r.open)-1] == '{' }

func (r *jsonReader) sign(c byte) (jsonToken, *syntaxError) {
	r.at++
	return jsonToken{c, r.at - 1, r.at}, nil
}

func (r *jsonReader) behindValue() {
	r.want = wantCommaOrEnd
	if len(r.open) == 0 {
		r.want = wantNothingMore
	}
}

func (r *jsonReader) end() (jsonToken, *syntaxError) {
	switch {
	case len(r.open) == 0 && (r.want == wantNothingMore || r.many):
		return jsonToken{0, r.at, r.at}, nil
	case len(r.open) == 0:
		return r.cut("a value is missing")
	case r.inObject():
		return r.cut("an object is not closed")
	}
	return r.cut("a list is not closed")
}

func (r *jsonReader) closing(c byte) (jsonToken, *syntaxError) {
	opener := c - 2 // '{' and '[' come two before their closers
	switch {
	case len(r.open) == 0 || r.open[len(r.open)-1] != opener:
		return r.wrong(r.at, "a %c closes nothing that is open", c)
	case r.want == wantKey || r.want == wantValue && r.lastSign() == ',':
		return r.wrong(r.at, "a comma stands before the closing %c", c)
	case r.want == wantValue || r.want == wantColon:
		return r.wrong(r.at, "a value is missing before the %c", c)
	}
	r.open = r.open[:len(r.open)-1]
	r.behindValue()
	return r.sign(c)
}

// lastSign is what stands before the next token, but for blanks.
func (r *jsonReader) lastSign() byte {
	before := bytes.TrimRight(r.text[:r.at], " \t\r\n")
	if len(before) == 0 {
		return 0
	}
	return before[len(before)-1]
}

// misplaced is why c can't come next.
func (r *jsonReader) misplaced(c byte) (jsonToken, *syntaxError) {
	switch {
	case r.want == wantColon:
		return r.wrong(r.at, "a colon is missing behind the key")
	case r.want == wantCommaOrEnd && c == ':':
		return r.wrong(r.at, "a colon stands where a comma should")
	case r.want == wantCommaOrEnd:
		return r.wrong(r.at, "a comma is missing before this")
	case c == '\'':
		return r.wrong(r.at, "a key is in single quotes: JSON has double ones only")
	case c == ',':
		return r.wrong(r.at, "a comma stands where a key should")
	case c == '/':
		return r.wrong(r.at, "a comment: JSON has none")
	}
	return r.wrong(r.at, "a key is not in double quotes")
}

// quoted is a string from its first quote to its last.
func (r *jsonReader) quoted(kind byte) (jsonToken, *syntaxError) {
	start := r.at
	for i := start + 1; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			r.at = i + 1
			return jsonToken{kind, start, r.at}, nil
		case c < ' ' && (c == '\n' || c == '\r'):
			return r.wrong(i, "a line ends within a string: its closing quote is missing, or the break should be \\n")
		case c < ' ':
			return r.wrong(i, "a control character (0x%02x) stands within a string: it should be \\u%04x", c, c)
		case c == '\\':
			i++
			if i < len(r.text) && strings.IndexByte(`"\/bfnrtu`, r.text[i]) < 0 {
				return r.wrong(i-1, `\%s is no escape of JSON`, Printable(cutText(string(r.text[i:min(i+4, len(r.text))]), utf8Len(r.text[i:]))))
			}
			if i < len(r.text) && r.text[i] == 'u' {
				for n := i + 1; n <= i+4 && n < len(r.text); n++ {
					if !isHex(r.text[n]) {
						return r.wrong(i-1, `\u is not followed by four hexadecimal digits`)
					}
				}
			}
		}
	}
	return r.cut("a string's closing quote is missing")
}

func utf8Len(b []byte) int {
	_, size := utf8.DecodeRune(b)
	return size
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digitsFrom is where the digits from i on end.
func (r *jsonReader) digitsFrom(i int) int {
	for i < len(r.text) && isDigit(r.text[i]) {
		i++
	}
	return i
}

// peek is the byte at i; 0 if there is none.
func (r *jsonReader) peek(i int) byte {
	if i < len(r.text) {
		return r.text[i]
	}
	return 0
}

func (r *jsonReader) number() (jsonToken, *syntaxError) {
	start, i := r.at, r.at
	if r.text[i] == '-' {
		i++
	}
	whole := i
	if i = r.digitsFrom(i); i == whole {
		if i == len(r.text) {
			return r.cut("a number is not finished")
		}
		return r.wrong(start, "a minus without a number")
	}
	if r.text[whole] == '0' && i > whole+1 {
		return r.wrong(start, "a number begins with 0")
	}
	for _, part := range []string{".", "eE"} {
		if c := r.peek(i); c == 0 || strings.IndexByte(part, c) < 0 {
			continue
		}
		i++
		if c := r.peek(i); part != "." && (c == '+' || c == '-') {
			i++
		}
		from := i
		if i = r.digitsFrom(i); i == from {
			if i == len(r.text) {
				return r.cut("a number is not finished")
			}
			return r.wrong(i, "a digit is missing in a number")
		}
	}
	if c := r.peek(i); isWordByte(c) {
		return r.wrong(i, "a number has something else in it")
	}
	r.at = i
	return jsonToken{'n', start, i}, nil
}

func isWordByte(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '.'
}

// word is true, false or null, or what people write instead.
func (r *jsonReader) word() (jsonToken, *syntaxError) {
	start, end := r.at, r.at
	for end < len(r.text) && isWordByte(r.text[end]) {
		end++
	}
	word := string(r.text[start:min(end, start+24)])
	switch c := r.text[start]; {
	case word == "true" || word == "false" || word == "null":
		r.at = end
		return jsonToken{'w', start, end}, nil
	case end == len(r.text) && slices.ContainsFunc([]string{"true", "false", "null"}, func(whole string) bool { return strings.HasPrefix(whole, word) }):
		return r.cut("a word is not finished")
	case c == '\'':
		return r.wrong(start, "a text is in single quotes: JSON has double ones only")
	case c == ',':
		return r.wrong(start, "a value is missing before the comma")
	case c == ':':
		return r.wrong(start, "a colon stands where a value should")
	case c == '/':
		return r.wrong(start, "a comment: JSON has none")
	case word == "True" || word == "False" || word == "None":
		return r.wrong(start, "%s is Python's: JSON has true, false and null", word)
	case word == "undefined" || word == "NaN" || word == "Infinity":
		return r.wrong(start, "%s is no JSON: null may be meant", word)
	case word != "":
		return r.wrong(start, "%s is no value of JSON: a text stands in double quotes", word)
	}
	return r.wrong(start, "%s is no value of JSON", quoteRune(r.text[start:]))
}

// quoteRune is the first character of b for a message.
func quoteRune(b []byte) string { return "'" + Printable(string(b[:utf8Len(b)])) + "'" }
