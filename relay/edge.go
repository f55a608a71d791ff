package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// firstBody is the longest body that waits to travel with its head; a longer one is streamed behind it.
const firstBody = 16 << 10

// hopByHop are the fields that speak of one connection (RFC 9110 section 7.6.1) or were read by the server already.
// Fields that a Connection header names are kept: a sender must not be able to hide a signature from the receiver.
var hopByHop = []string{
	"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// receive hands one public request through the endpoint's tunnel, and its answer back. The sender gets exactly one
// response, or sees its connection break.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, name, base, path string) {
	now := time.Now()
	if f, ok := s.refuse(r, path); ok {
		f.Answer(w, "")
		return
	}
	t := s.tunnels.get(name)
	if t == nil {
		s.absent(r.Context(), name).Answer(w, "")
		return
	}
	head := &wire.RequestHead{
		ID: inspect.NewID(), ReceivedAt: now, Attempt: 1, Remote: remoteIP(r), Proto: r.Proto, Host: r.Host,
		Method: r.Method, Base: base, Path: path, Length: r.ContentLength, Header: clean(r.Header),
	}
	if err := head.Check(); err != nil {
		badHead(err).Answer(w, head.ID)
		return
	}
	e := &exchange{s: s, w: w, r: r, head: head}
	defer e.close()
	var response *wire.ResponseHead
	ctx, err := e.send(t.session)
	if err == nil {
		if response, err = e.stream.Response(ctx); err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
	}
	switch {
	case r.Context().Err() != nil && !errors.Is(err, errSlow) && !e.wasSlow():
		panic(http.ErrAbortHandler) // the sender is gone: there is nobody to answer
	case r.Context().Err() != nil: // net/http takes a read that came too late for a sender that hung up
		e.failure(errSlow).Answer(w, head.ID)
	case err != nil:
		if e.stream != nil && errors.Is(err, errLate) {
			e.stream.Reset(wire.ResetTimeout, errLate.Error())
		}
		e.failure(err).Answer(w, head.ID)
	default:
		e.pass(response)
	}
}

// refuse says what is wrong with a request whatever the endpoint.
func (s *Server) refuse(r *http.Request, path string) (inspect.Failure, bool) {
	switch {
	case len(path) > wire.MaxPath:
		return fail(http.StatusRequestURITooLong, "target_too_long",
			fmt.Sprintf("the request's target is longer than %d bytes", wire.MaxPath)), true
	case path != "" && path[0] != '/' && path[0] != '?':
		return fail(http.StatusBadRequest, "bad_target", "the request's target is not a path"), true
	case r.ContentLength > s.cfg.MaxBody:
		return tooLarge(s.cfg.MaxBody), true
	}
	return inspect.Failure{}, false
}

func fail(status int, code, message string) inspect.Failure {
	return inspect.Failure{Status: status, Code: code, Message: message}
}

var nobodyListens = fail(http.StatusBadGateway, "tunnel_absent", "nobody is listening on this endpoint at the moment")

func tooLarge(limit int64) inspect.Failure {
	return fail(http.StatusRequestEntityTooLarge, "body_too_large",
		fmt.Sprintf("the body is longer than the %d bytes that this relay takes", limit))
}

func badHead(err error) inspect.Failure {
	if _, ok := errors.AsType[*wire.LimitError](err); ok {
		return fail(http.StatusRequestHeaderFieldsTooLarge, "header_too_large", fmt.Sprintf(
			"the header is longer than %d bytes or has more than %d values", wire.MaxFieldBytes, wire.MaxFields))
	}
	return fail(http.StatusBadRequest, "bad_header", "the header can't be forwarded: it has names or values that HTTP doesn't allow")
}

// absent is the answer for an endpoint without a tunnel.
func (s *Server) absent(ctx context.Context, name string) inspect.Failure {
	switch known, err := s.cfg.Names.Known(ctx, name); {
	case err != nil:
		s.log.Error("look an endpoint up", "endpoint", name, "error", err)
		return fail(http.StatusServiceUnavailable, "unavailable", "the relay can't look the endpoint up at the moment")
	case known:
		return nobodyListens
	}
	return fail(http.StatusNotFound, "endpoint_unknown", "this relay knows no such endpoint")
}

// clean takes out what must not travel: hop-by-hop fields, and those that only hook and trusted proxies may set.
// It changes h, which nobody else reads.
func clean(h http.Header) http.Header {
	for _, name := range hopByHop {
		delete(h, name)
	}
	for name := range h {
		if strings.HasPrefix(name, "Hook-") || strings.HasPrefix(name, "X-Forwarded-") || name == "Forwarded" || name == "X-Real-Ip" {
			delete(h, name)
		}
	}
	return h
}

func remoteIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// An exchange is one request on its way through a tunnel and back.
type exchange struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	head   *wire.RequestHead
	stream *wire.Stream

	upload sync.WaitGroup
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
	inline := length >= 0 && length <= firstBody && e.r.Header.Get("Expect") == ""
	var first []byte
	if inline && length > 0 {
		first = make([]byte, length)
		if err := e.readAll(first); err != nil {
			return nil, err
		}
	}
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
	e.clock = time.AfterFunc(time.Hour, late)
	e.clock.Stop()
	// The app may answer before it has read the body, and the answer must not wait for the upload.
	_ = http.NewResponseController(e.w).EnableFullDuplex()
	e.upload.Go(func() {
		if err := e.copyBody(); err != nil {
			give(err)
			e.stream.Reset(wire.ResetCanceled, err.Error())
			return
		}
		e.clock.Reset(e.s.cfg.Head)
	})
	return ctx, nil
}

// minRate is the least at which a body must come, in bytes a second, once Config.Grace is over: what is slower holds
// resources for nothing.
const minRate = 240

// readAll reads a short body, which must be here within the time for its length.
func (e *exchange) readAll(first []byte) error {
	slow := time.AfterFunc(e.s.allowed(int64(len(first))), func() {
		_ = http.NewResponseController(e.w).SetReadDeadline(time.Now())
	})
	_, err := io.ReadFull(e.r.Body, first)
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
	buf := make([]byte, 32<<10)
	for left := e.s.cfg.MaxBody; ; {
		_ = conn.SetReadDeadline(began.Add(e.s.allowed(e.s.cfg.MaxBody - left)))
		if e.parted.Load() { // else the deadline that was just set would undo partWays'
			return errBroken
		}
		n, err := e.r.Body.Read(buf)
		idle.Reset(streamIdle)
		if left -= int64(n); left < 0 {
			return errTooLarge
		}
		if errors.Is(err, io.EOF) {
			e.whole.Store(true)
			_ = conn.SetReadDeadline(time.Time{})
			return e.stream.Send(buf[:n], true)
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

// failure tells the sender why there is no answer.
func (e *exchange) failure(err error) inspect.Failure {
	reset, isReset := errors.AsType[*wire.ResetError](err)
	switch {
	case errors.Is(err, errTooLarge):
		return tooLarge(e.s.cfg.MaxBody)
	case errors.Is(err, errSlow):
		e.w.Header().Set("Connection", "close")
		return fail(http.StatusRequestTimeout, "body_too_slow", fmt.Sprintf("the request's body came at less than %d bytes a second", minRate))
	case errors.Is(err, errBroken):
		return fail(http.StatusBadRequest, "bad_body", "the request's body broke off or was badly framed")
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
	for _, name := range hopByHop { // they speak of the app's connection, not of the sender's
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
		defer func() { _ = flusher.SetWriteDeadline(time.Time{}) }()
		step = func() {
			idle.Reset(streamIdle)
			_ = flusher.SetWriteDeadline(time.Now().Add(streamIdle))
		}
	}
	buf := copyBuffers.Get().(*[copyBuffer]byte)
	defer copyBuffers.Put(buf)
	for {
		n, err := e.stream.Read(buf[:])
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil {
			step()
			_, err = e.w.Write(buf[:n])
		}
		if err != nil {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
		if waiting, all := e.stream.Buffered(); waiting == 0 && !all {
			_ = flusher.Flush()
		}
	}
}

const copyBuffer = 32 << 10

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
	if e.stream == nil {
		return
	}
	e.stream.Reset(wire.ResetStop, "")
	if e.parted.Store(true); !e.whole.Load() {
		partWays(e.w)
	}
	e.upload.Wait()
	e.clock.Stop()
}

// partWays is for an answer that is given before the whole request was read: nothing more is read, and the connection
// is closed gently. Closed at once, with unread bytes on it, it would be reset, and a reset can overtake the answer.
func partWays(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now())
	// To pass the limit of a MaxBytesReader is the one way of asking net/http for that.
	_, _ = http.MaxBytesReader(w, io.NopCloser(strings.NewReader("x")), 0).Read(make([]byte, 1))
}
