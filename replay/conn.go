package replay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/internal/httptext"
)

const (
	maxHead     = 1 << 20 // bytes of an answer's head
	inOneWrite  = wholeBody
	inOneBuffer = 16 << 10         // what is longer is not copied behind its head
	checkAfter  = time.Millisecond // a connection that was idle for this long is looked at before it is used again
	maxTrailers = 64 << 10
)

// A conn is one connection to an app. One request at a time is on it.
type conn struct {
	net.Conn
	o     ClientOptions
	place string
	used  time.Time // when its last request was over; zero before the first
	limit io.LimitedReader
	in    *bufio.Reader
	text  *textproto.Reader
	known knownHead
	sent  *upload // of the last body that went out beside its answer
}

func newConn(place string, raw net.Conn, o ClientOptions) *conn {
	c := &conn{Conn: raw, o: o, place: place}
	c.limit = io.LimitedReader{R: raw, N: math.MaxInt64}
	c.in = bufio.NewReader(&c.limit)
	c.text = textproto.NewReader(c.in)
	return c
}

// exchange sends r and reads the answer's head. A long body goes out beside the answer, as the app may answer before it
// has read all.
func (c *conn) exchange(r *http.Request, head *heading, trace *httptrace.ClientTrace) (*answer, error) {
	sent, err := c.send(r, head, trace)
	if err != nil {
		sent = &upload{done: make(chan struct{}), err: err}
		close(sent.done)
		if _, isNet := errors.AsType[net.Error](err); !isNet {
			return nil, err // the body could not be read
		}
	}
	if sent == nil {
		wrote(trace)
	}
	// An app that closed without reading all may have answered before: what it said counts.
	a, readErr := c.receive(r, sent, trace)
	switch {
	case readErr == nil:
		if a.sent = sent; sent != nil {
			sent.answered(c)
		}
		return a, nil
	case err != nil:
		return nil, err
	case sent != nil && sent.failed() != nil:
		return nil, sent.failed()
	case sent != nil:
		sent.abandon()
	}
	return nil, readErr
}

// send writes the head and a short body at once. A longer body is left to the upload that it returns.
func (c *conn) send(r *http.Request, head *heading, trace *httptrace.ClientTrace) (*upload, error) {
	b := head.bytes
	short := 0 <= r.ContentLength && r.ContentLength <= inOneWrite && !expects(r.Header, r.ContentLength)
	var rest []byte // of a body that is worth no copy
	if length := int(r.ContentLength); short && length > 0 {
		if whole, ok := r.Body.(interface{ Bytes() []byte }); ok && length > inOneBuffer {
			rest = whole.Bytes()[:length]
		} else {
			n := len(b)
			b = slices.Grow(b, length)[:n+length]
			if _, err := io.ReadFull(r.Body, b[n:]); err != nil {
				return nil, err
			}
		}
	}
	head.bytes = b // which may have grown
	// The time for the answer's head runs from when the request was sent.
	deadline := time.Time{}
	if short {
		deadline = time.Now().Add(c.o.Head)
	}
	if err := c.SetDeadline(deadline); err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		_, err := (&net.Buffers{b, rest}).WriteTo(c.Conn)
		return nil, err
	}
	if _, err := c.Write(b); err != nil || short {
		return nil, err
	}
	c.sent = c.upload(r, trace)
	return c.sent, nil
}

// wrote says that the request is out.
func wrote(trace *httptrace.ClientTrace) {
	if trace != nil && trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
}

// An answer is an app's response: its head, and its body as it comes. sent is nil if the request went out as a whole before.
type answer struct {
	proto   string
	status  int
	header  http.Header // all of it but Transfer-Encoding, as it came
	length  int64       // of the body; -1 if only its end will tell
	body    io.Reader
	trailer http.Header // filled in when the body was read to its end; nil but for a body in chunks
	close   bool        // the app will close the connection
	sent    *upload
	conn    *conn
	over    func(reusable bool) // called once
	ended   bool                // the body was read to its end
	closed  bool
}

// receive reads the head of the answer to r; the trace is told of informational ones before it, and sent of the one that
// asks for the body.
func (c *conn) receive(r *http.Request, sent *upload, trace *httptrace.ClientTrace) (*answer, error) {
	c.limit.N = maxHead
	defer func() { c.limit.N = math.MaxInt64 }()
	if _, err := c.in.Peek(1); err != nil {
		return nil, err
	}
	if trace != nil && trace.GotFirstResponseByte != nil {
		trace.GotFirstResponseByte()
	}
	for {
		a, err := c.readHead(r.Method)
		switch {
		case err != nil && c.limit.N <= 0:
			return nil, fmt.Errorf("its head is longer than %d bytes", maxHead)
		case err != nil:
			return nil, err
		case a.status == http.StatusSwitchingProtocols && !sameProtocol(a.header, r.Header):
			return nil, errors.New("it switched to a protocol that was not asked for")
		case a.status == http.StatusSwitchingProtocols:
			a.switched()
			return a, nil
		case a.status >= 200:
			return a, nil
		}
		if a.status == http.StatusContinue && sent != nil {
			sent.begin()
		}
		if trace != nil && trace.Got1xxResponse != nil {
			if err := trace.Got1xxResponse(a.status, textproto.MIMEHeader(a.header)); err != nil {
				return nil, err
			}
		}
	}
}

// sameProtocol says whether an answer switches to the one protocol that was asked for.
func sameProtocol(answer, request http.Header) bool {
	got, asked := answer["Upgrade"], request["Upgrade"]
	return len(got) == 1 && len(asked) == 1 && strings.EqualFold(got[0], asked[0])
}

// switched makes the connection the answer's body: what both sides say from now on is not HTTP.
func (a *answer) switched() {
	a.length, a.body, a.close = -1, a.conn.in, true
	_ = a.conn.SetDeadline(time.Time{})
}

// Write and CloseWrite are for after the switch of protocols.
func (a *answer) Write(p []byte) (int, error) { return a.conn.Write(p) }

// CloseWrite tells the app that no more comes.
func (a *answer) CloseWrite() error {
	if half, ok := a.conn.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return a.conn.Close()
}

func (c *conn) readHead(method string) (*answer, error) {
	if a := c.known.again(c); a != nil {
		return a, c.frame(a, method)
	}
	unread, _ := c.in.Peek(c.in.Buffered())
	left := c.limit.N
	line, err := c.text.ReadLine()
	if err != nil {
		return nil, unexpected(err)
	}
	proto, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	a := &answer{conn: c, proto: proto}
	if a.status, err = strconv.Atoi(code); err != nil || len(code) != 3 || a.status < 100 || a.status > 599 || !strings.HasPrefix(proto, "HTTP/1.") {
		return nil, fmt.Errorf("it begins with %.40q, which is no HTTP", line)
	}
	header, err := c.text.ReadMIMEHeader()
	if err != nil {
		return nil, unexpected(err)
	}
	a.header = http.Header(header)
	a.close = proto == "HTTP/1.0" && !httptext.HasToken(a.header["Connection"], "keep-alive") || httptext.HasToken(a.header["Connection"], "close")
	if c.limit.N == left { // all of it had come
		c.known.learn(a, unread[:len(unread)-c.in.Buffered()])
	}
	return a, c.frame(a, method)
}

// frame finds out where the body ends: RFC 9112 section 6.3.
func (c *conn) frame(a *answer, method string) error {
	coding := a.header["Transfer-Encoding"]
	delete(a.header, "Transfer-Encoding")
	length, err := contentLength(a.header["Content-Length"])
	switch {
	case err != nil:
		return err
	case method == http.MethodHead || a.status < 200 || a.status == http.StatusNoContent || a.status == http.StatusNotModified:
		a.length, a.body = length, http.NoBody
		if method != http.MethodHead {
			a.length = 0 // whatever it announced
		}
		// An app that announces a body where none can be may well send it.
		a.close = a.close || len(coding) > 0 || length > 0 && method != http.MethodHead
	case httptext.HasToken(coding, "chunked"):
		delete(a.header, "Content-Length")
		a.length, a.body, a.trailer = -1, httputil.NewChunkedReader(c.in), make(http.Header)
	case len(coding) > 0:
		return fmt.Errorf("it has a transfer coding that hook doesn't know: %.40q", coding[0])
	case length >= 0:
		a.length, a.body = length, io.LimitReader(c.in, length)
	default:
		a.length, a.body, a.close = -1, c.in, true
	}
	return nil
}

// contentLength is -1 if there is none. Several that agree count as one.
func contentLength(values []string) (int64, error) {
	length := int64(-1)
	for i, value := range values {
		n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 63)
		if err != nil || i > 0 && int64(n) != length {
			return 0, fmt.Errorf("it has a Content-Length of %.40q", strings.Join(values, ", "))
		}
		length = int64(n)
	}
	return length, nil
}

// readTrailer reads the fields behind a body in chunks.
func (c *conn) readTrailer(trailer http.Header) error {
	c.limit.N = maxTrailers
	defer func() { c.limit.N = math.MaxInt64 }()
	fields, err := c.text.ReadMIMEHeader()
	switch {
	case err != nil && c.limit.N <= 0:
		return fmt.Errorf("its trailer is longer than %d bytes", maxTrailers)
	case err != nil:
		return unexpected(err)
	}
	maps.Copy(trailer, http.Header(fields))
	return nil
}

// Read reads the body. A body that is cut off is io.ErrUnexpectedEOF.
func (a *answer) Read(p []byte) (int, error) {
	if a.ended {
		return 0, io.EOF
	}
	switch {
	case a.status == http.StatusSwitchingProtocols: // it may be silent for as long as it likes
	case a.length < 0 || a.length > wholeAnswer: // a short body has come within the time for the head
		_ = a.conn.SetReadDeadline(time.Now().Add(a.conn.o.Idle))
	}
	n, err := a.body.Read(p)
	if l, ok := a.body.(*io.LimitedReader); ok && err == io.EOF && l.N > 0 {
		return n, io.ErrUnexpectedEOF
	}
	if err == io.EOF && a.trailer != nil {
		if err := a.conn.readTrailer(a.trailer); err != nil {
			return n, err
		}
	}
	a.ended = err == io.EOF
	return n, err
}

// Buffered is how many bytes behind the head came with it, or with what was read since.
func (a *answer) Buffered() int { return a.conn.in.Buffered() }

// Close gives the connection back, if both bodies are over and it can carry another request. Bytes behind the answer's
// end would be taken for the next answer.
func (a *answer) Close() error {
	if a.closed {
		return nil
	}
	a.closed = true
	if l, ok := a.body.(*io.LimitedReader); a.length == 0 || a.body == http.NoBody || ok && l.N == 0 {
		a.ended = true
	}
	reusable := a.ended && !a.close && a.Buffered() == 0
	if reusable && a.sent != nil {
		select {
		case <-a.sent.done:
			reusable = a.sent.err == nil
		default:
			reusable = false
		}
	}
	a.over(reusable)
	return nil
}

// unexpected makes an end in the middle of something what it is.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
