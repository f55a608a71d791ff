package cmd

import (
	"errors"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// readTrap reads what a breakpoint is to wait for, as the screen's filter is read. Nothing is any delivery.
func readTrap(where string) (matcher, error) {
	if strings.TrimSpace(where) == "" {
		return func(*inspect.Delivery) bool { return true }, nil
	}
	chosen, err := readTyped(where, time.Now())
	if err != nil {
		return nil, err
	}
	if len(chosen.query.Statuses) > 0 || chosen.query.Failed {
		return nil, errors.New("what is held has no status yet, as the app hasn't got it; ask for its provider, event, path, header or body")
	}
	return func(d *inspect.Delivery) bool {
		s := d.Summary()
		return chosen.mayMatch(&s) && chosen.matches(d)
	}, nil
}
