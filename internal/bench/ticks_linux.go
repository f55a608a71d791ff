package main

import (
	"encoding/binary"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// ticks come at a constant interval. They are a timer of the kernel's, exact to some microseconds: time.Sleep wakes half a
// millisecond late in a process that is idle, which is more than the latencies to be measured.
type ticks struct{ timer *os.File }

// newTicks begins them: the first comes after one interval.
func newTicks(interval time.Duration) (*ticks, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	every := unix.NsecToTimespec(interval.Nanoseconds())
	if err := unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{Interval: every, Value: every}, nil); err != nil {
		_ = unix.Close(fd)
		return nil, os.NewSyscallError("timerfd_settime", err)
	}
	return &ticks{os.NewFile(uintptr(fd), "timerfd")}, nil
}

// wait waits for the next tick and returns how many have come since it was called last.
func (t *ticks) wait() (int, error) {
	var count [8]byte
	_, err := t.timer.Read(count[:])
	return int(binary.NativeEndian.Uint64(count[:])), err
}

func (t *ticks) close() { _ = t.timer.Close() }
