package history

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// wholeBytes is how much of bodies is read at a time, and what the last one has beyond that.
const wholeBytes = 8 << 20

// A whole is a delivery that is being read.
type whole struct {
	*inspect.Delivery
	n, change int64 // its number, and that of the next of its attempts' rows; 0 if there is none
}

// wholes are the deliveries at the first of these places, with their bodies and attempts: as many as fit into wholeBytes, but
// one at least. n is how many places that are. One that was deleted meanwhile is left out.
func (s *Store) wholes(ctx context.Context, tx *sql.Tx, at []rowPlace) (all []*inspect.Delivery, n int, err error) {
	r := &wholeReader{tx: tx, bodies: s.bodyReader()}
	defer r.bodies.close()
	read, err := r.requests(ctx, numbersOf(at))
	if err != nil {
		return nil, 0, err
	}
	n = len(at)
	if len(read) > 0 && r.full() {
		n = behind(at, read[len(read)-1].n)
	}
	tried, err := r.attempts(ctx, read)
	if err != nil {
		return nil, 0, err
	}
	if tried < len(read) {
		read, n = read[:tried], behind(at, read[tried-1].n)
	}
	for _, d := range read {
		all = append(all, d.Delivery)
	}
	return all, n, nil
}

// behind is how many places there are up to that of the delivery n.
func behind(at []rowPlace, n int64) int {
	return slices.IndexFunc(at, func(p rowPlace) bool { return p.n == n }) + 1
}

// A wholeReader reads deliveries wholly, in one transaction.
type wholeReader struct {
	tx     *sql.Tx
	bodies *bodyReader
	bytes  int // of bodies, so far
}

func (r *wholeReader) full() bool { return r.bytes >= wholeBytes }

func (r *wholeReader) fetch(c *inspect.Capture, p *placed) {
	r.bodies.fetch(c, p)
	r.bytes += len(c.Bytes)
}

// requests reads the deliveries with these numbers, in that order, without their attempts. It stops when it is full.
func (r *wholeReader) requests(ctx context.Context, numbers []int64) (all []*whole, err error) {
	const query = `SELECT n, last, id, replay_of, redelivery_of, endpoint, method, path, received, provider, event, provider_id,
		verdict, reason, size, edited, masked, remote, proto, host, url, header, signer, secret, test, signed, signed_fraction,
		expected, got, request.complete, request.body, ` + bodyColumns + `
		FROM ` + wantedNumbers + ` CROSS JOIN delivery ON n = wanted JOIN request USING (n) LEFT JOIN body ON body.change = n`
	rows, err := r.tx.QueryContext(ctx, query, jsonOf(numbers))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for !r.full() && rows.Next() {
		w, err := r.request(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, &w)
	}
	return all, rows.Err()
}

func (r *wholeReader) request(rows *sql.Rows) (whole, error) {
	var (
		d                  inspect.Delivery
		received, fraction int64
		signed             sql.NullInt64
		header             sql.RawBytes
		body               placed
	)
	w, g := whole{Delivery: &d}, &d.Signature
	err := rows.Scan(&w.n, &w.change, &d.ID, &d.ReplayOf, &d.RedeliveryOf, &d.Endpoint, &d.Method,
		&d.Path, &received, &d.Provider, &d.EventType, &d.ProviderID, (*string)(&g.Verdict), (*string)(&g.Reason),
		&d.Body.Size, &d.Change, &d.Masked, &d.Remote, &d.Proto, &d.Host, &d.URL, &header, &g.Provider, &g.Secret, &g.Test, &signed,
		&fraction, &g.Expected, &g.Got, &d.Body.Complete, &d.Body.Bytes, &body.segment, &body.start, &body.length, &body.sum, &body.complete)
	if err != nil {
		return w, err
	}
	r.fetch(&d.Body, &body)
	d.ReceivedAt = timeOf(received)
	if signed.Valid {
		g.Signed = time.Unix(signed.Int64, fraction).UTC()
	}
	d.Header, err = decodeHeader(header)
	return w, err
}

// attempts gives the first of these deliveries their attempts, and says how many these are. It stops when it is full.
func (r *wholeReader) attempts(ctx context.Context, of []*whole) (n int, err error) {
	r.bytes = 0
	n, err = r.latest(ctx, of, true)
	for left := of[:n]; err == nil; { // few have more than one
		left = slices.DeleteFunc(slices.Clone(left), func(w *whole) bool { return w.change == 0 })
		if len(left) == 0 {
			break
		}
		_, err = r.latest(ctx, left, false)
	}
	for _, w := range of[:n] {
		slices.SortFunc(w.Attempts, func(a, b inspect.Attempt) int { return a.Number - b.Number })
	}
	return n, err
}

// latest gives each of the deliveries the attempt of its change, and the change before that.
func (r *wholeReader) latest(ctx context.Context, of []*whole, bounded bool) (n int, err error) {
	var wanted []int64
	for _, w := range of {
		if w.change != 0 {
			wanted = append(wanted, w.change)
		}
	}
	const query = `SELECT change, previous, number, target, started, connect, wait, total, outcome, err, status, header, size,
		attempt.complete, attempt.body, ` + bodyColumns + `
		FROM ` + wantedNumbers + ` CROSS JOIN attempt ON change = wanted LEFT JOIN body USING (change)`
	rows, err := r.tx.QueryContext(ctx, query, jsonOf(wanted))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		change, previous, a, err := r.attempt(rows)
		if err != nil {
			return 0, err
		}
		for of[n].change != change { // it has none
			of[n].change = 0
			n++
		}
		of[n].take(a)
		of[n].change = previous
		if n++; bounded && r.full() {
			return n, nil
		}
	}
	for _, w := range of[n:] {
		w.change = 0
	}
	return len(of), rows.Err()
}

// take adds an attempt that is older than those which are there. Of those with one number the newest counts.
func (w *whole) take(a inspect.Attempt) {
	if !slices.ContainsFunc(w.Attempts, func(newer inspect.Attempt) bool { return newer.Number == a.Number }) {
		w.Attempts = append(w.Attempts, a)
	}
}

func (r *wholeReader) attempt(rows *sql.Rows) (change, previous int64, a inspect.Attempt, err error) {
	var (
		response inspect.Response
		started  int64
		status   sql.NullInt64
		header   sql.RawBytes
		body     placed
	)
	err = rows.Scan(&change, &previous, &a.Number, &a.Target, &started,
		(*int64)(&a.Stages.Connect), (*int64)(&a.Stages.Wait), (*int64)(&a.Stages.Total), (*string)(&a.Outcome), &a.Err, &status,
		&header, &response.Body.Size, &response.Body.Complete, &response.Body.Bytes,
		&body.segment, &body.start, &body.length, &body.sum, &body.complete)
	a.Started = timeOf(started)
	if err != nil || !status.Valid {
		return change, previous, a, err
	}
	response.Status = int(status.Int64)
	r.fetch(&response.Body, &body)
	response.Header, err = decodeHeader(header)
	a.Response = &response
	return change, previous, a, err
}
