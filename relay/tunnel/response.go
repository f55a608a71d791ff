package tunnel

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// firstBytes is how much of an answer is gathered before its head goes out with it.
const firstBytes = 32 << 10

// A responseWriter is the http.ResponseWriter of one stream. It adds nothing to what the handler wrote.
type responseWriter struct {
	stream *wire.Stream
	method string
	header http.Header
	head   *wire.ResponseHead // once WriteHeader was called
	sent   bool               // the head is on its way
	buf    []byte
	err    error

	finished bool
}

// Header gives the fields of the head that is written next; behind the last one, those of the trailer.
func (w *responseWriter) Header() http.Header {
	if w.header == nil {
		w.header = make(http.Header)
	}
	return w.header
}

// CheckHeader says whether the tunnel can carry an answer with that status and header.
func (w *responseWriter) CheckHeader(status int, h http.Header) error {
	return (&wire.ResponseHead{Status: status, Header: h}).Check()
}

// WriteHeader takes the final status. An informational one goes out at once, with the fields that are set by then. From 101
// on all that is written goes out as it is, until the handler returns.
func (w *responseWriter) WriteHeader(status int) {
	if w.head != nil {
		return
	}
	if status < 200 && status != http.StatusSwitchingProtocols {
		if head := (&wire.ResponseHead{Status: status, Header: w.header}); head.Check() == nil {
			_ = w.stream.Inform(head) // what it can't say is not worth breaking the answer off
		}
		return
	}
	head := &wire.ResponseHead{Status: status, Length: wire.UnknownLength, Header: w.header}
	if n, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
		head.Length = n
	}
	w.head = head
	w.header = nil // what is set from now on is no part of the head
	w.err = head.Check()
}

// trailer is what net/http's convention says comes behind the body.
func (w *responseWriter) trailer() http.Header {
	var trailer http.Header
	for name, values := range w.header {
		if name, ok := strings.CutPrefix(name, http.TrailerPrefix); ok {
			if trailer == nil {
				trailer = make(http.Header)
			}
			trailer[name] = values
		}
	}
	return trailer
}

func (w *responseWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.err != nil {
		return 0, w.err
	}
	if len(w.buf)+len(p) <= firstBytes {
		w.buf = append(w.buf, p...)
		return len(p), nil
	}
	w.Flush()
	if w.err == nil {
		_, w.err = w.stream.Write(p)
	}
	if w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// Flush sends what was written so far, and at least the head.
func (w *responseWriter) Flush() { w.send(false) }

func (w *responseWriter) send(end bool) {
	w.WriteHeader(http.StatusOK)
	switch {
	case w.err != nil:
	case !w.sent:
		w.sent = true
		w.err = w.stream.Respond(w.head, w.buf, end)
	case len(w.buf) > 0 || end:
		w.err = w.stream.Send(w.buf, end)
	}
	w.buf = w.buf[:0]
}

// Finish ends the answer. One that could not be sent is reset, so that the sender sees it break off. A second call does
// nothing.
func (w *responseWriter) Finish() {
	if w.finished {
		return
	}
	w.finished = true
	if trailer := w.trailer(); trailer == nil {
		w.send(true)
	} else if w.send(false); w.err == nil {
		w.err = w.stream.CloseWithTrailer(trailer)
	}
	if w.err != nil {
		w.stream.Reset(wire.ResetInternal, w.err.Error())
	}
}
