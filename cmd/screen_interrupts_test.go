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
	"syscall"
	"testing"
)

// With TEST_HOLDING the test's binary is a program that passes Ctrl-C over, or has done so, and ends with its standard input.
func init() {
	how := os.Getenv("TEST_HOLDING")
	if how == "" {
		return
	}
	os.Exit(Interruptible(func(ctx context.Context) int {
		release := holdInterrupts(ctx)
		interrupted := make(chan os.Signal, 1)
		if how == "released" {
			release()
			release() // once more does nothing
		} else {
			signal.Notify(interrupted, syscall.SIGINT)
		}
		fmt.Println("ready")
		select {
		case <-interrupted:
			fmt.Println("interrupted")
		case <-ctx.Done():
		}
		<-ctx.Done()
		fmt.Println("asked")
		_, _ = io.Copy(io.Discard, os.Stdin)
		return 0
	}))
}

// While an editor has the terminal, Ctrl-C is for the editor. What ends hook otherwise still does.
func TestCtrlCIsForTheEditor(t *testing.T) {
	type step struct {
		sent syscall.Signal
		said string // then
	}
	for how, c := range map[string]struct {
		steps []step
		code  int
	}{
		"held":         {[]step{{syscall.SIGINT, "interrupted"}, {syscall.SIGTERM, "asked"}}, 0}, // the first is passed over
		"released":     {[]step{{syscall.SIGINT, "asked"}}, 0},
		"held, at end": {[]step{{syscall.SIGTERM, "asked"}, {syscall.SIGINT, ""}}, 130}, // once it is asked to end, Ctrl-C means hook again
	} {
		t.Run(how, func(t *testing.T) {
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			p := exec.Command(self)
			p.Env = append(os.Environ(), "TEST_HOLDING="+how)
			in, err := p.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := p.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			await := func(want string) {
				t.Helper()
				if !lines.Scan() || lines.Text() != want {
					t.Errorf("it said %q, %v; want %q", lines.Text(), lines.Err(), want)
				}
			}
			await("ready")
			for _, step := range c.steps {
				_ = p.Process.Signal(step.sent)
				if step.said != "" {
					await(step.said)
				}
			}
			if c.code == 0 {
				_ = in.Close()
			}
			_, _ = io.Copy(io.Discard, out)
			err = p.Wait()
			code := 0
			if exit, ok := errors.AsType[*exec.ExitError](err); ok {
				code = exitCode(exit)
			}
			if code != c.code {
				t.Errorf("it ended with %d, %v; want %d", code, err, c.code)
			}
		})
	}
}
