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
	all := takeEndings()
	defer all.release()
	ended := make(chan int, 1)
	go func() { ended <- program(ctx) }()
	for {
		var s os.Signal
		select {
		case code := <-ended:
			return code
		case s = <-all.interrupts:
		case s = <-all.terminations:
		case s = <-all.hangups:
		}
		if by := held.of(s); by != nil && by.Load() > 0 && ctx.Err() == nil {
			continue
		}
		if ctx.Err() == nil {
			if held.interrupts.Load() > 0 { // those that came before were passed over, too
				all.forgetInterrupts()
			}
			cancel()
		} else if number, ok := s.(syscall.Signal); ok && number != syscall.SIGHUP {
			families.kill()
			return 128 + int(number)
		}
	}
}

// endings are the signals that end a program. Each kind has a channel of its own: where one is full, signals are lost, and those
// that are passed over must not cost those that aren't.
type endings struct{ interrupts, terminations, hangups chan os.Signal }

func takeEndings() endings {
	e := endings{make(chan os.Signal, 2), make(chan os.Signal, 2), make(chan os.Signal, 1)}
	signal.Notify(e.interrupts, os.Interrupt)
	signal.Notify(e.terminations, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(e.hangups, syscall.SIGHUP)
	}
	return e
}

// forgetInterrupts is for whoever receives the endings.
func (e endings) forgetInterrupts() {
	for len(e.interrupts) > 0 {
		<-e.interrupts
	}
}

func (e endings) release() {
	for _, c := range []chan os.Signal{e.interrupts, e.terminations, e.hangups} {
		signal.Stop(c)
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
