package cmd

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
)

// exactly writes a body, or the whole message, to the byte.
func (p place) exactly(s half, o showOptions) error {
	content := s.content.Bytes
	if o.raw {
		content = append(s.head(), content...)
	}
	if !s.content.Complete {
		_, _ = fmt.Fprintf(p.err, "hook: warning: only the first %s of %s bytes were kept\n", humanize.Comma(int64(len(s.content.Bytes))), humanize.Comma(s.content.Size))
	}
	if isTerminal(p.out) && !export.IsText(content) {
		flag := " --body"
		if o.raw {
			flag = " --raw"
		}
		return fail(exitFailed, "pipe it, as in `hook show "+s.id+s.flag+flag+" | xxd`, or send it to a file with > FILE",
			"show %s: the %s is no text that a terminal could show", o.ref, s.what)
	}
	_, err := p.out.Write(content)
	return err
}

// requestHead is the head of a request as HTTP/1.1 has it, with what the history knows of it: names are canonical and
// sorted, hop-by-hop fields gone. Without any framing among its fields it says how long the body is.
func requestHead(d *inspect.Delivery) []byte {
	var b bytes.Buffer
	target := d.URL
	if u, err := url.Parse(d.URL); err == nil && u.Host != "" {
		target = d.URL[strings.Index(d.URL, "://")+len("://"):]
		if i := strings.IndexAny(target, "/?"); i >= 0 {
			target = target[i:]
		} else {
			target = ""
		}
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	fmt.Fprintf(&b, "%s %s %s\r\n", d.Method, target, protoOf(d))
	if d.Host != "" {
		fmt.Fprintf(&b, "Host: %s\r\n", d.Host)
	}
	writeFields(&b, d.Header, d.Body)
	return b.Bytes()
}

// protoOf is the version with which a head in text is written.
func protoOf(d *inspect.Delivery) string {
	if strings.HasPrefix(d.Proto, "HTTP/1.") {
		return d.Proto
	}
	return "HTTP/1.1"
}

func responseHead(r *inspect.Response) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", r.Status, http.StatusText(r.Status))
	writeFields(&b, r.Header, r.Body)
	return b.Bytes()
}

func writeFields(b *bytes.Buffer, h http.Header, body inspect.Capture) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			fmt.Fprintf(b, "%s: %s\r\n", name, value)
		}
	}
	if _, said := h["Content-Length"]; !said && body.Size > 0 {
		fmt.Fprintf(b, "Content-Length: %d\r\n", body.Size)
	}
	b.WriteString("\r\n")
}
