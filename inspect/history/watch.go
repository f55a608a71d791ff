package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

const (
	watchInterval = 100 * time.Millisecond
	watchBatch    = 1000
	watchFile     = 10 // so many looks between two at the file
)

// errGone is why nothing will come any more.
var errGone = errors.New("its file was deleted or moved meanwhile")

// changedBetween wants the latest change to be behind ?1 and not behind ?2.
const changedBetween = `n IN (
	SELECT n FROM delivery WHERE n > ?1 AND n <= ?2 UNION ALL SELECT n FROM attempt WHERE change > ?1 AND change <= ?2
	) AND max(n, last) <= ?2`

// A Cursor is a place in the order of all changes to a database. It may be kept and used by another process. The zero
// Cursor is before all changes.
type Cursor int64

// Cursor is the current end of the changes. To show a list and follow it, take the Cursor first, then List, then Watch:
// what happens between may then be seen twice, but nothing is missed.
func (s *Store) Cursor(ctx context.Context) (Cursor, error) {
	var c Cursor
	if err := s.reads.QueryRowContext(ctx, latestChange).Scan(&c); err != nil {
		return 0, fmt.Errorf("read the history's end: %w", err)
	}
	return c, nil
}

// Watch yields the deliveries of the Store's project that were added or changed after the cursor, by this process or any
// other, in the order of their changes, in batches of up to 1000. A delivery comes again when it has changed again: when
// its attempt ends, for one. Of several changes in a short time only the latest is seen. Deletions are not.
//
// Watch looks every 100 ms, from the goroutine of the loop. It ends when ctx does, without an error. An error does not
// end it: a loop that goes on after one tries again. That the database's file is there no more is seen within a second or so.
func (s *Store) Watch(ctx context.Context, after Cursor) iter.Seq2[[]inspect.Summary, error] {
	return func(yield func([]inspect.Summary, error) bool) {
		w := watcher{store: s, after: int64(after), generation: s.standing.Load().generation}
		defer w.disconnect()
		ticker := time.NewTicker(watchInterval)
		defer ticker.Stop()
		for {
			batch, more, err := w.next(ctx)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				w.disconnect()
				err = fmt.Errorf("watch history: %w", err)
			}
			if (err != nil || len(batch) > 0) && !yield(batch, err) {
				return
			}
			if more {
				continue
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	}
}

// A watcher has a connection of its own, because data_version is told per connection.
type watcher struct {
	store   *Store
	after   int64
	conn    *sql.Conn
	version *sql.Stmt
	seen    int64       // data_version when all changes had been read; 0 is none
	file    fs.FileInfo // of the database that is open
	looks   int

	generation int64 // of the database that is open
}

// next is the next changes, nil if there are none that matter to the project. It says whether there may be more.
func (w *watcher) next(ctx context.Context) (batch []inspect.Summary, more bool, err error) {
	if w.store.standing.Load().generation != w.generation {
		w.disconnect()
	}
	if err := w.connect(ctx); err != nil {
		return nil, false, err
	}
	if w.looks++; w.looks%watchFile == 0 && !w.there() {
		return nil, false, errGone
	}
	// Read first: a change that comes between is then looked for once more.
	var version int64
	if err := w.version.QueryRowContext(ctx).Scan(&version); err != nil {
		return nil, false, err
	}
	if version == w.seen {
		return nil, false, nil
	}
	// The changes are counted before they are sorted out, so that a batch is bounded whatever it holds.
	const changes = `SELECT coalesce(max(change), ?1), count(*) FROM (
		SELECT n AS change FROM (SELECT n FROM delivery WHERE n > ?1 ORDER BY n LIMIT ?2)
		UNION ALL SELECT change FROM (SELECT change FROM attempt WHERE change > ?1 ORDER BY change LIMIT ?2)
		ORDER BY change LIMIT ?2)`
	var last, count int64
	if err := w.conn.QueryRowContext(ctx, changes, w.after, watchBatch).Scan(&last, &count); err != nil {
		return nil, false, err
	}
	if batch, err = w.read(ctx, last); err != nil {
		return nil, false, err
	}
	w.after = last
	if more = count == watchBatch; !more {
		w.seen = version
	}
	return batch, more, nil
}

// read is the deliveries whose latest change is behind w.after and not behind last, in the order of these changes. One
// that has changed again meanwhile comes with a later batch.
func (w *watcher) read(ctx context.Context, last int64) ([]inspect.Summary, error) {
	c := where{}
	c.and(changedBetween, w.after, last)
	if project := w.store.options.Project; project != "" {
		c.and("+project = ?3", project)
	}
	query := "SELECT " + summaryColumns + " FROM delivery" + c.String() + " ORDER BY max(n, last)"
	rows, err := w.conn.QueryContext(ctx, query, c.args...)
	if err != nil {
		return nil, err
	}
	all, err := scanSummaries(rows)
	return all, err
}

func (w *watcher) connect(ctx context.Context) (err error) {
	if w.conn != nil {
		return nil
	}
	if w.conn, err = w.store.reads.Conn(ctx); err != nil {
		w.conn = nil
		return err
	}
	if now := w.store.standing.Load().generation; now != w.generation { // it begins anew
		w.generation, w.file, w.after = now, nil, 0
	}
	if w.file == nil {
		if w.file, err = os.Stat(w.store.path); err != nil {
			return err
		}
	}
	w.version, err = w.conn.PrepareContext(ctx, "PRAGMA data_version")
	return err
}

// there says whether the file is still the one that is open: of one that is gone, the connection would see no change.
func (w *watcher) there() bool {
	now, err := os.Stat(w.store.path)
	return err == nil && os.SameFile(now, w.file)
}

func (w *watcher) disconnect() {
	if w.version != nil {
		w.version.Close()
	}
	if w.conn != nil {
		w.conn.Close()
	}
	w.conn, w.version, w.seen = nil, nil, 0
}
