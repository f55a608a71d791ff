package pasted

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/internal/httptext"
)

// Curl reads a curl command as a shell would: a POSIX one, or cmd.exe where carets say so.
func Curl(text string, read ReadFile) (*Request, error) {
	r, rest, err := firstCurl(text, read)
	if err == nil && strings.Trim(rest, " \t\r\n;&") != "" {
		r.note("what follows the first command is left out")
	}
	return r, err
}

// CurlWords is Curl for a command that a shell has split already.
func CurlWords(words []string, read ReadFile) (*Request, error) {
	if len(words) == 0 || !isCurl(words[0]) {
		return nil, fmt.Errorf("the command begins with %q, not with curl", strings.Join(words[:min(len(words), 1)], ""))
	}
	c := &command{header: make(http.Header), read: read}
	if err := c.options(words[1:]); err != nil {
		return nil, err
	}
	return c.request()
}

// A command is what curl was told so far.
type command struct {
	read           ReadFile
	method, url    string
	query          []string
	header         http.Header // a name without values is one that curl would send by itself, and was told not to
	data           []byte
	hasData        bool
	json           bool
	get, head      bool
	user, bearer   string
	agent, referer string
	cookies        []string
}

// options takes options and URLs in.
func (c *command) options(words []string) error {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			for _, url := range words[i+1:] {
				if err := c.setURL(url); err != nil {
					return err
				}
			}
			return nil
		case strings.HasPrefix(word, "--"):
			used, err := c.option(word[2:], "", words[i+1:], word)
			if err != nil {
				return err
			}
			i += used
		case len(word) > 1 && word[0] == '-':
			used, err := c.short(word[1:], words[i+1:])
			if err != nil {
				return err
			}
			i += used
		default:
			if err := c.setURL(word); err != nil {
				return err
			}
		}
	}
	return nil
}

// short takes in letters that stand behind one -: the first that takes a value takes what follows it, or the next word.
func (c *command) short(letters string, next []string) (used int, err error) {
	for i := range len(letters) {
		name := longName(letters[i])
		if name == "" {
			return 0, unknownOption("-" + letters[i:i+1])
		}
		inWord := letters[i+1:]
		if used, err = c.option(name, inWord, next, "-"+letters[i:i+1]); err != nil || takesValue(name) {
			return used, err
		}
	}
	return 0, nil
}

// option takes one in. Its value is inWord, or the next word, which is used then.
func (c *command) option(name, inWord string, next []string, shown string) (used int, err error) {
	if why := unfit(name); why != "" {
		return 0, fmt.Errorf("curl's %s can't be followed: %s", shown, why)
	}
	if !takesValue(name) {
		return 0, c.flag(name, shown)
	}
	if inWord != "" {
		return 0, c.set(name, inWord)
	}
	if len(next) == 0 {
		return 0, fmt.Errorf("curl's %s wants a value", shown)
	}
	return 1, c.set(name, next[0])
}

func unknownOption(shown string) error {
	return fmt.Errorf("curl has no option %s that hook knows", shown)
}

func (c *command) flag(name, shown string) error {
	switch on := strings.TrimPrefix(name, "no-"); {
	case name == "get":
		c.get = true
	case name == "head":
		c.head = true
	case !isFlag(on):
		return unknownOption(shown)
	}
	return nil
}

// set takes in an option with a value. One that isn't named here has no effect on the request.
func (c *command) set(name, value string) error {
	switch name {
	case "request":
		c.method = value
	case "url":
		return c.setURL(value)
	case "url-query":
		return c.addQuery(value)
	case "header":
		return c.setHeader(value)
	case "data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json":
		return c.addData(name, value)
	case "user":
		c.user = value
	case "oauth2-bearer":
		c.bearer = value
	case "user-agent":
		c.agent = value
	case "referer":
		c.referer, _, _ = strings.Cut(value, ";auto")
	case "cookie":
		if strings.Contains(value, "=") { // else it names a file
			c.cookies = append(c.cookies, value)
		}
	}
	return nil
}

func (c *command) setURL(url string) error {
	if c.url != "" {
		return errors.New("the curl command has more than one URL")
	}
	c.url = url
	return nil
}

// setHeader takes in -H: a field; @FILE with many; "Name;" for one without a value; "Name:" for none.
func (c *command) setHeader(line string) error {
	if file, ok := strings.CutPrefix(line, "@"); ok {
		b, err := c.file(file)
		if err != nil {
			return err
		}
		for line := range strings.SplitSeq(string(b), "\n") {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				if err := c.setHeader(strings.TrimPrefix(line, "@")); err != nil {
					return err
				}
			}
		}
		return nil
	}
	name, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	bare, empty := strings.CutSuffix(line, ";")
	if !ok && empty {
		name = bare
	}
	if !ok && !empty || !httptext.IsToken(name) || !httptext.IsValue(value) {
		return fmt.Errorf("curl's -H %q is no header", line)
	}
	name = http.CanonicalHeaderKey(name)
	if ok && value == "" {
		if _, has := c.header[name]; !has {
			c.header[name] = nil
		}
		return nil
	}
	c.header[name] = append(c.header[name], value)
	return nil
}

// standard sets a field as curl does by itself.
func (c *command) standard(name, value string) {
	if _, has := c.header[name]; !has && value != "" {
		c.header[name] = []string{value}
	}
}

// request is what curl would send.
func (c *command) request() (*Request, error) {
	url, err := c.fullURL()
	if err != nil {
		return nil, err
	}
	r := &Request{Method: c.method, URL: url, Header: c.header}
	if c.hasData && !c.get {
		r.Body = c.data
		if c.json {
			c.standard("Content-Type", "application/json")
			c.standard("Accept", "application/json")
		}
		c.standard("Content-Type", "application/x-www-form-urlencoded")
	}
	switch {
	case r.Method != "":
	case c.head:
		r.Method = http.MethodHead
	case r.Body != nil:
		r.Method = http.MethodPost
	default:
		r.Method = http.MethodGet
	}
	c.standard("User-Agent", c.agent)
	c.standard("Referer", c.referer)
	c.standard("Cookie", strings.Join(c.cookies, "; "))
	if c.user != "" {
		c.standard("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(c.user)))
	}
	if c.bearer != "" {
		c.standard("Authorization", "Bearer "+c.bearer)
	}
	if said := c.header.Get("Content-Length"); said != "" && said != strconv.Itoa(len(r.Body)) {
		r.note(fmt.Sprintf("Content-Length is %s, but the command's body has %d bytes", said, len(r.Body)))
	}
	for name, values := range c.header {
		if values == nil || name == "Host" || name == "Transfer-Encoding" {
			delete(c.header, name)
		}
	}
	return r, nil
}
