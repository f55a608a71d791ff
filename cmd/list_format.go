package cmd

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/filter"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// print prints each delivery as the format says, on a line of its own.
func (f *listFormat) print(ctx context.Context, w io.Writer, store *history.Store, all []inspect.Summary) error {
	var b strings.Builder
	for _, s := range all {
		r := filter.RecordOfSummary(s)
		if f.whole {
			d, err := store.Get(ctx, s.ID)
			if err != nil {
				return err
			}
			r = filter.RecordOf(d)
		}
		if err := f.template.Execute(&b, r); err != nil {
			return fail(exitFailed, "docs/finding.md says what a format may have", "--format: %s: %w", s.ID, templateError(err))
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// templateError is a template's error without the name of a file that there isn't.
func templateError(err error) error {
	words := err.Error()
	for _, prefix := range []string{"template: ", templateName + ":", "1:"} {
		words = strings.TrimPrefix(words, prefix)
	}
	if place, rest, ok := strings.Cut(words, ": "); ok && strings.TrimLeft(place, "0123456789") == "" {
		words = rest
	}
	if _, rest, ok := strings.Cut(words, "executing \""+templateName+"\" at "); ok {
		words = rest
	}
	return errors.New(strings.TrimSpace(words))
}
