package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/filter"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// parsePath cuts a path like body.data.object.id at its dots, but for those behind a backslash.
func parsePath(s string) ([]string, error) {
	var path []string
	var step strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			step.WriteByte(s[i])
		case s[i] == '.':
			path = append(path, step.String())
			step.Reset()
		default:
			step.WriteByte(s[i])
		}
	}
	path = append(path, step.String())
	for _, step := range path {
		if step == "" {
			return nil, fail(exitUsage, `a path is like id, body.data.object.id or body.items.0.name; \. is a dot in a name`, "wait: --get %s is no path", s)
		}
	}
	return path, nil
}

// printPart prints the part of a delivery that the path names: a text as it is, all else as JSON.
func (w *waiting) printPart(ctx context.Context, path []string, s inspect.Summary, behind history.Cursor) error {
	d, err := w.store.Get(ctx, s.ID)
	if err != nil {
		return w.broken(err)
	}
	part, at, has := follow(recordOf(d, behind), path)
	if at < len(path) {
		return fail(exitFailed, has, "wait: %s has no %s", d.ID, strings.Join(path[:at+1], "."))
	}
	text, isText := textIn(part)
	switch {
	case !isText:
		text = visibleJSON(string(part))
	case isTerminal(w.out):
		text = strings.Join(inspect.PrintableLines(text), "\n")
	}
	_, err = io.WriteString(w.out, text+"\n")
	return err
}

// textIn is the text that a JSON value is, if it is one.
func textIn(v json.RawMessage) (text string, ok bool) {
	if len(v) == 0 || v[0] != '"' {
		return "", false
	}
	return text, json.Unmarshal(v, &text) == nil
}

// follow goes along the path from a JSON value. If it ends before that, at is the step that isn't there, and has what is
// there in its place.
func follow(v json.RawMessage, path []string) (_ json.RawMessage, at int, has string) {
	for i, name := range path {
		if text, ok := textIn(v); ok && json.Valid([]byte(text)) { // a field of a form, with JSON in it
			v = json.RawMessage(text)
		}
		parts, names := partsOf(v)
		if i > 0 && path[i-1] == "header" {
			if j := slices.IndexFunc(names, func(own string) bool { return sameField(own, name) }); j >= 0 {
				name = names[j]
			}
		}
		next, ok := parts[name]
		if !ok {
			return v, i, thereIs(path[:i], v, names)
		}
		v = next
	}
	return v, len(path), ""
}

// partsOf is the members of an object, of which the last of a name counts, or the elements of an array by their numbers;
// and their names. It is nothing of any other value.
func partsOf(v json.RawMessage) (parts map[string]json.RawMessage, names []string) {
	var elements []json.RawMessage
	if json.Unmarshal(v, &elements) == nil {
		parts = make(map[string]json.RawMessage, len(elements))
		for i, e := range elements {
			names = append(names, strconv.Itoa(i))
			parts[names[i]] = e
		}
		return parts, names
	}
	if json.Unmarshal(v, &parts) != nil {
		return nil, nil
	}
	return parts, slices.Sorted(maps.Keys(parts))
}

// sameField says whether a field of a header is meant: in any case, and with _ for -, as expressions have it.
func sameField(own, name string) bool {
	return strings.EqualFold(own, strings.ReplaceAll(name, "_", "-"))
}

// maxNames is how many names are told of what is there.
const maxNames = 40

func thereIs(path []string, v json.RawMessage, names []string) string {
	where := strings.Join(path, ".")
	switch v = bytes.TrimSpace(v); {
	case v[0] != '[' && v[0] != '{':
		return where + " has no parts: it is " + kindOfJSON(v)
	case len(names) == 0:
		return where + " is empty"
	case v[0] == '[':
		return where + " has " + plural(len(names), "element: 0", "elements: 0 to "+names[len(names)-1])
	}
	list := strings.Join(names[:min(len(names), maxNames)], ", ")
	if more := len(names) - maxNames; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	if where == "" {
		return "there is " + list
	}
	return where + " has " + list
}

func kindOfJSON(v []byte) string {
	switch v[0] {
	case '"':
		return "a text"
	case 't', 'f', 'n':
		return string(v)
	}
	return "a number"
}

// recordOf is a delivery as expressions see it, as JSON, and its cursor. A body that is JSON is as it came, to the digit.
func recordOf(d *inspect.Delivery, behind history.Cursor) []byte {
	r := filter.RecordOf(d)
	all := map[string]any{"cursor": cursorText(behind)}
	for _, f := range filter.Fields() {
		if v := r.Get(f.Name); v != nil && !strings.Contains(f.Name, ".") && f.Name != "age" {
			all[f.Name] = v
		}
	}
	if body := exactJSON(d.Header, d.Body.Bytes); body != nil {
		all["body"] = body
	}
	if a := d.Last(); a != nil && a.Response != nil {
		if answer, ok := all["response"].(map[string]any); ok {
			if body := exactJSON(a.Response.Header, a.Response.Body.Bytes); body != nil {
				answer["body"] = body
			}
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(all) // nothing in it can fail
	return b.Bytes()
}

// exactJSON is a body that is JSON, without its compression; nil if it is none.
func exactJSON(h http.Header, body []byte) json.RawMessage {
	plain, _, err := inspect.Decoded(h, body, inspect.DecodeLimit)
	if err != nil || !json.Valid(plain) {
		return nil
	}
	return plain
}
