package cmd

import (
	"context"
	"errors"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// delete deletes these from the history, as `hook list --delete` does, and gives those that are gone: what is still under way
// stays, as its end would be missed.
func (a *acting) delete(ctx context.Context, ids []string) ([]string, error) {
	if err := a.store.Flush(ctx); err != nil { // what is over on the screen may be on its way to the history
		return nil, onScreen(err)
	}
	var over []string
	for s, err := range a.store.Each(ctx, history.Query{IDs: ids, AllProjects: true, Limit: -1}) {
		if err != nil {
			return nil, err
		}
		if s.Outcome != inspect.OutcomePending {
			over = append(over, s.ID)
		}
	}
	if len(over) == 0 {
		return nil, errors.New("nothing was deleted: what is still under way stays until it is answered")
	}
	deleted, err := a.store.Delete(ctx, over...)
	a.did.deleted.Add(int64(deleted))
	if err != nil {
		return nil, onScreen(err)
	}
	return over, nil
}
