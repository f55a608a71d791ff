package differential

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http/httputil"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
)

// A message is a request or an answer as one side read it from its socket. Nothing but the case of names is lost.
type message struct {
	interim []string // the heads that came before an answer's
	first   string   // the request line or status line
	head    string   // all of the head
	fields  map[string][]string
	body    body
	trailer map[string][]string
}

// A body can be compared.
type body struct {
	size  int64
	sum   [32]byte
	start string
}

func (b body) String() string {
	return fmt.Sprintf("%d bytes, %.80q..., %x", b.size, b.start, b.sum[:4])
}

// readHead reads up to the empty line behind the header.
func readHead(r *bufio.Reader) (m message, err error) {
	if m.first, err = readLine(r); err != nil {
		return m, err
	}
	m.head = m.first + "\n"
	m.fields, err = readFields(r, &m.head)
	return m, err
}

func readFields(r *bufio.Reader, raw *string) (map[string][]string, error) {
	fields := make(map[string][]string)
	for last := ""; ; {
		line, err := readLine(r)
		if err != nil || line == "" {
			return fields, err
		}
		*raw += line + "\n"
		if line[0] == ' ' || line[0] == '\t' { // the last line goes on
			fields[last][len(fields[last])-1] += "\n" + line
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		last = textproto.CanonicalMIMEHeaderKey(name)
		fields[last] = append(fields[last], strings.Trim(value, " \t"))
	}
}

func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	line, ok := strings.CutSuffix(line, "\r\n")
	if !ok {
		return "", fmt.Errorf("the line %q has no CR", line)
	}
	return line, nil
}

// readBody reads the body behind a head. Without a length, toEnd says that it ends with the connection.
func (m *message) readBody(r *bufio.Reader, toEnd bool, progress func(int64)) (err error) {
	src := io.Reader(r)
	chunked := slices.Contains(m.fields["Transfer-Encoding"], "chunked")
	switch length, given := m.fields["Content-Length"]; {
	case chunked:
		src = httputil.NewChunkedReader(r)
	case given:
		n, err := strconv.ParseInt(length[0], 10, 64)
		if err != nil {
			return err
		}
		src = io.LimitReader(r, n)
	case !toEnd:
		src = strings.NewReader("")
	}
	hash := sha256.New()
	buf := make([]byte, 32<<10)
	for err == nil {
		var n int
		n, err = src.Read(buf)
		_, _ = hash.Write(buf[:n])
		m.body.size += int64(n)
		m.body.start += string(buf[:min(n, 1000-len(m.body.start))])
		progress(m.body.size)
	}
	hash.Sum(m.body.sum[:0])
	if !errors.Is(err, io.EOF) {
		return err
	}
	if chunked {
		m.trailer, err = readFields(r, new(string))
		return err
	}
	return nil
}

// diff tells how what came through hook differs from what came directly.
func diff(side string, direct, hook message) []string {
	var all []string
	add := func(what string, direct, hook any) {
		if d, h := fmt.Sprintf("%q", direct), fmt.Sprintf("%q", hook); d != h {
			all = append(all, fmt.Sprintf("%s: %s%s became %s", side, what, d, h))
		}
	}
	add("informed by ", direct.interim, hook.interim)
	add("", direct.first, hook.first)
	addFields := func(what string, direct, hook map[string][]string) {
		names := slices.Concat(slices.Collect(maps.Keys(direct)), slices.Collect(maps.Keys(hook)))
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			add(what+name+" ", direct[name], hook[name])
		}
	}
	addFields("", direct.fields, hook.fields)
	if direct.body != hook.body {
		all = append(all, fmt.Sprintf("%s: a body of %v became one of %v", side, direct.body, hook.body))
	}
	addFields("trailer ", direct.trailer, hook.trailer)
	return all
}
