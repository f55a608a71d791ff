package history

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
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
	AllProjects bool      // even if the Store has a project
	Limit       int       // 0 means 50, a negative value no limit
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
	all, err := s.list(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return all, nil
}

func (s *Store) list(ctx context.Context, q Query) ([]inspect.Summary, error) {
	w := where{}
	if project := s.options.Project; project != "" && !q.AllProjects {
		w.and("project = ?", project)
	}
	if err := w.query(q); err != nil {
		return nil, err
	}
	// One transaction, so that a delivery which is indexed meanwhile is neither missed nor found twice.
	tx, err := s.reads.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	if len(q.Words) > 0 {
		found, err := w.words(ctx, s, tx, q.Words)
		if err != nil || !found {
			return nil, err
		}
	}
	limit := q.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	query := "SELECT " + summaryColumns + " FROM delivery" + w.String() + " ORDER BY received DESC, n DESC LIMIT ?"
	rows, err := tx.QueryContext(ctx, query, append(w.args, limit)...)
	if err != nil {
		return nil, err
	}
	return scanSummaries(rows)
}

// A where is the conditions of a query and their arguments.
type where struct {
	conditions []string
	args       []any
}

func (w *where) and(condition string, args ...any) {
	w.conditions = append(w.conditions, condition)
	w.args = append(w.args, args...)
}

func (w *where) String() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

// query adds what q asks for, but for its words.
func (w *where) query(q Query) error {
	w.anyName("provider", q.Providers)
	w.anyName("event", q.Events)
	var verdicts []string
	for _, v := range q.Verdicts {
		verdicts = append(verdicts, string(v))
	}
	w.anyName("verdict", verdicts)
	if err := w.anyStatus(q.Statuses); err != nil {
		return err
	}
	if !q.Since.IsZero() {
		w.and("received >= ?", nanoseconds(q.Since))
	}
	if !q.Until.IsZero() {
		w.and("received < ?", nanoseconds(q.Until))
	}
	if q.Failed {
		w.and("outcome <> '' AND status NOT BETWEEN 200 AND 299")
	}
	if q.NoReplays {
		w.and("replay_of = ''")
	}
	return nil
}

// anyName wants column to be one of names, of which each may end in "*".
func (w *where) anyName(column string, names []string) {
	var either []string
	for _, name := range names {
		if prefix, ok := strings.CutSuffix(name, "*"); ok {
			// Counts bytes, where substr would count the characters of what may not be UTF-8.
			either = append(either, "instr("+column+", ?) = 1")
			w.args = append(w.args, prefix)
		} else {
			either = append(either, column+" = ?")
			w.args = append(w.args, name)
		}
	}
	w.or(either)
}

// anyStatus wants the status to be one of the given ones.
func (w *where) anyStatus(statuses []string) error {
	var either []string
	for _, status := range statuses {
		class, isClass := strings.CutSuffix(strings.ToLower(status), "xx")
		n, err := strconv.Atoi(class)
		switch {
		case err == nil && isClass && n >= 1 && n <= 9:
			either = append(either, "status BETWEEN ? AND ?")
			w.args = append(w.args, n*100, n*100+99)
		case err == nil && !isClass && n >= 100 && n <= 999:
			either = append(either, "status = ?")
			w.args = append(w.args, n)
		default:
			return fmt.Errorf(`%q is no status: want one like "200" or "4xx"`, status)
		}
	}
	w.or(either)
	return nil
}

func (w *where) or(either []string) {
	if len(either) > 0 {
		w.and("(" + strings.Join(either, " OR ") + ")")
	}
}

// summaryColumns are what scanSummaries reads.
const summaryColumns = `id, replay_of, redelivery_of, endpoint, method, path, received, provider, event, provider_id,
	verdict, reason, size, attempts, target, status, duration, outcome, err`

// scanSummaries reads all rows and closes them.
func scanSummaries(rows *sql.Rows) (all []inspect.Summary, err error) {
	defer rows.Close()
	for rows.Next() {
		var s inspect.Summary
		var received int64
		err := rows.Scan(&s.ID, &s.ReplayOf, &s.RedeliveryOf, &s.Endpoint, &s.Method, &s.Path, &received,
			&s.Provider, &s.EventType, &s.ProviderID, (*string)(&s.Verdict), (*string)(&s.Reason), &s.BodySize,
			&s.Attempts, &s.Target, &s.Status, (*int64)(&s.Duration), (*string)(&s.Outcome), &s.Err)
		if err != nil {
			return nil, err
		}
		s.ReceivedAt = timeOf(received)
		all = append(all, s)
	}
	return all, rows.Err()
}
