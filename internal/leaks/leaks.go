// Package leaks looks for goroutines that outlive what started them. Only tests use it.
package leaks

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is how long a goroutine may take to end: on a busy machine those of connections that were just closed take more
// than the half second that goleak gives them. Only a test that fails waits so long.
const patience = 30 * time.Second

// Run runs a package's tests, and gives the exit code: none of their goroutines must be left at the end.
func Run(m *testing.M) int {
	code := m.Run()
	if code != 0 {
		return code
	}
	if err := Find(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "goroutines outlive the tests:", err)
		return 1
	}
	return 0
}

// Find waits until there are no goroutines but those that the options leave out. Its error names those that stay.
func Find(options ...goleak.Option) error {
	for late := time.Now().Add(patience); ; {
		if err := goleak.Find(options...); err == nil || time.Now().After(late) {
			return err
		}
	}
}
