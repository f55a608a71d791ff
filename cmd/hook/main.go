// Command hook is one tool for everyone who writes an endpoint that receives webhooks.
package main

import (
	"context"
	"os"

	"github.com/seed-4575fdc3/hook/cmd"
)

func main() {
	os.Exit(cmd.Interruptible(func(ctx context.Context) int {
		return cmd.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	}))
}
