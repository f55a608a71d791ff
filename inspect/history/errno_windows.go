package history

import "golang.org/x/sys/windows"

// What systems say of a disk.
const (
	errReadOnlyDisk = windows.ERROR_WRITE_PROTECT
	errDiskFull     = windows.ERROR_DISK_FULL
)
