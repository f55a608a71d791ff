package diff

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// A member is one key of an object and its value, as written.
type member struct {
	key   string
	value []byte
}

// members are those of an object, which is valid JSON, in their order. A key that is there twice counts with its last
// value, at its first place; twice names the first such key.
func members(object []byte) (all []member, twice string) {
	all = make([]member, 0, 8)
	var index map[string]int // once there are many
	each(object, func(key string, value []byte) {
		at := -1
		if index == nil {
			at = slices.IndexFunc(all, func(m member) bool { return m.key == key })
		} else if i, ok := index[key]; ok {
			at = i
		}
		if at >= 0 {
			all[at].value = value
			if twice == "" {
				twice = key
			}
			return
		}
		if all = append(all, member{key, value}); index != nil {
			index[key] = len(all) - 1
		} else if len(all) > few {
			index = make(map[string]int, 2*few)
			for i, m := range all {
				index[m.key] = i
			}
		}
	})
	return all, twice
}

const few = 16 // keys that are found faster by looking at each than by a map

// indexOf finds a key among members; -1 is nowhere.
func indexOf(all []member) func(key string) int {
	if len(all) <= few {
		return func(key string) int { return slices.IndexFunc(all, func(m member) bool { return m.key == key }) }
	}
	index := make(map[string]int, len(all))
	for i, m := range all {
		index[m.key] = i
	}
	return func(key string) int {
		if i, ok := index[key]; ok {
			return i
		}
		return -1
	}
}

// each tells the members of an object, as they come.
func each(object []byte, tell func(key string, value []byte)) {
	for i := 1; ; {
		i = skip(object, i)
		if object[i] == '}' {
			return
		}
		end := valueEnd(object, i)
		key := text(object[i:end])
		i = skip(object, skip(object, end)+1) // behind the colon
		end = valueEnd(object, i)
		tell(key, object[i:end])
		if i = skip(object, end); object[i] == ',' {
			i++
		}
	}
}

// elements are those of an array, which is valid JSON; ok is false if there are more than
// maxElements.
func elements(array []byte) (all [][]byte, ok bool) {
	w := walker{array, 1}
	for e := w.next(); e != nil; e = w.next() {
		if len(all) == maxElements {
			return nil, false
		}
		all = append(all, e)
	}
	return all, true
}

// A walker gives the elements of an array one after the other.
type walker struct {
	array []byte
	at    int // behind the bracket or the comma that is in front of the next
}

// next is the next element; nil is none.
func (w *walker) next() []byte {
	start := skip(w.array, w.at)
	if w.array[start] == ']' {
		return nil
	}
	end := valueEnd(w.array, start)
	if w.at = skip(w.array, end); w.array[w.at] == ',' {
		w.at++
	}
	return w.array[start:end]
}

// skip is the first place from i on that is no white space.
func skip(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r' {
		i++
	}
	return i
}

// valueEnd is where the value that begins at i is over.
func valueEnd(b []byte, i int) int {
	switch b[i] {
	case '"':
		return stringEnd(b, i)
	case '{', '[':
	default:
		for i < len(b) && b[i] > ' ' && b[i] != ',' && b[i] != ']' && b[i] != '}' {
			i++
		}
		return i
	}
	for depth := 0; ; i++ {
		switch b[i] {
		case '"':
			i = stringEnd(b, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
}

// stringEnd is where the string that begins at i is over.
func stringEnd(b []byte, i int) int {
	for i++; ; i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// text is what a JSON string says. Bytes in it that are no UTF-8 stay as they are.
func text(quoted []byte) string {
	inside := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inside, '\\') < 0 {
		return string(inside)
	}
	if !utf8.Valid(inside) { // what decodes it would replace what is no UTF-8
		return string(inside)
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return string(inside)
	}
	return s
}

// quote is a text as a JSON string. Bytes that are no UTF-8 stay as they are, so that they are told apart.
func quote(s string) string { return string(appendQuoted(make([]byte, 0, len(s)+2), s)) }

func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

const hexDigits = "0123456789abcdef"

// The kinds of JSON values, by their first character.
const (
	anObject = '{'
	anArray  = '['
	aText    = '"'
	aNumber  = '0'
	aWord    = 'w' // null, true, false
)

func kindOf(value []byte) byte {
	switch c := value[0]; c {
	case '{', '[', '"':
		return c
	case 'n', 't', 'f':
		return aWord
	}
	return aNumber
}
