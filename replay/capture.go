package replay

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"sync"

	"github.com/seed-4575fdc3/hook/inspect"
)

// wholeBody is the longest body that is read before the app is asked. wholeAnswer is the longest that is read before the
// sender is answered.
const (
	wholeBody   = 64 << 10
	wholeAnswer = 16 << 10
)

// A capture is a body on its way past, of which the first limit bytes are kept. Reading it passes the body on.
type capture struct {
	src     io.Reader
	limit   int64
	length  int64       // where its end is; -1 if only reading on will tell
	trailer http.Header // takes what comes behind the body; nil if nothing can

	mu   sync.Mutex
	kept []byte
	size int64
	over bool // the end was reached
}

// all reads a body of known, short length at once. All of it is at hand from then on, whatever the limit.
func (c *capture) all() error {
	if w, ok := c.src.(wholly); ok {
		if b := w.Whole(); int64(len(b)) == c.length {
			c.kept, c.size, c.over = b, c.length, true
			return nil
		}
	}
	c.kept = make([]byte, c.length)
	if _, err := io.ReadFull(c.src, c.kept); err != nil {
		c.kept = nil
		return err
	}
	c.size, c.over = c.length, true
	return nil
}

func (c *capture) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.mu.Lock()
	c.size += int64(n)
	c.keep(p[:min(int64(n), max(0, c.limit-int64(len(c.kept))))])
	c.over = c.over || err == io.EOF || c.size == c.length
	c.mu.Unlock()
	if t, ok := c.src.(trailed); ok && err == io.EOF && c.trailer != nil {
		maps.Copy(c.trailer, t.Trailer())
	}
	return n, err
}

// keep appends more to what is kept. Memory is doubled, never beyond the limit: append's own smaller steps would leave
// several times the body behind as garbage.
func (c *capture) keep(more []byte) {
	if need := len(c.kept) + len(more); need > cap(c.kept) {
		room := max(need, 2*cap(c.kept))
		if c.kept == nil {
			room = max(need, int(c.length))
		}
		c.kept = append(make([]byte, 0, min(room, int(c.limit))), c.kept...)
	}
	c.kept = append(c.kept, more...)
}

// A body that is wholly here can be had without a copy. Whole gives nil if it isn't, or if some of it was read.
type wholly interface{ Whole() []byte }

// A trailed body has fields behind it, once it was read to io.EOF.
type trailed interface{ Trailer() http.Header }

// passed says whether the whole body went by, kept or not.
func (c *capture) passed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}

// whole says whether the body was read to its end and all of it is at hand.
func (c *capture) whole() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over && c.size == int64(len(c.kept))
}

// body is the body as a request's: again from the beginning if it is at hand as a whole.
func (c *capture) body() io.ReadCloser {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over && c.size == int64(len(c.kept)) {
		return &atHand{*bytes.NewReader(c.kept), c.kept}
	}
	return io.NopCloser(c)
}

// atHand is a body whose bytes needn't be read to be sent.
type atHand struct {
	bytes.Reader
	all []byte
}

func (b *atHand) Close() error  { return nil }
func (b *atHand) Bytes() []byte { return b.all }

// result is what was captured so far, up to the limit: complete once the end was reached and all of it was kept.
func (c *capture) result() inspect.Capture {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept := c.kept[:min(int64(len(c.kept)), c.limit)]
	return inspect.Capture{Bytes: kept, Size: c.size, Complete: c.over && c.size == int64(len(kept))}
}

// captured is a body that was captured whole before.
func captured(c inspect.Capture) capture {
	return capture{limit: c.Size, length: c.Size, kept: c.Bytes, size: c.Size, over: true}
}
