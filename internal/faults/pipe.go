package faults

import (
	"sync"
	"time"
)

// A piece is some bytes and when they shall arrive.
type piece struct {
	bytes []byte
	due   time.Time
}

// A pipe holds what was read at one end and is not yet due at the other.
type pipe struct {
	mu      sync.Mutex
	changed sync.Cond
	pieces  []piece
	size    int // in bytes
	most    int // that size ever was
	ended   bool
}

func newPipe() *pipe {
	q := new(pipe)
	q.changed.L = &q.mu
	return q
}

// put adds a piece as soon as less than room bytes are in the pipe.
func (q *pipe) put(b piece, room int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.size >= room && !q.ended {
		q.changed.Wait()
	}
	q.pieces = append(q.pieces, b)
	q.size += len(b.bytes)
	q.most = max(q.most, q.size)
	q.changed.Signal()
}

// peak is the most that was ever in the pipe, in bytes.
func (q *pipe) peak() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.most
}

// take gives the next piece; false behind the last.
func (q *pipe) take() (piece, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.pieces) == 0 && !q.ended {
		q.changed.Wait()
	}
	if len(q.pieces) == 0 {
		return piece{}, false
	}
	next := q.pieces[0]
	q.pieces = q.pieces[1:]
	q.size -= len(next.bytes)
	q.changed.Signal()
	return next, true
}

// end says that nothing more is put, or wanted.
func (q *pipe) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.changed.Broadcast()
}
