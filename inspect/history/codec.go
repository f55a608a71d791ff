package history

import (
	"encoding/binary"
	"errors"
	"math"
	"net/http"
	"slices"
	"time"
)

var errHeader = errors.New("malformed stored header")

// appendHeader appends h to b: the number of names, then for each name in order its text, the number of its values, and
// their texts. Numbers are varints, and a text is its length and its bytes, whatever they are: a header may hold
// invalid UTF-8, which no text format keeps. A nil header is nothing.
func appendHeader(b []byte, h http.Header) []byte {
	if h == nil {
		return b
	}
	b = binary.AppendUvarint(b, uint64(len(h)))
	names := make([]string, 0, 32) // on the stack, for most
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b = appendText(b, name)
		b = binary.AppendUvarint(b, uint64(len(h[name])))
		for _, value := range h[name] {
			b = appendText(b, value)
		}
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// decodeHeader is the inverse of appendHeader. No bytes are a nil header. A name without values
// comes back with an empty slice.
func decodeHeader(b []byte) (http.Header, error) {
	if len(b) == 0 {
		return nil, nil
	}
	r := reader{rest: b, text: string(b)}
	names := r.count()
	h := make(http.Header, names)
	single := make([]string, 0, names) // the values of the many that have one, in one piece of memory
	for range names {
		name := r.string()
		n := r.count()
		if n == 1 {
			single = append(single, r.string())
			h[name] = single[len(single)-1 : len(single) : len(single)]
			continue
		}
		values := make([]string, n)
		for i := range values {
			values[i] = r.string()
		}
		h[name] = values
	}
	if r.bad || len(r.rest) > 0 {
		return nil, errHeader
	}
	return h, nil
}

// A reader reads from the front of rest, which is the tail of text. Once bad it yields only zero values.
type reader struct {
	rest []byte
	text string // the whole, so that all strings share one allocation
	bad  bool
}

func (r *reader) number() uint64 {
	n, width := binary.Uvarint(r.rest)
	if width <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[width:]
	return n
}

// count is a number of things of which each takes at least one byte.
func (r *reader) count() int {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return 0
	}
	return int(n)
}

func (r *reader) string() string {
	length := r.count()
	start := len(r.text) - len(r.rest)
	if r.bad {
		return ""
	}
	r.rest = r.rest[length:]
	return r.text[start : start+length]
}

// nanoseconds is t as it is stored: since 1970, 0 for the zero time, and the nearest that fits for a time outside the
// years 1678 to 2262.
func nanoseconds(t time.Time) int64 {
	switch year := t.Year(); {
	case t.IsZero():
		return 0
	case year < 1678:
		return math.MinInt64
	case year > 2261:
		return math.MaxInt64
	}
	return t.UnixNano()
}

func timeOf(nanoseconds int64) time.Time {
	if nanoseconds == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanoseconds).UTC()
}
