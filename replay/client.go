package replay

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"
)

// ClientOptions are what a Client needs to know. The zero value of a field means the default that it names.
type ClientOptions struct {
	Insecure bool           // believe any certificate
	Roots    *x509.CertPool // the authorities that are believed; nil: the system's
	Dial     time.Duration  // how long a connection may take, with its TLS handshake; 0: 3 s
	Head     time.Duration  // how long the answer's head may take once the request was sent; 0: 60 s
	Idle     time.Duration  // how long a body may stand still; 0: 5 minutes
}

// A Client speaks HTTP/1.1 to apps. It sends what it is given and nothing else; it decompresses nothing, follows no
// redirect, knows no proxy, and keeps as many connections as there are requests at once. It never sends a request twice:
// that is for its caller to do. Make it with NewClient, and call CloseIdleConnections at the end. It is safe for
// concurrent use.
//
// It stands in place of net/http's client, which adds fields of its own, repeats some requests unseen, and hands every
// request to two other goroutines.
type Client struct {
	o   ClientOptions
	tls *tls.Config

	mu     sync.Mutex
	worked map[string]string  // by authority: which of a name's addresses answered last
	idle   map[string][]*conn // by scheme and authority; the one used last is at the end
	sweeps *time.Timer        // closes those that nobody used for long; nil while there are none
}

// keepIdle is how long a connection that nobody uses is kept.
const keepIdle = 90 * time.Second

// NewClient makes a Client.
func NewClient(o ClientOptions) *Client {
	for value, fallback := range map[*time.Duration]time.Duration{
		&o.Dial: 3 * time.Second, &o.Head: 60 * time.Second, &o.Idle: 5 * time.Minute,
	} {
		if *value == 0 {
			*value = fallback
		}
	}
	return &Client{
		o: o, idle: make(map[string][]*conn), worked: make(map[string]string),
		tls: &tls.Config{InsecureSkipVerify: o.Insecure, RootCAs: o.Roots}, //nolint:gosec // the user asked for it
	}
}

// CloseIdleConnections closes the connections that carry no request.
func (c *Client) CloseIdleConnections() { c.closeIdle(time.Now()) }

// closeIdle closes the connections that were used last before then.
func (c *Client) closeIdle(then time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := 0
	for place, conns := range c.idle {
		n := 0
		for n < len(conns) && !conns[n].used.After(then) {
			_ = conns[n].Close()
			n++
		}
		if c.idle[place] = conns[n:]; n == len(conns) {
			delete(c.idle, place)
		}
		left += len(conns) - n
	}
	switch {
	case c.sweeps == nil:
	case left > 0:
		c.sweeps.Reset(keepIdle)
	default:
		c.sweeps.Stop()
		c.sweeps = nil
	}
}

// RoundTrip sends r and reads the answer's head. Of r it takes Method, URL's scheme and host (of scheme "unix" the host is
// a socket's path), RequestURI, which is sent as
// the target as it stands, Host, Header, ContentLength and Body, of which no more than ContentLength is read. A body of
// length 0 is announced by a length if Header has one, else not at all; one of unknown length goes out in chunks, with
// Trailer behind it, which must be complete when Body gives io.EOF. A head that an app could read as more than one is
// an error before anything is sent. With Expect: 100-continue the body waits for the app's word, or for a second.
//
// An answer of status 101 comes only if Header asked for one by Upgrade. Its Body is an io.ReadWriteCloser then, with
// CloseWrite, and what it reads and writes is not HTTP.
//
// The connection is used again once the answer's body was read to its end; that must be closed in any case. When r's
// context ends, so does the connection. Of an httptrace.ClientTrace, GotConn, GotFirstResponseByte and Got1xxResponse are
// called, on the caller's goroutine, and WroteRequest if the whole request is out, on any.
func (c *Client) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	trace := httptrace.ContextClientTrace(ctx)
	head := headings.Get().(*heading) //nolint:forcetypeassert // there is nothing else in it
	defer head.put()
	if err := head.write(r); err != nil {
		return nil, err
	}
	nc, err := c.take(ctx, r.URL)
	if err != nil {
		return nil, err
	}
	if trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{Conn: nc, Reused: !nc.used.IsZero()})
	}
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
	a, err := nc.exchange(r, head, trace)
	if err != nil {
		stop()
		_ = nc.Close()
		return nil, err
	}
	a.over = func(reusable bool) {
		if stopped := stop(); stopped && reusable {
			c.put(nc)
		} else {
			_ = nc.Close()
		}
	}
	return a.response(r), nil
}

// response is the answer to r as net/http has it.
func (a *answer) response(r *http.Request) *http.Response {
	return &http.Response{
		StatusCode: a.status, Proto: a.proto, Header: a.header, ContentLength: a.length, Body: a, Close: a.close, Request: r,
		Trailer: a.trailer,
	}
}

// take gives an idle connection, or makes one.
func (c *Client) take(ctx context.Context, u *url.URL) (*conn, error) {
	place := u.Scheme + "://" + authorityOf(u)
	for {
		nc := c.pop(place)
		if nc == nil {
			return c.connect(ctx, u)
		}
		if time.Since(nc.used) < checkAfter || nc.alive() {
			return nc, nil
		}
		_ = nc.Close()
	}
}

// connect makes a connection.
func (c *Client) connect(ctx context.Context, u *url.URL) (*conn, error) {
	authority := authorityOf(u)
	raw, err := c.dial(ctx, u.Scheme, authority)
	if err != nil {
		return nil, err
	}
	return newConn(u.Scheme+"://"+authority, raw, c.o), nil
}

// authorityOf is what to connect to for a URL as RoundTrip takes it.
func authorityOf(u *url.URL) string {
	if u.Scheme == "unix" {
		return u.Host
	}
	return Target{Scheme: u.Scheme, Host: u.Host}.Authority()
}

func (c *Client) pop(place string) *conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	conns := c.idle[place]
	if len(conns) == 0 {
		return nil
	}
	nc := conns[len(conns)-1]
	c.idle[place] = conns[:len(conns)-1]
	return nc
}

func (c *Client) put(nc *conn) {
	nc.used = time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle[nc.place] = append(c.idle[nc.place], nc)
	if c.sweeps == nil {
		c.sweeps = time.AfterFunc(keepIdle, func() { c.closeIdle(time.Now().Add(-keepIdle)) })
	}
}
