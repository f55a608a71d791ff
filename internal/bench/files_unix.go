//go:build linux || darwin

package main

import (
	"fmt"
	"syscall"
)

// allowFiles raises the limit of open files to n at least, for this process and those that it starts.
func allowFiles(n uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("read the limit of open files: %w", err)
	}
	was := limit.Max
	limit.Cur, limit.Max = max(limit.Cur, n), max(limit.Max, n)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("%d open files are needed and %d allowed (raise that with `ulimit -Hn`, or ask for fewer tunnels): %w", n, was, err)
	}
	return nil
}
