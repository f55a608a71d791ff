package export

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A mapping is a YAML mapping, in its order. Values are mappings, lists ([]any), strings, json.Numbers, ints, bools and nil.
type mapping struct {
	keys   []string
	values []any
}

// add adds a key that is not there yet.
func (m *mapping) add(key string, value any) *mapping {
	m.keys, m.values = append(m.keys, key), append(m.values, value)
	return m
}

// writeYAML writes a value that stands behind a key or a dash, indented by depth levels where it has lines of its own.
func writeYAML(b *strings.Builder, value any, depth int) {
	switch v := value.(type) {
	case *mapping:
		if len(v.keys) == 0 {
			b.WriteString(" {}\n")
			return
		}
		b.WriteString("\n")
		for i, key := range v.keys {
			b.WriteString(strings.Repeat("  ", depth) + yamlText(key) + ":")
			writeYAML(b, v.values[i], depth+1)
		}
	case []any:
		if len(v) == 0 {
			b.WriteString(" []\n")
			return
		}
		b.WriteString("\n")
		for _, one := range v {
			b.WriteString(strings.Repeat("  ", depth) + "-")
			writeItem(b, one, depth+1)
		}
	default:
		b.WriteString(" " + yamlScalar(v) + "\n")
	}
}

// writeItem is writeYAML for what stands behind a dash, where a mapping's first key stands on the same line.
func writeItem(b *strings.Builder, value any, depth int) {
	m, is := value.(*mapping)
	if !is || len(m.keys) == 0 {
		writeYAML(b, value, depth)
		return
	}
	var inner strings.Builder
	writeYAML(&inner, m, depth)
	b.WriteString(" " + strings.TrimLeft(inner.String(), "\n "))
}

func yamlScalar(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case json.Number:
		return string(v)
	default:
		return yamlText(fmt.Sprint(v))
	}
}

// yamlText is a text as it is where no reader takes it for anything else, and quoted otherwise, so that all of it can be seen.
func yamlText(s string) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$"
	plain := s != "" && strings.Trim(s[:1], letters) == "" && strings.Trim(s, letters+"0123456789-./ ") == "" && !strings.HasSuffix(s, " ")
	if plain && !slices.Contains([]string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(s)) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == utf8.RuneError && size == 1: // no UTF-8, which YAML can't hold
			b.WriteRune(utf8.RuneError)
		case r >= ' ' && r < 0x7f || r > 0x7f && inspect.Printable(s[i:i+size]) == s[i:i+size]:
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
