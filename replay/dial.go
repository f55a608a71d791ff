package replay

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"runtime"
	"syscall"
)

// A dialError is a connection that could not be made, as opposed to one that broke.
type dialError struct{ error }

func (e *dialError) Unwrap() error { return e.error }

// Connect says whether somebody listens at t: its error is nil then. It connects as RoundTrip does, but for TLS, and says
// nothing.
func (c *Client) Connect(ctx context.Context, t Target) error {
	ctx, cancel := context.WithTimeout(ctx, c.o.Dial)
	defer cancel()
	conn, err := c.dialPlain(ctx, t.url().Scheme, t.Authority())
	if err != nil {
		return &dialError{err}
	}
	return conn.Close()
}

// dial connects within the time for that, a TLS handshake included.
func (c *Client) dial(ctx context.Context, scheme, authority string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Dial)
	defer cancel()
	conn, err := c.dialPlain(ctx, scheme, authority)
	if err != nil {
		return nil, &dialError{err}
	}
	if scheme != "https" {
		return conn, nil
	}
	config := c.tls.Clone()
	if config.ServerName, _, err = net.SplitHostPort(authority); err == nil {
		secure := tls.Client(conn, config)
		if err = secure.HandshakeContext(ctx); err == nil {
			return secure, nil
		}
	}
	_ = conn.Close()
	return nil, &dialError{err}
}

// dialPlain connects to a socket's path, or to an authority. An app on localhost may have chosen 127.0.0.1 or ::1, and
// what the resolver knows of that is no help: both are tried, the one that worked last first.
func (c *Client) dialPlain(ctx context.Context, scheme, authority string) (net.Conn, error) {
	var dialer net.Dialer
	if scheme == "unix" {
		return dialer.DialContext(ctx, "unix", authority)
	}
	name, port, err := net.SplitHostPort(authority)
	if err != nil || !isLocalName(name) {
		return dialer.DialContext(ctx, "tcp", authority)
	}
	addresses := [...]string{net.JoinHostPort("127.0.0.1", port), net.JoinHostPort("::1", port)}
	c.mu.Lock()
	if c.worked[authority] == addresses[1] {
		addresses[0], addresses[1] = addresses[1], addresses[0]
	}
	c.mu.Unlock()
	for _, address := range addresses {
		conn, tried := dialer.DialContext(ctx, "tcp", address)
		if tried == nil {
			c.mu.Lock()
			c.worked[authority] = address
			c.mu.Unlock()
			return conn, nil
		}
		if err == nil || nobody(tried) && !nobody(err) { // that a machine has no IPv6 is not what the user needs to know
			err = tried
		}
	}
	return nil, err
}

// nobody says whether a connection could not be made because nobody listens there.
func nobody(err error) bool {
	const wsaRefused = syscall.Errno(10061) // what Windows has for ECONNREFUSED
	op, ok := errors.AsType[*net.OpError](err)
	return errors.Is(err, syscall.ECONNREFUSED) || runtime.GOOS == "windows" && errors.Is(err, wsaRefused) ||
		ok && op.Net == "unix" && errors.Is(err, syscall.ENOENT)
}
