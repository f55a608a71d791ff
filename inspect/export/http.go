package export

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

type httpEncoder struct {
	w       io.Writer
	options Options
	any     bool
}

func newHTTP(w io.Writer, o Options) Encoder { return &httpEncoder{w: w, options: o} }

// Add writes a request as HTTP/1.1 has it, behind comments as editors have them. Its target is the whole URL, which tells the
// scheme too, and without Options.Where that which its sender asked for: some providers sign it.
func (e *httpEncoder) Add(d *inspect.Delivery) error {
	to, host, err := e.target(d)
	if err != nil {
		return err
	}
	if err := checkRequest(d, to); err != nil {
		return err
	}
	var b strings.Builder
	if e.any {
		b.WriteString("\n\n")
	}
	e.any = true
	title := strings.TrimSpace(d.Provider + " " + d.EventType)
	if title == "" {
		title = d.ID
	}
	fmt.Fprintf(&b, "### %s\n# %s\n", inspect.Printable(title), about(d))
	if words := note(d); words != "" {
		fmt.Fprintf(&b, "# %s\n", words)
	}
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", d.Method, to, host)
	eachField(d.Header, func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) })
	if _, said := d.Header["Content-Length"]; said || len(d.Body.Bytes) > 0 {
		b.WriteString("Content-Length: " + strconv.Itoa(len(d.Body.Bytes)) + "\r\n")
	}
	b.WriteString("\r\n")
	if _, err := io.WriteString(e.w, b.String()); err != nil {
		return err
	}
	_, err = e.w.Write(d.Body.Bytes)
	return err
}

// target is the request's target and its Host.
func (e *httpEncoder) target(d *inspect.Delivery) (target, host string, err error) {
	target, host = d.URL, d.Host
	if e.options.Where != nil {
		to, err := e.options.Where(d)
		if err != nil {
			return "", "", err
		}
		target, host = to.URL, ""
	}
	u, err := url.Parse(target)
	if err != nil || u.Host == "" && host == "" {
		return "", "", errors.New("nothing says where it was sent")
	}
	if host == "" {
		host = u.Host
	}
	if !strings.Contains(target, "://") && !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	return target, host, nil
}

func (*httpEncoder) Close() error { return nil }
