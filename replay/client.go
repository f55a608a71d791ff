package replay

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// ClientOptions are what NewClient needs to know. The zero value of a field means the default that it names.
type ClientOptions struct {
	Insecure bool          // believe any certificate
	Dial     time.Duration // how long a connection may take; 0: 3 s
	Head     time.Duration // how long the answer's head may take once the request was sent; 0: 60 s
}

// NewClient makes the client that speaks to the app. It sends what it is given and nothing else: no User-Agent or
// Accept-Encoding of its own; it decompresses nothing, follows no redirect, knows no proxy, and keeps as many connections
// as there are requests at once. Whoever makes it calls CloseIdleConnections at the end.
func NewClient(o ClientOptions) *http.Transport {
	if o.Dial == 0 {
		o.Dial = 3 * time.Second
	}
	if o.Head == 0 {
		o.Head = 60 * time.Second
	}
	dialer := &net.Dialer{Timeout: o.Dial}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, addr)
			if err != nil {
				return nil, &dialError{err}
			}
			return conn, nil
		},
		TLSClientConfig:       &tls.Config{InsecureSkipVerify: o.Insecure}, //nolint:gosec // the user asked for it
		DisableCompression:    true,
		MaxIdleConnsPerHost:   1024,
		IdleConnTimeout:       90 * time.Second,
		ResponseHeaderTimeout: o.Head,
		TLSHandshakeTimeout:   o.Dial,
	}
}

// A dialError is a connection that could not be made, as opposed to one that broke.
type dialError struct{ error }

func (e *dialError) Unwrap() error { return e.error }
