package export

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect"
)

// quoted is a text as a string of Go, JavaScript or Python: what an eye would miss or a parser would take for something else
// is escaped, beyond U+FFFF in a form of the language's own. Bytes that are no UTF-8 come out right in Go only.
func quoted(text, beyond string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f || r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r < 0x7f || strings.HasSuffix(inspect.Printable(lastRunes(text[:i+size], 5)), text[i:i+size]): // a fifth mark in a row isn't shown
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, beyond, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// byteString is bytes as a string whose characters are those bytes, as the clients of JavaScript and Python send headers.
func byteString(value string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(value) {
		switch {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(rune(c)))
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
