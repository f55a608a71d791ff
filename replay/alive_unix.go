//go:build !windows

package replay

import (
	"errors"
	"syscall"
)

// alive says whether an idle connection is still of use: the app has neither closed it nor said anything.
func (c *conn) alive() bool {
	plain, ok := c.Conn.(syscall.Conn)
	if !ok { // TLS: only using it will tell
		return true
	}
	raw, err := plain.SyscallConn()
	if err != nil {
		return false
	}
	quiet := false
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EWOULDBLOCK)
		return true
	})
	return err == nil && quiet
}
