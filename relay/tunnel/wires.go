package tunnel

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// wires makes one connection that the kernel looks after, and remembers it, so that what goes over it can be combined.
type wires struct{ conn *wire.Combiner }

func (w *wires) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	return w.keep(new(net.Dialer).DialContext(ctx, network, addr))
}

// dialTLS combines what goes into the records of TLS, each of which would be a write too. It is not asked where a proxy
// stands between: TLS is then made by net/http, and not combined.
func (w *wires) dialTLS(config *tls.Config) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		return w.keep((&tls.Dialer{Config: config}).DialContext(ctx, network, addr))
	}
}

func (w *wires) keep(conn net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	wire.KeepAlive(conn)
	w.conn = &wire.Combiner{Conn: conn}
	return w.conn, nil
}
