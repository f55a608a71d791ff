//go:build !windows

package cmd

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// With TEST_HANGUPS the test's binary is a program that takes SIGHUP as a relay does. It says what it was told in the file of that
// name.
func init() {
	path := os.Getenv("TEST_HANGUPS")
	if path == "" {
		return
	}
	said, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		os.Exit(2)
	}
	os.Exit(Interruptible(func(ctx context.Context) int {
		code := 0
		h := takeHangups(ctx, isTerminal(os.Stderr))
		defer h.release()
		ctx, over := context.WithCancel(ctx)
		defer over()
		_, _ = fmt.Fprintln(said, "ready")
		h.each(ctx, func() { _, _ = fmt.Fprintln(said, "reload") }, func() { code = 7 })
		return code
	}))
}

// SIGHUP has a relay read things again, at a terminal too; when the terminal is closed, it ends.
func TestHangupAtATerminal(t *testing.T) {
	for name, c := range map[string]struct {
		last func(*exec.Cmd, *os.File) error
		code int
	}{
		"closed":     {func(_ *exec.Cmd, terminal *os.File) error { return terminal.Close() }, 7},
		"terminated": {func(p *exec.Cmd, _ *os.File) error { return p.Process.Signal(syscall.SIGTERM) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir() + "/said"
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			program := exec.Command(os.Args[0])
			program.Env = append(os.Environ(), "TEST_HANGUPS="+path)
			terminal, err := pty.Start(program)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = terminal.Close() }()
			defer func() { _ = program.Process.Kill() }()
			said, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = said.Close() }()
			lines := bufio.NewReader(said)
			for _, want := range []string{"ready", "reload", "reload"} {
				line, err := lines.ReadString('\n')
				if got := strings.TrimSpace(line); got != want {
					t.Fatalf("it said %q (%v), want %q", got, err, want)
				}
				if err := program.Process.Signal(syscall.SIGHUP); err != nil {
					t.Fatal(err)
				}
			}
			if line, err := lines.ReadString('\n'); line != "reload\n" {
				t.Fatalf("it said %q (%v)", line, err)
			}
			if err := c.last(program, terminal); err != nil {
				t.Fatal(err)
			}
			_ = program.Wait()
			if got := program.ProcessState.ExitCode(); got != c.code {
				t.Errorf("it ended with %v, want %d", program.ProcessState, c.code)
			}
		})
	}
}
