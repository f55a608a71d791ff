package history

import (
	"context"
	"fmt"

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

func (s *Store) get(ctx context.Context, id string) (d *inspect.Delivery, err error) {
	err = s.readingWhole(ctx, func(r *wholeReader) error {
		n, err := r.number(id)
		if err == nil && n != 0 {
			d, err = r.one(n, true)
		}
		return err
	})
	if err == nil && d == nil {
		return nil, &NotFoundError{Ref: id}
	}
	return d, err
}
