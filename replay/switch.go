package replay

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/textproto"
	"sync"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/httptext"
)

// inform passes an informational answer on.
func (p *passage) inform(status int, fields textproto.MIMEHeader) error {
	h := p.w.Header()
	maps.Copy(h, http.Header(fields))
	for _, name := range httptext.HopByHop {
		delete(h, name)
	}
	p.w.WriteHeader(status)
	clear(h)
	return nil
}

// pipe passes on that the app has switched protocols, and then what both sides say until either has no more to say. None
// of it is kept.
func (p *passage) pipe(ctx context.Context, response *http.Response) {
	if err := p.passHeader(response); err != nil {
		p.give(ctx, err)
		return
	}
	p.awaitKept()
	p.w.WriteHeader(response.StatusCode)
	var err error
	if app, ok := response.Body.(appConn); ok && p.sender != nil {
		var up sync.WaitGroup
		up.Go(func() {
			_, _ = io.Copy(struct{ io.Writer }{app}, struct{ io.Reader }{p.sender})
			_ = app.CloseWrite()
		})
		err = copyFlushing(p.w, app)
		if sender, ok := p.sender.(interface{ CloseRead() }); ok {
			sender.CloseRead()
		}
		_ = response.Body.Close() // the sender may have more to say than the app reads
		up.Wait()
	}
	p.over(inspect.Attempt{
		Outcome:  inspect.OutcomeAnswered,
		Response: &inspect.Response{Status: response.StatusCode, Header: response.Header, Body: (&capture{over: true}).result()},
	}, false)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}

// An appConn is the body of an answer by which the app has switched protocols.
type appConn interface {
	io.ReadWriter
	CloseWrite() error
}

// copyFlushing copies src to w, sending on each piece as it comes.
func copyFlushing(w http.ResponseWriter, src io.Reader) error {
	flusher, _ := w.(http.Flusher)
	buf := copyBuffers.Get().(*[copyBuffer]byte)
	defer copyBuffers.Put(buf)
	for {
		if flusher != nil {
			flusher.Flush()
		}
		n, err := src.Read(buf[:])
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
		}
		switch err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}
