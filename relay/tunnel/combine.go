package tunnel

import (
	"context"
	"crypto/tls"
	"net"
	"sync"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// The websocket library writes through a buffer of 4 KiB, so that a message of 64 KiB would be 16 writes to the
// network. A combiner gathers them: what fills the library's buffer is held back until the rest of the message comes.
const libraryBuffer = 4096

type combiner struct{ conn *combiningConn }

func (c *combiner) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	return c.wrap(conn, err)
}

// dialTLS combines what goes into the records of TLS, each of which would be a write too. It is not asked where a proxy
// stands between: TLS is then made by net/http, and not combined.
func (c *combiner) dialTLS(config *tls.Config) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&tls.Dialer{Config: config}).DialContext(ctx, network, addr)
		return c.wrap(conn, err)
	}
}

func (c *combiner) wrap(conn net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	c.conn = &combiningConn{Conn: conn}
	return c.conn, nil
}

// combine makes the end of each message of conn a flush.
func (c *combiner) combine(conn wire.Conn) wire.Conn {
	c.conn.mu.Lock()
	c.conn.combining = true
	c.conn.mu.Unlock()
	return flushingConn{conn, c.conn}
}

type combiningConn struct {
	net.Conn

	mu        sync.Mutex // the library answers a websocket ping from another goroutine
	combining bool
	held      []byte
}

func (c *combiningConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.combining && len(p) == libraryBuffer && len(c.held) < 1<<18 {
		c.held = append(c.held, p...)
		return len(p), nil
	}
	if len(c.held) == 0 {
		return c.Conn.Write(p)
	}
	c.held = append(c.held, p...)
	return len(p), c.flushLocked()
}

func (c *combiningConn) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flushLocked()
}

func (c *combiningConn) flushLocked() error {
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.held)
	c.held = c.held[:0]
	return err
}

// flushingConn sends what a message that ended exactly at the buffer's end left behind.
type flushingConn struct {
	wire.Conn
	under *combiningConn
}

func (c flushingConn) Write(msg []byte) error {
	if err := c.Conn.Write(msg); err != nil {
		return err
	}
	return c.under.flush()
}
