package filter

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
)

// loops are the functions that ask something of each element of a list.
var loops = []string{"all", "any", "none", "one", "filter", "find", "map", "count", "sum"}

// functions are the others, of those that expr has.
var functions = []string{
	"len", "lower", "upper", "trim", "trimPrefix", "trimSuffix", "split", "join", "first", "last", "keys", "values", "min", "max",
	"abs", "ceil", "floor", "round", "int", "float", "string", "now", "date", "duration", "fromJSON", "fromBase64",
}

// own are those of functions that hook has another way for.
var own = map[string]func(a []any) any{
	"len":        func(a []any) any { return length(a[0]) },
	"keys":       func(a []any) any { return keys(a[0]) },
	"date":       date,
	"duration":   func(a []any) any { return orNil(durationFrom(a[0])) },
	"fromBase64": func(a []any) any { return decodeBase64(a[0]) },
	"fromJSON": func(a []any) any {
		s, _ := a[0].(string)
		v, _ := parseJSON(s)
		return v
	},
	"first": func(a []any) any { return member(a[0], 0) },
	"last":  func(a []any) any { return member(a[0], -1) },
}

// safe is every one of functions in a shape that gives nil for what can't be done.
var safe = func() conf.FunctionsTable {
	table := make(conf.FunctionsTable)
	for _, name := range functions {
		do := own[name]
		if do == nil {
			do = standard(builtin.Builtins[builtin.Index[name]])
		}
		table[name] = function(func(a ...any) (result any) {
			defer func() {
				if recover() != nil {
					result = nil
				}
			}()
			if len(a) > 0 && a[0] == nil && name != "len" {
				return nil
			}
			return do(a)
		}, new(func(...any) any))
	}
	return named(table)
}()

// standard is expr's own function.
func standard(f *builtin.Function) func([]any) any {
	return func(a []any) any {
		bytes := 0
		for i := range a {
			a[i] = plain(a[i])
			if s, ok := a[i].(string); ok {
				bytes += len(s)
			}
		}
		switch {
		case bytes > maxText:
			return nil
		case f.Fast != nil:
			return f.Fast(a[0])
		case f.Safe != nil:
			result, _, err := f.Safe(a...)
			return orNil(anyList(result), err == nil)
		}
		result, err := f.Func(a...)
		return orNil(anyList(result), err == nil)
	}
}

func orNil[T any](v T, ok bool) any {
	if !ok {
		return nil
	}
	return v
}

// anyList is a list of texts as lists are here.
func anyList(v any) any {
	texts, ok := v.([]string)
	if !ok {
		return v
	}
	all := make([]any, len(texts))
	for i, s := range texts {
		all[i] = s
	}
	return all
}

// length is 0 for what is missing or has none.
func length(v any) int {
	switch v := v.(type) {
	case string:
		return utf8.RuneCountInString(v)
	case raw:
		if v[0] == '{' {
			return len(v.list())
		}
	case header:
		return len(v)
	case map[string]any:
		return len(v)
	}
	return len(listOf(v))
}

func keys(v any) any {
	all, ok := plain(v).(map[string]any)
	if !ok {
		return nil
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return anyList(names)
}

// date reads a time, from a text or from seconds since 1970.
func date(a []any) any {
	if t, ok := timeFrom(a[0]); ok {
		return t
	}
	switch n := a[0].(type) {
	case int:
		return time.Unix(int64(n), 0)
	case float64:
		return time.UnixMilli(int64(n * 1000))
	case string:
		if n, ok := numberIn(n).(int); ok {
			return time.Unix(int64(n), 0)
		}
	}
	return standard(builtin.Builtins[builtin.Index["date"]])(a)
}

// decodeBase64 is the text behind base64, of either alphabet, with or without padding.
func decodeBase64(v any) any {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	s = strings.NewReplacer("-", "+", "_", "/", "\n", "", "\r", "").Replace(strings.TrimRight(strings.TrimSpace(s), "="))
	b, err := base64.RawStdEncoding.DecodeString(s)
	return orNil(string(b), err == nil)
}
