package replay

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var wsaPoll = windows.NewLazySystemDLL("ws2_32.dll").NewProc("WSAPoll")

// A pollFD is what Windows calls WSAPOLLFD.
type pollFD struct {
	socket          uintptr
	events, revents int16
}

const pollReadable = 0x0100 | 0x0200 // POLLRDNORM, POLLRDBAND

// quiet says whether a connection is open with nothing to read: the app has neither closed it nor said anything.
func quiet(c syscall.RawConn) bool {
	quiet := false
	err := c.Control(func(fd uintptr) {
		poll := pollFD{socket: fd, events: pollReadable}
		n, _, _ := wsaPoll.Call(uintptr(unsafe.Pointer(&poll)), 1, 0)
		quiet = n == 0
	})
	return err == nil && quiet
}
