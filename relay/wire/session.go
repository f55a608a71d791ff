package wire

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A Conn carries whole messages. Read and Write are each called by one goroutine at a time. Close makes both return
// with an error, and may be called at any time.
type Conn interface {
	// Read gives the next message, in buf's array if it fits. As parts of it come it calls progress, which may be nil.
	Read(buf []byte, progress func()) ([]byte, error)
	Write(msg []byte) error // does not keep msg
	Close() error
}

// Why a session ended.
var (
	ErrLost   = errors.New("the tunnel was lost")                // the connection broke
	ErrSilent = errors.New("the tunnel fell silent")             // no sign of life, although it was asked for
	ErrClosed = errors.New("the tunnel was closed on this side") // Run's ctx ended
)

// ErrGoingAway is what Open returns once either side has said that it goes away.
var ErrGoingAway = errors.New("the tunnel is going away")

// ErrTooManyStreams is what Open returns when the client's limit is reached.
var ErrTooManyStreams = errors.New("too many requests in flight on this tunnel")

// A Config is what both sides agreed on in their hellos.
type Config struct {
	Window     int           // the credit that this side gives for each body
	PeerWindow int           // the credit that the peer gives
	MaxStreams int           // how many streams may be open at once
	Heartbeat  time.Duration // how often the relay sends PING
	Idle       time.Duration // how often it does once no stream was open for six heartbeats; 0: as ever
	Heart      *Heart        // beats for the session; nil: it does so itself

	// Linger is how long a peer that broke the protocol may take to close, and is read from meanwhile: closed with unread
	// bytes on it a connection is reset, and a reset can overtake the reason.
	Linger time.Duration

	// Accept answers a stream on a goroutine of its own. It is set by the client and nil at the relay. When it returns,
	// the stream is over.
	Accept func(*Stream)

	// OnGoAway is told when the peer goes away, before anything else is read. It must not block. May be nil.
	OnGoAway func(*GoAway)
}

// A Session is one tunnel: many streams over one connection. Its methods may be called concurrently.
type Session struct {
	conn Conn
	cfg  Config
	out  *writer

	heard   atomic.Int64 // when the last message came, nanoseconds since began
	pinged  atomic.Int64 // when the last PING went, nanoseconds since began
	asked   atomic.Int64 // when the first PING went that nothing came after, nanoseconds since began; below heard: none did
	rtt     atomic.Int64 // the round trip, nanoseconds
	widened atomic.Int64 // by how much the windows of all streams have grown
	beaten  atomic.Int64 // when the last beat went, nanoseconds since began
	mark    atomic.Int64 // how many messages had been written with it
	seen    atomic.Int64 // how many messages the peer has read, as far as is known
	began   time.Time
	rhythm  rhythm // look's

	handlers sync.WaitGroup
	idle     chan *Stream // to handlers that wait for their next stream

	mu      sync.Mutex
	streams map[uint32]*Stream
	last    uint32        // the highest stream number so far
	going   bool          // a GOAWAY was sent or received
	emptied chan struct{} // somebody waits for the last stream's end; closed then
	err     error         // why the session ended; nil while it lives
	done    chan struct{}
}

// NewSession makes a session of a connection on which the hellos have been exchanged.
func NewSession(conn Conn, cfg Config) *Session {
	s := &Session{
		conn: conn, cfg: cfg, began: time.Now(),
		idle: make(chan *Stream), streams: make(map[uint32]*Stream), done: make(chan struct{}),
	}
	s.out = newWriter(conn, s.writeFailed)
	return s
}

// Greet makes the relay's welcome the first message that the session sends, once Run is called: so streams may be opened
// from now on.
func (s *Session) Greet(w Welcome) {
	w.Version = Version
	payload, _ := json.Marshal(w)
	s.out.greet(frameWelcome, payload)
}

// lastWords is how long what is left to be sent may take when a session ends.
const lastWords = time.Second

// Run reads from the connection until it ends, and returns why: one of the errors above, a *ProtocolError or the peer's
// *GoAway if that was the last word. When ctx ends it returns ErrClosed, with all sent that was to be sent if the peer
// still reads. No goroutine of the session outlives Run, its handlers included: their streams' contexts are cancelled.
func (s *Session) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		s.out.flushed(lastWords)
		s.end(ErrClosed)
	})
	defer stop()
	var aside sync.WaitGroup
	if s.cfg.Heart != nil {
		defer s.cfg.Heart.add(s)()
	} else {
		aside.Go(s.heartbeat)
	}
	s.out.begin()
	err := s.read()
	var broken *ProtocolError
	if errors.As(err, &broken) {
		s.GoAway(&GoAway{Code: CodeProtocol, Message: broken.What})
		s.out.flushed(lastWords)
		s.linger(err)
	}
	s.end(err)
	aside.Wait()
	s.out.await()
	s.handlers.Wait()
	return s.Err()
}

// Err is why the session ended, or nil while it lives.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Done is closed when the session has ended.
func (s *Session) Done() <-chan struct{} { return s.done }

// Drained waits until no stream is open, the session has ended, or the time is over, which is context.DeadlineExceeded.
// It is for use after GoAway.
func (s *Session) Drained(within time.Duration) error {
	late := time.NewTimer(within)
	defer late.Stop()
	for {
		s.mu.Lock()
		n := len(s.streams)
		if n > 0 && s.emptied == nil {
			s.emptied = make(chan struct{})
		}
		emptied := s.emptied
		s.mu.Unlock()
		if n == 0 {
			return nil
		}
		select {
		case <-emptied:
		case <-s.done:
			return nil
		case <-late.C:
			return context.DeadlineExceeded
		}
	}
}

// Streams is how many streams are open.
func (s *Session) Streams() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streams)
}

// Open begins a stream with a request whose head has passed Check. first are the first bytes of its body, at most 64
// KiB; end says that they are all of it. It blocks while the connection is full.
func (s *Session) Open(head *RequestHead, first []byte, end bool) (*Stream, error) {
	if err := s.mayOpen(); err != nil {
		return nil, err
	}
	if err := s.out.awaitRoom(headRoom); err != nil {
		return nil, err
	}
	buf := takeBuffer()
	defer giveBuffer(buf)
	encoded := head.append((*buf)[:0])
	*buf = encoded
	var prefix [binary.MaxVarintLen64]byte
	size := binary.AppendUvarint(prefix[:0], uint64(len(encoded)))

	st := newStream(s, head)
	st.credit -= int64(len(first))
	st.outEnded = end
	s.mu.Lock()
	if err := s.mayOpenLocked(); err != nil {
		s.mu.Unlock()
		return nil, err
	}
	s.last++
	st.id = s.last
	s.streams[st.id] = st
	// The number and the place in the queue are taken as one, as the client insists on rising numbers.
	mine, err := s.out.put(anyRoom, frameRequest, endFlag(end), st.id, size, encoded, first)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if mine {
		s.out.flush()
	}
	return st, nil
}

// mayOpen says why no stream can be opened; nil if one can.
func (s *Session) mayOpen() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mayOpenLocked()
}

func (s *Session) mayOpenLocked() error {
	switch {
	case s.err != nil:
		return s.err
	case s.going || s.last == 1<<32-1:
		return ErrGoingAway
	case len(s.streams) >= s.cfg.MaxStreams:
		return ErrTooManyStreams
	}
	return nil
}

// GoAway tells the peer that no further stream is opened or accepted here. Streams that are open go on. It doesn't wait
// for a connection that is full.
func (s *Session) GoAway(g *GoAway) {
	s.mu.Lock()
	s.going = true
	s.mu.Unlock()
	if payload, err := json.Marshal(g); err == nil {
		s.out.post(frameGoAway, 0, payload)
	}
}

// Close ends the session at once, as if its connection had broken.
func (s *Session) Close() { s.end(ErrClosed) }

// end is reached once, by the first reason.
func (s *Session) end(err error) {
	s.mu.Lock()
	if s.err != nil {
		s.mu.Unlock()
		return
	}
	s.err = err
	streams := s.streams
	s.streams = nil
	close(s.done)
	s.mu.Unlock()

	s.out.stop(err)
	_ = s.conn.Close()
	for _, st := range streams {
		st.fail(err)
	}
}

// linger says nothing more, and reads on until the peer closes or the time for that is over.
func (s *Session) linger(why error) {
	if s.cfg.Linger == 0 {
		return
	}
	s.out.stop(why)
	defer time.AfterFunc(s.cfg.Linger, func() { _ = s.conn.Close() }).Stop()
	var buf []byte
	for {
		msg, err := s.conn.Read(buf[:0], nil)
		if err != nil {
			return
		}
		buf = msg
	}
}

// writeFailed ends a session that can't be written to. What the peer said before it closed is read first: it may be the
// reason.
func (s *Session) writeFailed(err error) {
	time.AfterFunc(lastWords, func() { s.end(err) })
}

// hear notes a sign of life.
func (s *Session) hear() { s.heard.Store(int64(s.since())) }

func (s *Session) since() time.Duration { return time.Since(s.began) }

// read takes messages apart until the connection or the peer's manners end.
func (s *Session) read() error {
	var buf []byte
	var last *GoAway
	for {
		msg, err := s.conn.Read(buf[:0], s.hear)
		if err != nil {
			if last != nil {
				return last
			}
			if broken, ok := errors.AsType[*ProtocolError](err); ok {
				return broken
			}
			if gone, ok := errors.AsType[net.Error](err); ok && gone.Timeout() {
				return ErrSilent // the kernel has asked: see KeepAlive
			}
			return fmt.Errorf("%w: %v", ErrLost, err) //nolint:errorlint // an io.EOF in it would pass for the end of a body
		}
		s.hear()
		for rest := msg; len(rest) > 0; {
			var f frame
			if f, rest, err = nextFrame(rest); err == nil {
				err = s.receive(f)
			}
			if g, ok := errors.AsType[*GoAway](err); ok && !g.closes() {
				last = g
			} else if err != nil {
				return err
			}
		}
		if buf = msg; cap(buf) > maxPayload {
			buf = nil // a burst's buffer isn't kept
		}
	}
}

// receive handles one frame. It never blocks on the connection.
func (s *Session) receive(f frame) error {
	switch f.kind {
	case framePing:
		s.out.post(framePong, 0, f.payload)
	case framePong:
		s.receivePong(time.Duration(binary.BigEndian.Uint64(f.payload)))
	case frameGoAway:
		return s.receiveGoAway(f.payload)
	case frameRequest:
		return s.receiveRequest(f)
	case frameHello, frameWelcome:
		return protocolErrorf("a second hello")
	default:
		return s.receiveOnStream(f)
	}
	return nil
}

func (s *Session) receiveGoAway(payload []byte) error {
	err := parseGoAway(payload)
	g, ok := errors.AsType[*GoAway](err)
	if !ok {
		return err
	}
	s.mu.Lock()
	s.going = true
	s.mu.Unlock()
	if s.cfg.OnGoAway != nil {
		s.cfg.OnGoAway(g)
	}
	return g
}

func (s *Session) receiveRequest(f frame) error {
	if s.cfg.Accept == nil {
		return protocolErrorf("a REQUEST from the client")
	}
	encoded, first, err := splitHead(f.payload)
	if err != nil {
		return err
	}
	head, err := parseRequestHead(encoded)
	if err != nil {
		return err
	}
	st := newStream(s, head)
	st.id = f.stream
	if err := st.receiveBody(first, f.end()); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err != nil:
		return s.err
	case f.stream <= s.last:
		return protocolErrorf("stream %d was begun after stream %d", f.stream, s.last)
	}
	s.last = f.stream
	switch {
	case s.going:
		s.out.post(frameReset, f.stream, resetPayload(ResetRefused, ErrGoingAway.Error()))
		return nil
	case len(s.streams) >= 2*s.cfg.MaxStreams: // the ends of some may not have been noted here yet
		return protocolErrorf("%d open streams, and no more than %d were allowed", len(s.streams)+1, s.cfg.MaxStreams)
	}
	s.streams[st.id] = st
	select {
	case s.idle <- st:
	default:
		s.handlers.Go(func() { s.handle(st) })
	}
	return nil
}

// handle answers a stream and then those that come while it waits: a goroutine that has run before has a grown stack.
func (s *Session) handle(st *Stream) {
	for {
		s.cfg.Accept(st)
		st.finish()
		timer := time.NewTimer(10 * time.Second)
		select {
		case st = <-s.idle:
			timer.Stop()
		case <-timer.C:
			return
		case <-s.done:
			timer.Stop()
			return
		}
	}
}

func (s *Session) receiveOnStream(f frame) error {
	s.mu.Lock()
	st, last := s.streams[f.stream], s.last
	s.mu.Unlock()
	if st == nil {
		if f.stream > last {
			return protocolErrorf("frame type 0x%02x for stream %d, which was never begun", byte(f.kind), f.stream)
		}
		return nil // it crossed the end of the stream
	}
	switch f.kind {
	case frameData:
		return st.receiveBody(f.payload, f.end())
	case frameCredit:
		return st.receiveCredit(int64(binary.BigEndian.Uint32(f.payload)))
	case frameReset:
		st.fail(&ResetError{Code: ResetCode(f.payload[0]), Message: string(f.payload[1:])})
	case frameResponse:
		return st.receiveResponse(f)
	case frameInform:
		return st.receiveInform(f.payload)
	case frameTrailer:
		return st.receiveTrailer(f.payload)
	}
	return nil
}

func (s *Session) forget(st *Stream) {
	st.mu.Lock()
	defer st.mu.Unlock()
	s.forgetLocked(st)
}

// forgetLocked is forget for who holds st.mu, which comes before s.mu.
func (s *Session) forgetLocked(st *Stream) {
	widened := st.window - int64(s.cfg.Window)
	st.window -= widened
	s.widened.Add(-widened)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.streams, st.id)
	if len(s.streams) == 0 && s.emptied != nil {
		close(s.emptied)
		s.emptied = nil
	}
}

func endFlag(end bool) byte {
	if end {
		return flagEnd
	}
	return 0
}

// buffers hold heads while they are encoded.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func takeBuffer() *[]byte { return buffers.Get().(*[]byte) }

func giveBuffer(b *[]byte) {
	if cap(*b) <= 16<<10 {
		buffers.Put(b)
	}
}
