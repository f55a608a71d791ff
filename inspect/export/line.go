package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect"
)

// JSON is v on a line of its own, of which a terminal shows every character and acts on none.
func JSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	line := strings.TrimSuffix(b.String(), "\n")
	if visible := VisibleJSON(line); visible != line {
		return append([]byte(visible), '\n'), nil
	}
	return b.Bytes(), nil
}

// VisibleJSON writes what inspect.Printable would not show as it is in JSON's own escapes: the same value. encoding/json
// does that for C0 and not for DEL, C1, bidirectional controls and the like, which can only be within strings.
func VisibleJSON(s string) string {
	var b strings.Builder
	kept := 0 // what of s is in b
	for i := 0; i < len(s); {
		if s[i] < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		end := i + size
		if !strings.HasSuffix(inspect.Printable(lastRunes(s[:end], 5)), s[i:end]) { // a fifth mark in a row isn't shown
			b.WriteString(s[kept:i])
			if high, low := utf16.EncodeRune(r); r > 0xffff {
				fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
			kept = end
		}
		i = end
	}
	if kept == 0 {
		return s
	}
	b.WriteString(s[kept:])
	return b.String()
}

// lastRunes is the last n characters of s.
func lastRunes(s string, n int) string {
	start := len(s)
	for ; n > 0 && start > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:start])
		start -= size
	}
	return s[start:]
}
