package history

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Import stores deliveries as they are: with their ids, their attempts, and what they are redeliveries of where they say so.
// One whose id the history has already is left as it is there, and had says so of each. All are stored, or, with an error,
// none. It waits until they are on disk.
//
// A delivery without attempts stays without: it is not under way anywhere. The error is ctx's, ErrReadOnly or SQLite's.
func (s *Store) Import(ctx context.Context, deliveries []*inspect.Delivery) (had []bool, _ error) {
	if s.options.ReadOnly {
		return nil, ErrReadOnly
	}
	s.handed.Add(1)
	defer s.handed.Add(-1)
	if s.options.Project == "" {
		return nil, errNoProject
	}
	already := make([]bool, len(deliveries)) // the writer may be at it when ctx has ended: had would be nil then
	var records []*record
	var attempts [][]*try
	for i, d := range deliveries {
		if slices.ContainsFunc(d.Attempts, func(a inspect.Attempt) bool { return a.Number < 1 }) {
			return nil, fmt.Errorf("import %s: %w", d.ID, errNumber)
		}
		var n int
		if err := s.reads.QueryRowContext(ctx, "SELECT count(*) FROM delivery WHERE id = ?", d.ID).Scan(&n); err != nil {
			return nil, fmt.Errorf("import %s: %w", d.ID, err)
		}
		if already[i] = n > 0; already[i] { // its bodies must not be put into segments
			records, attempts = append(records, nil), append(attempts, nil)
			continue
		}
		r, tries := s.whole(d)
		records, attempts = append(records, r), append(attempts, tries)
	}
	err := s.do(ctx, "import deliveries", func(tx *transaction) error {
		writer := tx.writer
		tx.writer = 0 // nobody is at work on them
		defer func() { tx.writer = writer }()
		for i, r := range records {
			if r == nil {
				continue
			}
			err := tx.bring(r, deliveries[i].RedeliveryOf, attempts[i])
			if already[i] = errors.Is(err, ErrExists); err != nil && !already[i] {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return already, nil
}

// whole is d as it is stored.
func (s *Store) whole(d *inspect.Delivery) (*record, []*try) {
	r := &record{s.options.Project, *d, s.put(d.Body.Bytes)}
	r.Delivery.Attempts = nil
	if !r.Body.none() {
		r.Delivery.Body.Bytes = nil
	}
	var tries []*try
	for _, a := range d.Attempts {
		t := &try{Attempt: a}
		if a.Response != nil {
			held := *a.Response
			t.Response = &held
			if t.body = s.put(held.Body.Bytes); !t.body.none() {
				held.Body.Bytes = nil
			}
		}
		tries = append(tries, t)
	}
	return r, tries
}

// bring stores a delivery with all its attempts. A redeliveryOf that it has counts for more than what is found here.
func (tx *transaction) bring(r *record, redeliveryOf string, attempts []*try) error {
	n := tx.changed + 1
	found, err := tx.add(r, nil)
	if err != nil {
		return err
	}
	tx.underWay.remove(r.Delivery.ID)
	if redeliveryOf == "" && found != "" { // what is there may have come later than what is brought
		received, err := tx.numbers("SELECT received FROM delivery WHERE id = ?", found)
		if err != nil {
			return err
		}
		if len(received) == 1 && received[0] <= nanoseconds(r.Delivery.ReceivedAt) {
			redeliveryOf = found
		}
	}
	if found != redeliveryOf {
		if err := tx.conn.exec("UPDATE delivery SET redelivery_of = ? WHERE n = ?", redeliveryOf, n); err != nil {
			return err
		}
	}
	for _, a := range attempts {
		if _, _, err := tx.store(n, a); err != nil {
			return err
		}
	}
	return nil
}
