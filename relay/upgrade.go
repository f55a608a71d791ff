package relay

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/seed-4575fdc3/hook/internal/httptext"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// switches is the protocol that r wants to go on with, and that is passed on: "websocket", or empty. To others, as h2c,
// a sender could say what the edge would not have let pass.
func switches(r *http.Request) string {
	if r.ProtoMajor != 1 || r.ProtoMinor < 1 || r.ContentLength != 0 || !httptext.HasToken(r.Header["Connection"], "upgrade") {
		return ""
	}
	if values := r.Header["Upgrade"]; len(values) == 1 && httptext.HasToken(values, "websocket") {
		return values[0]
	}
	return ""
}

// pipe passes the answer on by which the app agreed to switch protocols, and then the bytes of both sides, until either
// has no more to say. The connection is the sender's alone from then on, and no time limit applies to it.
func (e *exchange) pipe(response *wire.ResponseHead) {
	if !e.switches {
		e.failure(errors.New("it switched protocols, which was not asked for")).Answer(e.w, e.head.ID)
		return
	}
	conn, buffered, err := http.NewResponseController(e.w).Hijack()
	if err != nil {
		e.failure(err).Answer(e.w, e.head.ID)
		return
	}
	defer func() { _ = conn.Close() }()
	e.s.serving.Add(1) // what was hijacked, http.Server waits for no more
	defer e.s.serving.Done()
	_ = conn.SetDeadline(time.Time{})
	if err := writeSwitch(conn, response); err != nil {
		e.stream.Reset(wire.ResetCanceled, hungUp)
		return
	}
	// When the sender has said its last, the app doesn't have for ever: the sender may be gone.
	late := time.AfterFunc(time.Hour, func() { e.stream.Reset(wire.ResetTimeout, hungUp) })
	late.Stop()
	defer late.Stop()
	var up sync.WaitGroup
	up.Go(func() {
		if _, err := copyBuffered(e.stream, buffered.Reader); err != nil {
			e.stream.Reset(wire.ResetCanceled, hungUp)
			return
		}
		_ = e.stream.CloseWrite()
		late.Reset(streamIdle)
	})
	stop := context.AfterFunc(e.stream.Context(), func() { _ = conn.Close() }) // ends the upload too
	_, err = io.Copy(conn, struct{ io.Reader }{e.stream})
	if tcp, ok := conn.(*net.TCPConn); ok && err == nil {
		_ = tcp.CloseWrite() // the sender has all when it reads the end, whatever it still sends
		_ = conn.SetReadDeadline(time.Now().Add(lastWords))
	} else {
		_ = conn.Close()
	}
	up.Wait()
	stop()
}

// lastWords is how long a sender may go on to send when the app has said its last.
const lastWords = time.Second

func copyBuffered(dst io.Writer, src *bufio.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{dst}, struct{ io.Reader }{src})
}

// writeSwitch writes the head of a response 101: net/http can't.
func writeSwitch(w io.Writer, response *wire.ResponseHead) error {
	b := bufio.NewWriter(w)
	_, _ = fmt.Fprintf(b, "HTTP/1.1 101 %s\r\nConnection: Upgrade\r\n", http.StatusText(http.StatusSwitchingProtocols))
	h := response.Header.Clone()
	for _, name := range hopByHop {
		if name != "Upgrade" {
			h.Del(name)
		}
	}
	_ = h.Write(b)
	_, _ = b.WriteString("\r\n")
	return b.Flush()
}
