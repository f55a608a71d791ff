//go:build !windows

package replay

import (
	"errors"
	"syscall"
)

// quiet says whether a connection is open with nothing to read: the app has neither closed it nor said anything.
func quiet(c syscall.RawConn) bool {
	quiet := false
	err := c.Read(func(fd uintptr) bool {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EWOULDBLOCK)
		return true
	})
	return err == nil && quiet
}
