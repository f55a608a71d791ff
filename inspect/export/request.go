package export

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/httptext"
)

// A Place is where a request is sent.
type Place struct {
	URL    string // with path and query
	Socket string // the Unix socket on which it is asked for; empty for TCP
}

// PlaceOf is where a delivery went: the target of its first attempt, or, if there was none, where its sender sent it.
func PlaceOf(d *inspect.Delivery) (Place, error) {
	target := d.URL
	if len(d.Attempts) > 0 && d.Attempts[0].Target != "" {
		target = d.Attempts[0].Target
	}
	if socket, ok := strings.CutPrefix(target, "unix:"); ok {
		path := "/"
		if i := strings.LastIndex(socket, ":/"); i > 0 {
			socket, path = socket[:i], socket[i+1:]
		}
		return Place{"http://localhost" + path, socket}, nil
	}
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return Place{}, errors.New("nothing says where it was sent")
	}
	return Place{URL: target}, nil
}

func (o Options) place(d *inspect.Delivery) (Place, error) {
	if o.Where == nil {
		return PlaceOf(d)
	}
	return o.Where(d)
}

// checkRequest refuses what would be read as something else once it is sent: method, URL and fields come from strangers.
func checkRequest(d *inspect.Delivery, at string) error {
	switch {
	case !httptext.IsToken(d.Method):
		return errors.New("its method is none that can be sent")
	case !httptext.IsPlain(at):
		return errors.New("its URL has a space or a control character in it")
	}
	return checkHeader(d.Header)
}

// eachField visits the fields that are sent, the names sorted, all values in their order. Host and what frames the body are
// not among them.
func eachField(h http.Header, visit func(name, value string)) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if name == "Host" || name == "Content-Length" || name == "Transfer-Encoding" {
			continue
		}
		for _, value := range h[name] {
			visit(name, value)
		}
	}
}

// about is a delivery in a comment's line: its id, when it came, who sent what, and what is to be known of it.
func about(d *inspect.Delivery) string {
	words := []string{commentMark, d.ID, Stamp(d.ReceivedAt)}
	if d.Masked {
		words = append(words, maskedMark)
	}
	if !d.Body.Complete {
		words = append(words, truncatedMark)
	}
	if who := strings.TrimSpace(d.Provider + " " + d.EventType); who != "" {
		words = append(words, who)
	}
	return inspect.Printable(strings.Join(words, " "))
}

// The words of about, which the reader looks for.
const (
	commentMark   = "hook"
	maskedMark    = "masked"
	truncatedMark = "truncated"
)

// note is a line for people, on what is wrong with a request that is not sent as it came.
func note(d *inspect.Delivery) string {
	var notes []string
	if d.Masked {
		notes = append(notes, "secrets in it are masked, so its signature may not match any more")
	}
	if !d.Body.Complete {
		notes = append(notes, fmt.Sprintf("only %d of the body's %d bytes were kept", len(d.Body.Bytes), d.Body.Size))
	}
	return strings.Join(notes, "; ")
}
