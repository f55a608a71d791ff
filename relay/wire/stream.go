package wire

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// A ResetCode says why a stream ended before its time: PROTOCOL.md section 5.
type ResetCode byte

// The codes of a RESET.
const (
	ResetCanceled ResetCode = 1
	ResetRefused  ResetCode = 2
	ResetTimeout  ResetCode = 3
	ResetInternal ResetCode = 4
	ResetStop     ResetCode = 5
)

// A ResetError is what reading from and writing to a stream return once the peer, or this side, has reset it.
type ResetError struct {
	Code    ResetCode
	Message string
}

func (e *ResetError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("stream reset (code %d)", e.Code)
	}
	return fmt.Sprintf("stream reset: %s (code %d)", e.Message, e.Code)
}

func resetPayload(code ResetCode, message string) []byte {
	return append([]byte{byte(code)}, cut(message, maxReason)...)
}

// A Stream is one request and its response. On the relay Read gives the response's body and Write sends the request's;
// on the client it is the other way round. One goroutine may read while another writes. After a response of status 101
// Read and Write are the two directions of what was agreed upon.
type Stream struct {
	s    *Session
	id   uint32
	head *RequestHead

	arrived chan struct{} // capacity 1: something was received, or the stream failed
	room    chan struct{} // capacity 1: credit was received, or the stream failed

	mu       sync.Mutex
	informs  []*ResponseHead // received, not yet given out
	informed int             // how many were received or sent
	response *ResponseHead   // received (relay) or sent (client)
	trailer  http.Header     // received behind the body
	in       []byte          // received, not yet read, from inAt on
	inAt     int
	inEnded  bool
	deaf     bool          // nobody reads any more
	allowed  int64         // how much the peer may still send
	window   int64         // the credit that the peer has if nothing is on its way
	consumed int64         // how much was read since credit was last given
	gave     time.Duration // when that was, since the session began
	credit   int64         // how much may still be sent
	outEnded bool
	err      error
	ctx      context.Context
	cancel   context.CancelFunc
}

func newStream(s *Session, head *RequestHead) *Stream {
	return &Stream{
		s: s, head: head, arrived: make(chan struct{}, 1), room: make(chan struct{}, 1),
		allowed: int64(s.cfg.Window), window: int64(s.cfg.Window), credit: int64(s.cfg.PeerWindow), gave: s.since(),
	}
}

// Request is the head that began the stream. It must not be changed.
func (st *Stream) Request() *RequestHead { return st.head }

// Context is cancelled when the stream is over or has failed.
func (st *Stream) Context() context.Context {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.ctx == nil {
		st.ctx, st.cancel = context.WithCancel(context.Background())
		if st.err != nil {
			st.cancel()
		}
	}
	return st.ctx
}

// Response waits for the response's head. Informational ones that come before it are given to informed, in their order.
// Its error is ctx's, a *ResetError, or why the session ended.
func (st *Stream) Response(ctx context.Context, informed func(*ResponseHead)) (*ResponseHead, error) {
	for {
		st.mu.Lock()
		informs, head, err := st.informs, st.response, st.err
		st.informs = nil
		st.mu.Unlock()
		for _, h := range informs {
			informed(h)
		}
		switch {
		case head != nil:
			return head, nil
		case err != nil:
			return nil, err
		}
		select {
		case <-st.arrived:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Read reads the peer's body. What arrived before a failure is still read.
func (st *Stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		st.mu.Lock()
		if st.deaf {
			st.mu.Unlock()
			return 0, io.EOF
		}
		n := copy(p, st.in[st.inAt:])
		if n > 0 {
			give := st.consume(n)
			st.mu.Unlock()
			if give > 0 {
				_ = st.s.out.send(anyRoom, frameCredit, 0, st.id, binary.BigEndian.AppendUint32(nil, uint32(give)))
			}
			return n, nil
		}
		ended, err := st.inEnded, st.err
		st.mu.Unlock()
		switch {
		case ended:
			return 0, io.EOF
		case err != nil:
			return 0, err
		}
		<-st.arrived
	}
}

// Whole gives the peer's whole body, if all of it is here and none was read. It is the caller's from then on. Else nil.
func (st *Stream) Whole() []byte {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.inEnded || st.inAt > 0 || len(st.in) == 0 {
		return nil
	}
	body := st.in
	st.in = nil
	return body
}

// CloseRead makes Read return io.EOF from now on: nobody wants what still comes. The peer isn't told.
func (st *Stream) CloseRead() {
	st.mu.Lock()
	st.deaf = true
	st.mu.Unlock()
	notify(st.arrived)
}

// Buffered is how much can be read without waiting, and whether the body ends there.
func (st *Stream) Buffered() (n int, all bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	return len(st.in) - st.inAt, st.inEnded
}

// consume takes n received bytes away and says how much credit to give for them: in large steps, and none for a body
// that is already here as a whole.
func (st *Stream) consume(n int) int64 {
	if st.inAt += n; st.inAt == len(st.in) {
		st.in, st.inAt = st.in[:0], 0
	}
	st.consumed += int64(n)
	if st.inEnded || st.err != nil || st.consumed < st.window/2 {
		return 0
	}
	give := st.consumed + st.widen()
	st.allowed += give
	st.consumed = 0
	return give
}

// widen says by how much the window grows: to its double, if half of it was read within two round trips. It isn't the
// reader then who keeps the peer waiting.
func (st *Stream) widen() int64 {
	now := st.s.since()
	took := now - st.gave
	st.gave = now
	st.s.probe()
	if rtt := st.s.RTT(); took > 2*rtt || st.window >= maxStreamWindow || !st.s.mayWiden(st.window) {
		return 0
	}
	st.window *= 2
	return st.window / 2
}

// Write sends body bytes and returns when all are on their way. It blocks while the peer gives no credit.
func (st *Stream) Write(p []byte) (int, error) { return st.send(p, false) }

// CloseWrite ends this side's body.
func (st *Stream) CloseWrite() error {
	_, err := st.send(nil, true)
	return err
}

// CloseWithTrailer ends this side's body with fields behind it, which are within the limits and well formed or an error.
func (st *Stream) CloseWithTrailer(trailer http.Header) error {
	if err := checkFields(trailer); err != nil {
		return err
	}
	if _, err := st.spend(0); err != nil {
		return err
	}
	if err := st.s.out.send(headRoom, frameTrailer, flagEnd, st.id, appendFields(nil, trailer)); err != nil {
		return err
	}
	st.endOut()
	return nil
}

// Trailer is what came behind the peer's body; nil if nothing did, or before Read has given io.EOF.
func (st *Stream) Trailer() http.Header {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.inEnded || st.inAt < len(st.in) {
		return nil
	}
	return st.trailer
}

// Send is Write, and CloseWrite with the last bytes if end.
func (st *Stream) Send(p []byte, end bool) error {
	_, err := st.send(p, end)
	return err
}

func (st *Stream) send(p []byte, end bool) (sent int, err error) {
	for sent < len(p) || end {
		n, err := st.spend(len(p) - sent)
		if err != nil {
			return sent, err
		}
		last := end && sent+n == len(p)
		if err := st.s.out.send(dataRoom, frameData, endFlag(last), st.id, p[sent:sent+n]); err != nil {
			return sent, err
		}
		sent += n
		if last {
			st.endOut()
			return sent, nil
		}
	}
	return sent, nil
}

// spend waits for credit and takes up to want bytes of it.
func (st *Stream) spend(want int) (int, error) {
	for {
		st.mu.Lock()
		n := min(int64(want), st.credit, maxData)
		st.credit -= n
		err, ended := st.err, st.outEnded
		st.mu.Unlock()
		switch {
		case err != nil:
			return 0, err
		case ended:
			return 0, io.ErrClosedPipe
		case n > 0 || want == 0:
			return int(n), nil
		}
		<-st.room
	}
}

// Inform sends an informational head, which has passed Check, before the response. More than the peer takes are dropped.
func (st *Stream) Inform(head *ResponseHead) error {
	st.mu.Lock()
	err := st.err
	st.informed++
	many := st.informed > maxInforms
	st.mu.Unlock()
	if err != nil || many {
		return err
	}
	return st.s.out.send(headRoom, frameInform, 0, st.id, head.append(nil))
}

// Respond sends the response's head, which has passed Check, with the first bytes of its body; end says that they are
// all of it.
func (st *Stream) Respond(head *ResponseHead, first []byte, end bool) error {
	n := 0
	if len(first) > 0 {
		var err error
		if n, err = st.spend(len(first)); err != nil {
			return err
		}
	}
	st.mu.Lock()
	err := st.err
	st.response = head
	st.mu.Unlock()
	if err != nil {
		return err
	}
	buf := takeBuffer()
	defer giveBuffer(buf)
	*buf = head.append((*buf)[:0])
	var prefix [binary.MaxVarintLen64]byte
	size := binary.AppendUvarint(prefix[:0], uint64(len(*buf)))
	all := end && n == len(first)
	if err := st.s.out.send(headRoom, frameResponse, endFlag(all), st.id, size, *buf, first[:n]); err != nil {
		return err
	}
	if all {
		st.endOut()
		return nil
	}
	return st.Send(first[n:], end)
}

// Reset ends the stream in both directions, here and at the peer. It does nothing to a stream that is over.
func (st *Stream) Reset(code ResetCode, message string) {
	if st.fail(&ResetError{Code: code, Message: message}) {
		_ = st.s.out.send(anyRoom, frameReset, 0, st.id, resetPayload(code, message))
	}
}

// finish is for a handler that returned: what it left open is closed.
func (st *Stream) finish() {
	st.mu.Lock()
	over := st.err != nil || st.inEnded && st.outEnded
	answered := st.outEnded
	if st.cancel != nil {
		st.cancel()
	}
	st.mu.Unlock()
	switch {
	case over:
	case answered:
		st.Reset(ResetStop, "")
	default:
		st.Reset(ResetInternal, "the handler gave no whole answer")
	}
}

// fail makes every call on the stream return err, and says whether it had neither failed nor come to its end before. The session
// has forgotten it before anybody hears of that: whoever does may open the next at once.
func (st *Stream) fail(err error) bool {
	st.mu.Lock()
	if st.err != nil || st.inEnded && st.outEnded {
		st.mu.Unlock()
		return false
	}
	st.err = err
	st.s.forgetLocked(st)
	if st.cancel != nil {
		st.cancel()
	}
	st.mu.Unlock()
	notify(st.arrived)
	notify(st.room)
	return true
}

func (st *Stream) endOut() {
	st.mu.Lock()
	st.outEnded = true
	over := st.inEnded
	st.mu.Unlock()
	if over {
		st.s.forget(st)
	}
}
