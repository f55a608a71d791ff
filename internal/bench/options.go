package main

import (
	"flag"
	"fmt"
	"io"
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
	json        bool
}

// parse reads the flags. What is wrong with them was said on talk.
func parse(args []string, talk io.Writer) (options, error) {
	o := options{concurrency: []int{1, 16, 64}, paths: paths}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(talk)
	f.IntVar(&o.rounds, "rounds", 5, "how many `rounds` there are")
	f.DurationVar(&o.duration, "d", 3*time.Second, "how long each path is measured in a round, a `duration`")
	f.DurationVar(&o.warmup, "warmup", 500*time.Millisecond, "how long before that is not measured, a `duration`")
	f.IntVar(&o.body, "body", 2048, "the `bytes` of a webhook's body")
	f.BoolVar(&o.json, "json", false, "print one JSON object a line")
	f.Func("c", "how many requests are under way at once, a `list` (default 1,16,64)", func(list string) (err error) {
		o.concurrency, err = numbers(list)
		return err
	})
	f.Func("only", "leave out all paths but those of this `list` of direct, one, two, tunnel", func(list string) (err error) {
		o.paths, err = choose(list)
		return err
	})
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	if err := o.check(f.Args()); err != nil {
		_, _ = fmt.Fprintln(talk, "bench: error:", err)
		return options{}, err
	}
	return o, nil
}

func (o options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("%q is no flag", rest[0])
	case o.rounds < 1:
		return fmt.Errorf("-rounds %d: there must be one at least", o.rounds)
	case o.duration <= 0 || o.warmup < 0:
		return fmt.Errorf("-d %v -warmup %v: too short", o.duration, o.warmup)
	case o.body < minBody:
		return fmt.Errorf("-body %d: a webhook has %d bytes at least", o.body, minBody)
	}
	return nil
}

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

// choose is the paths that list names, in their own order.
func choose(list string) ([]path, error) {
	wanted := make(map[string]bool)
	for word := range strings.SplitSeq(list, ",") {
		wanted[word] = true
	}
	var chosen []path
	for _, p := range paths {
		if wanted[p.name] {
			chosen = append(chosen, p)
			delete(wanted, p.name)
		}
	}
	for word := range wanted {
		return nil, fmt.Errorf("there is no path %q", word)
	}
	return chosen, nil
}
