package cmd

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/tui"
)

// searching reads what is typed behind / on the screen, in the language of hook list. What the store does not have is searched as
// far as atHand has it. Both may be nil.
func (p place) searching(store *history.Store, atHand func(id string) *inspect.Delivery) func(text string) (tui.Search, error) {
	return func(text string) (tui.Search, error) {
		chosen, err := readTyped(text, time.Now())
		if err != nil {
			return nil, err
		}
		return &screenSearch{chosen: chosen, store: store, atHand: atHand}, nil
	}
}

// A screenSearch looks which of the listed deliveries are selected. What summaries tell is looked at first, and needs no disk.
type screenSearch struct {
	chosen selection
	store  *history.Store
	atHand func(id string) *inspect.Delivery
}

// Match says for each of these whether it is selected.
func (f *screenSearch) Match(ctx context.Context, all []inspect.Summary) ([]bool, error) {
	matches := make([]bool, len(all))
	var unsure []string
	for i := range all {
		matches[i] = f.chosen.mayMatch(&all[i])
		if matches[i] {
			unsure = append(unsure, all[i].ID)
		}
	}
	if len(unsure) == 0 || !f.chosen.needsWhole() {
		return matches, nil
	}
	found, err := f.stored(ctx, unsure)
	if err != nil {
		return nil, err
	}
	for i := range all {
		matches[i] = matches[i] && (found[all[i].ID] || f.remembered(all[i]))
	}
	return matches, nil
}

// stored is which of those with these ids the store has and are selected.
func (f *screenSearch) stored(ctx context.Context, ids []string) (map[string]bool, error) {
	if f.store == nil {
		return nil, nil
	}
	found := make(map[string]bool)
	for some := range slices.Chunk(ids, searchedAtOnce) {
		all, err := f.chosen.among(ctx, f.store, some)
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			found[s.ID] = true
		}
	}
	return found, nil
}

// searchedAtOnce is how many deliveries the store is asked about together: it reads the list of them once a page.
const searchedAtOnce = 500

// remembered says whether a delivery that the store has not found is selected by what else is known of it.
func (f *screenSearch) remembered(s inspect.Summary) bool {
	if f.atHand != nil {
		if d := f.atHand(s.ID); d != nil {
			return f.chosen.matches(d)
		}
	}
	// Only a summary is left, which can have words, but nothing that an expression asks of a whole delivery.
	return f.store == nil && f.chosen.where == nil && f.chosen.matches(&inspect.Delivery{
		Method: s.Method, Path: s.Path, Endpoint: s.Endpoint, Provider: s.Provider, EventType: s.EventType, ProviderID: s.ProviderID,
	})
}

// needsWhole says whether more must be looked at than summaries.
func (s selection) needsWhole() bool {
	return len(s.query.Words) > 0 || s.where != nil && s.where.Whole()
}

// matches says whether a whole delivery has the words, and the expression is true of it.
func (s selection) matches(d *inspect.Delivery) bool {
	return history.Has(d, s.query.Words) && (s.where == nil || s.where.Match(d))
}

// mayMatch says whether a delivery with that summary may be selected. If not needsWhole, it says whether it is.
func (s selection) mayMatch(sum *inspect.Summary) bool {
	q := &s.query
	return named(q.Providers, sum.Provider) && named(q.Events, sum.EventType) && hasStatus(q.Statuses, sum.Status) &&
		(q.Since.IsZero() || !sum.ReceivedAt.Before(q.Since)) && (q.Until.IsZero() || sum.ReceivedAt.Before(q.Until)) &&
		(!q.Failed || sum.Failed()) && (s.where == nil || s.where.MatchSummary(*sum))
}

// named says whether a name is one of those, of which each may end in *. No names are any.
func named(names []string, name string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(n string) bool {
		begin, open := strings.CutSuffix(n, "*")
		return n == name || open && strings.HasPrefix(name, begin)
	})
}

// hasStatus says whether a status is one of those, of which each may be a class, 4xx. No statuses are any.
func hasStatus(statuses []string, status int) bool {
	return len(statuses) == 0 || slices.ContainsFunc(statuses, func(s string) bool {
		n := 0
		for _, c := range s {
			if c >= '0' && c <= '9' {
				n = 10*n + int(c-'0')
			}
		}
		return status == n || n < 10 && status/100 == n
	})
}
