package history

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// Salvage yields the deliveries that can still be read of a damaged history at path, with its log, its segments and its
// journals if they lie beside it under their names. It changes nothing. Their order is that in which they came, but for what is
// in journals only, which comes last.
//
// Each comes once. A byte that has changed in what is in the database itself is not noticed, unless it makes no sense: SQLite has no
// checksums of it. Bodies in segments have. What is lost of one is left out: a body that is lost counts as not kept, an attempt that is lost is missing.
// Deliveries that were under way are interrupted. If the file's beginning is lost, some that were deleted may be among them. A
// file in which there is nothing is ErrNotHistory.
func Salvage(ctx context.Context, path string) iter.Seq2[*inspect.Delivery, error] {
	return func(yield func(*inspect.Delivery, error) bool) {
		shapes, err := shapesOf(ctx)
		if err == nil {
			err = salvaged(ctx, path, shapes, yield)
		}
		if err != nil {
			yield(nil, fmt.Errorf("read what is left of %s: %w", path, err))
		}
	}
}

// salvaged returns an error if yield is still to be told.
func salvaged(ctx context.Context, path string, shapes map[string]*shape, yield func(*inspect.Delivery, error) bool) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	s := &salvage{path: path, shapes: shapes, seen: make(map[string]bool), unread: make(map[string][]reach)}
	if s.file, err = openDamaged(path); err != nil {
		return err
	}
	defer s.file.close()
	if err := s.index(ctx); err != nil {
		return err
	}
	bodies := &bodyReader{dir: path + ".bodies"}
	defer bodies.close()
	for _, n := range slices.Sorted(maps.Keys(s.rows["delivery"])) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if d := s.delivery(n, bodies); d != nil && !yield(d, nil) {
			return nil
		}
	}
	for d := range s.journals(bodies) {
		if !yield(d, nil) {
			return nil
		}
	}
	if len(s.seen) == 0 {
		return fmt.Errorf("%w, or nothing of it can be read", ErrNotHistory)
	}
	return nil
}

// A salvage is what was found in a damaged history.
type salvage struct {
	path     string
	file     *damagedFile
	shapes   map[string]*shape
	rows     map[string]map[int64]rowAt // by the table and the row's number
	attempts map[int64][]rowAt          // by the delivery's number
	passed   map[uint32]bool            // pages that belong to a table
	unread   map[string][]reach         // the rows of each table that were not reached
	seen     map[string]bool            // ids
}

// row reads a row, with its number. Of one that is not there as a whole, whole says so.
func (s *salvage) row(table string, at rowAt) (f fields, number int64, whole bool) {
	page, err := s.file.page(at.page)
	if err != nil {
		return fields{}, 0, false
	}
	_, offsets := cellsOf(page, at.page, leafPage)
	c, _ := readCell(page, offsets[at.cell])
	record, whole := s.file.record(c)
	if !whole {
		record = c.local
	}
	values, columns := decodeValues(record)
	return fields{s.shapes[table], values}, c.id, whole && len(values) == columns
}

// delivery is the one with that number; nil if it can't be read or came before.
func (s *salvage) delivery(n int64, bodies *bodyReader) *inspect.Delivery {
	f, _, whole := s.row("delivery", s.rows["delivery"][n])
	id := f.text("id")
	if !whole || !strings.HasPrefix(id, idPrefix) || s.seen[id] {
		return nil
	}
	s.seen[id] = true
	d := &inspect.Delivery{
		ID: id, ReplayOf: f.text("replay_of"), RedeliveryOf: f.text("redelivery_of"), Endpoint: f.text("endpoint"),
		Method: f.text("method"), Path: f.text("path"), ReceivedAt: timeOf(f.int("received")), Provider: f.text("provider"),
		EventType: f.text("event"), ProviderID: f.text("provider_id"), Change: f.text("edited"), Masked: f.int("masked") != 0, Skew: time.Duration(f.int("skew")),
		Signature: signature.Result{Verdict: signature.Verdict(f.text("verdict")), Reason: signature.Reason(f.text("reason"))},
		Body:      inspect.Capture{Size: f.int("size")},
	}
	if at, ok := s.rows["request"][n]; ok {
		s.request(d, at, bodies)
	}
	s.tries(d, n, bodies)
	settleSalvaged(d)
	return d
}

// request completes d with its request.
func (s *salvage) request(d *inspect.Delivery, at rowAt, bodies *bodyReader) {
	f, n, whole := s.row("request", at)
	d.Remote, d.Proto, d.Host, d.URL = f.text("remote"), f.text("proto"), f.text("host"), f.text("url")
	d.Header, _ = decodeHeader(f.blob("header"))
	g := &d.Signature
	g.Provider, g.Secret, g.Test, g.Expected, g.Got = f.text("signer"), f.text("secret"), f.int("test") != 0, f.text("expected"), f.text("got")
	if seconds, ok := f.value("signed").(int64); ok {
		g.Signed = time.Unix(seconds, f.int("signed_fraction")).UTC()
	}
	s.body(&d.Body, f, n, whole, bodies)
}

// body completes c with the body of a row with that number: the one that it has itself, or the one that lies elsewhere.
func (s *salvage) body(c *inspect.Capture, f fields, n int64, whole bool, bodies *bodyReader) {
	c.Complete = whole && f.int("complete") != 0
	if b := f.blob("body"); len(b) > 0 {
		c.Bytes = bytes.Clone(b)
	}
	if at, ok := s.rows["body"][n]; ok {
		p, _, _ := s.row("body", at)
		c.Bytes = bodies.read(place{p.text("segment"), p.int("start"), p.int("length"), uint32(p.int("sum"))})
		c.Complete = c.Bytes != nil && p.int("complete") != 0
	}
	if int64(len(c.Bytes)) != c.Size {
		c.Complete = false
	}
}

// tries completes d with its attempts: of those with the same number the newest counts.
func (s *salvage) tries(d *inspect.Delivery, n int64, bodies *bodyReader) {
	newest := make(map[int]int64)
	byNumber := make(map[int]inspect.Attempt)
	for _, at := range s.attempts[n] {
		f, change, whole := s.row("attempt", at)
		number := int(f.int("number"))
		if number < 1 || newest[number] > change {
			continue
		}
		a := inspect.Attempt{
			Number: number, Target: f.text("target"), Started: timeOf(f.int("started")), Err: f.text("err"), Outcome: inspect.Outcome(f.text("outcome")),
			Stages: inspect.Stages{Connect: time.Duration(f.int("connect")), Wait: time.Duration(f.int("wait")), Total: time.Duration(f.int("total"))},
		}
		if status, ok := f.value("status").(int64); ok {
			a.Response = &inspect.Response{Status: int(status), Body: inspect.Capture{Size: f.int("size")}}
			a.Response.Header, _ = decodeHeader(f.blob("header"))
			s.body(&a.Response.Body, f, change, whole, bodies)
		}
		newest[number], byNumber[number] = change, a
	}
	for _, number := range slices.Sorted(maps.Keys(byNumber)) {
		d.Attempts = append(d.Attempts, byNumber[number])
	}
}

// settleSalvaged ends what was under way.
func settleSalvaged(d *inspect.Delivery) {
	if len(d.Attempts) == 0 {
		d.Attempts = []inspect.Attempt{{Number: 1, Started: d.ReceivedAt}}
	}
	if last := d.Last(); last.Outcome == inspect.OutcomePending {
		last.Outcome, last.Err = inspect.OutcomeInterrupted, settledErr
	}
}

// journals yields what never reached the database.
func (s *salvage) journals(bodies *bodyReader) iter.Seq[*inspect.Delivery] {
	return func(yield func(*inspect.Delivery) bool) {
		dir := s.path + ".locks"
		entries, _ := os.ReadDir(dir)
		for _, entry := range entries {
			file, err := os.Open(filepath.Join(dir, entry.Name()))
			if err != nil {
				continue
			}
			all, _ := readJournal(file) // what can be read of it
			file.Close()
			for _, r := range all {
				d := r.Delivery
				if s.seen[d.ID] {
					continue
				}
				s.seen[d.ID] = true
				if !r.Body.none() {
					d.Body.Bytes = bodies.read(r.Body)
					d.Body.Complete = d.Body.Complete && d.Body.Bytes != nil
				}
				settleSalvaged(&d)
				if !yield(&d) {
					return
				}
			}
		}
	}
}
