package replay

import (
	"net/http/httptrace"
	"net/textproto"
	"sync"
	"time"
)

// A tracer learns from the client what an attempt's time was spent on. Its hooks run on the goroutine that asks, but for
// WroteRequest, which may run on the upload's.
type tracer struct {
	mu sync.Mutex
	traced
}

type traced struct {
	reused   bool          // the connection had been used before
	answered bool          // a first byte came back
	connect  time.Duration // until a connection was at hand
	wait     time.Duration // from there to that first byte
}

func (t *tracer) read() traced {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.traced
}

// waited is for an attempt that waited for a connection and had none.
func (t *tracer) waited(started time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.connect = time.Since(started)
}

func (t *tracer) hooks(started time.Time, sent func(), informed func(int, textproto.MIMEHeader) error) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		WroteRequest:   func(httptrace.WroteRequestInfo) { sent() },
		Got1xxResponse: informed,
		GotConn: func(info httptrace.GotConnInfo) {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.reused, t.connect = info.Reused, time.Since(started)
		},
		GotFirstResponseByte: func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.answered, t.wait = true, time.Since(started)-t.connect
		},
	}
}
