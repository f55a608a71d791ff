package relay

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-4575fdc3/hook/internal/httptext"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

const protocolWebsocket = "websocket"

// switches says whether r wants to go on as a websocket. No other protocol is passed on: by h2c, for one, a sender could say
// what the edge would not have let pass.
func switches(r *http.Request) bool {
	return r.ProtoMajor == 1 && r.ProtoMinor >= 1 && r.ContentLength == 0 &&
		httptext.HasToken(r.Header["Connection"], "upgrade") && isWebsocket(r.Header)
}

func isWebsocket(h http.Header) bool {
	protocols := h["Upgrade"]
	return len(protocols) == 1 && strings.EqualFold(strings.TrimSpace(protocols[0]), protocolWebsocket)
}

// pipe passes the answer on by which the app agreed to switch protocols, and then the bytes of both sides, until either
// has no more to say. The connection is the sender's alone from then on, and no time limit applies to it.
func (e *exchange) pipe(response *wire.ResponseHead) {
	if !e.switches || !isWebsocket(response.Header) {
		e.visit.fail(fail(http.StatusBadGateway, "tunnel_reset", "the listener on this endpoint switched to a protocol that was not asked for"))
		return
	}
	e.s.pipes.Add(1) // what is hijacked, http.Server waits for no more
	defer e.s.pipes.Done()
	conn, buffered, err := http.NewResponseController(e.w).Hijack()
	if err != nil {
		e.visit.fail(e.failure(err))
		return
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(lastWords))
	if err := writeSwitch(conn, response); err != nil {
		e.stream.Reset(wire.ResetCanceled, hungUp)
		return
	}
	_ = conn.SetDeadline(time.Time{})
	down := &downward{Conn: conn, late: time.AfterFunc(time.Hour, func() { e.stream.Reset(wire.ResetTimeout, hungUp) })}
	down.late.Stop()
	defer down.late.Stop()
	var up sync.WaitGroup
	up.Go(func() {
		if _, err := io.Copy(struct{ io.Writer }{e.stream}, struct{ io.Reader }{buffered.Reader}); err != nil {
			e.stream.Reset(wire.ResetCanceled, hungUp)
			return
		}
		_ = e.stream.CloseWrite()
		down.limit()
	})
	stop := context.AfterFunc(e.stream.Context(), func() { // what has come is still passed on
		_ = conn.SetReadDeadline(time.Now())
		_ = conn.SetWriteDeadline(time.Now().Add(lastWords))
	})
	defer stop()
	_, err = io.Copy(down, struct{ io.Reader }{e.stream})
	if tcp, ok := conn.(*net.TCPConn); ok && err == nil {
		_ = tcp.CloseWrite() // the sender has all when it reads the end, whatever it still sends
		_ = conn.SetReadDeadline(time.Now().Add(lastWords))
	} else {
		_ = conn.Close()
	}
	end := time.AfterFunc(lastWords, func() { e.stream.Reset(wire.ResetStop, "") }) // it may wait for credit
	defer end.Stop()
	up.Wait()
}

// A downward connection takes what the app says. When the sender has said its last, the app doesn't have for ever, as the
// sender may be gone: each piece has its time from then on.
type downward struct {
	net.Conn
	late    *time.Timer
	limited atomic.Bool
}

func (d *downward) limit() {
	d.limited.Store(true)
	d.late.Reset(streamIdle)
}

func (d *downward) Write(p []byte) (int, error) {
	if d.limited.Load() {
		d.late.Reset(streamIdle)
	}
	return d.Conn.Write(p)
}

// lastWords is how long a sender may go on to send when the app has said its last.
const lastWords = time.Second

// writeSwitch writes the head of a response 101: net/http can't.
func writeSwitch(w io.Writer, response *wire.ResponseHead) error {
	b := bufio.NewWriter(w)
	_, _ = fmt.Fprintf(b, "HTTP/1.1 101 %s\r\nConnection: Upgrade\r\n", http.StatusText(http.StatusSwitchingProtocols))
	h := response.Header.Clone()
	for _, name := range httptext.HopByHop {
		if name != "Upgrade" {
			h.Del(name)
		}
	}
	_ = h.Write(b)
	_, _ = b.WriteString("\r\n")
	return b.Flush()
}
