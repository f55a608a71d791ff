package replay

import (
	"bytes"
	"maps"
)

// knownMost is the longest head that is remembered, in bytes.
const knownMost = 2 << 10

// A knownHead is the head of a connection's last answer. Many apps answer many requests with the same one, but for the time,
// which is in seconds: what comes again byte for byte isn't parsed again.
type knownHead struct {
	bytes  []byte
	answer answer // of it: what it says; without a header if these bytes came only once
	shared bool   // the header isn't copied for each
}

// again takes a head that is the known one off c. It gives nil if another one comes.
func (k *knownHead) again(c *conn) *answer {
	if k.answer.header == nil || c.in.Buffered() < len(k.bytes) {
		return nil
	}
	if head, _ := c.in.Peek(len(k.bytes)); !bytes.Equal(head, k.bytes) {
		return nil
	}
	_, _ = c.in.Discard(len(k.bytes)) // they are there
	a := k.answer
	if _, framed := a.header["Transfer-Encoding"]; framed || !k.shared { // frame takes that one out
		a.header = maps.Clone(a.header)
	}
	return &a
}

// learn makes head the known one, which says what a has.
func (k *knownHead) learn(a *answer, head []byte) {
	switch {
	case len(head) > knownMost:
		*k = knownHead{shared: k.shared}
	case bytes.Equal(head, k.bytes):
		k.answer = *a
		k.answer.header = maps.Clone(a.header)
	default:
		k.bytes, k.answer = append(k.bytes[:0], head...), answer{}
	}
}
