package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/filter"
)

// formatFuncs are what a template of --format can call beside text/template's own. Comparisons, index and len are as those of
// --where: what is missing makes none of them true, and is no error.
var formatFuncs = template.FuncMap{
	"_get": getField, "_show": showValue,
	"json": jsonOf, "upper": upper, "lower": lower, "date": dateOf, "short": short, "join": joinAll,
	"eq": func(a any, others ...any) bool {
		for _, b := range others {
			if filter.Equal(a, b) {
				return true
			}
		}
		return false
	},
	"ne": func(a, b any) bool { return !filter.Equal(a, b) },
	"lt": func(a, b any) bool { c, ok := filter.Order(a, b); return ok && c < 0 },
	"le": func(a, b any) bool { c, ok := filter.Order(a, b); return ok && c <= 0 },
	"gt": func(a, b any) bool { c, ok := filter.Order(a, b); return ok && c > 0 },
	"ge": func(a, b any) bool { c, ok := filter.Order(a, b); return ok && c >= 0 },
	"index": func(v any, keys ...any) any {
		for _, key := range keys {
			v = filter.Member(v, key)
		}
		return v
	},
	"len": filter.Len,
}

// getField goes down from v, which may be a record.
func getField(v any, path ...string) any {
	if r, ok := v.(*filter.Record); ok {
		return r.Get(path...)
	}
	for _, name := range path {
		v = filter.Member(v, name)
	}
	return v
}

// A jsonText is JSON that is shown as it is.
type jsonText string

func jsonOf(v any) (jsonText, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return jsonText(visibleJSON(strings.TrimSuffix(b.String(), "\n"))), err
}

// showValue is a value on one line: nothing for what is missing, JSON for what has parts.
func showValue(v any) (string, error) {
	if text, ok := v.(jsonText); ok {
		return string(text), nil
	}
	text, ok := textOf(v)
	if !ok {
		text, err := jsonOf(v)
		return string(text), err
	}
	return inspect.Printable(text), nil
}

// textOf is a value as text, if it has no parts.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case time.Time:
		return stamp(v), true
	case bool, int, time.Duration, int64, rune:
		return fmt.Sprint(v), true
	}
	return "", false
}

func upper(v any) string { text, _ := textOf(v); return strings.ToUpper(text) }
func lower(v any) string { text, _ := textOf(v); return strings.ToLower(text) }

// short is an id cut to its usual length.
func short(v any) string { text, _ := textOf(v); return inspect.ShortID(text) }

// dateOf is a time in local time, by a layout of Go's. Seconds since 1970 and RFC 3339 are times, too.
func dateOf(layout string, v any) string {
	switch t := v.(type) {
	case time.Time:
		return t.Local().Format(layout)
	case int:
		return time.Unix(int64(t), 0).Format(layout)
	case string:
		if parsed, err := time.Parse(time.RFC3339, t); err == nil {
			return parsed.Local().Format(layout)
		}
	}
	return ""
}

// joinAll is the elements of a list with something between them.
func joinAll(between string, v any) string {
	list, ok := v.([]any)
	if !ok {
		text, _ := textOf(v)
		return text
	}
	parts := make([]string, len(list))
	for i, e := range list {
		text, ok := textOf(e)
		if !ok {
			j, _ := jsonOf(e)
			text = string(j)
		}
		parts[i] = text
	}
	return strings.Join(parts, between)
}
