package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Get is the delivery with that whole id, of whatever project, with its bodies and attempts. It is equal to what was
// stored: all header values in their order, all bytes. Times are in UTC, and an empty body has nil Bytes. The error is a
// *NotFoundError if there is none.
func (s *Store) Get(ctx context.Context, id string) (*inspect.Delivery, error) {
	if err := s.seeOwn(ctx); err != nil {
		return nil, err
	}
	d, err := s.get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read delivery %s: %w", id, err)
	}
	return d, nil
}

func (s *Store) get(ctx context.Context, id string) (*inspect.Delivery, error) {
	// One transaction, so that the delivery and its attempts are of the same moment.
	tx, err := s.reads.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()

	bodies := s.bodyReader()
	defer bodies.close()
	d, n, err := getDelivery(ctx, tx, id, bodies)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &NotFoundError{Ref: id}
	}
	if err != nil {
		return nil, err
	}
	d.Attempts, err = getAttempts(ctx, tx, n, bodies)
	return d, err
}

func getDelivery(ctx context.Context, tx *sql.Tx, id string, bodies *bodyReader) (*inspect.Delivery, int64, error) {
	const query = `SELECT n, id, replay_of, redelivery_of, endpoint, method, path, received, provider, event, provider_id,
		verdict, reason, size, edited, masked, remote, proto, host, url, header, signer, secret, test, signed, signed_fraction,
		expected, got, request.complete, request.body, ` + bodyColumns + `
		FROM delivery JOIN request USING (n) LEFT JOIN body ON body.change = n WHERE id = ?`
	var (
		d                     inspect.Delivery
		n, received, fraction int64
		signed                sql.NullInt64
		header                []byte
		body                  placed
	)
	g := &d.Signature
	err := tx.QueryRowContext(ctx, query, id).Scan(append([]any{&n, &d.ID, &d.ReplayOf, &d.RedeliveryOf, &d.Endpoint, &d.Method,
		&d.Path, &received, &d.Provider, &d.EventType, &d.ProviderID, (*string)(&g.Verdict), (*string)(&g.Reason),
		&d.Body.Size, &d.Change, &d.Masked, &d.Remote, &d.Proto, &d.Host, &d.URL, &header, &g.Provider, &g.Secret, &g.Test, &signed, &fraction,
		&g.Expected, &g.Got, &d.Body.Complete, &d.Body.Bytes}, body.into()...)...)
	if err != nil {
		return nil, 0, err
	}
	bodies.fetch(&d.Body, &body)
	d.ReceivedAt = timeOf(received)
	if signed.Valid {
		g.Signed = time.Unix(signed.Int64, fraction).UTC()
	}
	d.Header, err = decodeHeader(header)
	return &d, n, err
}

func getAttempts(ctx context.Context, tx *sql.Tx, n int64, bodies *bodyReader) ([]inspect.Attempt, error) {
	const query = `WITH RECURSIVE chain (change) AS (
			SELECT last FROM delivery WHERE n = ?
			UNION ALL SELECT previous FROM chain JOIN attempt USING (change)
		)
		SELECT number, target, started, connect, wait, total, outcome, err, status, header, size, attempt.complete, attempt.body,
			` + bodyColumns + `
		FROM chain JOIN attempt USING (change) LEFT JOIN body USING (change) ORDER BY number, change DESC`
	rows, err := tx.QueryContext(ctx, query, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []inspect.Attempt
	for rows.Next() {
		a, err := scanAttempt(rows, bodies)
		if err != nil {
			return nil, err
		}
		replaced := len(all) > 0 && all[len(all)-1].Number == a.Number
		if !replaced {
			all = append(all, a)
		}
	}
	return all, rows.Err()
}

func scanAttempt(rows *sql.Rows, bodies *bodyReader) (inspect.Attempt, error) {
	var (
		a       inspect.Attempt
		r       inspect.Response
		started int64
		status  sql.NullInt64
		header  []byte
		body    placed
	)
	err := rows.Scan(append([]any{&a.Number, &a.Target, &started, (*int64)(&a.Stages.Connect), (*int64)(&a.Stages.Wait),
		(*int64)(&a.Stages.Total), (*string)(&a.Outcome), &a.Err, &status, &header, &r.Body.Size, &r.Body.Complete,
		&r.Body.Bytes}, body.into()...)...)
	if err != nil {
		return a, err
	}
	a.Started = timeOf(started)
	if status.Valid {
		r.Status = int(status.Int64)
		if r.Header, err = decodeHeader(header); err != nil {
			return a, err
		}
		bodies.fetch(&r.Body, &body)
		a.Response = &r
	}
	return a, nil
}
