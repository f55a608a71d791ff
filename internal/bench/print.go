package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
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
	o := p.o
	if o.json {
		return p.object(map[string]any{
			"type": "machine", "cores": runtime.NumCPU(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
			"rounds": o.rounds, "seconds": o.duration.Seconds(), "body": o.body, "rate": o.rate, "upload": o.upload,
			"baseline": o.baseline,
		})
	}
	what := fmt.Sprintf("%d-byte bodies, %d x %v", o.body, o.rounds, o.duration)
	switch {
	case o.rate > 0:
		what = fmt.Sprintf("%d/s, %s", o.rate, what)
	case o.upload > 0:
		what = fmt.Sprintf("uploads of %d bytes, %d x %v", o.upload, o.rounds, o.duration)
	case o.reconnect > 0 || o.idle > 0:
		what = fmt.Sprintf("%d tunnels of one process, %d rounds", max(o.reconnect, o.idle), o.rounds)
	case o.history > 0:
		what = fmt.Sprintf("a history of %d deliveries, each question %d times", o.history, o.rounds)
	}
	_, err := fmt.Fprintf(p.out, "%d cores, %s %s/%s: absolute figures vary with the machine. Loopback, %s\n",
		runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH, what)
	return err
}

// cell shows one result.
func (p *printer) cell(r result) error {
	_, _ = fmt.Fprintf(p.talk, "round %d of %d  c=%-3d %-10s %s  p50 %.0f  p99 %.0f µs ",
		r.Round, p.o.rounds, r.Concurrency, r.Path, speed(r.PerSecond, r.Megabytes), r.P50, r.P99)
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

func speed(perSecond float64, megabytes *float64) string {
	if megabytes != nil {
		return fmt.Sprintf("%.0f MB/s", *megabytes)
	}
	return fmt.Sprintf("%.0f/s", perSecond)
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
	base := p.o.baselineTitle()
	compared := []string{"speed to " + base}
	if p.o.rate > 0 {
		compared = []string{"p50 to " + base, "p99 to " + base}
	}
	t := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	last := 0
	for _, s := range all {
		if s.Concurrency != last {
			_, _ = fmt.Fprintf(t, "\nc=%d\tspeed\tp50 µs\tp99 µs\tCPU µs\twith load and app\t%s\tmin\tmax\t\n",
				s.Concurrency, strings.Join(compared, "\tmin\tmax\t"))
			last = s.Concurrency
		}
		ratio := orDashes(s.Ratio)
		if p.o.rate > 0 {
			ratio = orDashes(s.P50Ratio) + "\t" + orDashes(s.P99Ratio)
		}
		mark := ""
		if s.Failed {
			mark = " FAILED"
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%.0f\t%.0f\t%s\t%s\t%s\t%s\n",
			s.title, speed(s.PerSecond, s.Megabytes), s.P50, s.P99, orDash(s.CPU), orDash(s.TotalCPU), ratio, mark)
	}
	return t.Flush()
}

func orDashes(s *spread) string {
	if s == nil {
		return "-\t-\t-"
	}
	return fmt.Sprintf("%.2f\t%.2f\t%.2f", s.Median, s.Min, s.Max)
}

func orDash(figure *float64) string {
	if figure == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f", *figure)
}

func (p *printer) object(v any) error { return json.NewEncoder(p.out).Encode(v) }
