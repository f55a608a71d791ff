package cmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// folderMistakes are what would keep a relay that this user starts from writing where it has to. Nothing is made to find that out, so
// a relay that starts doesn't ask: it tries.
func (o *relayOptions) folderMistakes() []error {
	var all []error
	data, log := o.dataFolder(), o.admin.accessLog
	if err := mayMake(data); err != nil {
		all = append(all, fail(exitUsage, orOwner("give a folder that can be written with --data", err), "--data %s: %w", data, err))
	}
	madeFirst := filepath.Dir(log) == filepath.Clean(data)
	if err := mayAppend(log); err != nil && !(madeFirst && errors.Is(err, fs.ErrNotExist)) {
		all = append(all, fail(exitUsage, orOwner("name a file that can be written, or - for stderr", err), "--access-log %s: %w", log, err))
	}
	return all
}

// orOwner is the next step, and how to check as the one whose folder it is if only this user may not write there.
func orOwner(next string, err error) string {
	if denied, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, fs.ErrPermission) {
		if at, owner := anothers(denied.Path); at != "" {
			next += "; " + at + " belongs to " + owner + ": to check as that user, " + asUser(owner)
		}
	}
	return next
}

// mayMake says why dir is no folder that can be written, nor one that can be made.
func mayMake(dir string) error {
	info, err := os.Stat(dir)
	_, dangling := os.Lstat(dir)
	switch above := filepath.Dir(dir); {
	case errors.Is(err, fs.ErrNotExist) && dangling != nil && above != dir:
		return mayMake(above)
	case err != nil:
		return err
	case !info.IsDir():
		return &fs.PathError{Op: "mkdir", Path: dir, Err: syscall.ENOTDIR}
	}
	return mayWrite(dir, true)
}

// mayAppend says why a file can't be opened for that, or made in its folder. Empty and - are none.
func mayAppend(file string) error {
	if file == "" || file == "-" {
		return nil
	}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		folder := filepath.Dir(file)
		if info, err = os.Stat(folder); err != nil {
			return err
		}
		if !info.IsDir() {
			return &fs.PathError{Op: "open", Path: file, Err: syscall.ENOTDIR}
		}
		return mayWrite(folder, true)
	case err != nil:
		return err
	case info.IsDir():
		return &fs.PathError{Op: "open", Path: file, Err: syscall.EISDIR}
	}
	return mayWrite(file, false)
}
