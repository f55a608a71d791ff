package cmd

import (
	"math/big"

	"github.com/dustin/go-humanize"
)

// maxSize is the longest size that can be given: 1 TiB.
const maxSize = 1 << 40

// parseSize reads a size such as 10MiB, 512KB or 1048576.
func parseSize(s string) (int64, error) {
	n, err := humanize.ParseBigBytes(s)
	switch {
	case err != nil || n.Sign() == 0:
		return 0, fail(exitUsage, "a size is like 10MiB, 512KB or 1048576", "%q is no size", s)
	case n.Cmp(big.NewInt(maxSize)) > 0:
		return 0, fail(exitUsage, "give at most 1TiB", "%q is more than 1TiB", s)
	}
	return n.Int64(), nil
}
