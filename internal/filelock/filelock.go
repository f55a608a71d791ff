// Package filelock locks files between processes. The system drops a lock when its holder dies, however it dies.
package filelock

import (
	"errors"
	"os"
)

// ErrHeld is returned by Try for a file that another holder has locked.
var ErrHeld = errors.New("lock is held")

// Try locks f until it is closed, or returns ErrHeld at once. Two opens of one file exclude each other in one process
// too.
func Try(f *os.File) error { return lock(f, false) }

// Wait locks f until it is closed, and waits for as long as another holder has it.
func Wait(f *os.File) error { return lock(f, true) }
