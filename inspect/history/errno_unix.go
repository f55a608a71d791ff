//go:build !windows

package history

import "syscall"

// What systems say of a disk.
const (
	errReadOnlyDisk = syscall.EROFS
	errDiskFull     = syscall.ENOSPC
)
