//go:build unix

package cmd

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// notAnothers refuses root a data folder of somebody else's, who couldn't read what root writes there.
func notAnothers(dir string) error {
	if os.Geteuid() != 0 {
		return nil // who may not write there finds it out
	}
	at, owner := anothers(dir)
	if at != dir {
		return nil
	}
	return fail(exitFailed, "start the relay, or be its user: "+asUser(owner),
		"the data folder %s belongs to %s, who couldn't read what root writes there", dir, owner)
}

// anothers is path, or the first folder above it that may be looked at, if that belongs to another user, and the other's name. All is
// empty if it is one's own, or not there.
func anothers(path string) (at, owner string) {
	for {
		info, err := os.Stat(path)
		if above := filepath.Dir(path); errors.Is(err, fs.ErrPermission) && above != path {
			path = above
			continue
		}
		if err != nil {
			return "", ""
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok || int(stat.Uid) == os.Geteuid() {
			return "", ""
		}
		return path, userName(stat.Uid)
	}
}

// userName is a user's name, or the number of one who has none.
func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

// asUser is how to run hook-relay as another user.
func asUser(name string) string {
	_, err := strconv.ParseUint(name, 10, 32)
	nameless := err == nil
	switch root := os.Geteuid() == 0; {
	case root && nameless:
		return "setpriv --reuid " + name + " --clear-groups hook-relay …"
	case root:
		return "runuser -u " + name + " -- hook-relay …"
	case nameless:
		return "sudo -u '#" + name + "' hook-relay …"
	case name == "root":
		return "sudo hook-relay …"
	}
	return "sudo -u " + name + " hook-relay …"
}

// mayWrite says why this process may not write to a file, or make files in a folder. It changes neither.
func mayWrite(path string, folder bool) error {
	mode := uint32(unix.W_OK)
	if folder {
		mode |= unix.X_OK
	}
	if err := unix.Access(path, mode); err != nil {
		return &fs.PathError{Op: "write", Path: path, Err: err}
	}
	return nil
}
