// Command hook-relay is the public side of hook, for a server of one's own.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/seed-4575fdc3/hook/cmd"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	code := cmd.RelayMain(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
