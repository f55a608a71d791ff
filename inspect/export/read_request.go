package export

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/httptext"
	"github.com/seed-4575fdc3/hook/internal/pasted"
)

// readRequests reads raw requests and curl commands.
func readRequests(text []byte, files pasted.ReadFile, yield yielder) error {
	for p, err := range pasted.Each(text, files) {
		f := Found{At: fmt.Sprintf("line %d", p.Line), Err: err}
		if err == nil {
			f.fromPiece(p)
		}
		if !yield(f) {
			return nil
		}
	}
	return nil
}

func (f *Found) fromPiece(p pasted.Piece) {
	f.Notes = p.Notes
	d := &inspect.Delivery{
		Method: p.Method, URL: p.URL, Proto: "HTTP/1.1", Header: p.Header, Body: captureOf(p.Body),
	}
	if d.Method == "" {
		d.Method = http.MethodPost
	}
	if !httptext.IsToken(d.Method) {
		f.Err = fmt.Errorf("%q is no method", cut(d.Method))
		return
	}
	for _, name := range httptext.HopByHop {
		delete(d.Header, name)
	}
	if u, err := url.Parse(p.URL); err == nil && u.Host != "" {
		d.Host, d.Path = u.Host, u.RequestURI()
	}
	f.Bodies = p.Bodies()
	f.Delivery = d
	for _, comment := range p.Comments {
		f.readAbout(comment)
	}
}

// readAbout reads a comment that about wrote.
func (f *Found) readAbout(comment string) {
	words := strings.Fields(comment)
	if len(words) < 3 || words[0] != commentMark || !inspect.IsID(words[1]) {
		return
	}
	at, err := moment(words[2])
	if err != nil {
		return
	}
	d := f.Delivery
	d.ID, d.ReceivedAt, f.Own = words[1], at, true
	if _, said := d.Header["Content-Length"]; !said && len(f.Bodies) > 1 { // hook says how long a body is
		d.Body, f.Bodies = inspect.CaptureOf(nil), nil
	}
	marks := words[3:min(len(words), 5)]
	d.Masked = slices.Contains(marks, maskedMark)
	if slices.Contains(marks, truncatedMark) {
		d.Body.Complete = false
	}
}
