//go:build unix

package signature

import (
	"syscall"
	"testing"
	"time"
)

// spent is how much of a processor this process has used: on a busy machine the time on the clock says little.
func spent(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
