package history

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
)

// An enumeration finds which values there are, by one look into an index for each. It stops at the first error.
type enumeration struct {
	ctx   context.Context
	tx    *sql.Tx
	limit int
	err   error
}

// texts are those of the values that column has within an arm of which it is the index's next column. A text that is no
// beginning is not looked up; nil stands for all. It gives up when there are more than the limit.
func (e *enumeration) texts(within arm, column string, of []texts) (found []string) {
	if of == nil {
		of = []texts{{begin: true}}
	}
	for _, t := range of {
		if !t.begin {
			found = append(found, t.text)
			continue
		}
		begins := func(s string) bool { return strings.HasPrefix(s, t.text) }
		found = append(found, distinct(e, within, column, t.text, begins, func(s string) string { return s + "\x00" })...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// numbers is the same for numbers.
func (e *enumeration) numbers(within arm, column string, of []interval) (found []int64) {
	for _, s := range of {
		in := func(n int64) bool { return n <= s.to }
		found = append(found, distinct(e, within, column, s.from, in, func(n int64) int64 { return n + 1 })...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// distinct are the values from the first one on that are in what is asked for; after is the least that is greater.
func distinct[T any](e *enumeration, within arm, column string, from T, in func(T) bool, after func(T) T) (found []T) {
	w := within.where()
	w.and(column+" >= ?", nil)
	query := "SELECT " + column + " FROM delivery INDEXED BY " + within.index + w.String() + " ORDER BY " + column + " LIMIT 1"
	for e.err == nil && len(found) <= e.limit {
		w.args[len(w.args)-1] = from
		var value T
		err := e.tx.QueryRowContext(e.ctx, query, w.args...).Scan(&value)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !in(value) {
			return found
		}
		if e.err = err; err == nil {
			found = append(found, value)
		}
		from = after(value)
	}
	return found
}
