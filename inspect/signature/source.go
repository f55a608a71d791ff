package signature

import (
	"bytes"
	"strings"
)

// A source reads one value from a request. It is empty if the request does not have it, or if it is longer than maxValue.
type source func(r Request) string

// inHeader is a header's first value; the name is canonical.
func inHeader(name string) source {
	return func(r Request) string { return fitting(header(r.Header, name)) }
}

// inBody is a value in a JSON body; the path is dotted, and 0 leads into the first element of an array: "0.event.type".
func inBody(path string) source {
	names := strings.Split(path, ".")
	return func(r Request) string { return pick(r.Body, names...) }
}

// inForm is a field of a form.
func inForm(name string) source {
	return func(r Request) string { return fitting(formValue(r.Body, name)) }
}

// inPayload is a value in the JSON that a form holds in one of its fields.
func inPayload(field, path string) source {
	names := strings.Split(path, ".")
	return func(r Request) string { return pick([]byte(formValue(r.Body, field)), names...) }
}

// inQuery is a parameter of the URL.
func inQuery(name string) source {
	return func(r Request) string {
		value, _ := queryValue(r.URL, name)
		return fitting(unescape(value))
	}
}

// inXML is the text of the first element with a name, as it is written. It does not parse XML.
func inXML(element string) source {
	open, end := []byte("<"+element+">"), []byte("</"+element+">")
	return func(r Request) string {
		_, rest, _ := bytes.Cut(r.Body[:min(len(r.Body), maxScan)], open)
		text, _, closed := bytes.Cut(rest, end)
		if !closed {
			return ""
		}
		return fitting(strings.TrimSpace(string(text)))
	}
}

// firstOf is the first source that has a value.
func firstOf(sources ...source) source {
	return func(r Request) string {
		for _, s := range sources {
			if value := s(r); value != "" {
				return value
			}
		}
		return ""
	}
}

// joined is the first source's value, with the others' behind it: "pull_request.opened". Without the first there is none.
func joined(separator string, first source, others ...source) source {
	return func(r Request) string {
		text := first(r)
		if text == "" {
			return ""
		}
		for _, s := range others {
			if value := s(r); value != "" {
				text += separator + value
			}
		}
		return fitting(text)
	}
}

// always is one value for all requests.
func always(value string) source {
	return func(Request) string { return value }
}

// when is yes where a source has a value of the given ones, and no where it has another: the mode of live and test data.
func when(s source, values []string, yes, no string) source {
	return func(r Request) string {
		got := s(r)
		if got == "" {
			return ""
		}
		for _, value := range values {
			if got == value {
				return yes
			}
		}
		return no
	}
}

func fitting(value string) string {
	if len(value) > maxValue {
		return ""
	}
	return value
}
