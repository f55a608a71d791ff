// Command bench measures what the tunnel costs, on loopback, with every part a process of its own:
//
//	go run ./internal/bench                        # 5 rounds of 3 s a cell: about four minutes
//	go run ./internal/bench -rounds 9 -c 64        # one concurrency, more rounds
//	go run ./internal/bench -only tunnel,two -d 1s # two of the paths
//	go run ./internal/bench -json                  # one object a line: machine, cell, summary
//	go run ./internal/bench -rate 500              # each webhook at its time: latencies
//	go run ./internal/bench -upload 100MiB         # uploads, one after the other
//	go run ./internal/bench -tls                   # what TLS between hook and the relay costs
//	go run ./internal/bench -recording             # what recording costs: throughput
//	go run ./internal/bench -recording -rate 500   # and latency at 500 webhooks a second
//	go run ./internal/bench -history 1000000       # how fast a history of so many deliveries answers
//	go run ./internal/bench -reconnect 1           # how long after the relay's death webhooks arrive again
//	go run ./internal/bench -idle 10000            # what idle tunnels cost the relay
//
// A load posts signed webhooks over keep-alive connections to a trivial app, by four paths: direct; one and two hops of
// net/http/httputil.ReverseProxy (two hops are the shape of any tunnel); and the tunnel, which is hook-relay and a
// `hook listen` that judges, records and prints every delivery. The paths take turns within a round, each beginning with
// fresh processes and an empty history, and the ratios are to the two hops of the same round: what else the machine
// does then weighs on both. Absolute figures vary with the machine, ratios much less.
//
// The load checks each answer, and signs each webhook just before it is sent: that costs all paths the same, and is in
// the requests per second but not in the latencies. Processor time is that of all processes of a path, user and system,
// without the load and the app, and is known on Linux only. What hook does when it is quiet (the full-text index) is not
// measured. Any wrong answer, and any delivery that hook did not count, judge valid and keep, fails the run: exit code 1.
//
// With -tls there is a fifth path, the tunnel over TLS, whose senders still speak plain HTTP; the ratios are then to the
// tunnel without. With -rate webhooks are due at a constant rate, whether those before were answered or not, and a latency
// begins when its webhook is due, not when a connection is free. With -upload each request is one long body, unsigned,
// whose bytes the app counts.
//
// With -recording the tunnel's ratios are to one whose `hook listen --no-store` judges and prints every delivery too, but
// keeps none. With -dir it records into the history that -history made there, instead of an empty one.
//
// With -history there is neither load nor tunnel: deliveries of 2 KiB as they come from several providers are stored over
// thirty days and four projects, which takes some minutes for a million, and 5 GB; with -dir that is done once. Each question
// is asked -rounds times: those that say so of the real program, from its start to its end, the others of an open history.
// What hook's users are promised of a million deliveries is shown beside the median.
//
// With -reconnect and -idle there is no app: one process holds many tunnels to one hook-relay. -reconnect kills that,
// starts it again on the same port, and tells how long after it listened again the first tunnel, half of them and the last
// had served a webhook; -warmup is how long they had lived until then. -idle tells how much the relay's resident memory
// grew for each tunnel, and its processor time; each tunnel must serve a webhook in the end.
//
// It must be run inside the module, as it builds hook and hook-relay. All that it starts ends with it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if code, isRole := play(os.Args[1:]); isRole {
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// play runs one of the roles that the benchmark starts itself for, if args ask for one, and returns its exit code.
func play(args []string) (code int, isRole bool) {
	if len(args) != 2 {
		return 0, false
	}
	var role func(string) error
	switch args[0] {
	case roleApp:
		role = playApp
	case roleProxy:
		role = playProxy
	case roleLoad:
		role = playLoad
	case roleLoss:
		role = playLoss
	case roleIdle:
		role = playIdle
	default:
		return 0, false
	}
	if err := role(args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", args[0], err)
		return 1, true
	}
	return 0, true
}

// run measures as args say and returns the exit code: 0 only if every answer was right.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	err = measure(ctx, o, newPrinter(o, stdout, stderr))
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "bench: interrupted")
		return 130
	}
	if err != nil {
		fmt.Fprintln(stderr, "bench: error:", err)
		return 1
	}
	return 0
}

// measure does the measurement that o asks for.
func measure(ctx context.Context, o options, show *printer) error {
	if err := show.machine(); err != nil {
		return err
	}
	what := measureCells
	switch {
	case o.reconnect > 0:
		what = measureReconnect
	case o.idle > 0:
		what = measureIdle
	case o.history > 0:
		what = measureHistory
	}
	if tunnels := max(o.reconnect, o.idle); tunnels > 0 {
		if err := allowFiles(uint64(tunnels) + 4*atOnce); err != nil {
			return err
		}
	}
	p, err := buildPrograms(ctx)
	if p.dir != "" {
		defer func() { _ = os.RemoveAll(p.dir) }()
	}
	if err != nil {
		return err
	}
	return what(ctx, p, o, show)
}
