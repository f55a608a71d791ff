package pasted

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// addData takes a piece of the body in, as curl's manual says for each of the options that give one.
func (c *command) addData(option, value string) error {
	piece, err := c.piece(option, value)
	if err != nil {
		return err
	}
	if len(c.data) > 0 && option != "json" {
		c.data = append(c.data, '&')
	}
	c.data = append(c.data, piece...)
	c.hasData = true
	if c.data == nil {
		c.data = []byte{}
	}
	c.json = c.json || option == "json"
	return nil
}

func (c *command) piece(option, value string) ([]byte, error) {
	if option == "data-urlencode" {
		return c.encoded(value)
	}
	name, isFile := strings.CutPrefix(value, "@")
	if !isFile || option == "data-raw" {
		return []byte(value), nil
	}
	b, err := c.file(name)
	if err == nil && (option == "data" || option == "data-ascii") {
		b = slices.DeleteFunc(b, func(c byte) bool { return c == '\r' || c == '\n' || c == 0 })
	}
	return b, err
}

// encoded is --data-urlencode's: content, =content, name=content, @FILE or name@FILE.
func (c *command) encoded(value string) ([]byte, error) {
	at := strings.IndexAny(value, "=@")
	if at < 0 {
		return []byte(percent(value)), nil
	}
	name, content := value[:at], []byte(value[at+1:])
	if value[at] == '@' {
		var err error
		if content, err = c.file(value[at+1:]); err != nil {
			return nil, err
		}
	}
	if name != "" {
		name += "="
	}
	return []byte(name + percent(string(content))), nil
}

// percent encodes as curl does for forms: with + for a space.
func percent(s string) string {
	const plain, hex = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~", "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case strings.IndexByte(plain, c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

func (c *command) file(name string) ([]byte, error) {
	if c.read == nil {
		return nil, fmt.Errorf("the curl command reads the file %q", name)
	}
	b, err := c.read(name)
	if err != nil {
		return nil, fmt.Errorf("the curl command reads a file: %w", err)
	}
	return b, nil
}

func (c *command) addQuery(value string) error {
	if raw, ok := strings.CutPrefix(value, "+"); ok {
		c.query = append(c.query, raw)
		return nil
	}
	b, err := c.encoded(value)
	c.query = append(c.query, string(b))
	return err
}

// fullURL is the URL as curl completes it.
func (c *command) fullURL() (string, error) {
	if c.url == "" {
		return "", errors.New("the curl command has no URL")
	}
	url, _, _ := strings.Cut(c.url, "#")
	if !strings.Contains(url, "://") {
		url = "http://" + url
	}
	query := c.query
	if c.get && len(c.data) > 0 {
		query = append(query, string(c.data))
	}
	for _, part := range query {
		separator := "?"
		if strings.Contains(url, "?") {
			separator = "&"
		}
		url += separator + part
	}
	return url, nil
}
