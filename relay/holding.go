package relay

import (
	"errors"
	"sync/atomic"
)

// How many bytes of bodies may be in memory at once for being held, and how many of them may come from one address.
const (
	maxHolding     = 128 << 20
	maxHoldingEach = maxHolding / 2
)

// A holding is how many bytes of bodies are in memory for being held.
type holding struct{ bytes atomic.Int64 }

// errNoMemory is for a body for which there is no memory now.
var errNoMemory = errors.New("too many bodies are in memory")

// A share is what one request has of a holding.
type share struct {
	of    *holding
	from  *load // of the address; nil: it has no limits
	bytes int64
}

// grow takes what is missing to that many bytes, which leave gives back even if there is no room for them: then the error is errNoMemory.
func (h *share) grow(to int64) error {
	more := to - h.bytes
	h.bytes = to
	full := h.of.bytes.Add(more) > maxHolding
	if h.from != nil {
		full = h.from.holding.Add(more) > maxHoldingEach || full
	}
	if full {
		return errNoMemory
	}
	return nil
}

// leave gives all of it back.
func (h *share) leave() {
	h.of.bytes.Add(-h.bytes)
	if h.from != nil {
		h.from.holding.Add(-h.bytes)
	}
}
