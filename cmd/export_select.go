package cmd

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// lastMany begins what means the last live deliveries, so many as follow.
const lastMany = "last:"

// maxRefs is how many deliveries can be named one by one: those of a last:N are among them.
const maxRefs = 10000

// deliveries are those that were chosen, the oldest first.
func (o *exportOptions) deliveries(ctx context.Context, store *history.Store) (iter.Seq2[*inspect.Delivery, error], error) {
	sel, err := o.selection(o.words, time.Now())
	if err != nil {
		return nil, err
	}
	if len(o.refs) > 0 {
		ids, err := o.named(ctx, store, sel)
		if err != nil {
			return nil, err
		}
		if sel.query.IDs = ids; !o.selected {
			sel.query.AllProjects = true // whoever names an id means it
			for _, id := range ids {
				if _, err := whole(ctx, store, id); err != nil { // waits for the attempt of what has just come
					return nil, err
				}
			}
		}
	}
	sel.query.OldestFirst = true
	if sel.where == nil {
		return store.EachWhole(ctx, sel.query), nil
	}
	return func(yield func(*inspect.Delivery, error) bool) {
		for sum, err := range sel.each(ctx, store, nil) {
			var d *inspect.Delivery
			if err == nil {
				d, err = store.Get(ctx, sum.ID)
			}
			if _, gone := errors.AsType[*history.NotFoundError](err); gone { // deleted meanwhile
				continue
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
	}, nil
}

// named are the ids that the arguments mean: for last:N, the last that are selected.
func (o *exportOptions) named(ctx context.Context, store *history.Store, sel selection) ([]string, error) {
	var ids []string
	for _, ref := range o.refs {
		count, many := strings.CutPrefix(ref, lastMany)
		if !many && ref == "last" && o.selected {
			count, many = "1", true
		}
		if !many {
			id, err := resolve(ctx, store, "export", ref)
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
			continue
		}
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || n > maxRefs {
			return nil, fail(exitUsage, "last:5 means the last five; selectors and --all choose more", "export: %q doesn't say how many", ref)
		}
		latest := sel
		latest.query.NoReplays, latest.query.Limit = true, n
		for sum, err := range latest.each(ctx, store, nil) {
			if err != nil {
				return nil, err
			}
			ids = append(ids, sum.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
