// Command hook is one tool for everyone who writes an endpoint that receives webhooks.
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
	code := cmd.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
