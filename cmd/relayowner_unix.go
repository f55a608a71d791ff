//go:build unix

package cmd

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// notAnothers refuses root a data folder of somebody else's, who couldn't read what root writes there.
func notAnothers(dir string) error {
	info, err := os.Stat(dir)
	if err != nil || os.Geteuid() != 0 {
		return nil // it will be made, or it is found out
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid == 0 {
		return nil
	}
	owner := strconv.FormatUint(uint64(stat.Uid), 10)
	if u, err := user.LookupId(owner); err == nil {
		owner = u.Username
	}
	return fail(exitFailed, "start the relay, or be its user: runuser -u "+owner+" -- hook-relay …",
		"the data folder %s belongs to %s, who couldn't read what root writes there", dir, owner)
}
