package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options are what the flags say.
type options struct {
	rounds      int
	concurrency []int
	duration    time.Duration // of a cell, after the warm-up
	warmup      time.Duration
	body        int // bytes
	paths       []path
	baseline    string // the path that ratios are to
	json        bool

	rate      int   // webhooks per second; 0: as many as can be
	upload    int64 // bytes; 0: webhooks
	tls       bool
	recording bool
	reconnect int // tunnels; 0: no such measurement
	idle      int // tunnels; 0: no such measurement

	history int    // deliveries; 0: no such measurement
	dir     string // where the history is kept, and recorded into; "": in no place that is kept
}

// parse reads the flags. What is wrong with them was said on talk.
func parse(args []string, talk io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(talk)
	f.IntVar(&o.rounds, "rounds", 5, "how many `rounds` there are (-reconnect 1: 20, more: 3; -idle: 1; -history: 10)")
	f.DurationVar(&o.duration, "d", 3*time.Second, "how long each path is measured in a round, a `duration` (-idle: 30s)")
	f.DurationVar(&o.warmup, "warmup", 500*time.Millisecond, "how long before that is not measured, a `duration` (-reconnect: 11s)")
	f.IntVar(&o.body, "body", 2048, "the `bytes` of a webhook's body")
	f.BoolVar(&o.json, "json", false, "print one JSON object a line")
	f.Func("c", "how many requests are under way at once, a `list` (default 1,16,64; -rate: 64)", func(list string) (err error) {
		o.concurrency, err = numbers(list)
		return err
	})
	f.Func("only", "leave out all paths but those of this `list` of direct, one, two, tunnel, tunnel+tls, tunnel+nostore "+
		"(-rate, -upload: two,tunnel; -tls: tunnel,tunnel+tls; -recording: tunnel,tunnel+nostore)", func(list string) (err error) {
		o.paths, err = choose(list)
		return err
	})
	f.IntVar(&o.rate, "rate", 0, "send so many `webhooks` a second, each at its time")
	f.Func("upload", "send uploads of this `size`, as in 100MiB, one after the other", func(size string) (err error) {
		o.upload, err = parseBytes(size)
		return err
	})
	f.BoolVar(&o.tls, "tls", false, "compare the tunnel with TLS with the one without")
	f.BoolVar(&o.recording, "recording", false, "compare the tunnel that records with one that doesn't")
	f.IntVar(&o.reconnect, "reconnect", 0, "kill the relay of so many `tunnels`, and see when they are back")
	f.IntVar(&o.idle, "idle", 0, "hold so many idle `tunnels`, and see what they cost the relay")
	f.IntVar(&o.history, "history", 0, "make a history of so many `deliveries`, and see how fast it answers")
	f.StringVar(&o.dir, "dir", "", "keep that history in this `folder`, and ask the one that is there already; -recording: record into it")
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	given := make(map[string]bool)
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	o.fill(given)
	if err := o.check(given, f.Args()); err != nil {
		_, _ = fmt.Fprintln(talk, "bench: error:", err)
		return options{}, err
	}
	return o, nil
}

// fill gives what the flags left open the values that suit the measurement.
func (o *options) fill(given map[string]bool) {
	concurrency, ways := []int{1, 16, 64}, "direct,one,two,tunnel"
	rounds, duration, warmup := o.rounds, o.duration, o.warmup
	switch {
	case o.rate > 0:
		concurrency, ways = []int{64}, "two,tunnel"
	case o.upload > 0:
		concurrency, ways = []int{1}, "two,tunnel"
	case o.reconnect == 1:
		rounds, warmup = 20, 11*time.Second // tunnels that lived that long begin their backoff anew
	case o.reconnect > 0:
		rounds, warmup = 3, 11*time.Second
	case o.idle > 0:
		rounds, duration = 1, 30*time.Second
	case o.history > 0:
		rounds = 10
	}
	o.baseline = twoHops
	switch {
	case o.tls:
		o.baseline, ways = plainTunnel, "tunnel,tunnel+tls"
	case o.recording:
		o.baseline, ways = noStoreTunnel, "tunnel,tunnel+nostore"
	}
	if !given["c"] {
		o.concurrency = concurrency
	}
	if !given["only"] {
		o.paths, _ = choose(ways) // all of them exist
	}
	if !given["rounds"] {
		o.rounds = rounds
	}
	if !given["d"] {
		o.duration = duration
	}
	if !given["warmup"] {
		o.warmup = warmup
	}
}

func (o options) baselineTitle() string {
	return paths[slices.IndexFunc(paths, func(p path) bool { return p.name == o.baseline })].title
}

// target is where the load's requests go, below the path's URL.
func (o options) target() string {
	if o.upload > 0 {
		return uploadPath
	}
	return "/webhooks/stripe"
}

// numbers is a list of concurrencies.
func numbers(list string) ([]int, error) {
	var all []int
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > maxWorkers {
			return nil, fmt.Errorf("%q is not a number from 1 to %d", word, maxWorkers)
		}
		all = append(all, n)
	}
	return all, nil
}

// parseBytes reads a size in bytes, KiB or MiB.
func parseBytes(size string) (int64, error) {
	digits, unit := size, int64(1)
	for suffix, n := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20} {
		if before, ok := strings.CutSuffix(size, suffix); ok {
			digits, unit = before, n
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1 || n > maxUpload/unit {
		return 0, fmt.Errorf("%q is not a size from 1 to 100MiB, which is the most that a relay takes", size)
	}
	return n * unit, nil
}

// choose is the paths that list names, in their own order.
func choose(list string) ([]path, error) {
	wanted := strings.Split(list, ",")
	for _, word := range wanted {
		if !slices.ContainsFunc(paths, func(p path) bool { return p.name == word }) {
			return nil, fmt.Errorf("there is no path %q", word)
		}
	}
	return slices.DeleteFunc(slices.Clone(paths), func(p path) bool { return !slices.Contains(wanted, p.name) }), nil
}
