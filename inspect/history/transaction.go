package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A transaction is the writer's connection with its statements, while a transaction is open.
type transaction struct {
	conn     *sql.Conn
	instance string
	project  string
	changed  int64 // the number of the latest change
	prepared []*sql.Stmt

	beginning, committing         *sql.Stmt
	reserving                     *sql.Stmt
	earliest                      *sql.Stmt
	insertDelivery, insertRequest *sql.Stmt
	updateDelivery                *sql.Stmt
	insertAttempt                 *sql.Stmt
}

func (tx *transaction) prepare(ctx context.Context) error {
	for _, s := range []struct {
		statement **sql.Stmt
		query     string
	}{
		{&tx.beginning, "BEGIN IMMEDIATE"},
		{&tx.committing, "COMMIT"},
		{&tx.reserving, "UPDATE state SET changed = changed + ?1 RETURNING changed - ?1"},
		{&tx.earliest, `SELECT id FROM delivery
			WHERE provider_id = ? AND +provider = ? AND +project = ? AND provider_id <> '' AND replay_of = ''
			ORDER BY received LIMIT 1`},
		{&tx.insertDelivery, `INSERT INTO delivery (n, changed, id, project, writer, received, replay_of, redelivery_of,
			endpoint, method, path, provider, event, provider_id, verdict, reason, size)
			VALUES (?1, ?1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`},
		{&tx.insertRequest, `INSERT INTO request (n, remote, proto, host, url, header, signer, secret, test, signed,
			signed_fraction, expected, got, complete, sha256, body)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&tx.insertAttempt, `REPLACE INTO attempt (n, number, target, started, connect, wait, total, outcome, err,
			status, header, size, complete, sha256, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&tx.updateDelivery, `UPDATE delivery SET changed = ?, writer = ?, attempts = ?, target = ?, status = ?,
			duration = ?, outcome = ?, err = ? WHERE id = ? AND attempts <= ?3 RETURNING n`},
	} {
		var err error
		if *s.statement, err = tx.conn.PrepareContext(ctx, s.query); err != nil {
			return err
		}
		tx.prepared = append(tx.prepared, *s.statement)
	}
	return nil
}

// close closes the connection, which rolls back what was not committed.
func (tx *transaction) close() {
	// A statement that is left open keeps SQLite from closing: a sql.Conn does not see to that.
	for _, statement := range tx.prepared {
		statement.Close()
	}
	tx.conn.Close()
}

func (tx *transaction) begin() error {
	_, err := tx.beginning.Exec()
	return err
}

func (tx *transaction) end() error {
	_, err := tx.committing.Exec()
	return err
}

// reserve makes room for that many changes. What is not used of it stays a gap.
func (tx *transaction) reserve(changes int) error {
	return tx.reserving.QueryRow(changes).Scan(&tx.changed)
}

// change numbers a change. The numbers must have been reserved.
func (tx *transaction) change() int64 {
	tx.changed++
	return tx.changed
}

// add stores d as under way in this instance and returns the id of the delivery that it repeats, if any.
func (tx *transaction) add(d *inspect.Delivery) (redeliveryOf string, err error) {
	if d.ProviderID != "" && d.ReplayOf == "" {
		err := tx.earliest.QueryRow(d.ProviderID, d.Provider, tx.project).Scan(&redeliveryOf)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
	}
	n := tx.change()
	result, err := tx.insertDelivery.Exec(n, d.ID, tx.project, tx.instance, nanoseconds(d.ReceivedAt), d.ReplayOf,
		redeliveryOf, d.Endpoint, d.Method, d.Path, d.Provider, d.EventType, d.ProviderID,
		string(d.Signature.Verdict), string(d.Signature.Reason), d.Body.Size)
	if err != nil {
		return "", err
	}
	if rows, err := result.RowsAffected(); err != nil || rows == 0 {
		return "", errors.Join(ErrExists, err)
	}
	g := &d.Signature
	var signed, fraction any = nil, 0
	if !g.Signed.IsZero() {
		signed, fraction = g.Signed.Unix(), g.Signed.Nanosecond()
	}
	_, err = tx.insertRequest.Exec(n, d.Remote, d.Proto, d.Host, d.URL, encodeHeader(d.Header), g.Provider, g.Secret,
		g.Test, signed, fraction, g.Expected, g.Got, d.Body.Complete, d.Body.SHA256[:], d.Body.Bytes)
	return redeliveryOf, err
}

// attempt stores a, in the place of an earlier one with its number, and sums it up in the delivery's row if it is the
// last.
func (tx *transaction) attempt(id string, a *inspect.Attempt) error {
	if a.Number < 1 {
		return errNumber
	}
	var status, header, sum, body any
	r := inspect.Response{}
	if a.Response != nil {
		r = *a.Response
		status, header, sum, body = r.Status, encodeHeader(r.Header), r.Body.SHA256[:], r.Body.Bytes
	}
	writer := ""
	if a.Outcome == inspect.OutcomePending {
		writer = tx.instance
	}
	var n int64
	change := tx.change()
	err := tx.updateDelivery.QueryRow(change, writer, a.Number, a.Target, r.Status, int64(a.Stages.Total),
		string(a.Outcome), a.Err, id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		n, err = tx.touch(id, change)
	}
	if err != nil {
		return err
	}
	_, err = tx.insertAttempt.Exec(n, a.Number, a.Target, nanoseconds(a.Started), int64(a.Stages.Connect),
		int64(a.Stages.Wait), int64(a.Stages.Total), string(a.Outcome), a.Err, status, header, r.Body.Size,
		r.Body.Complete, sum, body)
	return err
}

// touch notes a change that the delivery's row does not show, and returns its number.
func (tx *transaction) touch(id string, change int64) (n int64, err error) {
	const query = "UPDATE delivery SET changed = ? WHERE id = ? RETURNING n"
	err = tx.conn.QueryRowContext(context.Background(), query, change, id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, &NotFoundError{Ref: id}
	}
	return n, err
}

// numbers are the first column of query's rows.
func (tx *transaction) numbers(ctx context.Context, query string, args ...any) ([]int64, error) {
	rows, err := tx.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("read a row's number: %w", err)
		}
		all = append(all, n)
	}
	return all, rows.Err()
}
