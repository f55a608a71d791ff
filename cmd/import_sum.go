package cmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
)

// An importSum counts what became of what was found.
type importSum struct {
	imported, here, bad, failed int
	left                        map[string]int // by the reason
	maxAge                      time.Duration  // of what the history keeps; 0 or less is no limit
	old                         int            // older than that
}

func (s *importSum) leave(why string) {
	if s.left == nil {
		s.left = make(map[string]int)
	}
	s.left[why]++
}

func (s *importSum) add(d *inspect.Delivery) {
	s.imported++
	if s.maxAge > 0 && time.Since(d.ReceivedAt) > s.maxAge {
		s.old++
	}
}

func (s *importSum) leftOut() (n int) {
	for _, some := range s.left {
		n += some
	}
	return n
}

// maxReasons is how many reasons are told, the frequent first.
const maxReasons = 4

// words sum it up in a line.
func (s *importSum) words() string {
	count := func(n int) string { return humanize.Comma(int64(n)) }
	parts := []string{count(s.imported) + " imported"}
	if s.here > 0 {
		parts = append(parts, count(s.here)+" already here")
	}
	if s.bad > 0 {
		parts = append(parts, count(s.bad)+" unreadable")
	}
	if n := s.leftOut(); n > 0 {
		reasons := slices.Sorted(maps.Keys(s.left))
		slices.SortStableFunc(reasons, func(a, b string) int { return s.left[b] - s.left[a] })
		var why []string
		for k, reason := range reasons {
			if k == maxReasons && len(reasons) > maxReasons {
				why = append(why, "others")
				break
			}
			if len(reasons) > 1 {
				reason = count(s.left[reason]) + " " + reason
			}
			why = append(why, reason)
		}
		parts = append(parts, count(n)+" left out: "+strings.Join(why, ", "))
	}
	return strings.Join(parts, ", ")
}

// maxTold is how many unreadable places are told one by one; --json tells all.
const maxTold = 20

// bad tells of a place in a file that can't be read.
func (i *importing) bad(at string, err error) {
	i.sum.bad++
	switch {
	case i.options.json:
		i.printError(at, err)
	case i.sum.bad <= maxTold:
		_, _ = fmt.Fprintf(i.err, "hook: %s: %s: %s\n", inspect.Printable(i.name), at, inspect.Printable(err.Error()))
	case i.sum.bad == maxTold+1:
		_, _ = fmt.Fprintln(i.err, "hook: there are more; --json names each")
	}
}

// tell says what is odd about one that is taken.
func (i *importing) tell(f export.Found) {
	for _, note := range f.Notes {
		if !i.options.json {
			_, _ = fmt.Fprintf(i.err, "hook: %s: %s: %s\n", inspect.Printable(i.name), f.At, inspect.Printable(note))
		}
	}
}

func (i *importing) printError(at string, err error) {
	_ = printJSON(i.out, struct {
		Type  string `json:"type"` // "error"
		File  string `json:"file"`
		At    string `json:"at,omitempty"`
		Error string `json:"error"`
	}{"error", i.name, at, err.Error()})
}

// end prints the sum. What could not be read makes the command fail.
func (i *importing) end() error {
	var err error
	if i.options.json {
		err = printJSON(i.out, struct {
			Type       string         `json:"type"` // "summary"
			Imported   int            `json:"imported"`
			Here       int            `json:"already_here"`
			LeftOut    int            `json:"left_out"`
			Reasons    map[string]int `json:"reasons,omitempty"`
			Unreadable int            `json:"unreadable"`
		}{"summary", i.sum.imported, i.sum.here, i.sum.leftOut(), i.sum.left, i.sum.bad + i.sum.failed})
	} else if i.sum.failed < len(i.options.files) || i.sum.imported > 0 {
		_, err = fmt.Fprintln(i.out, i.sum.words())
	}
	if i.sum.old > 0 {
		_, _ = fmt.Fprintf(i.err, "hook: warning: %s of them %s older than what the history keeps, and will go: a session file is read where it is by `hook list --file`\n",
			humanize.Comma(int64(i.sum.old)), map[bool]string{true: "is", false: "are"}[i.sum.old == 1])
	}
	if err == nil && i.sum.bad+i.sum.failed > 0 {
		return &fault{errQuiet, "", exitFailed}
	}
	return err
}
