package history

import (
	"context"
	"database/sql"
	"encoding/json"
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
	Redelivered bool      // only what a provider sent more than once: the first, and those that repeat it
	IDs         []string  // whole ids; nil is any
	AllProjects bool      // even if the Store has a project
	OldestFirst bool      // the other way round
	Limit       int       // 0 means 50, a negative value no limit

	after *rowPlace // only what comes behind it
}

// A rowPlace is where a delivery stands in a list.
type rowPlace struct{ received, n int64 }

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
	all, _, err := s.page(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return all, nil
}

// page is the next q.Limit deliveries and the place of the last one.
func (s *Store) page(ctx context.Context, q Query) ([]inspect.Summary, *rowPlace, error) {
	w := where{}
	if project := s.options.Project; project != "" && !q.AllProjects {
		w.and("project = ?", project)
	}
	if err := w.query(q); err != nil {
		return nil, nil, err
	}
	// One transaction, so that a delivery which is indexed meanwhile is neither missed nor found twice.
	tx, err := s.reads.BeginTx(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = tx.Rollback() }()
	if len(q.Words) > 0 {
		found, err := w.words(ctx, s, tx, q.Words)
		if err != nil || !found {
			return nil, nil, err
		}
	}
	order, behind := "received DESC, n DESC", "(received, n) < (?, ?)"
	if q.OldestFirst {
		order, behind = "received, n", "(received, n) > (?, ?)"
	}
	if q.after != nil {
		w.and(behind, q.after.received, q.after.n)
	}
	query := "SELECT " + summaryColumns + " FROM delivery" + w.String() + " ORDER BY " + order + " LIMIT ?"
	rows, err := tx.QueryContext(ctx, query, append(w.args, q.Limit)...)
	if err != nil {
		return nil, nil, err
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
	if q.Redelivered {
		w.and("(redelivery_of <> '' OR id IN (SELECT redelivery_of FROM delivery))")
	}
	if q.IDs != nil {
		list, err := json.Marshal(q.IDs)
		if err != nil {
			return err
		}
		w.and("id IN (SELECT value FROM json_each(?))", string(list))
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
	verdict, reason, size, attempts, target, status, duration, outcome, err, edited, masked, n`

// scanSummaries reads all rows and closes them. It gives the place of the last one too.
func scanSummaries(rows *sql.Rows) (all []inspect.Summary, last *rowPlace, err error) {
	defer rows.Close()
	for rows.Next() {
		var s inspect.Summary
		var at rowPlace
		err := rows.Scan(&s.ID, &s.ReplayOf, &s.RedeliveryOf, &s.Endpoint, &s.Method, &s.Path, &at.received,
			&s.Provider, &s.EventType, &s.ProviderID, (*string)(&s.Verdict), (*string)(&s.Reason), &s.BodySize,
			&s.Attempts, &s.Target, &s.Status, (*int64)(&s.Duration), (*string)(&s.Outcome), &s.Err, &s.Change, &s.Masked, &at.n)
		if err != nil {
			return nil, nil, err
		}
		s.ReceivedAt = timeOf(at.received)
		all, last = append(all, s), &at
	}
	return all, last, rows.Err()
}
