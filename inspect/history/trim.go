package history

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// deleteRows is how many deliveries are deleted in one transaction.
const deleteRows = 200

// Trim deletes the oldest deliveries of the whole database until the Options' limits hold, in small steps, and returns
// how many. The oldest are those that were stored first. The database does not become smaller: SQLite uses freed pages for what comes next. Segments go once all that
// was in them is deleted.
func (s *Store) Trim(ctx context.Context) (int, error) { return s.trim(ctx, true) }

// trim leaves the limit on age alone unless byAge is set.
func (s *Store) trim(ctx context.Context, byAge bool) (int, error) {
	trimmed := 0
	for {
		n, err := s.trimStep(ctx, byAge)
		trimmed += n
		if err == nil && n == 0 {
			err = s.sweep(ctx)
		}
		if err != nil || n == 0 {
			return trimmed, err
		}
	}
}

// trimStep deletes some of what is too much and returns how many.
func (s *Store) trimStep(ctx context.Context, byAge bool) (int, error) {
	query, arg, err := s.excess(ctx, byAge)
	if err != nil {
		return 0, fmt.Errorf("look for deliveries to trim: %w", err)
	}
	if query == "" {
		return 0, nil
	}
	return s.deleteThese(ctx, "trim history", query, arg)
}

// excess is a query for the next numbers to delete, with its argument; "" if there is nothing.
func (s *Store) excess(ctx context.Context, byAge bool) (query string, arg any, err error) {
	o := s.options
	const oldest = "SELECT n FROM delivery ORDER BY n LIMIT ?"
	var count int
	if err := s.reads.QueryRowContext(ctx, "SELECT count(*) FROM delivery").Scan(&count); err != nil || count == 0 {
		return "", nil, err
	}
	if o.MaxAge > 0 && byAge {
		young, err := s.firstYoung(ctx, time.Now())
		if err != nil || young > 0 {
			return fmt.Sprintf("SELECT n FROM delivery WHERE n < ? ORDER BY n LIMIT %d", deleteRows), young, err
		}
	}
	if o.MaxCount > 0 && count > o.MaxCount {
		return oldest, min(count-o.MaxCount, deleteRows), nil
	}
	if o.MaxBytes > 0 {
		size, err := s.size(ctx)
		// A hundredth at a time, because how much a row takes is only seen when it is gone.
		if err != nil || size > o.MaxBytes {
			return oldest, min(count/100+1, deleteRows), err
		}
	}
	return "", nil, nil
}

// firstYoung is the number of the first delivery that is not too old, or of the change behind all; 0 if none is before it.
// One of times to come doesn't count, as the clock was wrong then.
func (s *Store) firstYoung(ctx context.Context, now time.Time) (int64, error) {
	const query = `SELECT coalesce((SELECT min(n) FROM delivery WHERE received BETWEEN ?1 AND ?2),
			(SELECT max(n) + 1 FROM delivery WHERE received < ?1 ), 0), coalesce((SELECT min(n) FROM delivery), 0)`
	var young, first int64
	err := s.reads.QueryRowContext(ctx, query, nanoseconds(now.Add(-s.options.MaxAge)), nanoseconds(now.Add(24*time.Hour))).Scan(&young, &first)
	if young <= first {
		young = 0
	}
	return young, err
}

// size is the number of bytes of the database's pages in use and of the bodies outside of it.
func (s *Store) size(ctx context.Context) (int64, error) {
	var bytes int64
	err := s.reads.QueryRowContext(ctx, `SELECT (page_count - freelist_count) * page_size +
		coalesce((SELECT sum(length) FROM body), 0) FROM pragma_page_count, pragma_freelist_count, pragma_page_size`).Scan(&bytes)
	return bytes, err
}

// Delete deletes the deliveries with these whole ids, of whatever project, and returns how many there were. The bytes
// stay in the database until SQLite uses their pages again; long bodies, which are outside of it, are overwritten.
func (s *Store) Delete(ctx context.Context, ids ...string) (int, error) {
	if s.options.ReadOnly {
		return 0, ErrReadOnly
	}
	deleted := 0
	for len(ids) > 0 {
		some := ids[:min(len(ids), deleteRows)]
		ids = ids[len(some):]
		list, err := json.Marshal(some)
		if err != nil {
			return deleted, fmt.Errorf("delete deliveries: %w", err)
		}
		const query = "SELECT n FROM delivery WHERE id IN (SELECT value FROM json_each(?))"
		n, err := s.deleteThese(ctx, "delete deliveries", query, string(list))
		deleted += n
		if err != nil {
			return deleted, err
		}
	}
	if err := s.sweep(ctx); err != nil {
		return deleted, fmt.Errorf("delete deliveries: %w", err)
	}
	return deleted, nil
}

// deleteThese deletes the deliveries whose numbers query yields and returns how many.
func (s *Store) deleteThese(ctx context.Context, what, query string, arg any) (int, error) {
	var numbers []int64
	var bodies []place
	err := s.do(ctx, what, func(tx *transaction) (err error) {
		if numbers, err = tx.numbers(query, arg); err != nil {
			return err
		}
		bodies, err = tx.delete(numbers)
		return err
	})
	if err != nil {
		return 0, err // without a look at numbers: the writer may still be at it
	}
	s.erase(bodies)
	return len(numbers), nil
}

// delete deletes deliveries by their numbers, and returns where their bodies outside of the database were.
func (tx *transaction) delete(numbers []int64) (bodies []place, err error) {
	list, err := json.Marshal(numbers)
	if err != nil {
		return nil, err
	}
	const these = " IN (SELECT value FROM json_each(?1))"
	const chains = `(WITH RECURSIVE chain (change) AS (
			SELECT last FROM delivery WHERE n` + these + `
			UNION ALL SELECT previous FROM chain JOIN attempt USING (change)
		) SELECT change FROM chain)`
	const outside = "DELETE FROM body WHERE change" + these + " OR change IN " + chains + " RETURNING segment, start, length"
	err = tx.conn.each(outside, []any{string(list)}, func(row *statement) {
		bodies = append(bodies, place{Segment: row.columnText(0), Start: row.columnInt(1), Length: row.columnInt(2)})
	})
	if err != nil {
		return nil, err
	}
	for _, query := range []string{
		// Before the deliveries: only what was indexed may be deleted from the index, and they lead to their attempts.
		"DELETE FROM search WHERE rowid" + these + " AND rowid <= (SELECT indexed FROM state)",
		"DELETE FROM request WHERE n" + these,
		"DELETE FROM attempt WHERE change IN " + chains,
		"DELETE FROM delivery WHERE n" + these,
	} {
		if err := tx.conn.exec(query, string(list)); err != nil {
			return nil, err
		}
	}
	return bodies, tx.conn.exec("UPDATE state SET floor = ?", tx.changed)
}
