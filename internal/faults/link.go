package faults

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// A link is one connection through a Proxy: two connections, and what is under way between them.
type link struct {
	p     *Proxy
	pipes [2]*pipe
	done  chan struct{} // closed when it is broken

	// Guarded by p.mu.
	ends   [2]*net.TCPConn // what goes a way is read from ends[way]; the second is nil until it is dialled
	black  bool            // what comes is swallowed, and no end is passed on
	ended  [2]bool         // by HalfClose
	broken bool
}

func newLink(p *Proxy, conn *net.TCPConn) *link {
	return &link{p: p, ends: [2]*net.TCPConn{Up: conn}, pipes: [2]*pipe{newPipe(), newPipe()}, done: make(chan struct{})}
}

// run passes on until both ways have ended or the link is broken.
func (l *link) run(to string) {
	if !l.dial(to) {
		l.breakUp()
		return
	}
	var ways sync.WaitGroup
	for _, way := range []Way{Up, Down} {
		if l.end(way) != nil {
			ways.Go(func() { l.read(way) })
			ways.Go(func() { l.write(way) })
		}
	}
	ways.Wait()
	if l.isBlack() {
		<-l.done
	}
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	for _, end := range l.ends {
		if end != nil {
			_ = end.Close()
		}
	}
}

// dial makes the second connection. A black link needs none.
func (l *link) dial(to string) bool {
	if l.isBlack() {
		return true
	}
	conn, err := net.Dial("tcp", to)
	if err != nil {
		return false
	}
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	if l.broken {
		_ = conn.Close()
		return false
	}
	l.ends[Down] = conn.(*net.TCPConn)
	return true
}

func (l *link) end(way Way) *net.TCPConn {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	return l.ends[way]
}

func (l *link) isBlack() bool {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	return l.black
}

// How much may be under way: on a line with a delay as much as a fast one would hold, else no more than a little.
const (
	longLine  = 32 << 20
	shortLine = 64 << 10
)

// read takes from one end what goes that way.
func (l *link) read(way Way) {
	from, pipe := l.end(way), l.pipes[way]
	defer pipe.end()
	for {
		buf := make([]byte, 32<<10)
		n, err := from.Read(buf)
		l.p.mu.Lock()
		delay, black := l.p.rules[way].delay, l.black
		l.p.mu.Unlock()
		room := shortLine
		if delay > 0 {
			room = longLine
		}
		if !black { // an end, too, takes its time
			pipe.put(piece{buf[:n], time.Now().Add(delay)}, room)
		}
		if err != nil {
			if !errors.Is(err, io.EOF) && !black {
				l.breakUp()
			}
			return
		}
	}
}

// write hands to the other end what is due.
func (l *link) write(way Way) {
	to := l.end(1 - way)
	for {
		next, ok := l.pipes[way].take()
		if !ok {
			break
		}
		l.wait(time.Until(next.due))
		for rest := next.bytes; len(rest) > 0; {
			n, pause := l.allow(way, len(rest))
			if n > 0 {
				if _, err := to.Write(rest[:n]); err != nil && !l.isBlack() {
					l.breakUp()
				}
			}
			l.count(way, n)
			rest = rest[max(n, -n):]
			l.wait(pause)
		}
	}
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	if !l.black {
		l.endLocked(way)
	}
}

// allow says how many of n bytes may be written, and how long to pause behind them. Below 0, so many are swallowed.
func (l *link) allow(way Way, n int) (int, time.Duration) {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	if l.black || l.broken || l.ended[way] {
		return -n, 0
	}
	r := l.p.rules[way]
	var pause time.Duration
	if r.rate > 0 {
		n = min(n, max(1, r.rate/50))
		pause = time.Duration(n) * time.Second / time.Duration(r.rate)
	}
	if r.cut >= 0 {
		n = int(min(int64(n), r.cut))
	}
	return n, pause
}

// count notes that n bytes went through, and breaks the link if they were the last that should.
func (l *link) count(way Way, n int) {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	if n < 0 {
		return
	}
	l.p.counts.Bytes[way] += int64(n)
	l.p.counted.Broadcast()
	if r := &l.p.rules[way]; r.cut >= 0 {
		if r.cut -= int64(n); r.cut <= 0 {
			r.cut = -1
			l.breakLocked()
		}
	}
}

// wait lets d pass, or less if the link breaks.
func (l *link) wait(d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.done:
	}
}

// endLocked has the end that the way leads to see FIN.
func (l *link) endLocked(way Way) {
	if to := l.ends[1-way]; to != nil && !l.ended[way] {
		l.ended[way] = true
		_ = to.CloseWrite()
	}
}

func (l *link) breakUp() {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	l.breakLocked()
}

// breakLocked has both ends see RST.
func (l *link) breakLocked() {
	if l.broken {
		return
	}
	l.broken = true
	close(l.done)
	for _, end := range l.ends {
		if end != nil {
			_ = end.SetLinger(0)
			_ = end.Close()
		}
	}
	for _, pipe := range l.pipes {
		pipe.end()
	}
}
