package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
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
	P50         float64  `json:"p50_us"` // microseconds
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

// measure goes through all cells: the paths take turns, so that neighbours in time are compared.
func measure(ctx context.Context, o options, show *printer) ([]result, error) {
	if err := show.machine(); err != nil {
		return nil, err
	}
	p, err := buildPrograms(ctx)
	if p.dir != "" {
		defer func() { _ = os.RemoveAll(p.dir) }()
	}
	if err != nil {
		return nil, err
	}
	var results []result
	for round := 1; round <= o.rounds; round++ {
		for _, n := range o.concurrency {
			for _, way := range o.paths {
				r, err := measureCell(ctx, p, o, way, n)
				if err != nil {
					return nil, fmt.Errorf("measure %s at %d: %w", way.title, n, err)
				}
				r.Round = round
				results = append(results, r)
				if err := show.cell(r); err != nil {
					return nil, err
				}
			}
		}
	}
	return results, nil
}

func measureCell(ctx context.Context, p programs, o options, way path, n int) (result, error) {
	c, url, err := newCourse(ctx, p, way)
	if err != nil {
		return result{}, err
	}
	y, err := c.load(ctx, order{
		URL: url, Workers: n, Warmup: o.warmup, Duration: o.duration, Body: o.body, PIDs: c.pids(),
	})
	c.close()
	if err != nil {
		return result{}, err
	}
	r := result{
		Type: "cell", Concurrency: n, Path: way.name, Requests: y.Requests, PerSecond: float64(y.Requests) / y.Seconds,
		P50: microseconds(y.P50), P99: microseconds(y.P99),
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
func (c *course) load(ctx context.Context, o order) (yield, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return yield{}, err
	}
	l, err := start(ctx, "load", c.programs.env, c.dir, c.programs.self, roleLoad, string(text))
	if err != nil {
		return yield{}, err
	}
	defer l.stop()
	found, err := l.finish()
	if err != nil {
		return yield{}, err
	}
	var y yield
	return y, json.Unmarshal(found, &y)
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
