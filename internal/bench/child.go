package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

const (
	readyIn = 20 * time.Second // how long a child may take until it is ready
	stopIn  = 10 * time.Second // how long it may take to end when it is asked to
)

// A child is a process that the benchmark started. Whoever starts one stops it.
type child struct {
	name     string
	cmd      *exec.Cmd
	out, err *output
	stdin    io.Closer // its end makes our own roles end, whatever becomes of the benchmark
	cancel   context.CancelFunc
	exited   chan struct{}
	waiting  sync.WaitGroup
}

// start runs a program. It is asked to end when ctx does, and killed if it doesn't.
func start(ctx context.Context, name string, env []string, dir, program string, args ...string) (*child, error) {
	ctx, cancel := context.WithCancel(ctx)
	c := &child{
		name: name, cmd: exec.CommandContext(ctx, program, args...), cancel: cancel,
		out: newOutput(), err: newOutput(), exited: make(chan struct{}),
	}
	c.cmd.Env, c.cmd.Dir, c.cmd.Stdout, c.cmd.Stderr, c.cmd.WaitDelay = env, dir, c.out, c.err, stopIn
	c.cmd.Cancel = func() error {
		_ = c.stdin.Close()
		if c.cmd.Process.Signal(os.Interrupt) != nil { // as on Windows
			return c.cmd.Process.Kill()
		}
		return nil
	}
	var err error
	if c.stdin, err = c.cmd.StdinPipe(); err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	c.waiting.Go(func() {
		_ = c.cmd.Wait() // whether it ended well is for the code that knows what it was to do
		close(c.exited)
	})
	return c, nil
}

// ready waits until the child says that it is, and returns what it says.
func (c *child) ready(ctx context.Context, within time.Duration) (readyLine, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	select {
	case line := <-c.out.ready:
		return line, nil
	case <-c.exited:
		return readyLine{}, fmt.Errorf("%s ended at its start: %s", c.name, c.err.last())
	case <-ctx.Done():
		return readyLine{}, fmt.Errorf("wait for %s: %w", c.name, ctx.Err())
	}
}

// yield waits until the child ends by itself, and reads into v what it printed last.
func (c *child) yield(v any) error {
	<-c.exited
	if !c.cmd.ProcessState.Success() {
		return fmt.Errorf("%s: %v: %s", c.name, c.cmd.ProcessState, c.err.last())
	}
	return json.Unmarshal(c.out.last(), v)
}

// kill ends the child without asking it, and waits for that.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.exited
}

// stop ends the child if it still runs, and waits for that.
func (c *child) stop() {
	c.cancel()
	c.waiting.Wait()
}

// kept is how much of an output is kept, in bytes.
const kept = 4 << 10

// A readyLine is what a child prints when it is ready.
type readyLine struct {
	Type   string // "ready"
	URL    string
	TLSURL string `json:"tls_url"` // of a relay that speaks https too
}

// An output is what a child prints: it looks for the ready line, and keeps the end.
type output struct {
	ready chan readyLine // gets the ready line; capacity 1

	mu    sync.Mutex
	bytes []byte
	found bool
}

func newOutput() *output { return &output{ready: make(chan readyLine, 1)} }

// Write never fails.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes = append(o.bytes, p...)
	if !o.found {
		o.look()
	}
	if extra := len(o.bytes) - kept; extra > kept {
		o.bytes = append(o.bytes[:0], o.bytes[extra:]...)
	}
	return len(p), nil
}

// look finds the ready line.
func (o *output) look() {
	for line := range bytes.Lines(o.bytes) {
		var l readyLine
		if json.Unmarshal(line, &l) == nil && l.Type == "ready" {
			o.found = true
			o.ready <- l
			return
		}
	}
}

// last is the last line.
func (o *output) last() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := bytes.TrimSpace(o.bytes)
	return bytes.Clone(all[bytes.LastIndexByte(all, '\n')+1:])
}
