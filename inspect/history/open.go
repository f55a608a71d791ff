package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	sqlite3 "modernc.org/sqlite/lib"
)

// A file that is only to be read may be anything: a session, a history in use, the copy of one that its process left in the
// middle of its work, one of an older hook. It may lie where nothing can be written, and nothing may appear beside it. So
// SQLite is told which of these it is; what it could not read without a change is copied first.

// openForReading opens the database at s.path without changing anything there.
func (s *Store) openForReading(ctx context.Context) error {
	if info, err := os.Stat(s.path); err != nil {
		return err
	} else if info.IsDir() {
		return fmt.Errorf("%w: it is a folder", ErrNotHistory)
	}
	a, inUse := s.readingAccess()
	if !inUse && a == accessReadOnly {
		return s.openCopy(ctx, s.copyFiles)
	}
	version, err := versionOf(ctx, s.path, a)
	if inUse && (isCode(err, sqlite3.SQLITE_CANTOPEN) || isCode(err, sqlite3.SQLITE_READONLY)) {
		return s.openCopy(ctx, s.copyFiles)
	}
	switch {
	case err != nil:
		return err
	case version == 0:
		return fmt.Errorf("%w: it is empty", ErrNotHistory)
	case version < len(migrations()):
		return s.openCopy(ctx, func(to string) error { return vacuumInto(ctx, dsn(s.path, a, s.busy), to) })
	}
	if err := s.read(s.path, a); err != nil {
		return err
	}
	s.awaitOthers()
	return nil
}

// readingAccess is how the file at s.path can be read, and whether it is in use. Without a log beside it, it is all there is,
// and nobody writes. Nobody uses a log without its index either, but it has what the file lacks.
func (s *Store) readingAccess() (a access, inUse bool) {
	if info, err := os.Stat(s.path + "-wal"); err != nil || info.Size() == 0 {
		return accessFixed, false
	}
	_, err := os.Stat(s.path + "-shm")
	return accessReadOnly, err == nil
}

func versionOf(ctx context.Context, path string, a access) (version int, err error) {
	err = withConn(ctx, dsn(path, a, 0), func(conn *sql.Conn) error {
		version, err = readVersion(ctx, conn, path)
		return err
	})
	return version, err
}

// openCopy reads a copy that write makes, brought up to date. Bodies that lie outside are still read beside the original.
func (s *Store) openCopy(ctx context.Context, write func(to string) error) (err error) {
	if s.copied, err = os.MkdirTemp("", "hook-history-"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(s.copied)
		}
	}()
	to := filepath.Join(s.copied, "history.db")
	if err := write(to); err != nil {
		return fmt.Errorf("copy it to %s: %w", s.copied, err)
	}
	if err := prepare(ctx, to, s.busy); err != nil {
		return err
	}
	return s.read(to, accessRead)
}

func vacuumInto(ctx context.Context, from, to string) error {
	return withConn(ctx, from, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, "VACUUM INTO ?", to)
		return err
	})
}

// copyFiles copies the database with its log.
func (s *Store) copyFiles(to string) error {
	return errors.Join(copyFile(s.path, to), copyFile(s.path+"-wal", to+"-wal"))
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
