package wire

import (
	"errors"
	"sync"
	"time"
)

// How much may wait for the connection before a sender must wait itself. Body bytes wait first, so that one big body
// costs the heads and small bodies of the others no more than dataRoom.
const (
	dataRoom = 64 << 10  // for DATA
	headRoom = 256 << 10 // for REQUEST and RESPONSE
	maxRoom  = 16 << 20  // for everything else: a peer that lets this much pile up doesn't read
)

var errNotReading = errors.New("the peer doesn't read: too much waits to be sent")

// A writer combines the frames of many goroutines into messages. Whoever finds the connection free writes at once,
// which is the shortest way for a single request; whoever finds it busy leaves the frame behind, and all that has
// gathered goes out as one message.
type writer struct {
	conn Conn
	wake chan struct{} // of the flusher; sent to only by who has taken busy

	mu      sync.Mutex
	room    sync.Cond // pending was taken, or the writer failed
	pending []byte
	spare   []byte
	busy    bool // somebody writes, or the flusher has been woken to
	err     error
}

func newWriter(conn Conn) *writer {
	w := &writer{conn: conn, wake: make(chan struct{}, 1)}
	w.room.L = &w.mu
	return w
}

// await blocks until fewer than limit bytes wait.
func (w *writer) await(limit int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.pending) >= limit && w.err == nil {
		w.room.Wait()
	}
	return w.err
}

// put leaves a frame behind. If mine, the caller must call flush, or hand over to the flusher with later.
func (w *writer) put(kind frameType, flags byte, stream uint32, payload ...[]byte) (mine bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return false, w.err
	}
	if len(w.pending) > maxRoom {
		w.fail(errNotReading)
		return false, w.err
	}
	n := 0
	for _, p := range payload {
		n += len(p)
	}
	w.pending = appendHeader(w.pending, kind, flags, stream, n)
	for _, p := range payload {
		w.pending = append(w.pending, p...)
	}
	mine = !w.busy
	w.busy = true
	return mine, nil
}

// send is put and flush: for goroutines that may block while the connection does.
func (w *writer) send(kind frameType, flags byte, stream uint32, payload ...[]byte) error {
	mine, err := w.put(kind, flags, stream, payload...)
	if mine {
		w.flush()
	}
	return err
}

// post is put for who must never wait for a write, as the reading goroutine: two sides that both did would wait forever.
func (w *writer) post(kind frameType, stream uint32, payload ...[]byte) {
	if mine, _ := w.put(kind, 0, stream, payload...); mine {
		w.later()
	}
}

func (w *writer) later() { w.wake <- struct{}{} }

// flush writes what waits, once; what gathered meanwhile is left to the flusher, as its senders are many.
func (w *writer) flush() {
	w.mu.Lock()
	w.writeLocked()
	more := len(w.pending) > 0 && w.err == nil
	w.busy = more
	w.mu.Unlock()
	if more {
		w.later()
	}
}

// run is the flusher. It ends when done closes; its caller waits for it.
func (w *writer) run(done <-chan struct{}) {
	for {
		select {
		case <-w.wake:
		case <-done:
			return
		}
		w.mu.Lock()
		for len(w.pending) > 0 && w.err == nil {
			w.writeLocked()
		}
		w.busy = false
		w.mu.Unlock()
	}
}

// writeLocked takes what waits and writes it as messages, with the lock released meanwhile.
func (w *writer) writeLocked() {
	out := w.pending
	w.pending, w.spare = w.spare[:0], nil
	w.mu.Unlock()
	err := w.write(out)
	w.mu.Lock()
	if cap(out) <= headRoom*2 { // a burst's buffer isn't kept
		w.spare = out[:0]
	}
	if err != nil {
		w.fail(err)
	}
	w.room.Broadcast()
}

// write sends whole frames in messages of at most maxMessage bytes.
func (w *writer) write(out []byte) error {
	for len(out) > maxMessage {
		n := 0
		for {
			_, rest, err := nextFrame(out[n:])
			if err != nil {
				return err
			}
			size := len(out) - n - len(rest)
			if n+size > maxMessage {
				break
			}
			n += size
		}
		if err := w.conn.Write(out[:n]); err != nil {
			return err
		}
		out = out[n:]
	}
	return w.conn.Write(out)
}

// flushed waits until nothing is left to be written, the writer has failed, or the time is over.
func (w *writer) flushed(within time.Duration) {
	deadline := time.Now().Add(within)
	late := time.AfterFunc(within, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.room.Broadcast()
	})
	defer late.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.busy && w.err == nil && time.Now().Before(deadline) {
		w.room.Wait()
	}
}

// stop fails all that is sent from now on.
func (w *writer) stop(err error) {
	w.mu.Lock()
	w.fail(err)
	w.mu.Unlock()
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
	w.pending = nil
	w.room.Broadcast()
}
