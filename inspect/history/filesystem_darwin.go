package history

import "golang.org/x/sys/unix"

// networkFilesystem is the name of the network filesystem that dir is on; "" if it is on another, or that can't be told.
func networkFilesystem(dir string) string {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil || s.Flags&unix.MNT_LOCAL != 0 {
		return ""
	}
	return unix.ByteSliceToString(s.Fstypename[:])
}
