package history

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// wholeBytes is how much of bodies is read at a time, and what the last one has beyond that.
const wholeBytes = 8 << 20

// tryColumns are what wholeReader.try reads.
const tryColumns = `attempt.previous, attempt.number, attempt.target, attempt.started, attempt.connect, attempt.wait, attempt.total,
	attempt.outcome, attempt.err, attempt.status, attempt.header, attempt.size, attempt.complete, attempt.body, `

const (
	// wholeQuery is deliveries, each with the latest of its attempts, if there is one: few have more.
	wholeQuery = `SELECT delivery.n, id, replay_of, redelivery_of, endpoint, method, path, received, provider, event, provider_id,
		verdict, reason, delivery.size, edited, masked, skew, remote, proto, host, url, request.header, signer, secret, test, signed,
		signed_fraction, expected, got, request.complete, request.body, ` + bodyColumns + `, ` + tryColumns + answerColumns + `
		FROM delivery JOIN request USING (n) LEFT JOIN body ON body.change = delivery.n
		LEFT JOIN attempt ON attempt.change = last LEFT JOIN body AS answer ON answer.change = last WHERE delivery.n >= ? ORDER BY delivery.n`
	replayOf = 2 // its column there

	earlierQuery = "SELECT " + tryColumns + bodyColumns + " FROM attempt LEFT JOIN body USING (change) WHERE change = ?"
)

// A wholeReader reads deliveries wholly, on a connection of its own. It is for one goroutine.
type wholeReader struct {
	conn    *connection
	bodies  *bodyReader
	bytes   int         // of bodies, so far
	texts   [64]string  // by their columns: those of the delivery before, many of which come again
	head    []byte      // of the last answer, which comes again too, as it is stored
	header  http.Header // head's
	begin   *statement
	end     *statement
	find    *statement
	request walk
	places  []int // what order gives
	earlier *statement
}

func (s *Store) wholeReader(path string, a access) (*wholeReader, error) {
	conn, err := connect(uri(path, a).String())
	if err != nil {
		return nil, err
	}
	r := &wholeReader{conn: conn, bodies: s.bodyReader()}
	for _, pragma := range pragmas(a, s.busy) {
		if err == nil {
			err = conn.exec("PRAGMA " + pragma)
		}
	}
	for place, query := range map[**statement]string{
		&r.begin: "BEGIN", &r.end: "ROLLBACK", &r.find: "SELECT n FROM delivery WHERE id = ?", &r.request.statement: wholeQuery, &r.earlier: earlierQuery,
	} {
		if err == nil {
			*place, err = conn.prepare(query)
		}
	}
	if err != nil {
		conn.close()
		return nil, err
	}
	return r, nil
}

func (r *wholeReader) close() { r.conn.close() }

// reading has f read the database as it is at one moment.
func (r *wholeReader) reading(f func(*wholeReader) error) error {
	if err := r.begin.run(); err != nil {
		return err
	}
	defer r.bodies.close()
	err := f(r)
	r.request.leave()
	return errors.Join(err, r.end.run())
}

// all are the deliveries at the first of these places, with their bodies and attempts: as many as fit into wholeBytes, but one
// at least. n is how many places that are. One that was deleted meanwhile is left out, and a replay unless these are wanted.
func (r *wholeReader) all(ctx context.Context, at []rowPlace, replays bool) (all []*inspect.Delivery, n int, err error) {
	read := make([]*inspect.Delivery, len(at))
	known := make([]bool, len(at))
	r.bytes = 0
	for _, i := range r.order(at) {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		if read[i], err = r.one(at[i].n, replays); err != nil {
			return nil, 0, err
		}
		if known[i] = true; r.bytes >= wholeBytes {
			break
		}
	}
	if n = slices.Index(known, false); n < 0 {
		n = len(at)
	}
	return slices.DeleteFunc(read[:n], func(d *inspect.Delivery) bool { return d == nil }), n, nil
}

// order is that in which places are best read: but for the first, which is read in any case, as their rows lie, if on the whole
// they are listed so. What came at once is listed by when it came, and lies as it was written.
func (r *wholeReader) order(at []rowPlace) []int {
	r.places = r.places[:0]
	for i := range at {
		r.places = append(r.places, i)
	}
	if at[0].n < at[len(at)-1].n {
		slices.SortFunc(r.places[1:], func(a, b int) int { return cmp.Compare(at[a].n, at[b].n) })
	}
	return r.places
}

// number is that of the delivery with an id; 0 if there is none.
func (r *wholeReader) number(id string) (n int64, err error) {
	more, err := r.find.text(id).step()
	if more {
		n = r.find.columnInt(0)
		r.find.reset()
	}
	return n, err
}

// one is the delivery with that number; nil if there is none, or it is a replay and these are not wanted.
func (r *wholeReader) one(n int64, replays bool) (*inspect.Delivery, error) {
	more, err := r.request.to(n)
	if err != nil || !more {
		return nil, err
	}
	if !replays && r.request.columnText(replayOf) != "" {
		return nil, nil
	}
	defer r.earlier.reset()
	d := new(inspect.Delivery)
	c := &row{statement: r.request.statement, next: 1, before: r.texts[:]}
	if err := r.read(d, c); err != nil {
		return nil, err
	}
	for more && !c.null() {
		previous := c.int()
		if err := r.try(d, c); err != nil {
			return nil, err
		}
		if previous == 0 {
			break
		}
		r.earlier.reset()
		if more, err = r.earlier.int(previous).step(); err != nil {
			return nil, err
		}
		c = &row{statement: r.earlier}
	}
	slices.SortFunc(d.Attempts, func(a, b inspect.Attempt) int { return a.Number - b.Number })
	return d, nil
}

// read reads all but the attempts.
func (r *wholeReader) read(d *inspect.Delivery, c *row) (err error) {
	g := &d.Signature
	d.ID, d.ReplayOf, d.RedeliveryOf, d.Endpoint, d.Method, d.Path = c.text(), c.text(), c.text(), c.text(), c.text(), c.text()
	d.ReceivedAt = timeOf(c.int())
	d.Provider, d.EventType, d.ProviderID = c.text(), c.text(), c.text()
	g.Verdict, g.Reason = signature.Verdict(c.text()), signature.Reason(c.text())
	d.Body.Size, d.Change, d.Masked, d.Skew = c.int(), c.text(), c.bool(), time.Duration(c.int())
	d.Remote, d.Proto, d.Host, d.URL = c.text(), c.text(), c.text(), c.text()
	if d.Header, err = decodeHeader(c.view()); err != nil {
		return err
	}
	g.Provider, g.Secret, g.Test = c.text(), c.text(), c.bool()
	if c.null() {
		c.skip(2)
	} else {
		g.Signed = time.Unix(c.int(), c.int()).UTC()
	}
	g.Expected, g.Got = c.text(), c.text()
	r.body(&d.Body, c)
	return nil
}

// try reads an attempt behind its first column, and adds it. It is older than those which are there, and of those with one
// number the newest counts.
func (r *wholeReader) try(d *inspect.Delivery, c *row) (err error) {
	a := inspect.Attempt{Number: int(c.int()), Target: c.text(), Started: timeOf(c.int())}
	a.Stages = inspect.Stages{Connect: time.Duration(c.int()), Wait: time.Duration(c.int()), Total: time.Duration(c.int())}
	a.Outcome, a.Err = inspect.Outcome(c.text()), c.text()
	if slices.ContainsFunc(d.Attempts, func(newer inspect.Attempt) bool { return newer.Number == a.Number }) {
		return nil
	}
	if !c.null() {
		a.Response = &inspect.Response{Status: int(c.int())}
		if head := c.view(); !bytes.Equal(head, r.head) || r.header == nil {
			if r.header, err = decodeHeader(head); err != nil {
				return err
			}
			r.head = append(r.head[:0], head...)
		}
		a.Response.Header = r.header
		a.Response.Body.Size = c.int()
		r.body(&a.Response.Body, c)
	}
	d.Attempts = append(d.Attempts, a)
	return nil
}

// body reads whether a body is complete, and the body, which may lie outside of its row. One that is missing there, short or
// changed counts as not kept.
func (r *wholeReader) body(to *inspect.Capture, c *row) {
	to.Complete, to.Bytes = c.bool(), c.bytes()
	if c.null() {
		c.skip(5)
	} else {
		to.Bytes = r.bodies.read(place{c.text(), c.int(), c.int(), uint32(c.int())})
		to.Complete = c.bool() && to.Bytes != nil
	}
	r.bytes += len(to.Bytes)
}
