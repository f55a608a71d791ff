package history

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// turn is how long the writer's turns on a processor are. Linux gives its usual 3 ms first to whoever has short turns: so
// the forwarding of a webhook interrupts the writer and not the other way round, and the writer still gets its share.
const turn = 100 * time.Millisecond

// patience gives the calling goroutine a thread of its own, with long turns. Before Linux 6.12 it has no effect.
func patience() {
	runtime.LockOSThread()
	attr, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		return
	}
	attr.Runtime = uint64(turn)
	_ = unix.SchedSetAttr(0, attr, 0)
}
