//go:build !linux && !windows

package cmd

import "syscall"

// dieWithParent can't be had here: a child outlives a hook that was killed.
func dieWithParent(*syscall.SysProcAttr) {}
