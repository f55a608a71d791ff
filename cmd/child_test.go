//go:build !windows

package cmd

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// shell starts a script as a child. What it prints comes through the channel, which is closed when all is over.
func shell(ctx context.Context, t *testing.T, script string, env ...string) (*child, <-chan string) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	lines := make(chan string, 100)
	c, err := startChild(ctx, childOptions{name: "sh", args: []string{"-c", script}, env: env, dir: t.TempDir(), out: func(line string) { lines <- line }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = c.wait()
	})
	return c, lines
}

// alive gives a file that only ends when the last one of those who were given its path, and opened it, is gone.
func alive(t *testing.T) (path string, gone func()) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "alive")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, func() {
		t.Helper()
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		if _, err := io.Copy(io.Discard, f); err != nil {
			t.Error(err)
		}
	}
}

func TestChildPrintsLines(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	c, lines := shell(t.Context(), t, `echo one; echo two >&2; printf 'three\r\n'; echo "$LONG"; cat; printf last; exit 7`, "LONG="+long)
	err := c.wait()
	if code := exitCode(err); code != 7 {
		t.Errorf("exit code %d (%v), want 7", code, err)
	}
	var got []string
	for range len(lines) {
		got = append(got, <-lines)
	}
	if want := []string{"one", "two", "three", long[:64<<10], long[64<<10:], "last"}; !slices.Equal(got, want) {
		t.Errorf("got %.40q, want %.40q", got, want)
	}
}

func TestChildEndsWithItsContext(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		code   int
		last   string
	}{
		"it cleans up":   {`trap 'echo bye; exit 0' TERM; (echo ready; exec sleep 1000) & wait`, 0, "bye"},
		"it just ends":   {`echo ready; exec sleep 1000`, 128 + int(syscall.SIGTERM), ""},
		"it won't":       {`trap '' TERM; echo ready; while :; do sleep 1000; done`, 128 + int(syscall.SIGKILL), ""},
		"its child will": {`trap 'wait; echo bye; exit 3' TERM; (echo ready; exec sleep 1000) & wait`, 3, "bye"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			child, lines := shell(ctx, t, c.script)
			if line := <-lines; line != "ready" {
				t.Fatalf("got %q", line)
			}
			cancel()
			if code := exitCode(child.wait()); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			var last []string
			for range len(lines) {
				last = append(last, <-lines)
			}
			if c.last != "" && !slices.Contains(last, c.last) {
				t.Errorf("it said %q at the end, want %q", last, c.last)
			}
		})
	}
}

func TestNobodyOutlivesAChild(t *testing.T) {
	for name, script := range map[string]string{
		"it is ended":        `sleep 1000 & echo ready; wait`,
		"it ends by itself":  `sleep 1000 & echo ready; exit 3`,
		"a stubborn one":     `(trap '' TERM; exec sleep 1000) & echo ready; exit 3`,
		"one that is silent": `sleep 1000 >/dev/null 2>&1 & echo ready; exit 3`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, gone := alive(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			watched := make(chan struct{})
			go func() { defer close(watched); gone() }()
			child, lines := shell(ctx, t, `exec 3>"$ALIVE"; `+script, "ALIVE="+path)
			if line := <-lines; line != "ready" {
				t.Fatalf("got %q", line)
			}
			if name == "it is ended" {
				cancel()
			}
			_ = child.wait()
			<-watched
		})
	}
}

func TestChildThatIsNotThere(t *testing.T) {
	c, err := startChild(t.Context(), childOptions{name: "no-such-program-as-this"})
	if !errors.Is(err, exec.ErrNotFound) || c != nil {
		t.Errorf("got %v, want exec.ErrNotFound", err)
	}
	if _, err = startChild(t.Context(), childOptions{name: "sh", dir: filepath.Join(t.TempDir(), "nowhere")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want os.ErrNotExist", err)
	}
}
