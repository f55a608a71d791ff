package history

import (
	"net/http"

	"github.com/seed-4575fdc3/hook/inspect"
)

// latestChange is the number of the latest change. It stays that of a change that is deleted.
const latestChange = `SELECT max(floor, coalesce((SELECT max(n) FROM delivery), 0),
	coalesce((SELECT max(change) FROM attempt), 0)) FROM state`

const attemptColumns = `INSERT INTO attempt (change, n, previous, writer, number, target, started, connect, wait,
	total, outcome, err, status, header, size, complete, sha256, body) `

// sameEvent is the deliveries of one event from the provider itself. Some ids are of a thing and not of an event: they come
// again with another event type.
const sameEvent = ` WHERE provider_id = ?1 AND +provider = ?2 AND +project = ?3 AND +event = ?4 AND provider_id <> '' AND replay_of = ''`

// A transaction is the writer's connection with its statements, while a transaction is open.
type transaction struct {
	conn     *connection
	instance string
	project  string
	changed  int64 // the number of the latest change
	writer   int64 // this instance's w
	underWay underWay
	scratch  []byte

	beginning, committing, latest *statement
	earliest, adopt, again, find  *statement
	insertDelivery, insertRequest *statement
	insertAttempt, insertFirst    *statement
	insertBody                    *statement
	sumUp, link                   *statement
}

func (tx *transaction) prepare() error {
	for _, s := range []struct {
		statement **statement
		query     string
	}{
		{&tx.beginning, "BEGIN IMMEDIATE"},
		{&tx.committing, "COMMIT"},
		{&tx.latest, latestChange},
		{&tx.earliest, "SELECT id, received FROM delivery" + sameEvent + " ORDER BY received LIMIT 1"},
		{&tx.adopt, "UPDATE delivery SET redelivery_of = ?5" + sameEvent + " AND id <> ?5"},
		{&tx.again, "UPDATE delivery SET redelivered = 1 WHERE id IN (?, ?) AND redelivered = 0"},
		{&tx.find, "SELECT n FROM delivery WHERE id = ?"},
		{&tx.insertDelivery, `INSERT INTO delivery (n, id, project, writer, received, replay_of, redelivery_of,
			endpoint, method, path, provider, event, provider_id, verdict, reason, size,
			last, attempts, target, status, duration, outcome, err, edited, masked, skew, fresh)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (id) DO NOTHING`},
		{&tx.insertRequest, `INSERT INTO request (n, remote, proto, host, url, header, signer, secret, test, signed,
			signed_fraction, expected, got, complete, sha256, body)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&tx.insertFirst, attemptColumns + "VALUES (?1, ?17, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"},
		{&tx.insertAttempt, attemptColumns + `
			SELECT ?1, n, last, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16 FROM delivery WHERE n = ?17`},
		{&tx.insertBody, "INSERT INTO body (change, segment, start, length, sum, complete) VALUES (?, ?, ?, ?, ?, ?)"},
		{&tx.sumUp, `UPDATE delivery SET last = ?, attempts = ?2, target = ?, status = ?, duration = ?, outcome = ?,
			err = ? WHERE n = ? AND attempts <= ?2`},
		{&tx.link, "UPDATE delivery SET last = ? WHERE n = ?"},
	} {
		var err error
		if *s.statement, err = tx.conn.prepare(s.query); err != nil {
			return err
		}
	}
	return nil
}

// begin takes the lock of all writers, so that the numbers of changes are this transaction's until it ends.
func (tx *transaction) begin() error {
	if err := tx.beginning.run(); err != nil {
		return err
	}
	if _, err := tx.latest.step(); err != nil {
		return err
	}
	tx.changed = tx.latest.columnInt(0)
	tx.latest.reset()
	return nil
}

func (tx *transaction) end() error { return tx.committing.run() }

// change numbers a change.
func (tx *transaction) change() int64 {
	tx.changed++
	return tx.changed
}

// A try is an attempt as it is stored: its response's body may lie in a segment.
type try struct {
	inspect.Attempt
	body place
}

// add stores r's delivery, with its first attempt or, if that is nil, as under way in this instance. It returns the id of the delivery
// that it repeats, if any.
func (tx *transaction) add(r *record, first *try) (redeliveryOf string, err error) {
	d := &r.Delivery
	redeliveryOf, oldest, err := tx.first(d)
	if err != nil {
		return "", err
	}
	n, g := tx.change(), &d.Signature
	s := tx.insertDelivery.int(n).text(d.ID).text(tx.project).int(tx.writer).int(nanoseconds(d.ReceivedAt)).
		text(d.ReplayOf).text(redeliveryOf).text(d.Endpoint).text(d.Method).text(d.Path).
		text(d.Provider).text(d.EventType).text(d.ProviderID).
		text(string(g.Verdict)).text(string(g.Reason)).int(d.Body.Size)
	last := int64(0)
	if first != nil {
		last = tx.change()
		s.int(last).int(1).text(first.Target).int(int64(status(first))).int(int64(first.Stages.Total)).
			text(string(first.Outcome)).text(first.Err)
	} else {
		s.int(0).int(0).text("").int(0).int(0).text("").text("")
	}
	if err := s.text(d.Change).bool(d.Masked).int(int64(d.Skew)).run(); err != nil {
		return "", err
	}
	if tx.conn.changed() == 0 {
		return "", ErrExists
	}
	s = tx.insertRequest.int(n).text(d.Remote).text(d.Proto).text(d.Host).text(d.URL).blob(tx.header(d.Header)).
		text(g.Provider).text(g.Secret).bool(g.Test)
	if g.Signed.IsZero() {
		s.null().int(0)
	} else {
		s.int(g.Signed.Unix()).int(int64(g.Signed.Nanosecond()))
	}
	err = s.text(g.Expected).text(g.Got).bool(d.Body.Complete && r.Body.none()).blob(noHash).blob(d.Body.Bytes).run()
	if err == nil {
		err = tx.body(n, r.Body, d.Body.Complete)
	}
	if err == nil && redeliveryOf != "" {
		err = tx.again.text(d.ID).text(redeliveryOf).run()
	}
	if err == nil && oldest {
		err = tx.adopt.text(d.ProviderID).text(d.Provider).text(tx.project).text(d.EventType).text(d.ID).run()
	}
	if err != nil {
		return "", err
	}
	if first != nil {
		if err := tx.insert(tx.insertFirst, last, first).int(n).run(); err != nil {
			return "", err
		}
		return redeliveryOf, tx.responseBody(last, first)
	}
	tx.underWay.put(d.ID, n, n)
	return redeliveryOf, nil
}

// first is the earliest delivery of d's event, if that is there and not later than d. oldest says that there are only later
// ones, as when d is imported, or the clock went back: these are then redeliveries of d.
func (tx *transaction) first(d *inspect.Delivery) (id string, oldest bool, err error) {
	if d.ProviderID == "" || d.ReplayOf != "" {
		return "", false, nil
	}
	more, err := tx.earliest.text(d.ProviderID).text(d.Provider).text(tx.project).text(d.EventType).step()
	if err != nil || !more {
		return "", false, err
	}
	defer tx.earliest.reset()
	if tx.earliest.columnInt(1) > nanoseconds(d.ReceivedAt) {
		return "", true, nil
	}
	return tx.earliest.columnText(0), false, nil
}

// body stores where the body lies that came with a change, if that is not in its row. The row itself then calls it
// incomplete: so does whoever knows only the rows.
func (tx *transaction) body(change int64, p place, complete bool) error {
	if p.none() {
		return nil
	}
	return tx.insertBody.int(change).text(p.Segment).int(p.Start).int(p.Length).int(int64(p.Sum)).bool(complete).run()
}

func (tx *transaction) responseBody(change int64, a *try) error {
	return tx.body(change, a.body, a.Response != nil && a.Response.Body.Complete)
}

func status(a *try) int {
	if a.Response == nil {
		return 0
	}
	return a.Response.Status
}

// attempt stores a, as an attempt of the delivery with that id.
func (tx *transaction) attempt(id string, a *try) error {
	if a.Number < 1 {
		return errNumber
	}
	n, known := tx.underWay.number(id)
	if !known {
		more, err := tx.find.text(id).step()
		if err != nil {
			return err
		}
		if !more {
			return &NotFoundError{Ref: id}
		}
		n = tx.find.columnInt(0)
		tx.find.reset()
	}
	change, last, err := tx.store(n, a)
	switch {
	case err != nil:
		return err
	case change == 0: // deleted by another process
		tx.underWay.remove(id)
		return &NotFoundError{Ref: id}
	case a.Outcome == inspect.OutcomePending:
		tx.underWay.put(id, n, change)
	case last:
		tx.underWay.remove(id)
	}
	return nil
}

// store stores an attempt of the delivery n. It returns the number of the change, 0 if there is no such delivery, and
// whether the attempt is its last, which it then sums up in the delivery's row.
func (tx *transaction) store(n int64, a *try) (_ int64, last bool, err error) {
	change := tx.change()
	if err := tx.insert(tx.insertAttempt, change, a).int(n).run(); err != nil || tx.conn.changed() == 0 {
		return 0, false, err
	}
	if err := tx.responseBody(change, a); err != nil {
		return 0, false, err
	}
	err = tx.sumUp.int(change).int(int64(a.Number)).text(a.Target).int(int64(status(a))).int(int64(a.Stages.Total)).
		text(string(a.Outcome)).text(a.Err).int(n).run()
	if last = tx.conn.changed() != 0; err == nil && !last {
		err = tx.link.int(change).int(n).run()
	}
	return change, last, err
}

// insert gives s what is stored of a; the delivery's number is still to be given.
func (tx *transaction) insert(s *statement, change int64, a *try) *statement {
	s.int(change).int(tx.writer).int(int64(a.Number)).text(a.Target).int(nanoseconds(a.Started)).
		int(int64(a.Stages.Connect)).int(int64(a.Stages.Wait)).int(int64(a.Stages.Total)).
		text(string(a.Outcome)).text(a.Err)
	r := a.Response
	if r == nil {
		return s.null().null().int(0).bool(false).null().null()
	}
	return s.int(int64(r.Status)).blob(tx.header(r.Header)).int(r.Body.Size).bool(r.Body.Complete && a.body.none()).null().
		blob(r.Body.Bytes)
}

// header is h as it is stored, until the next call.
func (tx *transaction) header(h http.Header) []byte {
	if h == nil {
		return nil
	}
	tx.scratch = appendHeader(tx.scratch[:0], h)
	return tx.scratch
}

// numbers are the first column of query's rows.
func (tx *transaction) numbers(query string, args ...any) (all []int64, err error) {
	err = tx.conn.each(query, args, func(row *statement) { all = append(all, row.columnInt(0)) })
	return all, err
}
