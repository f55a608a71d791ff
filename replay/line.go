package replay

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"
)

// A Line asks one app, over one connection of its own, which takes less for each request than a Client does that many share. It is
// for one goroutine, which closes it. Make it with [Client.Line].
type Line struct {
	client  *Client
	to      *url.URL // its scheme and host
	head    heading
	conn    *conn // nil if there is none
	release func() bool
	read    func(reusable bool) // over
}

// Line makes a Line to t's app.
func (c *Client) Line(t Target) *Line {
	l := &Line{client: c, to: t.url()}
	l.read = l.over
	return l
}

// RoundTrip does what a Client's does, to the Line's app wherever r's URL leads. Own are fields that stand in place of those in r's
// Header, sorted by their names. When the context of the request ends that the connection was made for, so does that: all requests
// have the same. The body of the answer before must be closed. An answer's Header must not be changed: others may share it. Once
// RoundTrip has failed, or the answer's body is closed, r is the caller's again; r's Body must be one that needn't be waited for.
func (l *Line) RoundTrip(r *http.Request, own []Field) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(r.Context())
	l.head.own = own
	if err := l.head.write(r); err != nil {
		return nil, err
	}
	if err := l.connect(r.Context()); err != nil {
		return nil, err
	}
	if trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{Conn: l.conn, Reused: !l.conn.used.IsZero()})
	}
	a, err := l.conn.exchange(r, &l.head, trace)
	if err != nil {
		l.Close()
		return nil, err
	}
	a.over = l.read
	return a.response(r), nil
}

// connect has conn be of use.
func (l *Line) connect(ctx context.Context) error {
	if l.conn != nil && (time.Since(l.conn.used) < checkAfter || l.conn.alive()) {
		return nil
	}
	l.Close()
	nc, err := l.client.connect(ctx, l.to)
	if err == nil {
		nc.known.shared = true
		l.conn, l.release = nc, context.AfterFunc(ctx, func() { _ = nc.Close() })
	}
	return err
}

// over is told when an answer is read, or given up.
func (l *Line) over(reusable bool) {
	if !reusable {
		l.Close()
		return
	}
	l.conn.used = time.Now()
}

// Close closes its connection.
func (l *Line) Close() {
	if l.conn != nil {
		l.release()
		_ = l.conn.Close()
		if sent := l.conn.sent; sent != nil {
			<-sent.done // so that nobody reads the request any more
		}
		l.conn = nil
	}
}
