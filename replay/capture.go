package replay

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
	"net/http"
	"sync"

	"github.com/seed-4575fdc3/hook/inspect"
)

// wholeBody is the longest body that is read before the app is asked.
const wholeBody = 16 << 10

// A capture is a body on its way past, of which the first limit bytes are kept. Reading it passes the body on.
type capture struct {
	src   io.Reader
	limit int64
	ended func() // called once, at the body's end; may be nil

	mu   sync.Mutex
	kept []byte
	size int64
	hash hash.Hash
	over bool // the end was read
}

// all reads a body of known, short length at once.
func (c *capture) all(length int64) error {
	c.kept = make([]byte, length)
	if _, err := io.ReadFull(c.src, c.kept); err != nil {
		c.kept = nil
		return err
	}
	c.size, c.over = length, true
	return nil
}

func (c *capture) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.mu.Lock()
	if c.hash == nil {
		c.hash = sha256.New()
	}
	_, _ = c.hash.Write(p[:n])
	c.size += int64(n)
	c.kept = append(c.kept, p[:min(int64(n), max(0, c.limit-int64(len(c.kept))))]...)
	ended := err == io.EOF && !c.over
	c.over = c.over || ended
	c.mu.Unlock()
	if ended && c.ended != nil {
		c.ended()
	}
	return n, err
}

// whole says whether the body was read to its end and all of it was kept.
func (c *capture) whole() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over && c.size == int64(len(c.kept))
}

// body is the body as a request's: again from the beginning if it is at hand as a whole.
func (c *capture) body() io.ReadCloser {
	switch {
	case !c.whole():
		return io.NopCloser(c)
	case len(c.kept) == 0:
		return http.NoBody
	}
	return io.NopCloser(newBytes(c.kept))
}

// result is what was captured so far: complete once the end was read and all of it was kept.
func (c *capture) result() inspect.Capture {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := inspect.Capture{Bytes: c.kept, Size: c.size, Complete: c.over && c.size == int64(len(c.kept))}
	if c.hash != nil {
		c.hash.Sum(r.SHA256[:0])
	} else {
		r.SHA256 = sha256.Sum256(c.kept)
	}
	return r
}

// newBytes is a body that is at hand.
func newBytes(b []byte) io.Reader { return bytes.NewReader(b) }
