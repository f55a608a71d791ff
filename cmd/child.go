package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// childOptions say what to start.
type childOptions struct {
	name   string                 // the program: a path, or looked for in PATH
	args   []string               // without the program's name
	env    []string               // "KEY=value", added to hook's own environment
	hidden func(name string) bool // which variables of hook's environment it doesn't get; nil: it gets all
	dir    string                 // empty: the current folder
	out    func(line string)

	stdin          io.Reader // nil: empty
	stdout, stderr io.Writer // if they are set, what it prints goes there as it is, and not to out
}

// A child is a program that hook has started, with all that this program starts in turn: on Unix its process group, on
// Windows a job. What it prints, on stdout and stderr, goes line by line to out, from one goroutine: a line of more than
// 64 KiB comes in pieces, and whoever is slow there makes the program wait.
type child struct {
	cmd     *exec.Cmd
	family  family
	exited  chan struct{} // closed when the program itself has ended; err is set by then
	err     error
	waiting sync.WaitGroup
}

// childEnd is how long a child may take to end once it was asked to.
const childEnd = 3 * time.Second

// startChild starts a program, which ends when ctx does: it and what it started are asked to (SIGTERM) and, if they
// still run after childEnd, killed. What it started is ended in the same way when it ends by itself. Of a hook that
// was killed, the program is asked to end on Linux, and all of them end on Windows. A program that isn't in PATH is an exec.ErrNotFound.
func startChild(ctx context.Context, o childOptions) (*child, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", o.name, err)
	}
	c := &child{cmd: exec.Command(o.name, o.args...), exited: make(chan struct{})}
	c.cmd.Env, c.cmd.Dir = append(without(os.Environ(), o.hidden), o.env...), o.dir
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = o.stdin, w, w
	if o.stdout != nil {
		c.cmd.Stdout, c.cmd.Stderr = o.stdout, o.stderr
	}
	c.cmd.WaitDelay = childEnd // somebody who left the family may hold its stdin or stdout for ever
	started := make(chan error)
	c.waiting.Go(func() {
		runtime.LockOSThread() // on Linux, a child that shall die with its parent dies with the thread that started it
		defer runtime.UnlockOSThread()
		err := families.start(c)
		_ = w.Close()
		if started <- err; err == nil {
			c.err = c.cmd.Wait()
			close(c.exited)
		}
	})
	if err := <-started; err != nil {
		_ = r.Close()
		c.waiting.Wait()
		return nil, fmt.Errorf("start %s: %w", o.name, err)
	}
	read := make(chan struct{})
	c.waiting.Go(func() {
		defer close(read)
		readLines(r, o.out)
	})
	c.waiting.Go(func() {
		select {
		case <-ctx.Done():
		case <-c.exited:
		}
		c.end(read)
		families.gone(c)
		_ = r.Close() // somebody who left the family may hold the other end for ever
	})
	return c, nil
}

// end asks the family to end, and kills it if it doesn't in time. read is closed when all that it printed was read. A machine that
// stands still lets nobody end, so the time is counted in steps: that one takes long isn't the family's fault.
func (c *child) end(read <-chan struct{}) {
	const steps = 30
	step := time.NewTicker(childEnd / steps)
	defer step.Stop()
	c.family.ask(c.cmd)
	for exited, left := c.exited, steps; exited != nil || read != nil; {
		select {
		case <-exited:
			exited = nil
		case <-read:
			read = nil
		case <-step.C:
			if left--; left == 0 {
				c.family.kill(c.cmd)
				<-c.exited
				return
			}
		}
	}
	// Whoever is left prints nothing, or is dead and waits for init to notice.
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for range 10 {
		if c.family.gone(c.cmd) {
			return
		}
		<-look.C
	}
	c.family.kill(c.cmd)
}

// wait waits until the child and all that it started have ended and what they printed was handed over. It gives how the
// program itself ended, an *exec.ExitError unless its exit code is 0: whoever ended ctx need not care. It may be called
// more than once.
func (c *child) wait() error {
	c.waiting.Wait()
	return c.err
}

// without is an environment without the variables that are hidden.
func without(env []string, hidden func(name string) bool) []string {
	return slices.DeleteFunc(env, func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return hidden != nil && hidden(name)
	})
}

// readLines hands the lines of r to out until it ends.
func readLines(r io.Reader, out func(string)) {
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		line, _, err := in.ReadLine()
		if err != nil {
			return
		}
		if out != nil {
			out(strings.TrimSuffix(string(line), "\r"))
		}
	}
}

// exitCode is the code to end with after a program that ended in this way: its own, or, as a shell has it, 128 and the
// number of the signal that ended it.
func exitCode(err error) int {
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return exitDone
	case ok:
		return codeOf(exit.ProcessState)
	}
	return exitFailed
}
