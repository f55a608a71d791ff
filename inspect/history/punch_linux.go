package history

import (
	"os"

	"golang.org/x/sys/unix"
)

// punch erases a part of file, and gives its room on the disk back where the file system can.
func punch(file *os.File, start, length int64) error {
	const how = unix.FALLOC_FL_PUNCH_HOLE | unix.FALLOC_FL_KEEP_SIZE
	if unix.Fallocate(int(file.Fd()), how, start, length) == nil {
		return nil
	}
	return blank(file, start, length)
}
