package cmd

import (
	"github.com/dustin/go-humanize"
)

// parseSize reads a size such as 10MiB, 512KB or 1048576.
func parseSize(s string) (int64, error) {
	n, err := humanize.ParseBytes(s)
	if err != nil || n == 0 || n > 1<<40 {
		return 0, fail(exitUsage, "a size is like 10MiB, 512KB or 1048576", "%q is no size", s)
	}
	return int64(n), nil
}
