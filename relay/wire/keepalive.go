package wire

import (
	"net"
	"time"
)

// KeepAlive has the kernel look after a tunnel's connection, which costs the program nothing: once nothing came for 5 s it
// asks every second, and after 5 of these without an answer the connection is dead. conn may be one of crypto/tls; what
// isn't TCP beneath is left alone.
//
// It can't see a program that stands still, nor past a proxy, and does nothing while something waits to be acknowledged.
// PING is for those.
func KeepAlive(conn net.Conn) {
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		// Where it can't be set, the heartbeats find the same, later.
		_ = tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: time.Second, Count: 5})
	}
}
