package relay

import "sync/atomic"

// maxHolding is how many bytes of bodies may be in memory at once for being held.
const maxHolding = 128 << 20

// A holding is how many bytes of bodies are in memory for being held.
type holding struct{ bytes atomic.Int64 }

// take reserves the memory for a body of that length, or for one of up to most bytes if only its end will tell. busy says
// that there is none.
func (h *holding) take(length, most int64) (done func(), busy bool) {
	if length < 0 || length > most {
		length = most
	}
	if h.bytes.Add(length) > maxHolding {
		h.bytes.Add(-length)
		return func() {}, true
	}
	return func() { h.bytes.Add(-length) }, false
}
