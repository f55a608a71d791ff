package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// CursorOf is the place of the latest change of the delivery with that whole id. Of one whose attempts are over, that is
// for good: what Watch yields after it is all that ended later. The error is a *NotFoundError if there is none.
func (s *Store) CursorOf(ctx context.Context, id string) (Cursor, error) {
	var c Cursor
	err := s.reads.QueryRowContext(ctx, "SELECT max(n, last) FROM delivery WHERE id = ?", id).Scan(&c)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, &NotFoundError{Ref: id}
	}
	if err != nil {
		return 0, fmt.Errorf("find the place of delivery %s: %w", id, err)
	}
	return c, nil
}

// CursorSince is before all changes of the deliveries that were received at that time or later: the current end, if there
// are none.
func (s *Store) CursorSince(ctx context.Context, t time.Time) (Cursor, error) {
	end, err := s.Cursor(ctx) // first: what comes meanwhile is behind it
	if err != nil {
		return 0, err
	}
	var first sql.NullInt64
	const query = "SELECT min(+n) FROM delivery WHERE received >= ?" // + has it look through the times, not the rows
	if err := s.reads.QueryRowContext(ctx, query, nanoseconds(t)).Scan(&first); err != nil {
		return 0, fmt.Errorf("find what was received since %v: %w", t, err)
	}
	if first.Valid {
		end = min(end, Cursor(first.Int64)-1)
	}
	return end, nil
}

// Changes is what Watch would yield first, without waiting for it, and the Cursor behind that. There are no more changes
// now if that is where it began. A batch may be empty before the end: changes of other projects are passed over.
func (s *Store) Changes(ctx context.Context, after Cursor) ([]inspect.Summary, Cursor, error) {
	w := watcher{store: s, after: int64(after), generation: s.standing.Load().generation}
	defer w.disconnect()
	batch, _, err := w.next(ctx)
	if err != nil {
		return nil, after, fmt.Errorf("read the history's changes: %w", err)
	}
	return batch, Cursor(w.after), nil
}
