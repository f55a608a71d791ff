package wire

import (
	"net"
	"sync"
)

// libraryBuffer is what the websocket library writes through: a message of 64 KiB would be two writes to the network, or,
// masked as a client's are, 16.
const libraryBuffer = 4096

// A Combiner is a connection beneath the websocket library. Once Combine was called it holds back what fills the library's
// buffer until the rest of the message comes.
type Combiner struct {
	net.Conn

	mu        sync.Mutex // the library answers a websocket ping from another goroutine
	combining bool
	held      []byte
}

// Combine gives conn, which speaks over under, with each message made one write.
func Combine(conn Conn, under *Combiner) Conn {
	under.mu.Lock()
	under.combining = true
	under.mu.Unlock()
	return combinedConn{conn, under}
}

func (c *Combiner) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.combining && len(p) == libraryBuffer && len(c.held) < 1<<18 {
		c.held = append(c.held, p...)
		return len(p), nil
	}
	if len(c.held) == 0 {
		return c.Conn.Write(p)
	}
	if _, ok := c.Conn.(*net.TCPConn); ok && len(p) > libraryBuffer {
		_, err := (&net.Buffers{c.held, p}).WriteTo(c.Conn) // one write of both, without a copy
		c.held = c.held[:0]
		return len(p), err
	}
	c.held = append(c.held, p...)
	return len(p), c.flushLocked()
}

func (c *Combiner) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flushLocked()
}

func (c *Combiner) flushLocked() error {
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.held)
	if c.held = c.held[:0]; cap(c.held) > maxPayload {
		c.held = nil // a burst's buffer isn't kept
	}
	return err
}

// combinedConn sends what a message that ended exactly at the buffer's end left behind.
type combinedConn struct {
	Conn
	under *Combiner
}

func (c combinedConn) Write(msg []byte) error {
	if err := c.Conn.Write(msg); err != nil {
		return err
	}
	return c.under.flush()
}
