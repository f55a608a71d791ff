// Package deploy_test tries what is in this folder with the programs that it is for, as far as they are there.
package deploy_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/leaks"
)

// patience is how long a test waits for what must happen; only a test that fails waits so long.
const patience = 60 * time.Second

func TestMain(m *testing.M) {
	code := leaks.Run(m)
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// built is the folder with the real hook and hook-relay, which are built at the first call of programs.
var built struct {
	once sync.Once
	dir  string
	err  error
}

func programs(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "hook-deploy"); built.err != nil {
			return
		}
		build := exec.Command("go", "build", "-o", built.dir+string(filepath.Separator), "./cmd/hook", "./cmd/hook-relay")
		build.Dir = ".."
		if out, err := build.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("build hook and hook-relay: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.dir
}

// command is one of hook's programs in dir, with a home of its own there and none of the settings of whoever tests.
func command(t testing.TB, dir, name string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(filepath.Join(programs(t), name), args...)
	c.Dir = dir
	c.Env = slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "HOOK_") })
	c.Env = append(c.Env, "HOOK_HOME="+filepath.Join(dir, "home"), "NO_COLOR=1")
	return c
}

// output runs a command to its end, which must be a good one, and gives what it printed.
func output(t testing.TB, c *exec.Cmd) string {
	t.Helper()
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(c.Args, " "), err, out)
	}
	return string(out)
}

// A running is a program that runs until the test ends.
type running struct {
	cmd    *exec.Cmd
	lines  chan string // of its stdout and stderr
	exited chan struct{}
}

// start starts a command, and interrupts it when the test ends.
func start(t testing.TB, c *exec.Cmd) *running {
	t.Helper()
	p := &running{cmd: c, lines: make(chan string, 10_000), exited: make(chan struct{})}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout, c.Stderr = w, w
	err = c.Start()
	_ = w.Close()
	if err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		for in := bufio.NewScanner(r); in.Scan(); {
			select {
			case p.lines <- in.Text():
			default: // nobody waits for so many
			}
		}
		_, _ = io.Copy(io.Discard, r)
		_ = r.Close()
	})
	go func() {
		defer close(p.exited)
		_ = c.Wait() // how it ended is for the test to ask
		reading.Wait()
	}()
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt)
		within(t, p.exited, "the end of "+c.Path)
	})
	return p
}

// await waits for a line of a program that speaks JSON, of that type.
func (p *running) await(t testing.TB, kind string) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	var passed []string
	for {
		select {
		case line := <-p.lines:
			var l struct{ Type string }
			if json.Unmarshal([]byte(line), &l) == nil && l.Type == kind {
				return
			}
			passed = append(passed, line)
		case <-p.exited:
			t.Fatalf("%s ended before its %s line\n%s", p.cmd.Path, kind, strings.Join(passed, "\n"))
		case <-late.C:
			t.Fatalf("%s printed no %s line, but\n%s", p.cmd.Path, kind, strings.Join(passed, "\n"))
		}
	}
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

// eventually asks again until it is so.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	late, again := time.NewTimer(patience), time.NewTicker(20*time.Millisecond)
	defer late.Stop()
	defer again.Stop()
	for !so() {
		select {
		case <-again.C:
		case <-late.C:
			t.Fatalf("%s: it never came to that", what)
		}
	}
}
