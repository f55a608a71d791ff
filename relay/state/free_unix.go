//go:build !windows

package state

import "golang.org/x/sys/unix"

// freeBytes is how much room the disk has that dir is on, for those who aren't root.
func freeBytes(dir string) (int64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return int64(fs.Bavail) * int64(fs.Bsize), nil //nolint:unconvert // the types differ between systems
}
