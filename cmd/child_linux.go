package cmd

import "syscall"

// dieWithParent has the system end the child when hook is gone, even if that was killed.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGTERM }
