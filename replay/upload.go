package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"sync"
	"time"

	"github.com/seed-4575fdc3/hook/internal/httptext"
)

const (
	copyPieces = 64 << 10
	lastWords  = time.Second // how long an app may take to answer a request that can't go on
)

// An upload is a body on its way out.
type upload struct {
	done     chan struct{}
	err      error         // read after done
	wanted   chan struct{} // closed when the app asks for the body; nil if it goes out unasked
	unwanted chan struct{} // closed when it has answered

	mu    sync.Mutex
	head  bool // the answer's head came: the time to read is the answer's from then on; guarded by mu
	asked bool // wanted is closed; guarded by mu
	over  bool // unwanted is closed; guarded by mu
}

// expects says whether a request asks the app whether it wants the body.
func expects(h http.Header, length int64) bool {
	return length != 0 && httptext.HasToken(h["Expect"], "100-continue")
}

// failed is why the body itself could not be read or sent so far; nil if nothing went wrong.
func (u *upload) failed() error {
	select {
	case <-u.done:
		return u.err
	default:
		return nil
	}
}

// upload sends the body beside the answer. Its goroutine ends when the body does, or the connection.
func (c *conn) upload(r *http.Request, trace *httptrace.ClientTrace) *upload {
	u := &upload{done: make(chan struct{})}
	if expects(r.Header, r.ContentLength) {
		u.wanted, u.unwanted = make(chan struct{}), make(chan struct{})
	}
	go func() {
		defer close(u.done)
		if u.err = u.await(r.Context()); u.err != nil {
			return
		}
		if u.err = c.copyBody(r); u.err == nil {
			wrote(trace)
		}
		left := c.o.Head
		if u.err != nil {
			left = min(left, lastWords) // the app may wait for what will never come
		}
		u.mu.Lock()
		defer u.mu.Unlock()
		if !u.head {
			_ = c.SetReadDeadline(time.Now().Add(left))
		}
	}()
	return u
}

var errUnwanted = errors.New("the app answered without the body")

// await waits until the body is to go out. An error says that it isn't.
func (u *upload) await(ctx context.Context) error {
	if u.wanted == nil {
		return nil
	}
	patience := time.NewTimer(httptext.ExpectFor)
	defer patience.Stop()
	select {
	case <-u.wanted:
	case <-patience.C:
	case <-u.unwanted:
		return errUnwanted
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// begin is for when the app asks for the body.
func (u *upload) begin() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.wanted != nil && !u.asked {
		close(u.wanted)
		u.asked = true
	}
}

// abandon is for a request that has failed: a body that still waits for the app's word doesn't go out.
func (u *upload) abandon() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.endWait()
}

// endWait is called with mu held.
func (u *upload) endWait() {
	if u.unwanted != nil && !u.over {
		close(u.unwanted)
		u.over = true
	}
}

// answered takes the time to read out of the upload's hands. A short body has as long as the head.
func (u *upload) answered(c *conn) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.head = true
	u.endWait()
	_ = c.SetReadDeadline(time.Now().Add(c.o.Head))
}

// copyBody sends the body up to the length that the head announced: what is behind it would be read as a request.
func (c *conn) copyBody(r *http.Request) error {
	buf := uploadBuffers.Get().(*[copyPieces]byte)
	defer uploadBuffers.Put(buf)
	in, out := io.Reader(struct{ io.Reader }{r.Body}), io.Writer(c)
	if r.ContentLength < 0 {
		out = httputil.NewChunkedWriter(c)
	} else {
		in = io.LimitReader(in, r.ContentLength)
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{idleWriter{c, out}}, in, buf[:])
	switch {
	case err != nil:
		return err
	case r.ContentLength < 0:
		_, err = c.Write(append(appendTrailer([]byte("0\r\n"), r.Trailer), "\r\n"...))
		return err
	case n != r.ContentLength:
		return fmt.Errorf("the body ended after %d of %d bytes: %w", n, r.ContentLength, io.ErrUnexpectedEOF)
	}
	return nil
}

var uploadBuffers = sync.Pool{New: func() any { return new([copyPieces]byte) }}

// idleWriter gives each piece its own time.
type idleWriter struct {
	c   *conn
	out io.Writer
}

func (w idleWriter) Write(p []byte) (int, error) {
	_ = w.c.SetWriteDeadline(time.Now().Add(w.c.o.Idle))
	return w.out.Write(p)
}
