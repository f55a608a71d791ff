package wire

import (
	"context"
	"io"

	"github.com/coder/websocket"
)

// Subprotocol is what both sides name in the websocket handshake, and Path is where a relay listens for it.
const (
	Subprotocol = "hook"
	Path        = "/_hook/tunnel"
)

// WebSocket makes a Conn of a websocket. It sets the read limit and takes over closing: no closing handshake is waited
// for, as GOAWAY has said all there is to say.
func WebSocket(c *websocket.Conn) Conn {
	c.SetReadLimit(maxMessage)
	return webSocket{c}
}

type webSocket struct{ c *websocket.Conn }

// Read and Write take no deadline: the session's heartbeat closes a connection that is dead.
func (w webSocket) Read(buf []byte, progress func()) ([]byte, error) {
	kind, r, err := w.c.Reader(context.Background())
	if err != nil {
		return nil, err
	}
	if kind != websocket.MessageBinary {
		return nil, protocolErrorf("a text message")
	}
	return readAll(r, buf, progress)
}

func (w webSocket) Write(msg []byte) error {
	return w.c.Write(context.Background(), websocket.MessageBinary, msg)
}

func (w webSocket) Close() error { return w.c.CloseNow() }

// readAll is io.ReadAll into a buffer that is used again.
func readAll(r io.Reader, buf []byte, progress func()) ([]byte, error) {
	if cap(buf) == 0 {
		buf = make([]byte, 0, 512)
	}
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if progress != nil && n > 0 {
			progress()
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
