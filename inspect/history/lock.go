package history

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-4575fdc3/hook/internal/filelock"
)

// A fileLock is a lock on a file, which the system drops when its holder dies, however it dies.
type fileLock struct {
	file *os.File
	name string
}

// lockDir is the folder of the lock files beside the database.
func (s *Store) lockDir() string { return s.path + ".locks" }

// claim takes a lock under a name that nobody ever had: the mark of a living writer.
func claim(dir string) (*fileLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	for {
		lock, err := tryLock(dir, rand.Text(), os.O_CREATE)
		// Held: someone who tidies up looked at the new file before it was locked.
		if !errors.Is(err, filelock.ErrHeld) {
			return lock, err
		}
	}
}

// tryLock takes the lock called name; flag may be os.O_CREATE. It returns filelock.ErrHeld if another holder has it.
func tryLock(dir, name string, flag int) (*fileLock, error) {
	path := filepath.Join(dir, name)
	file, err := os.OpenFile(path, os.O_RDWR|flag, 0o600)
	if err != nil {
		return nil, err
	}
	if err := filelock.Try(file); err != nil {
		file.Close()
		return nil, err
	}
	// What was locked may have been removed meanwhile, and then it protects nothing.
	ours, err := file.Stat()
	if err == nil {
		var now fs.FileInfo
		if now, err = os.Stat(path); err == nil && os.SameFile(ours, now) {
			return &fileLock{file, name}, nil
		}
	}
	file.Close()
	return nil, filelock.ErrHeld
}

// inPlace says whether the file is still where its name leads.
func (l *fileLock) inPlace() bool {
	ours, err := l.file.Stat()
	return err == nil && isThere(l.file.Name(), ours)
}

func (l *fileLock) release() { l.file.Close() }

// remove releases the lock for good. The file goes first, so that nobody gets a lock on one that then goes; but Windows
// removes no open file.
func (l *fileLock) remove() {
	path := l.file.Name()
	err := os.Remove(path)
	l.file.Close()
	if err != nil {
		_ = os.Remove(path)
	}
}
