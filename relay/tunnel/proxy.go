package tunnel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// A ProxyError says that the proxy on the way to the relay, not the relay, is what the tunnel failed at.
type ProxyError struct {
	Proxy string // its address
	Err   error
}

func (e *ProxyError) Error() string { return fmt.Sprintf("the proxy %s: %v", e.Proxy, e.Err) }
func (e *ProxyError) Unwrap() error { return e.Err }

// A proxy is the one that the environment wants on the way to the relay, for one dial: HTTPS_PROXY or HTTP_PROXY, and
// NO_PROXY. None ever is for localhost and its addresses.
type proxy struct{ address string } // empty: none

func (p *proxy) choose(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if u != nil {
		p.address = u.Host
	}
	return u, err
}

// answered refuses what the proxy said to CONNECT, but for yes.
func (p *proxy) answered(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return p.refused(resp)
}

func (p *proxy) refused(resp *http.Response) error {
	words := "it answered " + resp.Status
	if resp.StatusCode == http.StatusProxyAuthRequired {
		words += " (HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT says who you are)"
	}
	return &ProxyError{Proxy: p.address, Err: errors.New(words)}
}

// explain tells whether the proxy was at fault.
func (p *proxy) explain(err error, resp *http.Response) error {
	said, isProxy := errors.AsType[*ProxyError](err)
	op, isNet := errors.AsType[*net.OpError](err)
	switch {
	case isProxy:
		return said
	case p.address == "":
		return err
	case resp != nil && resp.StatusCode == http.StatusProxyAuthRequired: // one that was asked for a plain http relay
		return p.refused(resp)
	case resp == nil && isNet && op.Op == "proxyconnect":
		return &ProxyError{Proxy: p.address, Err: op.Err}
	}
	return err
}
