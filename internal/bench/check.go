package main

import (
	"fmt"
	"strings"
)

// maxBody is the most that hook keeps of a body, in bytes; of a longer one it can't judge the signature.
const maxBody = 10 << 20

// maxRate is the most webhooks a second that are sent each at its time.
const maxRate = 100_000

// maxWait is how many seconds old a signature may become before its webhook is due.
const maxWait = 60

// The fewest deliveries of which each question finds some, and the most.
const (
	minHistory = 1000
	maxHistory = 10_000_000
)

// check says what is wrong with the options, of which those with a name in given were given as flags.
func (o options) check(given map[string]bool, rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("%q is no flag", rest[0])
	case o.rounds < 1:
		return fmt.Errorf("-rounds %d: there must be one at least", o.rounds)
	case o.duration <= 0 || o.warmup < 0:
		return fmt.Errorf("-d %v -warmup %v: too short", o.duration, o.warmup)
	case o.body < minBody || o.body > maxBody:
		return fmt.Errorf("-body %d: a webhook has %d bytes at least, and at most the %d that hook keeps", o.body, minBody, maxBody)
	case given["rate"] && (o.rate < 1 || o.rate > maxRate):
		return fmt.Errorf("-rate %d: not from 1 to %d", o.rate, maxRate)
	case given["history"] && (o.history < minHistory || o.history > maxHistory):
		return fmt.Errorf("-history %d: not from %d to %d", o.history, minHistory, maxHistory)
	case o.dir != "" && o.history == 0 && !o.recording:
		return fmt.Errorf("-dir %s: that is for -history, or -recording", o.dir)
	}
	for flag, n := range map[string]int{"reconnect": o.reconnect, "idle": o.idle} {
		if given[flag] && (n < 1 || n > maxTunnels) {
			return fmt.Errorf("-%s %d: not from 1 to %d", flag, n, maxTunnels)
		}
	}
	for _, n := range o.concurrency {
		if o.rate > 0 && n/o.rate > maxWait {
			return fmt.Errorf("-rate %d -c %d: each connection would wait longer than %d s for its turn, and its signature be old", o.rate, n, maxWait)
		}
	}
	return together(given)
}

// together says which of the given flags don't go together.
func together(given map[string]bool) error {
	for flag, without := range map[string]string{
		"rate": "upload", "upload": "c body", "reconnect": "idle rate upload tls recording only c body d",
		"idle": "rate upload tls recording only c body warmup", "recording": "tls upload", "history": "idle reconnect rate upload tls recording only c d warmup",
	} {
		for other := range strings.FieldsSeq(without) {
			if given[flag] && given[other] {
				return fmt.Errorf("-%s and -%s don't go together", flag, other)
			}
		}
	}
	return nil
}
