//go:build !windows

package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Where TEST_STUBBORN is a file, the test's binary is a program that doesn't end when it is asked to, nor does its child,
// which holds the file open.
func init() {
	if os.Getenv("TEST_STUBBORN") == "" {
		return
	}
	os.Exit(Interruptible(func(ctx context.Context) int {
		ready := make(chan struct{})
		_, err := startChild(context.WithoutCancel(ctx), childOptions{
			name: "sh", args: []string{"-c", `trap '' HUP INT TERM; exec 3>"$TEST_STUBBORN"; (echo ready; exec sleep 1000) & wait`},
			out: func(string) { close(ready) },
		})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		<-ready
		fmt.Println("ready")
		<-ctx.Done()
		fmt.Println("asked")
		select {}
	}))
}

// Signals that are passed over, however many come before anybody looks, leave room for the one that ends the program.
func TestHeldSignalsLeaveRoom(t *testing.T) {
	seen := make(chan os.Signal, 64)
	signal.Notify(seen, syscall.SIGINT, syscall.SIGHUP, syscall.SIGTERM)
	defer signal.Stop(seen)
	all := takeEndings()
	defer all.release()
	send := func(s syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
		for got := range seen { // of its kind, only one waits at the process
			if got == s {
				return
			}
		}
	}
	for range 3 {
		send(syscall.SIGHUP)
		send(syscall.SIGINT)
	}
	send(syscall.SIGTERM)
	select {
	case got := <-all.terminations:
		if got != syscall.SIGTERM {
			t.Errorf("%v stands where SIGTERM should", got)
		}
	case <-time.After(time.Minute):
		t.Error("SIGTERM was lost")
	}
}

// A second signal ends hook at once, and what it has started with it.
func TestSecondSignal(t *testing.T) {
	// What the tests themselves are told to ignore, as in a shell's background job, a program that they start would ignore too.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGINT, syscall.SIGHUP, syscall.SIGTERM)
	t.Cleanup(func() { signal.Stop(caught) })
	for name, c := range map[string]struct {
		before string           // it is started
		asked  []syscall.Signal // what asks it to end
		then   []syscall.Signal
		code   int
	}{
		"Ctrl-C twice":           {asked: []syscall.Signal{syscall.SIGINT}, then: []syscall.Signal{syscall.SIGINT}, code: 130},
		"SIGTERM after Ctrl-C":   {asked: []syscall.Signal{syscall.SIGINT}, then: []syscall.Signal{syscall.SIGTERM}, code: 143},
		"the terminal is closed": {asked: []syscall.Signal{syscall.SIGHUP}, then: []syscall.Signal{syscall.SIGINT}, code: 130},
		"and closes twice":       {asked: []syscall.Signal{syscall.SIGHUP}, then: []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM}, code: 143},
		"that of a nohup is":     {before: "trap '' HUP; ", asked: []syscall.Signal{syscall.SIGHUP, syscall.SIGINT}, then: []syscall.Signal{syscall.SIGTERM}, code: 143},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, gone := alive(t)
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			p := exec.Command("sh", "-c", c.before+`exec "$0"`, self)
			p.Env = append(os.Environ(), "TEST_STUBBORN="+path)
			out, err := p.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Start(); err != nil {
				t.Fatal(err)
			}
			var watched sync.WaitGroup
			watched.Go(gone)
			lines := bufio.NewScanner(out)
			await := func(want string) {
				t.Helper()
				if !lines.Scan() || lines.Text() != want {
					t.Errorf("it said %q, %v; want %q", lines.Text(), lines.Err(), want)
				}
			}
			await("ready")
			for _, s := range c.asked {
				_ = p.Process.Signal(s)
			}
			await("asked")
			for _, s := range c.then {
				_ = p.Process.Signal(s)
			}
			_, _ = io.Copy(io.Discard, out)
			err = p.Wait()
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exitCode(exit) != c.code {
				t.Errorf("it ended with %v, want %d", err, c.code)
			}
			watched.Wait()
		})
	}
}

// Once hook is ending at once, nothing is started any more.
func TestNothingStartsAfterTheEnd(t *testing.T) {
	var r registry
	r.kill()
	if err := r.start(&child{cmd: exec.Command("true")}); !errors.Is(err, errEnding) {
		t.Errorf("got %v, want %v", err, errEnding)
	}
}
