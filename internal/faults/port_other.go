//go:build !linux

package faults

import (
	"fmt"
	"net"
)

// ClosedPort gives an address of loopback where nobody listens, at least not now.
func ClosedPort() (addr string, release func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("closed port: %w", err)
	}
	return ln.Addr().String(), func() {}, ln.Close()
}
