package history

import (
	"fmt"
	"os"
	"path/filepath"
)

// A NetworkError says that the database would lie on a filesystem that several machines share. SQLite's log needs memory that
// all who have the database open share, and that ends with the machine: there it would be damaged, sooner or later.
type NetworkError struct {
	Path       string // of the database
	Filesystem string // "nfs"
}

func (e *NetworkError) Error() string {
	return fmt.Sprintf("%s is on a network filesystem (%s), which would damage it", e.Path, e.Filesystem)
}

// checkFilesystem refuses a database on a network, unless any will do. Where it can't be told, any will.
func checkFilesystem(path string, any bool) error {
	if any {
		return nil
	}
	if name := networkFilesystem(existing(filepath.Dir(path))); name != "" {
		return &NetworkError{path, name}
	}
	return nil
}

// existing is the nearest folder above dir that is there, or dir.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}
