package faults

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
)

// ClosedPort gives an address of loopback where nobody listens until whoever was told it does. The system gives its port to
// nobody else before release is called: neither to a listener that takes any, nor to a connection that is made.
func ClosedPort() (addr string, release func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, fmt.Errorf("closed port: %w", os.NewSyscallError("socket", err))
	}
	port, err := bind(fd)
	if err != nil {
		_ = syscall.Close(fd)
		return "", nil, fmt.Errorf("closed port: %w", err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), func() { _ = syscall.Close(fd) }, nil
}

// bind binds a socket that never listens. With SO_REUSEADDR, which Go sets for listeners, one of them may share its address.
func bind(fd int) (port int, err error) {
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return 0, os.NewSyscallError("setsockopt", err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, os.NewSyscallError("bind", err)
	}
	own, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	return own.(*syscall.SockaddrInet4).Port, nil
}
