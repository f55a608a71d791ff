package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/term"

	"github.com/seed-4575fdc3/hook/tui"
)

// whereBugsGo is where people report what is hook's fault.
const whereBugsGo = "https://github.com/seed-4575fdc3/hook/issues"

// showScreen runs a screen, and leaves the terminal as it was: an editor that was killed on it may not have.
func (p place) showScreen(ctx context.Context, config tui.Config) error {
	if f, ok := p.in.(*os.File); ok {
		if before, err := term.GetState(int(f.Fd())); err == nil {
			defer func() { _ = term.Restore(int(f.Fd()), before) }()
		}
	}
	return p.home.crashed(tui.Run(ctx, p.in, p.out, config))
}

// crashed is the error of a screen. For a fault in hook itself it says where to report it, and the details go to a file
// instead of the terminal.
func (h home) crashed(err error) error {
	p, ok := errors.AsType[*tui.PanicError](err)
	if !ok {
		return err
	}
	path := filepath.Join(h.log, "crash.log")
	with := " with what is in " + path
	if err := writeCrash(path, p); err != nil {
		with = " with what you did before"
	}
	return fail(exitFailed, "this is a bug of hook; nothing that came is lost. Report it at "+whereBugsGo+with, "%w", err)
}

// writeCrash appends to the file, which only the user can read.
func writeCrash(path string, p *tui.PanicError) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(file, "%s hook %s %s %s/%s\npanic: %v\n\n%s\n", time.Now().UTC().Format(time.RFC3339), Version,
		runtime.Version(), runtime.GOOS, runtime.GOARCH, p.Value, p.Stack)
	return errors.Join(err, file.Close())
}
