package cmd

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// hangups are SIGHUPs that mean that something is to be read again, as for every server, and not that the program is to end.
type hangups struct {
	signals  chan os.Signal
	terminal bool // somebody sat at a terminal when it began
	release  func()
}

// takeHangups takes SIGHUP from Interruptible until release is called. terminal says whether stderr is a terminal: if that is
// closed, SIGHUP means that as ever.
func takeHangups(ctx context.Context, terminal bool) *hangups {
	h := &hangups{signals: make(chan os.Signal, 1), terminal: terminal}
	release := holdSignal(ctx, syscall.SIGHUP)
	signal.Notify(h.signals, syscall.SIGHUP)
	h.release = func() {
		signal.Stop(h.signals)
		release()
	}
	return h
}

// each calls hungUp at each SIGHUP until ctx ends, or over if the terminal is gone.
func (h *hangups) each(ctx context.Context, hungUp, over func()) {
	for {
		select {
		case <-h.signals:
			if h.terminal && !term.IsTerminal(int(os.Stderr.Fd())) {
				over()
				return
			}
			hungUp()
		case <-ctx.Done():
			return
		}
	}
}
