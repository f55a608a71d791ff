package cmd

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
)

// Interruptible runs a program and gives its exit code. Its ctx ends at the first SIGINT, SIGTERM or SIGHUP, which comes when
// the terminal was closed, unless hook was started by nohup. A second one of them ends the program at once, with the
// code that a shell would give it: all that it has started is killed, and the program itself is not waited for. A second SIGHUP
// doesn't, as a terminal that closes may send two. See also holdInterrupts.
func Interruptible(program func(ctx context.Context) int) int {
	var held heldSignals
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), holdingKey{}, &held))
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	defer signal.Stop(signals)
	ended := make(chan int, 1)
	go func() { ended <- program(ctx) }()
	for {
		select {
		case code := <-ended:
			return code
		case s := <-signals:
			if by := held.of(s); by != nil && by.Load() > 0 && ctx.Err() == nil {
				continue
			}
			if ctx.Err() == nil {
				cancel()
			} else if number, ok := s.(syscall.Signal); ok && number != syscall.SIGHUP {
				families.kill()
				return 128 + int(number)
			}
		}
	}
}

type holdingKey struct{}

// heldSignals count who wants a signal passed over.
type heldSignals struct{ interrupts, hangups atomic.Int32 }

func (h *heldSignals) of(s os.Signal) *atomic.Int32 {
	switch s {
	case os.Interrupt:
		return &h.interrupts
	case syscall.SIGHUP:
		return &h.hangups
	}
	return nil
}

// holdInterrupts has Ctrl-C passed over until release is called, or ctx ends: it goes to all that run at the terminal, and
// while an editor does, it is the editor that is meant.
func holdInterrupts(ctx context.Context) (release func()) { return holdSignal(ctx, os.Interrupt) }

// holdSignal is holdInterrupts for that or SIGHUP.
func holdSignal(ctx context.Context, s os.Signal) (release func()) {
	all, ok := ctx.Value(holdingKey{}).(*heldSignals)
	if !ok {
		return func() {}
	}
	held := all.of(s)
	held.Add(1)
	over := sync.OnceFunc(func() { held.Add(-1) })
	stop := context.AfterFunc(ctx, over)
	return func() {
		stop()
		over()
	}
}
