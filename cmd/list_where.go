package cmd

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/filter"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A pointed error shows the place of a mistake, or the places of several, in lines of its own.
type pointed struct {
	error
	lines []string // printable
}

func (p *pointed) Unwrap() error { return p.error }

// badExpression makes a usage fault of a mistake in an expression that a flag had.
func badExpression(flag string, err error) error {
	e, ok := errors.AsType[*filter.Error](err)
	if !ok {
		return fail(exitUsage, "docs/finding.md has the language", "%s: %w", flag, err)
	}
	next := e.Next
	if next == "" {
		next = "docs/finding.md has the language"
	}
	return fail(exitUsage, next, "%s: %w", flag, &pointed{e, placeOf(e)})
}

// maxPointed is how many characters of an expression are shown around a mistake.
const maxPointed = 70

// placeOf is the expression and, below it, what points at the mistake.
func placeOf(e *filter.Error) []string {
	all := []rune(e.Expression)
	if len(all) == 0 {
		return nil
	}
	from, cut := 0, ""
	if e.At+e.Len > maxPointed {
		from, cut = e.At-min(e.At, maxPointed/2), "…"
		if from == 0 {
			cut = ""
		}
	}
	to := min(len(all), from+maxPointed)
	shown := cut + inspect.Printable(string(all[from:to]))
	if to < len(all) {
		shown += "…"
	}
	at := max(e.At, from)
	before := ansi.StringWidth(cut + inspect.Printable(string(all[from:min(at, to)])))
	marks := max(1, ansi.StringWidth(inspect.Printable(string(all[min(at, to):min(at+e.Len, to)]))))
	return []string{shown, strings.Repeat(" ", before) + strings.Repeat("^", marks)}
}

// narrowed is q with what the expression is known to ask of what is indexed. Each delivery is still looked at with all of the expression.
func narrowed(q history.Query, f *filter.Filter, now time.Time) history.Query {
	b := f.Bounds(now)
	for _, list := range []struct{ in, known *[]string }{
		{&q.IDs, &b.IDs}, {&q.Providers, &b.Providers}, {&q.Events, &b.Events}, {&q.Statuses, &b.Statuses},
	} {
		if len(*list.in) == 0 && len(*list.known) > 0 {
			*list.in = slices.Clone(*list.known)
		}
	}
	if len(q.Verdicts) == 0 {
		for _, v := range b.Verdicts {
			q.Verdicts = append(q.Verdicts, signature.Verdict(v))
		}
	}
	if b.Since.After(q.Since) {
		q.Since = b.Since
	}
	if !b.Until.IsZero() && (q.Until.IsZero() || b.Until.Before(q.Until)) {
		q.Until = b.Until
	}
	q.Failed = q.Failed || b.Failed
	q.NoReplays = q.NoReplays || b.NoReplays
	return q
}
