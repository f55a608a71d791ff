package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// nothing says that nothing was found: what was looked for, among how many, and what to do next.
func (l *listing) nothing(ctx context.Context, what string) error {
	n, err := l.store.Count(ctx, history.Query{})
	if err != nil {
		return err
	}
	if n > 0 {
		among := plural(n, "delivery", "deliveries")
		if n > 999 {
			among = humanize.Comma(int64(n)) + " deliveries"
		}
		_, _ = fmt.Fprintf(l.err, "hook: nothing %s%s, among %s\n", what, l.lookedFor(), among)
		_, _ = fmt.Fprintf(l.err, "hook: hint: %s\n", l.widen())
		return nil
	}
	switch {
	case l.o.file != "":
		_, _ = fmt.Fprintf(l.err, "hook: there is nothing in %s\n", inspect.Printable(l.o.file))
	case l.o.allProjects:
		_, _ = fmt.Fprintln(l.err, "hook: nothing here yet: `hook listen 3000` captures what comes, `hook demo` shows how it looks")
	default:
		others, err := l.store.Count(ctx, history.Query{AllProjects: true})
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintln(l.err, "hook: nothing here yet: `hook listen 3000` captures what comes, `hook demo` shows how it looks")
		if others > 0 {
			_, _ = fmt.Fprintf(l.err, "hook: hint: other projects have %s: `hook list --all-projects`\n", plural(others, "delivery", "deliveries"))
		}
	}
	return nil
}

// lookedFor is what was asked for, as it was asked.
func (l *listing) lookedFor() string {
	var parts []string
	for _, word := range l.o.words {
		parts = append(parts, `"`+word+`"`)
	}
	list := func(flag string, values []string) {
		if len(values) > 0 {
			parts = append(parts, "--"+flag+" "+strings.Join(values, ","))
		}
	}
	one := func(flag, value string) {
		if value != "" {
			parts = append(parts, "--"+flag+" "+value)
		}
	}
	list("provider", l.o.providers)
	list("event", l.o.events)
	list("status", l.o.statuses)
	one("since", l.o.since)
	one("until", l.o.until)
	if l.o.failed {
		parts = append(parts, "--failed")
	}
	if l.o.where != "" {
		parts = append(parts, "--where '"+l.o.where+"'")
	}
	if len(parts) == 0 {
		return ""
	}
	return " " + inspect.Printable(strings.Join(parts, " "))
}

// widen is the next step for somebody who found nothing.
func (l *listing) widen() string {
	base := "hook list"
	if l.o.file != "" {
		base += " --file " + inspect.Printable(l.o.file)
	}
	switch {
	case len(l.o.words) > 0:
		return "`" + base + "` shows the latest; words match whole, the last one also as a beginning"
	case l.o.where != "":
		return "`" + base + " --limit 1 --format '{{json .}}'` shows what an expression can speak of"
	case l.o.file == "" && !l.o.allProjects:
		return "`" + base + "` shows the latest, --all-projects looks in other projects too"
	}
	return "`" + base + "` shows the latest"
}
