package wire

import (
	"errors"
	"runtime"
	"sync"
	"time"
)

// How much may wait for the connection before a sender must wait itself. Body bytes wait first, so that one big body
// costs the heads and small bodies of the others no more than dataRoom.
const (
	dataRoom = 64 << 10  // for DATA
	headRoom = 256 << 10 // for REQUEST and RESPONSE
	anyRoom  = 1 << 40   // for what must not wait
	maxRoom  = 16 << 20  // for what the peer makes us send: one that lets this much pile up doesn't read
)

// oneMessage is how much goes out as one message, so that on a slow link others, and signs of life, follow soon.
const oneMessage = 128 << 10

var errNotReading = errors.New("the peer doesn't read: too much waits to be sent")

// A writer combines the frames of many goroutines into messages. Whoever finds the connection free writes at once,
// which is the shortest way for a single request; whoever finds it busy leaves the frame behind, and all that has
// gathered goes out as one message.
type writer struct {
	conn   Conn
	failed func(error) // is told why, once

	mu       sync.Mutex
	room     sync.Cond // pending was taken, the flusher ended, or the writer failed
	greeting []byte    // a frame that goes first, alone in its message
	pending  []byte
	spare    []byte
	busy     bool      // somebody writes, or the flusher is to
	flusher  bool      // the flusher runs
	since    time.Time // when the write under way began; zero if there is none
	messages int64     // how many were written
	err      error
}

func newWriter(conn Conn, failed func(error)) *writer {
	w := &writer{conn: conn, failed: failed}
	w.room.L = &w.mu
	return w
}

// awaitRoom blocks until fewer than limit bytes wait. It is for who can't wait in put.
func (w *writer) awaitRoom(limit int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.awaitRoomLocked(limit)
	return w.err
}

func (w *writer) awaitRoomLocked(limit int) {
	for len(w.pending) >= limit && w.err == nil {
		w.room.Wait()
	}
}

// put leaves a frame behind, as soon as fewer than limit bytes wait. If mine, the caller must call flush, or hand over
// to the flusher with later.
func (w *writer) put(limit int, kind frameType, flags byte, stream uint32, payload ...[]byte) (mine bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.awaitRoomLocked(limit); w.err != nil {
		return false, w.err
	}
	w.pending = appendFrame(w.pending, kind, flags, stream, payload...)
	mine = !w.busy
	w.busy = true
	return mine, nil
}

func appendFrame(dst []byte, kind frameType, flags byte, stream uint32, payload ...[]byte) []byte {
	n := 0
	for _, p := range payload {
		n += len(p)
	}
	dst = appendHeader(dst, kind, flags, stream, n)
	for _, p := range payload {
		dst = append(dst, p...)
	}
	return dst
}

// greet makes a frame the first that is written, once begin is called. Nothing may have been put before.
func (w *writer) greet(kind frameType, payload []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.greeting = appendFrame(nil, kind, 0, 0, payload)
	w.busy = true
}

// begin writes the greeting, if there is one.
func (w *writer) begin() {
	w.mu.Lock()
	greets := w.greeting != nil
	w.mu.Unlock()
	if greets {
		w.later()
	}
}

// send is put and flush: for goroutines that may block while the connection does.
func (w *writer) send(limit int, kind frameType, flags byte, stream uint32, payload ...[]byte) error {
	mine, err := w.put(limit, kind, flags, stream, payload...)
	if mine {
		w.flush()
	}
	return err
}

// post is put for who must never wait for a write, as the reading goroutine: two sides that both did would wait forever.
func (w *writer) post(kind frameType, stream uint32, payload ...[]byte) {
	w.mu.Lock()
	if len(w.pending) > maxRoom {
		w.fail(errNotReading)
	}
	w.mu.Unlock()
	if mine, _ := w.put(anyRoom, kind, 0, stream, payload...); mine {
		w.later()
	}
}

// later starts the flusher. It is for who has taken busy.
func (w *writer) later() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.flusher = true
		go w.run()
	}
}

// flush writes what waits, once; what gathered meanwhile is left to the flusher, as its senders are many.
func (w *writer) flush() {
	runtime.Gosched() // lets those who are about to send leave their frames too; it costs nothing when nobody is there
	w.mu.Lock()
	w.writeLocked()
	more := len(w.pending) > 0 && w.err == nil
	w.busy = more
	w.mu.Unlock()
	if more {
		w.later()
	}
}

// run is the flusher. It ends when nothing waits any more; await waits for it.
func (w *writer) run() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for (len(w.pending) > 0 || w.greeting != nil) && w.err == nil {
		w.writeLocked()
	}
	w.busy, w.flusher = false, false
	w.room.Broadcast()
}

// await waits for the flusher to end. Stop must have been called.
func (w *writer) await() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.flusher {
		w.room.Wait()
	}
}

// writeLocked takes what waits and writes it as messages, with the lock released meanwhile.
func (w *writer) writeLocked() {
	greeting, out := w.greeting, w.pending
	w.greeting, w.pending, w.spare = nil, w.spare[:0], nil
	w.mu.Unlock()
	var err error
	if greeting != nil {
		err = w.message(greeting)
	}
	if err == nil && len(out) > 0 {
		err = w.write(out)
	}
	w.mu.Lock()
	if cap(out) <= headRoom*2 { // a burst's buffer isn't kept
		w.spare = out[:0]
	}
	if err != nil {
		w.fail(err)
	}
	w.room.Broadcast()
}

// write sends whole frames in messages of about oneMessage.
func (w *writer) write(out []byte) error {
	for len(out) > oneMessage {
		n := 0
		for n < oneMessage {
			_, rest, err := nextFrame(out[n:])
			if err != nil {
				return err
			}
			n = len(out) - len(rest)
		}
		if err := w.message(out[:n]); err != nil {
			return err
		}
		out = out[n:]
	}
	if len(out) == 0 {
		return nil
	}
	return w.message(out)
}

// message writes one message and notes since when.
func (w *writer) message(msg []byte) error {
	w.mark(time.Now(), 1)
	defer w.mark(time.Time{}, 0)
	return w.conn.Write(msg)
}

func (w *writer) mark(t time.Time, more int64) {
	w.mu.Lock()
	w.since = t
	w.messages += more
	w.mu.Unlock()
}

// beat is post for a PING. A peer that has read all messages, of which it is known to have read seen, can't block the
// write, so that is made at once. It gives the number of the message that the PING goes with; 0 if that isn't known.
func (w *writer) beat(payload []byte, seen int64) int64 {
	w.mu.Lock()
	idle, next := !w.busy && w.messages == seen, w.messages+1
	w.mu.Unlock()
	mine, _ := w.put(anyRoom, framePing, 0, 0, payload)
	switch {
	case !mine:
		return 0
	case idle:
		w.flush()
	default:
		w.later()
	}
	return next
}

// stuck says whether one message has been under way for longer than that.
func (w *writer) stuck(than time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.since.IsZero() && time.Since(w.since) > than
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
		w.failed(err)
	}
	w.pending, w.greeting = nil, nil
	w.room.Broadcast()
}
