package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
)

// readJSON is a JSON body as a tree of mappings, lists and scalars. Of a name that comes twice the last value counts. It is
// false for what is no JSON.
func readJSON(body []byte) (any, bool) {
	if !json.Valid(body) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	tree, err := readValue(d)
	return tree, err == nil
}

var errEndOfList = errors.New("the list ends")

func readValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return readObject(d)
	case json.Delim('['):
		list := []any{}
		for {
			one, err := readValue(d)
			if errors.Is(err, errEndOfList) {
				return list, nil
			}
			if err != nil {
				return nil, err
			}
			list = append(list, one)
		}
	case json.Delim(']'):
		return nil, errEndOfList
	default:
		return token, nil
	}
}

func readObject(d *json.Decoder) (any, error) {
	m, at := new(mapping), make(map[string]int)
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := readValue(d)
		if err != nil {
			return nil, err
		}
		name, is := token.(string)
		if !is {
			return nil, io.ErrUnexpectedEOF
		}
		if i, known := at[name]; known {
			m.values[i] = value
			continue
		}
		at[name] = len(m.keys)
		m.add(name, value)
	}
	_, err := d.Token()
	return m, err
}

// readForm is a form as a tree: the value of a name that comes once is a string, else a list of them.
func readForm(body []byte) (any, bool) {
	m, at := new(mapping), make(map[string]int)
	for pair := range strings.SplitSeq(string(body), "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, ok := formText(name)
		value, fine := formText(value)
		if !ok || !fine {
			return nil, false
		}
		i, known := at[name]
		if !known {
			at[name] = len(m.keys)
			m.add(name, value)
			continue
		}
		if list, is := m.values[i].([]any); is {
			m.values[i] = append(list, value)
		} else {
			m.values[i] = []any{m.values[i], value}
		}
	}
	return m, true
}

func formText(s string) (string, bool) {
	text, err := url.QueryUnescape(s)
	return text, err == nil
}
