//go:build !windows

package cmd

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// readerGone says whether w is a pipe or a terminal from which nobody reads any more.
func readerGone(w io.Writer) (gone bool) {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	_ = conn.Control(func(fd uintptr) {
		ask := []unix.PollFd{{Fd: int32(fd)}}
		n, err := unix.Poll(ask, 0)
		gone = err == nil && n > 0 && ask[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0
	})
	return gone
}
