package cmd

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/inspect/filter"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// selectors are the flags that choose deliveries, the same for every command that has them.
type selectors struct {
	events, providers, statuses []string
	since, until                string
	failed                      bool
	where                       string
}

func (s *selectors) flags(f *pflag.FlagSet) {
	f.StringSliceVar(&s.events, "event", nil, "of this event `type`; a trailing * matches the rest (repeatable)")
	f.StringSliceVar(&s.providers, "provider", nil, "of this `provider` (repeatable)")
	f.StringSliceVar(&s.statuses, "status", nil, "answered with this `status`, or class such as 4xx (repeatable)")
	f.StringVar(&s.since, "since", "", "received since this `time`: 15m, 2h, 3d, or 2026-11-20T14:00:00Z")
	f.StringVar(&s.until, "until", "", "received before this `time`")
	f.BoolVar(&s.failed, "failed", false, "that the app did not answer with 2xx")
	f.Var((*expression)(&s.where), "where", "of which this `expression` is true: 'status >= 400 && body.amount > 1000'")
}

// An expression is the value of --where. An empty one would select all, which nobody means: a script's variable had no value.
type expression string

func (e *expression) String() string { return string(*e) }
func (e *expression) Type() string   { return "expression" }

func (e *expression) Set(s string) error {
	if strings.TrimSpace(s) == "" {
		return errors.New("it is empty")
	}
	*e = expression(s)
	return nil
}

// narrow says whether any of the selectors leaves something out.
func (s *selectors) narrow() bool {
	return len(s.events)+len(s.providers)+len(s.statuses) > 0 || s.since != "" || s.until != "" || s.failed || s.where != ""
}

func (s *selectors) query(words []string, now time.Time) (history.Query, error) {
	q := history.Query{Words: words, Events: s.events, Providers: s.providers, Statuses: s.statuses, Failed: s.failed}
	for _, status := range s.statuses {
		if !isStatus(status) {
			return q, fail(exitUsage, "a status is like 404, a class like 4xx", "--status %s is neither a status nor a class", status)
		}
	}
	for _, provider := range s.providers {
		if !strings.HasSuffix(provider, "*") {
			if _, err := lookup(provider); err != nil {
				return q, err
			}
		}
	}
	var err error
	if q.Since, err = moment("--since", s.since, now); err != nil {
		return q, err
	}
	q.Until, err = moment("--until", s.until, now)
	return q, err
}

// given says whether any of the selectors was given.
func (s *selectors) given(flags interface{ Changed(name string) bool }) bool {
	return slices.ContainsFunc([]string{"event", "provider", "status", "since", "until", "failed", "where"}, flags.Changed)
}

// selection is what the selectors and the words choose.
func (s *selectors) selection(words []string, now time.Time) (selection, error) {
	q, err := s.query(words, now)
	if err != nil || s.where == "" {
		return selection{query: q}, err
	}
	f, err := filter.Compile(s.where)
	if err != nil {
		return selection{}, badExpression("--where", err)
	}
	return selection{narrowed(q, f, now), f}, nil
}

func isStatus(s string) bool {
	if len(s) != 3 || s[0] < '1' || s[0] > '5' {
		return false
	}
	_, err := strconv.Atoi(s)
	return err == nil || strings.EqualFold(s[1:], "xx")
}

// moment reads a time, or how long ago it was.
func moment(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fail(exitUsage, "a time is like 15m, 2h, 3d (ago), 2026-11-20 or 2026-11-20T14:00:00Z", "%s %q is no time", flag, s)
}
