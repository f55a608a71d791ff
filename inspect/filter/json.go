package filter

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// maxDepth is how deep JSON may be nested.
const maxDepth = 10_000

// A raw is a JSON object or list that was found to be valid and is read when it is asked.
type raw string

// parseJSON is the value of a JSON text, and whether it is one. What is nested deeper than maxDepth is none.
func parseJSON(s string) (any, bool) {
	if tooDeep(s) || !gjson.Valid(s) {
		return nil, false
	}
	return scalar(gjson.Parse(s)), true
}

// tooDeep says whether s may be nested deeper than maxDepth. Few texts have enough brackets to be looked at.
func tooDeep(s string) bool {
	if strings.Count(s, "[")+strings.Count(s, "{") <= maxDepth {
		return false
	}
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if depth++; depth > maxDepth {
				return true
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return false
}

// scalar is a value that is not opened further than it must be. Whole numbers are exact up to 64 bits.
func scalar(r gjson.Result) any {
	switch r.Type {
	case gjson.String:
		return r.Str
	case gjson.True:
		return true
	case gjson.False:
		return false
	case gjson.Number:
		return numberOf(r.Raw)
	case gjson.JSON:
		return raw(r.Raw)
	}
	return nil
}

func numberOf(s string) any {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil // too large for a number here
	}
	return f
}

// member is the member of an object; of several with one name the last, as most parsers have it.
func (r raw) member(name string) any {
	if r[0] != '{' {
		return nil
	}
	var found gjson.Result
	gjson.Parse(string(r)).ForEach(func(key, value gjson.Result) bool {
		if key.Str == name {
			found = value
		}
		return true
	})
	return scalar(found)
}

// list is the elements of a list; of an object, its values.
func (r raw) list() []any {
	var all []any
	gjson.Parse(string(r)).ForEach(func(_, value gjson.Result) bool {
		all = append(all, scalar(value))
		return true
	})
	return all
}

// plain opens it wholly.
func (r raw) plain() any {
	parsed := gjson.Parse(string(r))
	if r[0] == '[' {
		all := []any{}
		parsed.ForEach(func(_, value gjson.Result) bool {
			all = append(all, plain(scalar(value)))
			return true
		})
		return all
	}
	all := make(map[string]any)
	parsed.ForEach(func(key, value gjson.Result) bool {
		all[key.Str] = plain(scalar(value))
		return true
	})
	return all
}

// plain is a value of nothing but Go's own types and time's; but a header stays one, for the sake of its names.
func plain(v any) any {
	switch v := v.(type) {
	case header:
		return v
	case object:
		return v.plain()
	case []any:
		all := make([]any, len(v))
		for i, e := range v {
			all[i] = plain(e)
		}
		return all
	case map[string]any:
		all := make(map[string]any, len(v))
		for name, e := range v {
			all[name] = plain(e)
		}
		return all
	}
	return v
}
