package faults_test

import (
	"os"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-4575fdc3/hook/internal/leaks"
)

// watch is the first thing in a test: when all else is over, no goroutine and no descriptor must be left.
func watch(t testing.TB) {
	t.Helper()
	goroutines, files := goleak.IgnoreCurrent(), descriptors()
	t.Cleanup(func() {
		if err := leaks.Find(goroutines); err != nil {
			t.Error(err)
		}
		eventually(t, "the descriptors are closed", func() bool { return descriptors() <= files })
	})
}

// descriptors is how many this process has open; 0 where that can't be told.
func descriptors() int {
	runtime.GC() // a file that nobody holds any more is closed by its finalizer: that is no leak
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(all)
}

// eventually waits for what no event tells of.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-late.C:
			t.Errorf("after %s it isn't so that %s", patience, what)
			return
		}
	}
}
