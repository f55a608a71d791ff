//go:build !unix

package signature

import (
	"testing"
	"time"
)

var began = time.Now()

// spent is the time that has passed, where it can't easily be told how much of a processor this process has used.
func spent(testing.TB) time.Duration { return time.Since(began) }
