package faults_test

import (
	"context"
	"net"
	"os"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/internal/leaks"
)

// patience is how long a test waits for what must happen; only a test that fails waits so long.
const patience = 30 * time.Second

// roles are what this test's own binary can be when a test starts it again as another process.
var roles = map[string]func() error{"relay": relayRole, "tunnels": tunnelsRole}

const roleVariable = "HOOK_FAULTS_ROLE"

func TestMain(m *testing.M) {
	if role := roles[os.Getenv(roleVariable)]; role != nil {
		if err := role(); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	if ln, err := net.Listen("tcp", "127.0.0.1:0"); err == nil { // with the first, the runtime opens descriptors that stay
		_ = ln.Close()
	}
	code := leaks.Run(m)
	removePrograms()
	os.Exit(code)
}

// slow skips a test that takes minutes, unless they are asked for.
func slow(t *testing.T) {
	t.Helper()
	if os.Getenv("HOOK_SLOW") == "" {
		t.Skip("it takes long: HOOK_SLOW=1 runs it")
	}
}

// isSlow says whether a test may take minutes and gigabytes.
func isSlow() bool { return os.Getenv("HOOK_SLOW") != "" }

// soon is a context that outlasts a test's patience.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// stopwatch is one that runs until the test ends.
func stopwatch(t testing.TB) *faults.Stopwatch {
	w := faults.StartStopwatch()
	t.Cleanup(w.Stop)
	return w
}

// within takes from c, and fails the test if nothing comes.
func within[T any](t testing.TB, c <-chan T, what string) (v T) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case v = <-c:
	case <-late.C:
		t.Fatalf("%s: nothing came", what)
	}
	return v
}
