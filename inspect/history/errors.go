package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrNotHistory is returned by Open for a file that is not a database, or another program's.
	ErrNotHistory = errors.New("not a hook history database")

	// ErrReadOnly is the error of every write to a Store that was opened with ReadOnly.
	ErrReadOnly = errors.New("history is opened for reading only")

	// ErrClosed is the error of every write to a Store that was closed.
	ErrClosed = errors.New("history is closed")

	// ErrFull is a Pending's error if so much waits to be written that there was no room for more: the disk is stuck,
	// or another process holds the database.
	ErrFull = errors.New("too much is waiting to be written")

	// ErrExists is a Pending's error if the history has a delivery with the same id.
	ErrExists = errors.New("a delivery with this id is in the history already")

	errNoProject = errors.New("history is opened without a project")
	errNumber    = errors.New("attempts are numbered from 1")
)

// A NewerError says that a database was written by a newer version of hook than this one.
type NewerError struct {
	Path         string
	Found, Known int // the versions of the schema
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s was written by a newer hook (schema %d, this hook knows %d)", e.Path, e.Found, e.Known)
}

// isLasting says whether a history that could not be opened for that reason can't be opened later either.
func isLasting(err error) bool {
	_, newer := errors.AsType[*NewerError](err)
	_, network := errors.AsType[*NetworkError](err)
	return newer || network
}

// IsDamaged says whether err is that a history's file, or what is read of it, is not as it was written.
func IsDamaged(err error) bool {
	return isCode(err, sqlite3.SQLITE_CORRUPT) || isCode(err, sqlite3.SQLITE_NOTADB) || errors.Is(err, errHeader)
}

// IsUnwritable says whether err is that a history can't be written now, while what is there may be read: for lack of rights,
// or of room.
func IsUnwritable(err error) bool {
	for _, code := range []int{sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR} {
		if isCode(err, code) {
			return true
		}
	}
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, errReadOnlyDisk) || errors.Is(err, errDiskFull)
}

// A NotFoundError says that no delivery is meant by Ref.
type NotFoundError struct{ Ref string }

func (e *NotFoundError) Error() string { return fmt.Sprintf("no delivery %q", e.Ref) }

func isMissing(err error) bool {
	_, missing := errors.AsType[*NotFoundError](err)
	return missing
}

// An AmbiguousError says that Ref is the beginning of several ids, or too short a one to mean the only one. IDs are up to five of
// them, the newest first.
type AmbiguousError struct {
	Ref string
	IDs []string
}

func (e *AmbiguousError) Error() string {
	if len(e.IDs) == 1 {
		return fmt.Sprintf("%q is too short to mean %s for sure", e.Ref, e.IDs[0])
	}
	return fmt.Sprintf("%q means several deliveries: %s", e.Ref, strings.Join(e.IDs, ", "))
}

// isCode says whether err is SQLite's, from the driver or a connection, with the given primary result code.
func isCode(err error, code int) bool {
	found, ok := codeOf(err)
	return ok && found&0xff == code
}

// codeOf is SQLite's extended result code.
func codeOf(err error) (int, bool) {
	e, ok := errors.AsType[interface {
		error
		Code() int
	}](err)
	if !ok {
		return 0, false
	}
	return e.Code(), true
}

func isBusy(err error) bool { return isCode(err, sqlite3.SQLITE_BUSY) }

// isOwn says whether err is the caller's and not the database's, so that the transaction around it is sound.
func isOwn(err error) bool {
	return isMissing(err) || errors.Is(err, ErrExists) || errors.Is(err, errNoProject) || errors.Is(err, errNumber) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
