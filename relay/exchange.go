package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/httptext"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// firstBody is the longest body that waits to travel with its head; a longer one is streamed behind it.
const firstBody = uploadBuffer

// smallBody is up to where a buffer of just that size is cheaper than one that is kept.
const smallBody = 8 << 10

// An exchange is one request on its way through a tunnel and back.
type exchange struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	head   *wire.RequestHead
	stream *wire.Stream
	visit  *visit

	switches bool          // the sender wants another protocol
	wanted   chan struct{} // closed when the app wants the body; nil if nobody waits for that, or it is

	mu        sync.Mutex // held while something is written before the answer
	continued bool       // 100 Continue was written; guarded by mu
	answered  bool       // nothing is to be written beside the answer; guarded by mu

	upload sync.WaitGroup
	got    int64                   // of the request's body, in bytes; the upload's until it is over
	whole  atomic.Bool             // the request's body was read to its end
	slow   atomic.Bool             // the request's body came too slowly
	parted atomic.Bool             // the rest of the request's body isn't wanted
	give   context.CancelCauseFunc // ends the wait for the response's head
	clock  *time.Timer             // runs from when the request was sent; gives up with errLate
}

var (
	errTooLarge = errors.New("the body is over the limit")
	errBroken   = errors.New("the body broke off")
	errSlow     = errors.New("the body comes too slowly")
	errLate     = errors.New("no answer in time")
)

// streamIdle is how long a body may stand still in either direction.
const streamIdle = 5 * time.Minute

// send opens the stream. A short body travels with the head, any other is sent by a goroutine that close waits for.
// The context is for waiting for the response's head: it ends when the sender hangs up, when the body can't be sent, or
// when Config.Head has passed since the request was sent.
func (e *exchange) send(session *wire.Session) (context.Context, error) {
	ctx, give := context.WithCancelCause(e.r.Context())
	e.give = give
	length := e.r.ContentLength
	expects := length != 0 && e.r.ProtoAtLeast(1, 1) && strings.EqualFold(e.r.Header.Get("Expect"), "100-continue")
	inline := length >= 0 && length <= firstBody && !expects && !e.switches
	var first []byte
	if inline && length > 0 {
		if length <= smallBody {
			first = make([]byte, length)
		} else {
			buf := uploadBuffers.Get().(*[uploadBuffer]byte)
			defer uploadBuffers.Put(buf)
			first = buf[:length]
		}
		if err := e.readAll(first); err != nil {
			return nil, err
		}
	}
	e.head.Waited = time.Since(e.head.ReceivedAt)
	stream, err := session.Open(e.head, first, inline)
	if err != nil {
		return nil, err
	}
	e.stream = stream
	late := func() { give(errLate) }
	if inline {
		e.whole.Store(true)
		e.clock = time.AfterFunc(e.s.cfg.Head, late)
		return ctx, nil
	}
	if e.switches { // there is no body: what the sender says next, it says when it has the answer
		e.whole.Store(true)
		e.clock = time.AfterFunc(e.s.cfg.Head, late)
		return ctx, nil
	}
	if expects {
		e.wanted = make(chan struct{})
	}
	e.clock = time.AfterFunc(time.Hour, late)
	e.clock.Stop()
	// The app may answer before it has read the body, and the answer must not wait for the upload.
	_ = http.NewResponseController(e.w).EnableFullDuplex()
	wanted := e.wanted
	e.upload.Go(func() {
		if wanted != nil && !(told(ctx, wanted) && e.ask()) {
			return
		}
		if err := e.copyBody(); err != nil {
			give(err)
			e.stream.Reset(wire.ResetCanceled, err.Error())
			return
		}
		e.clock.Reset(e.s.cfg.Head)
	})
	return ctx, nil
}

// uploadBuffer is what one DATA frame holds.
const uploadBuffer = 64 << 10

var uploadBuffers = sync.Pool{New: func() any { return new([uploadBuffer]byte) }}

// told waits for the word, and says whether the body is to be read.
func told(ctx context.Context, wanted <-chan struct{}) bool {
	patience := time.NewTimer(httptext.ExpectFor)
	defer patience.Stop()
	select {
	case <-wanted:
	case <-patience.C:
	case <-ctx.Done():
		return false
	}
	return true
}

// ask writes 100 Continue unless that was done, and says whether the body may be read: not beside the answer, as net/http
// would write it then.
func (e *exchange) ask() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.answered && !e.continued {
		e.informLocked(&wire.ResponseHead{Status: http.StatusContinue})
	}
	return !e.answered
}

// answering is called before the answer is written.
func (e *exchange) answering() {
	e.mu.Lock()
	e.answered = true
	e.mu.Unlock()
	if time.Since(e.head.ReceivedAt) > streamIdle/2 { // else there is enough of the time that the server gives
		e.visit.mayWrite()
	}
}

func (e *exchange) informLocked(response *wire.ResponseHead) {
	e.visit.mayWrite()
	h := e.w.Header()
	maps.Copy(h, response.Header)
	e.w.WriteHeader(response.Status)
	clear(h)
	e.continued = e.continued || response.Status == http.StatusContinue
}

// inform passes an informational answer on, at once. HTTP/1.0 knows none.
func (e *exchange) inform(response *wire.ResponseHead) {
	if e.r.ProtoAtLeast(1, 1) {
		e.mu.Lock()
		e.informLocked(response)
		e.mu.Unlock()
	}
	if response.Status == http.StatusContinue && e.wanted != nil {
		close(e.wanted)
		e.wanted = nil
	}
}

// minRate is the least at which a body must come, in bytes a second, once Config.Grace is over: what is slower holds
// resources for nothing.
const minRate = 240

// readAll reads a short body, which must be here within the time for its length.
func (e *exchange) readAll(first []byte) error {
	slow := time.AfterFunc(e.s.allowed(int64(len(first))), func() {
		_ = http.NewResponseController(e.w).SetReadDeadline(time.Now())
	})
	n, err := io.ReadFull(e.r.Body, first)
	e.got = int64(n)
	switch inTime := slow.Stop(); {
	case err == nil && !inTime: // by a hair: the deadline must not meet the connection's next request
		return http.NewResponseController(e.w).SetReadDeadline(time.Time{})
	case err == nil:
		return nil
	case !inTime:
		return fmt.Errorf("%w: %w", errSlow, err)
	}
	panic(http.ErrAbortHandler) // the sender broke off: there is nobody to answer
}

// allowed is how long the first n bytes of a body may take.
func (s *Server) allowed(n int64) time.Duration {
	return s.cfg.Grace + time.Duration(n)*time.Second/minRate
}

// copyBody sends the body as it comes.
func (e *exchange) copyBody() error {
	conn := http.NewResponseController(e.w)
	began, idle := time.Now(), time.AfterFunc(streamIdle, func() { e.stream.Reset(wire.ResetTimeout, "nobody takes the body") })
	defer idle.Stop()
	buf := uploadBuffers.Get().(*[uploadBuffer]byte)
	defer uploadBuffers.Put(buf)
	for left := e.s.cfg.MaxBody; ; {
		_ = conn.SetReadDeadline(began.Add(e.s.allowed(e.s.cfg.MaxBody - left)))
		if e.parted.Load() { // else the deadline that was just set would undo partWays'
			return errBroken
		}
		n, err := e.r.Body.Read(buf[:])
		e.got += int64(n)
		idle.Reset(streamIdle)
		if left -= int64(n); left < 0 {
			return errTooLarge
		}
		if errors.Is(err, io.EOF) {
			e.whole.Store(true)
			_ = conn.SetReadDeadline(time.Time{})
			return e.sendLast(buf[:n])
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			e.slow.Store(true)
			return fmt.Errorf("%w: %w", errSlow, err)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errBroken, err)
		}
		if err := e.stream.Send(buf[:n], false); err != nil {
			return err
		}
	}
}

// sendLast sends the body's last bytes, and what came behind them.
func (e *exchange) sendLast(p []byte) error {
	trailer := make(http.Header)
	for name, values := range clean(e.r.Trailer) {
		if len(values) > 0 { // else it was announced and didn't come
			trailer[name] = values
		}
	}
	if len(trailer) == 0 {
		return e.stream.Send(p, true)
	}
	if err := e.stream.Send(p, false); err != nil {
		return err
	}
	if err := e.stream.CloseWithTrailer(trailer); err != nil {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	return nil
}

// errNobody is for a request that neither the client nor its app took.
var errNobody = errors.New("nobody took the request")

// nobody says whether neither the client nor its app has begun with the request.
func (e *exchange) nobody(response *wire.ResponseHead, err error) bool {
	reset, isReset := errors.AsType[*wire.ResetError](err)
	switch {
	case err == nil:
		return response.Header.Get("Hook-Error") == "app_refused"
	case e.r.Context().Err() != nil:
		return false
	}
	return e.stream == nil && !errors.Is(err, errSlow) || isReset && reset.Code == wire.ResetRefused
}

// failure tells the sender why there is no answer.
func (e *exchange) failure(err error) inspect.Failure {
	reset, isReset := errors.AsType[*wire.ResetError](err)
	switch {
	case errors.Is(err, errTooLarge):
		return tooLarge(e.s.cfg.MaxBody)
	case errors.Is(err, errSlow):
		e.w.Header().Set("Connection", "close")
		return tooSlow
	case errors.Is(err, errBroken):
		return badBody
	case errors.Is(err, wire.ErrTooManyStreams), isReset && reset.Code == wire.ResetRefused:
		e.w.Header().Set("Retry-After", "1")
		return fail(http.StatusServiceUnavailable, "overloaded", "the listener on this endpoint takes no more requests at the moment")
	case e.stream == nil: // the tunnel went before the request could be sent
		return nobodyListens
	case errors.Is(err, errLate), isReset && reset.Code == wire.ResetTimeout:
		return fail(http.StatusGatewayTimeout, "app_timeout", "the app gave no answer in time")
	case errors.Is(err, wire.ErrSilent):
		return fail(http.StatusGatewayTimeout, "tunnel_timeout", "the listener on this endpoint fell silent")
	case isReset:
		return fail(http.StatusBadGateway, "tunnel_reset", "the listener on this endpoint broke the request off")
	}
	return fail(http.StatusBadGateway, "tunnel_lost", "the listener on this endpoint was lost during the request")
}

// pass hands the app's answer to the sender as it comes. net/http adds nothing to it: no Date, no Content-Type, and no
// length where the app gave none.
func (e *exchange) pass(response *wire.ResponseHead) {
	h := e.w.Header()
	for name, values := range response.Header {
		h[name] = values
	}
	for _, name := range httptext.HopByHop { // they speak of the app's connection, not of the sender's
		delete(h, name)
	}
	for _, name := range [...]string{"Date", "Content-Type"} {
		if _, set := h[name]; !set {
			h[name] = nil
		}
	}
	delete(h, "Content-Length") // which of several is meant, the head's length says
	if response.Length != wire.UnknownLength {
		h["Content-Length"] = []string{strconv.FormatInt(response.Length, 10)}
	}
	e.visit.Status, e.visit.Code = response.Status, h.Get("Hook-Error")
	e.w.WriteHeader(response.Status)
	flusher := http.NewResponseController(e.w)
	if response.Length == wire.UnknownLength {
		_ = flusher.Flush()
	}
	step := func() {}
	if _, all := e.stream.Buffered(); !all {
		stop := context.AfterFunc(e.r.Context(), func() { e.stream.Reset(wire.ResetCanceled, hungUp) })
		defer stop()
		idle := time.AfterFunc(streamIdle, func() { e.stream.Reset(wire.ResetTimeout, "the answer stands still") })
		defer idle.Stop()
		step = func() {
			idle.Reset(streamIdle)
			e.visit.mayWrite()
		}
	}
	buf := copyBuffers.Get().(*[copyBuffer]byte)
	defer copyBuffers.Put(buf)
	for {
		n, err := e.stream.Read(buf[:])
		if errors.Is(err, io.EOF) {
			e.passTrailer()
			e.visit.Outcome = Answered
			return
		}
		if err == nil {
			step()
			_, err = e.w.Write(buf[:n])
			e.visit.Out += int64(n)
		}
		if err != nil {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
		if waiting, all := e.stream.Buffered(); waiting == 0 && !all {
			_ = flusher.Flush()
		}
	}
}

// passTrailer sets what net/http sends behind the body. The head is written, so what h holds of it goes nowhere else.
func (e *exchange) passTrailer() {
	trailer := e.stream.Trailer()
	if len(trailer) == 0 {
		return
	}
	h := e.w.Header()
	clear(h)
	for name, values := range trailer {
		h[http.TrailerPrefix+name] = values
	}
}

const copyBuffer = 64 << 10

var copyBuffers = sync.Pool{New: func() any { return new([copyBuffer]byte) }}

const hungUp = "the sender hung up"

// wasSlow says whether the request's body came too slowly. It ends the upload to be sure.
func (e *exchange) wasSlow() bool {
	if e.stream != nil {
		e.stream.Reset(wire.ResetCanceled, hungUp)
		e.upload.Wait()
	}
	return e.slow.Load()
}

// close ends what the exchange began: the rest of a body that nobody wants any more is not read.
func (e *exchange) close() {
	if e.give != nil {
		e.give(nil)
	}
	if e.stream != nil {
		e.stream.Reset(wire.ResetStop, "")
		if e.parted.Store(true); !e.whole.Load() {
			partWays(e.w)
		}
		e.upload.Wait()
		e.clock.Stop()
	}
	e.visit.In = max(e.visit.In, e.got)
}

// partWays is for an answer that is given before the whole request was read: nothing more is read, and the connection
// is closed gently. Closed at once, with unread bytes on it, it would be reset, and a reset can overtake the answer.
func partWays(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now())
	// To pass the limit of a MaxBytesReader is the one way of asking net/http for that.
	_, _ = http.MaxBytesReader(w, io.NopCloser(strings.NewReader("x")), 0).Read(make([]byte, 1))
}
