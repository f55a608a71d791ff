package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A result is one cell: one path at one concurrency in one round.
type result struct {
	Type        string   `json:"type"` // "cell"
	Round       int      `json:"round"`
	Concurrency int      `json:"concurrency"`
	Path        string   `json:"path"`
	Requests    int      `json:"requests"`
	PerSecond   float64  `json:"per_second"`
	Megabytes   *float64 `json:"mb_per_second,omitempty"` // of uploads; nil without
	P50         float64  `json:"p50_us"`                  // microseconds
	P99         float64  `json:"p99_us"`
	CPU         *float64 `json:"cpu_us,omitempty"`       // of the path, microseconds per request; nil if unknown
	TotalCPU    *float64 `json:"cpu_total_us,omitempty"` // with the load's and the app's
	Parts       []part   `json:"parts,omitempty"`        // what TotalCPU is made of
	Problems    []string `json:"problems,omitempty"`
}

// A part is one process of a cell, and its processor time in microseconds per request.
type part struct {
	Name string  `json:"name"`
	CPU  float64 `json:"cpu_us"`
}

// failed says whether the figures mean nothing.
func (r result) failed() bool { return len(r.Problems) > 0 }

// measureCells goes through all cells: the paths take turns, so that neighbours in time are compared.
func measureCells(ctx context.Context, p programs, o options, show *printer) error {
	var results []result
	for round := 1; round <= o.rounds; round++ {
		for _, n := range o.concurrency {
			for _, way := range o.paths {
				r, err := measureCell(ctx, p, o, way, n)
				if err != nil {
					return fmt.Errorf("measure %s at %d: %w", way.title, n, err)
				}
				r.Round = round
				results = append(results, r)
				if err := show.cell(r); err != nil {
					return err
				}
			}
		}
	}
	if err := show.summary(summarise(o, results)); err != nil {
		return err
	}
	if slices.ContainsFunc(results, result.failed) {
		return errors.New("some answers were wrong, so the figures mean nothing")
	}
	return nil
}

func measureCell(ctx context.Context, p programs, o options, way path, n int) (result, error) {
	c, err := newCourse(p)
	if err != nil {
		return result{}, err
	}
	defer c.close()
	if o.dir != "" {
		c.env = append(c.env, "HOOK_HOME="+historyIn(o.dir))
	}
	url, err := c.build(ctx, way)
	if err != nil {
		return result{}, err
	}
	y, err := c.load(ctx, order{
		URL: url + o.target(), Workers: n, Warmup: o.warmup, Duration: o.duration, Body: o.body,
		Rate: o.rate, Upload: o.upload, PIDs: c.pids(),
	})
	if err != nil {
		return result{}, err
	}
	c.close() // so that hook sums up
	r := result{
		Type: "cell", Concurrency: n, Path: way.name, Requests: y.Requests, PerSecond: float64(y.Requests) / y.Seconds,
		P50: microseconds(y.P50), P99: microseconds(y.P99),
	}
	if o.upload > 0 {
		r.Megabytes = new(float64(o.upload) / 1e6 * r.PerSecond)
	}
	r.split(append(c.names(), "load"), y)
	if y.Requests == 0 {
		r.Problems = append(r.Problems, "nothing was answered within the measured time")
	}
	for what, times := range y.Errors {
		r.Problems = append(r.Problems, fmt.Sprintf("%d times: %s", times, what))
	}
	if missing := c.account(y.Sent); missing != "" {
		r.Problems = append(r.Problems, missing)
	}
	return r, nil
}

// load runs the load as a process of its own.
func (c *course) load(ctx context.Context, o order) (y yield, err error) {
	l, err := c.play(ctx, "load", roleLoad, o)
	if err != nil {
		return yield{}, err
	}
	defer l.stop()
	err = l.yield(&y)
	return y, err
}

// split gives each process its part of the processor time, if that is known. The first of names is the app, the last the
// load.
func (r *result) split(names []string, y yield) {
	if len(y.CPU) != len(names) || y.Requests == 0 {
		return
	}
	r.CPU, r.TotalCPU = new(float64), new(float64)
	for i, name := range names {
		p := part{name, microseconds(y.CPU[i]) / float64(y.Requests)}
		r.Parts = append(r.Parts, p)
		*r.TotalCPU += p.CPU
		if i > 0 && i < len(names)-1 {
			*r.CPU += p.CPU
		}
	}
}

func microseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
