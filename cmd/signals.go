package cmd

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Interruptible runs a program and gives its exit code. Its ctx ends at the first SIGINT, SIGTERM or SIGHUP, which comes when
// the terminal was closed, unless hook was started by nohup. A second one of them ends the program at once, with the
// code that a shell would give it: all that it has started is killed, and the program itself is not waited for. A second SIGHUP
// doesn't, as a terminal that closes may send two.
func Interruptible(program func(ctx context.Context) int) int {
	ctx, cancel := context.WithCancel(context.Background())
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
			if ctx.Err() == nil {
				cancel()
			} else if number, ok := s.(syscall.Signal); ok && number != syscall.SIGHUP {
				families.kill()
				return 128 + int(number)
			}
		}
	}
}
