package signature

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxParameters is how many parameters of a form are looked at. No provider sends as many; sorting many more would make
// a webhook expensive.
const maxParameters = 10_000

// A parameter is one field of a form, decoded.
type parameter struct {
	name, value string
}

// isForm says whether h announces a URL-encoded form.
func isForm(h http.Header) bool {
	const form = "application/x-www-form-urlencoded"
	kind := header(h, "Content-Type")
	return len(kind) >= len(form) && strings.EqualFold(kind[:len(form)], form)
}

// header is the first value of a header with a canonical name, empty if there is none.
func header(h http.Header, name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// formValue is the first value of a field in a URL-encoded form. It is empty if it is not among the first
// maxParameters or in the first maxScan bytes. Names are compared as they are written, without resolving escapes.
func formValue(body []byte, name string) string {
	pair, rest, more := []byte(nil), body[:min(len(body), maxScan)], true
	for range maxParameters {
		if !more {
			break
		}
		pair, rest, more = bytes.Cut(rest, []byte("&"))
		if len(pair) > len(name) && pair[len(name)] == '=' && string(pair[:len(name)]) == name {
			return unescape(string(pair[len(name)+1:]))
		}
	}
	return ""
}

// sortedForm is the text of a form's parameters that Twilio and its like sign: each name with its value, sorted by
// name, then by value, repeats left out. It is nil and false for more than maxParameters.
func sortedForm(body []byte) ([]byte, bool) {
	var all []parameter
	for pair, rest, more := "", string(body), true; more; {
		pair, rest, more = strings.Cut(rest, "&")
		if pair == "" {
			continue
		}
		if len(all) == maxParameters {
			return nil, false
		}
		all = append(all, parameterOf(pair))
	}
	slices.SortFunc(all, func(a, b parameter) int {
		if order := strings.Compare(a.name, b.name); order != 0 {
			return order
		}
		return strings.Compare(a.value, b.value)
	})
	signed := make([]byte, 0, len(body))
	for _, p := range slices.Compact(all) {
		signed = append(append(signed, p.name...), p.value...)
	}
	return signed, true
}

func parameterOf(pair string) parameter {
	name, value, _ := strings.Cut(pair, "=")
	return parameter{unescape(name), unescape(value)}
}

// unescape decodes a name or value of a form. What is no escape stays as it is, as in the senders' own libraries.
func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	return strings.ReplaceAll(s, "+", " ")
}
