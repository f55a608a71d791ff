package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"text/tabwriter"
)

// A printer shows results: figures on out, progress (with the processor time of each process, in microseconds per
// request) on talk. With -json figures come as they are measured.
type printer struct {
	o         options
	out, talk io.Writer
}

func newPrinter(o options, out, talk io.Writer) *printer { return &printer{o, out, talk} }

// machine says what the figures depend on.
func (p *printer) machine() error {
	if p.o.json {
		return p.object(map[string]any{
			"type": "machine", "cores": runtime.NumCPU(), "go": runtime.Version(),
			"os": runtime.GOOS, "arch": runtime.GOARCH, "rounds": p.o.rounds, "seconds": p.o.duration.Seconds(), "body": p.o.body,
		})
	}
	_, err := fmt.Fprintf(p.out,
		"%d cores, %s %s/%s: absolute figures vary with the machine. Loopback, %d-byte bodies, %d x %v\n",
		runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH, p.o.body, p.o.rounds, p.o.duration)
	return err
}

// cell shows one result.
func (p *printer) cell(r result) error {
	_, _ = fmt.Fprintf(p.talk, "round %d of %d  c=%-3d %-7s %8.0f/s", r.Round, p.o.rounds, r.Concurrency, r.Path, r.PerSecond)
	for _, part := range r.Parts {
		_, _ = fmt.Fprintf(p.talk, "  %s %.0f", part.Name, part.CPU)
	}
	_, _ = fmt.Fprintln(p.talk)
	for _, problem := range r.Problems {
		_, _ = fmt.Fprintln(p.talk, "  FAILED:", problem)
	}
	if p.o.json {
		return p.object(r)
	}
	return nil
}

// summary shows what the rounds came to.
func (p *printer) summary(all []summary) error {
	if p.o.json {
		for _, s := range all {
			if err := p.object(s); err != nil {
				return err
			}
		}
		return nil
	}
	t := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	last := 0
	for _, s := range all {
		if s.Concurrency != last {
			_, _ = fmt.Fprintf(t, "\nc=%d\treq/s\tp50 µs\tp99 µs\tCPU µs\twith load and app\tto two hops\tmin\tmax\t\n",
				s.Concurrency)
			last = s.Concurrency
		}
		ratio := "-\t-\t-"
		if r := s.Ratio; r != nil {
			ratio = fmt.Sprintf("%.2f\t%.2f\t%.2f", r.Median, r.Min, r.Max)
		}
		mark := ""
		if s.Failed {
			mark = " FAILED"
		}
		_, _ = fmt.Fprintf(t, "%s\t%.0f\t%.0f\t%.0f\t%s\t%s\t%s\t%s\n",
			s.title, s.PerSecond, s.P50, s.P99, orDash(s.CPU), orDash(s.TotalCPU), ratio, mark)
	}
	return t.Flush()
}

func orDash(figure *float64) string {
	if figure == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f", *figure)
}

func (p *printer) object(v any) error { return json.NewEncoder(p.out).Encode(v) }
