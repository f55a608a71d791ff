package faults_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// suspend stops a process, and waits until all of its threads stand still.
func (p *program) suspend(t testing.TB) {
	t.Helper()
	p.signal(t, syscall.SIGSTOP)
	eventually(t, "the process stands still", func() bool {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.cmd.Process.Pid))
		for _, thread := range threads {
			if state, ok := stat(thread); ok && state[0] != "T" {
				return false
			}
		}
		return len(threads) > 0
	})
}

// stat is what a stat file of /proc says behind the name: the state, and so on.
func stat(path string) ([]string, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, false // a thread that has just ended
	}
	return strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:])), true
}

// status reads a size from /proc/PID/status, in bytes: VmRSS is what a process has in memory, VmHWM the most that it had.
func (p *program) status(t testing.TB, name string) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n << 10
		}
	}
	t.Fatalf("there is no %s of %s", name, p.cmd.Path)
	return 0
}

// forgetPeak makes VmHWM begin anew.
func (p *program) forgetPeak(t testing.TB) {
	t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
}

// cpu is how much processor time a process has used, to 10 ms.
func (p *program) cpu(t testing.TB) time.Duration {
	t.Helper()
	fields, ok := stat(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if !ok {
		t.Fatalf("%s is gone", p.cmd.Path)
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}
