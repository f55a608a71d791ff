package history

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A Query selects deliveries. Every field narrows; within one field, any of its values will do.
type Query struct {
	Words       []string // all of them, anywhere in the request: see List
	Providers   []string // exact, or with a trailing "*"
	Events      []string // event types: exact, or with a trailing "*"
	Verdicts    []signature.Verdict
	Statuses    []string  // of the last attempt: "200", or a class, "4xx"
	Since       time.Time // received at that time or later; zero is no bound
	Until       time.Time // received before; zero is no bound
	Failed      bool      // see inspect.Summary.Failed
	NoReplays   bool      // leave replays out
	Redelivered bool      // only what a provider sent more than once: the first, and those that repeat it
	IDs         []string  // whole ids; nil is any
	ProviderIDs []string  // exact, and not of replays; nil is any
	AllProjects bool      // even if the Store has a project
	OldestFirst bool      // the other way round
	Limit       int       // 0 means 50, a negative value no limit

	// Looked, if not nil, is told of each delivery whose text is read for the Words: the index does not have it yet, or can't
	// tell. Some ten thousand a second are read.
	Looked func()
}

const defaultLimit = 50

// List is the deliveries that q selects, the newest first.
//
// Words are looked for in the request: method, path, endpoint, provider, event type, provider id, header names and
// values, and the first 256 KiB of its body. A word must match whole, without case; the last one may be a beginning. A
// word with spaces or punctuation is a phrase. Nothing in a word is an operator. Words without any letter or digit are
// passed over, and if there are no others nothing matches.
//
// An error is either SQLite's or names the status that can't be read.
func (s *Store) List(ctx context.Context, q Query) ([]inspect.Summary, error) {
	if err := s.seeOwn(ctx); err != nil {
		return nil, err
	}
	if q.Limit == 0 {
		q.Limit = defaultLimit
	}
	all, err := s.list(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return all, nil
}

func (s *Store) list(ctx context.Context, q Query) (all []inspect.Summary, err error) {
	f := newFinder(s, q)
	// One transaction, so that a delivery which is indexed meanwhile is neither missed nor found twice.
	err = s.reading(ctx, func(tx *sql.Tx) error {
		for more := true; more; {
			room := pageRows
			if q.Limit > 0 {
				room = min(q.Limit-len(all), pageRows)
			}
			var found []rowPlace
			if found, more, err = f.next(ctx, tx, room); err != nil {
				return err
			}
			some, err := summaries(ctx, tx, found)
			if err != nil {
				return err
			}
			if all = append(all, some...); q.Limit > 0 && len(all) >= q.Limit {
				return nil
			}
		}
		return nil
	})
	return all, err
}

// reading has f read the database as it is at one moment.
func (s *Store) reading(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.reads.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	return f(tx)
}

// summaryColumns are what scanSummary reads.
const summaryColumns = `id, replay_of, redelivery_of, endpoint, method, path, received, provider, event, provider_id,
	verdict, reason, size, attempts, target, status, duration, outcome, err, edited, masked, skew, n`

// summaries are those of the deliveries at these places, in their order. One that was deleted meanwhile is left out.
func summaries(ctx context.Context, tx *sql.Tx, at []rowPlace) ([]inspect.Summary, error) {
	if len(at) == 0 {
		return nil, nil
	}
	query, args := among(summaryColumns, numbersOf(at), where{})
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]inspect.Summary, len(at))
	if err := eachSummary(rows, func(n int64, s inspect.Summary) { found[n] = s }); err != nil {
		return nil, err
	}
	all := make([]inspect.Summary, 0, len(at))
	for _, p := range at {
		if one, ok := found[p.n]; ok { // else it was deleted meanwhile
			all = append(all, one)
		}
	}
	return all, nil
}

func numbersOf(at []rowPlace) []int64 {
	numbers := make([]int64, len(at))
	for i, p := range at {
		numbers[i] = p.n
	}
	return numbers
}

// scanSummaries reads all rows and closes them.
func scanSummaries(rows *sql.Rows) (all []inspect.Summary, err error) {
	err = eachSummary(rows, func(_ int64, s inspect.Summary) { all = append(all, s) })
	return all, err
}

func eachSummary(rows *sql.Rows, each func(n int64, s inspect.Summary)) error {
	defer rows.Close()
	for rows.Next() {
		var s inspect.Summary
		var received, n int64
		err := rows.Scan(&s.ID, &s.ReplayOf, &s.RedeliveryOf, &s.Endpoint, &s.Method, &s.Path, &received,
			&s.Provider, &s.EventType, &s.ProviderID, (*string)(&s.Verdict), (*string)(&s.Reason), &s.BodySize,
			&s.Attempts, &s.Target, &s.Status, (*int64)(&s.Duration), (*string)(&s.Outcome), &s.Err, &s.Change, &s.Masked, (*int64)(&s.Skew), &n)
		if err != nil {
			return err
		}
		s.ReceivedAt = timeOf(received)
		each(n, s)
	}
	return rows.Err()
}
