package cmd

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/tui"
)

// A fault of the screen's own is told in two lines, and its stack is in a file.
func TestCrash(t *testing.T) {
	h := testProject(t).home
	var talk bytes.Buffer
	err := h.crashed(&tui.PanicError{Value: "index \x1b[2J out of range", Stack: []byte("goroutine 7 [running]:\nmain.go:1\n")})
	if code := report(t.Context(), "hook", err, &talk); code != exitFailed {
		t.Errorf("got code %d", code)
	}
	file := filepath.Join(h.log, "crash.log")
	if got, want := talk.String(), "hook: error: screen: index \\x1b[2J out of range\nhook: hint: this is a bug of hook"; !strings.HasPrefix(got, want) ||
		!strings.Contains(got, whereBugsGo) || !strings.Contains(got, file) || strings.Contains(got, "goroutine") {
		t.Errorf("got %q", got)
	}
	b, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(b), "goroutine 7 [running]:\nmain.go:1\n") || !strings.Contains(string(b), "hook "+Version) {
		t.Errorf("got %q, %v", b, err)
	}
	if other := errors.New("no terminal"); !errors.Is(h.crashed(other), other) || h.crashed(nil) != nil {
		t.Error("another error isn't left as it is")
	}
	if info, err := os.Stat(file); err != nil || info.Mode()&fs.ModePerm != 0o600 {
		t.Errorf("got %v, %v", info, err)
	}
}
