//go:build !windows

package cmd

import (
	"os"
	"os/exec"
	"syscall"
)

// A family is a child's process group: the child's id is its name. Ctrl-C at the terminal goes to hook alone.
type family struct{}

func (family) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
	return cmd.Start()
}

func (family) ask(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }

func (family) kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// gone says whether nobody of it is left.
func (family) gone(cmd *exec.Cmd) bool { return syscall.Kill(-cmd.Process.Pid, 0) != nil }

func codeOf(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}
