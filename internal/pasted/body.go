package pasted

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// fit makes a body as long as Content-Length says: an editor that saved it may have added a line break at the end, or
// written all of them in its own manner. What was done is told in words.
func fit(body []byte, length int) (fitted []byte, words string) {
	if len(body) == length {
		return body, ""
	}
	lf := bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))
	for _, try := range []struct {
		body  []byte
		words string
	}{
		{bytes.TrimSuffix(body, []byte("\n")), "the newline behind the body is left out"},
		{bytes.TrimSuffix(body, []byte("\r\n")), "the CR LF behind the body is left out"},
		{bytes.TrimRight(body, "\r\n"), "the line breaks behind the body are left out"},
		{lf, "the body's line breaks are read as LF"},
		{bytes.TrimRight(lf, "\n"), "the body's line breaks are read as LF, and those behind it are left out"},
		{bytes.ReplaceAll(lf, []byte("\n"), []byte("\r\n")), "the body's line breaks are read as CR LF"},
		{bytes.ReplaceAll(bytes.TrimRight(lf, "\n"), []byte("\n"), []byte("\r\n")), "the body's line breaks are read as CR LF, and those behind it are left out"},
	} {
		if len(try.body) == length {
			return try.body, fmt.Sprintf("%s: Content-Length is %d", try.words, length)
		}
	}
	if len(body) > length {
		return body[:length], fmt.Sprintf("Content-Length is %d: %d bytes behind that are left out", length, len(body)-length)
	}
	return body, fmt.Sprintf("Content-Length is %d, but the body has %d bytes: some are missing", length, len(body))
}

// unchunk puts a chunked body together. What doesn't look like one is not.
func unchunk(b []byte) (body []byte, ok bool) {
	body = make([]byte, 0, len(b))
	for {
		line, rest, ok := bytes.Cut(b, []byte("\n"))
		if !ok && len(line) == 0 {
			return nil, false
		}
		size, _, _ := strings.Cut(string(line), ";")
		n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 31)
		switch {
		case err != nil || int(n) > len(rest):
			return nil, false
		case n == 0:
			return body, true // perhaps with fields behind it, which no provider signs
		}
		body = append(body, rest[:n]...)
		rest = bytes.TrimPrefix(rest[n:], []byte("\r"))
		if b, ok = bytes.CutPrefix(rest, []byte("\n")); !ok {
			return nil, false
		}
	}
}
