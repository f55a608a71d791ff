package main

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/history"
)

// An asked is a question and how long its answers took.
type asked struct {
	Type     string  `json:"type"` // "question"
	Question string  `json:"question"`
	Found    int     `json:"found"`
	Median   float64 `json:"median_ms"`
	Max      float64 `json:"max_ms"`
	Required float64 `json:"required_ms,omitempty"`
	Late     bool    `json:"late"` // the median is above what is required
}

// A streamed is how fast all deliveries were read, one after the other.
type streamed struct {
	Type      string  `json:"type"` // "stream"
	Stream    string  `json:"stream"`
	Found     int     `json:"found"`
	PerSecond float64 `json:"per_second"`
}

// historyIn is the folder of the history that is kept in dir: a home of hook.
func historyIn(dir string) string { return filepath.Join(dir, "history") }

// measureHistory makes a history and asks it.
func measureHistory(ctx context.Context, p programs, o options, show *printer) error {
	dir := o.dir
	if dir == "" {
		dir = p.dir
	}
	m, err := haveHistory(ctx, historyIn(dir), o.history, o.body, show)
	if err != nil {
		return err
	}
	if err := show.history(m); err != nil {
		return err
	}
	s, err := m.open(ctx, "shop")
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Index(ctx); err != nil { // what was recorded into it since
		return err
	}
	var all []asked
	for _, q := range m.questions(p, s) {
		a, err := q.measure(ctx, o.rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		show.say("%-45s %8.1f ms", a.Question, a.Median)
		all = append(all, a)
	}
	streams, err := m.streams(ctx, s, show)
	if err != nil {
		return err
	}
	return show.answers(all, streams)
}

// measure asks the question that many times.
func (q question) measure(ctx context.Context, times int) (asked, error) {
	a := asked{Type: "question", Question: q.name, Required: milliseconds(q.required)}
	var took []float64
	for range times {
		began := time.Now()
		found, err := q.ask(ctx)
		took = append(took, milliseconds(time.Since(began)))
		if err == nil {
			err = q.check(found)
		}
		if err != nil {
			return a, err
		}
		a.Found = found
	}
	spread := spreadOf(took)
	a.Median, a.Max = spread.Median, spread.Max
	a.Late = q.required > 0 && a.Median >= a.Required
	return a, nil
}

// streamed is how many deliveries are read one after the other at most.
const streamedAtMost = 200_000

// streams reads many deliveries one after the other.
func (m madeHistory) streams(ctx context.Context, s *history.Store, show *printer) ([]streamed, error) {
	var all []streamed
	for _, oldest := range []bool{false, true} {
		q := history.Query{Limit: streamedAtMost, AllProjects: true, OldestFirst: oldest}
		order := "newest first"
		if oldest {
			order = "oldest first"
		}
		for _, stream := range []struct {
			name string
			read func() (int, error)
		}{
			{"as in lists, " + order, func() (n int, err error) {
				for _, err = range s.Each(ctx, q) {
					n++
				}
				return n, err
			}},
			{"whole, " + order, func() (n int, err error) {
				for _, err = range s.EachWhole(ctx, q) {
					n++
				}
				return n, err
			}},
		} {
			began := time.Now()
			n, err := stream.read()
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", stream.name, err)
			}
			r := streamed{"stream", stream.name, n, float64(n) / time.Since(began).Seconds()}
			show.say("%s: %.0f/s", r.Stream, r.PerSecond)
			all = append(all, r)
		}
	}
	return all, nil
}

// bytes is what the database and all beside it take.
func (m madeHistory) bytes() (n int64, err error) {
	err = filepath.WalkDir(m.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasPrefix(filepath.Base(path), historyName) {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

// history says what is asked.
func (p *printer) history(m madeHistory) error {
	size, err := m.bytes()
	if err != nil {
		return err
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(m.Deliveries) }
	if p.o.json {
		return p.object(map[string]any{
			"type": "history", "deliveries": m.Deliveries, "body": m.Body, "bytes": size,
			"store_us": each(m.Storing), "index_us": each(m.Indexing),
		})
	}
	_, err = fmt.Fprintf(p.out, "%d deliveries of %d bytes, %.1f GB on disk; stored in %.0f and indexed in %.0f µs each\n\n",
		m.Deliveries, m.Body, float64(size)/1e9, each(m.Storing), each(m.Indexing))
	return err
}

// answers shows how long they took.
func (p *printer) answers(all []asked, streams []streamed) error {
	if p.o.json {
		for _, a := range all {
			if err := p.object(a); err != nil {
				return err
			}
		}
		for _, s := range streams {
			if err := p.object(s); err != nil {
				return err
			}
		}
		return nil
	}
	t := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "question\tfound\tmedian ms\tmax ms\trequired")
	for _, a := range all {
		required := "-"
		if a.Required > 0 {
			required = fmt.Sprintf("< %.0f", a.Required)
		}
		if a.Late {
			required += "  LATE"
		}
		_, _ = fmt.Fprintf(t, "%s\t%d\t%.1f\t%.1f\t%s\n", a.Question, a.Found, a.Median, a.Max, required)
	}
	_, _ = fmt.Fprintln(t, "\nread one after the other\tfound\tper second")
	for _, s := range streams {
		_, _ = fmt.Fprintf(t, "%s\t%d\t%.0f\n", s.Stream, s.Found, s.PerSecond)
	}
	return t.Flush()
}

// say is for who waits.
func (p *printer) say(format string, args ...any) { _, _ = fmt.Fprintf(p.talk, format+"\n", args...) }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
