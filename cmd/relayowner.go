package cmd

import (
	"errors"
	"io/fs"
)

// notYours says whose a data folder is, and how to be that user, if err is that this one may not use it; else it is nil.
func notYours(code int, dir string, err error) error {
	at, owner := anothers(dir)
	if at == "" || !errors.Is(err, fs.ErrPermission) {
		return nil
	}
	whose := "belongs to " + owner
	if at != dir {
		whose = "is in " + at + ", which belongs to " + owner
	}
	if denied, ok := errors.AsType[*fs.PathError](err); ok {
		err = denied // without the folder's name before it
	}
	return fail(code, "be that user: "+asUser(owner)+"; or name another folder with --data", "the data folder %s %s: %w", dir, whose, err)
}
