package wire

import (
	"encoding/binary"
	"math"
	"net/http"
	"time"

	"github.com/seed-4575fdc3/hook/internal/httptext"
)

// Limits of a head: PROTOCOL.md section 4.
const (
	MaxFields     = 200     // header values
	MaxFieldBytes = 1 << 16 // names and values together
	MaxPath       = 1 << 16 // bytes of RequestHead.Path
	maxString     = 2 << 10 // bytes of every other string
	maxWaited     = uint64(math.MaxInt64 / time.Millisecond)
)

// UnknownLength is the Length of a body that ends when it ends.
const UnknownLength = -1

// A RequestHead is what the client gets to know of a request before its body.
type RequestHead struct {
	ID         string    // the delivery's id
	ReceivedAt time.Time // when the edge had read the head
	Attempt    int       // from 1
	Remote     string    // the sender's address, without its port
	Proto      string    // "HTTP/1.1"
	Host       string    // the authority that was asked for
	Method     string
	Base       string // the endpoint's URL as the sender used it
	Path       string // what followed it: path and query, still escaped; may be empty
	Length     int64  // of the body; UnknownLength if only its end will tell
	Header     http.Header

	// Waited is how long the relay had the request when it sent the head, to the millisecond: what the client's clock can't tell, as it
	// may not show what the relay's does. It is negative if the relay doesn't say.
	Waited time.Duration
}

// A ResponseHead is what the relay gets to know of a response before its body, and all there is to an informational one.
type ResponseHead struct {
	Status int
	Length int64 // of the body; UnknownLength if only its end will tell; 0 where the status is informational
	Header http.Header
}

func (h *RequestHead) append(dst []byte) []byte {
	dst = appendString(dst, h.ID)
	dst = binary.AppendUvarint(dst, uint64(h.ReceivedAt.UnixNano()))
	dst = binary.AppendUvarint(dst, uint64(h.Attempt))
	for _, s := range [...]string{h.Remote, h.Proto, h.Host, h.Method, h.Base, h.Path} {
		dst = appendString(dst, s)
	}
	dst = binary.AppendUvarint(dst, uint64(h.Length+1))
	dst = appendFields(dst, h.Header)
	if h.Waited < 0 {
		return dst
	}
	return binary.AppendUvarint(dst, uint64(h.Waited.Milliseconds()))
}

func (h *ResponseHead) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(h.Status))
	if !h.informs() {
		dst = binary.AppendUvarint(dst, uint64(h.Length+1))
	}
	return appendFields(dst, h.Header)
}

// Check says whether the head is within the limits and well formed: what Open would send is what the peer accepts.
// Every error is a *LimitError or a *ProtocolError.
func (h *RequestHead) Check() error {
	if len(h.Path) > MaxPath {
		return &LimitError{What: "path bytes", Limit: MaxPath}
	}
	for _, s := range [...]string{h.ID, h.Remote, h.Proto, h.Host, h.Method, h.Base} {
		if len(s) > maxString {
			return &LimitError{What: "bytes in a string of a head", Limit: maxString}
		}
	}
	if err := h.checkForm(); err != nil {
		return err
	}
	return checkFields(h.Header)
}

// checkForm holds what the client will write into a request line, a field or a terminal to a form that can't mean more.
func (h *RequestHead) checkForm() error {
	if !httptext.IsToken(h.Method) {
		return protocolErrorf("a method that is no token: %.40q", h.Method)
	}
	if h.Path != "" && h.Path[0] != '/' && h.Path[0] != '?' {
		return protocolErrorf("a path that begins with neither / nor ?: %.40q", h.Path)
	}
	for _, s := range [...]string{h.ID, h.Remote, h.Proto, h.Host, h.Base, h.Path} {
		if !httptext.IsPlain(s) {
			return protocolErrorf("a string of a head with a space or a control character: %.40q", s)
		}
	}
	return nil
}

// Check says whether the head is within the limits and well formed.
// Every error is a *LimitError or a *ProtocolError.
func (h *ResponseHead) Check() error {
	if h.Status < 100 || h.Status > 599 {
		return protocolErrorf("a response with status %d", h.Status)
	}
	return checkFields(h.Header)
}

// informs says whether the head comes before the one that counts.
func (h *ResponseHead) informs() bool {
	return h.Status >= 100 && h.Status < 200 && h.Status != http.StatusSwitchingProtocols
}

// A LimitError says which bound of a head was passed.
type LimitError struct {
	What  string
	Limit int
}

func (e *LimitError) Error() string {
	return protocolErrorf("more than %d %s", e.Limit, e.What).Error()
}

// splitHead cuts the payload of REQUEST and RESPONSE into its head and the first body bytes.
func splitHead(payload []byte) (head, first []byte, err error) {
	n, size := binary.Uvarint(payload)
	if size <= 0 || n > uint64(len(payload)-size) {
		return nil, nil, protocolErrorf("a head that is longer than its frame")
	}
	first = payload[size+int(n):]
	if len(first) > maxData {
		return nil, nil, protocolErrorf("%d body bytes behind a head", len(first))
	}
	return payload[size : size+int(n)], first, nil
}

func parseRequestHead(b []byte) (*RequestHead, error) {
	d := decoder{rest: string(b)}
	h := &RequestHead{ID: d.text(maxString, "id")}
	h.ReceivedAt = time.Unix(0, int64(d.number(1<<63-1, "receipt time")))
	h.Attempt = int(d.number(1<<31-1, "attempt"))
	h.Remote = d.text(maxString, "remote address")
	h.Proto = d.text(maxString, "protocol")
	h.Host = d.text(maxString, "host")
	h.Method = d.text(maxString, "method")
	h.Base = d.text(maxString, "base")
	h.Path = d.text(MaxPath, "path")
	h.Length = int64(d.number(1<<62, "length")) - 1
	h.Header = d.fields()
	h.Waited = -1
	if d.rest != "" {
		h.Waited = time.Duration(d.number(maxWaited, "wait")) * time.Millisecond
	}
	if d.err == nil {
		d.err = h.checkForm()
	}
	if d.err != nil {
		return nil, d.err
	}
	return h, nil
}

func parseResponseHead(b []byte) (*ResponseHead, error) {
	d := decoder{rest: string(b)}
	h := &ResponseHead{Status: int(d.number(599, "status"))}
	h.Length = int64(d.number(1<<62, "length")) - 1
	h.Header = d.fields()
	if d.err == nil && h.Status < 200 && h.Status != http.StatusSwitchingProtocols {
		d.fail("a response with status %d", h.Status)
	}
	if d.err != nil {
		return nil, d.err
	}
	return h, nil
}

func parseInform(b []byte) (*ResponseHead, error) {
	d := decoder{rest: string(b)}
	h := &ResponseHead{Status: int(d.number(199, "status"))}
	h.Header = d.fields()
	if d.err == nil && !h.informs() {
		d.fail("an informational response with status %d", h.Status)
	}
	if d.err != nil {
		return nil, d.err
	}
	return h, nil
}

func parseTrailer(b []byte) (http.Header, error) {
	d := decoder{rest: string(b)}
	trailer := d.fields()
	return trailer, d.err
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendFields(dst []byte, header http.Header) []byte {
	n := 0
	for _, values := range header {
		n += len(values)
	}
	dst = binary.AppendUvarint(dst, uint64(n))
	for name, values := range header {
		for _, value := range values {
			dst = appendString(appendString(dst, name), value)
		}
	}
	return dst
}

func checkFields(header http.Header) error {
	n, size := 0, 0
	for name, values := range header {
		if !httptext.IsToken(name) || name != http.CanonicalHeaderKey(name) {
			return protocolErrorf("a header name that is no canonical token: %.40q", name)
		}
		for _, value := range values {
			if !httptext.IsValue(value) {
				return protocolErrorf("a value of header %.40q with CR, LF or NUL", name)
			}
			n++
			size += len(name) + len(value)
		}
	}
	if n > MaxFields {
		return &LimitError{What: "header values", Limit: MaxFields}
	}
	if size > MaxFieldBytes {
		return &LimitError{What: "bytes of header names and values", Limit: MaxFieldBytes}
	}
	return nil
}

// A decoder reads the fields of a head one after the other. Its first error sticks; from then on it gives zero values.
type decoder struct {
	rest string
	err  error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = protocolErrorf(format, args...)
	}
	d.rest = ""
}

func (d *decoder) number(limit uint64, what string) uint64 {
	var n uint64
	for i := 0; i < len(d.rest) && i < binary.MaxVarintLen64; i++ {
		b := d.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b >= 0x80 {
			continue
		}
		if d.rest = d.rest[i+1:]; n > limit {
			d.fail("a head's %s of %d is over the limit of %d", what, n, limit)
			return 0
		}
		return n
	}
	d.fail("a head's %s is cut off", what)
	return 0
}

func (d *decoder) text(limit int, what string) string {
	n := int(d.number(uint64(limit), what))
	if n > len(d.rest) {
		d.fail("a head's %s is cut off", what)
		return ""
	}
	s := d.rest[:n]
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) fields() http.Header {
	n := int(d.number(MaxFields, "count of header values"))
	header := make(http.Header, n)
	values := make([]string, n) // one array for all: most names have a single value
	for size := 0; n > 0 && d.err == nil; n-- {
		name, value := d.text(MaxFieldBytes, "header name"), d.text(MaxFieldBytes, "header value")
		switch size += len(name) + len(value); {
		case d.err != nil:
		case size > MaxFieldBytes:
			d.fail("header names and values of more than %d bytes", MaxFieldBytes)
		case !httptext.IsToken(name) || name != http.CanonicalHeaderKey(name):
			d.fail("a header name that is no canonical token: %.40q", name)
		case !httptext.IsValue(value):
			d.fail("a value of header %.40q with CR, LF or NUL", name)
		case header[name] != nil:
			header[name] = append(header[name], value)
		default:
			values[0] = value
			header[name], values = values[:1:1], values[1:]
		}
	}
	return header
}

// AppendBinary is encoding.BinaryAppender's, for a head that is kept: PROTOCOL.md section 4.
func (h *RequestHead) AppendBinary(dst []byte) ([]byte, error) {
	if err := h.Check(); err != nil {
		return dst, err
	}
	return h.append(dst), nil
}

// UnmarshalBinary is encoding.BinaryUnmarshaler's. What it gives is within the limits and well formed.
func (h *RequestHead) UnmarshalBinary(data []byte) error {
	parsed, err := parseRequestHead(data)
	if err == nil {
		*h = *parsed
	}
	return err
}
