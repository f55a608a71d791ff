// Command hook-relay is the public side of hook, for a server of one's own.
package main

import (
	"context"
	"os"

	"github.com/seed-4575fdc3/hook/cmd"
)

func main() {
	os.Exit(cmd.Interruptible(func(ctx context.Context) int {
		return cmd.RelayMain(ctx, cmd.RelayParts{Certificates: certificates, Metrics: measured}, os.Args[1:], os.Stdout, os.Stderr)
	}))
}
