package cmd

import "syscall"

// dieWithParent has the system ask the child to end when hook is gone, even if that was killed. What the child has started
// isn't asked.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGTERM }
