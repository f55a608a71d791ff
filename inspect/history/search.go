package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// A search tells which deliveries have the words of a query, the same whether they are in the index or not.
//
// The index finds what is rare at once, and is asked for it as a whole. Of what is frequent it is asked which it has of some
// neighbouring deliveries. What it can't tell, the texts do, which takes a hundred times as long.
type search struct {
	store   *Store
	pattern pattern
	indexed int64     // the index has what has no higher number
	match   string    // what the index is asked for; "" if that is of no use
	exact   bool      // all that it finds then has the words; else it only may
	found   numberSet // all that it finds; nil if that is not known
	all     []int64   // the only deliveries that may have the words; nil if it may be any
	looked  func()    // is told of each text
	read    int       // texts since this was last set to 0
	readAll int       // texts
}

// nearby says which numbers are so close to each other that they are looked for together.
const nearby = 1000

// newSearch is nil if nothing can match.
func (s *Store) newSearch(ctx context.Context, tx *sql.Tx, q Query) (*search, error) {
	f := &search{store: s, pattern: parsePattern(q.Words), looked: q.Looked}
	if f.looked == nil {
		f.looked = func() {}
	}
	if len(f.pattern) == 0 {
		return nil, nil
	}
	if err := tx.QueryRowContext(ctx, "SELECT indexed FROM state").Scan(&f.indexed); err != nil {
		return nil, err
	}
	none, err := f.ask(ctx, tx)
	if err != nil || !none && f.match == "" {
		return f, err
	}
	found := []int64{}
	if !none {
		if found, err = numbers(ctx, tx, "SELECT rowid FROM search WHERE search MATCH ? LIMIT ?", f.match, s.limits.found+1); err != nil {
			return nil, err
		}
	}
	if len(found) > s.limits.found {
		return f, nil
	}
	f.found = make(numberSet)
	for _, n := range found {
		f.found.add(n)
	}
	fresh, err := numbers(ctx, tx, "SELECT n FROM delivery WHERE n > ? ORDER BY n LIMIT ?", f.indexed, s.limits.fresh+1)
	if len(fresh) <= s.limits.fresh {
		found = append(found, fresh...)
		f.all = found
	}
	return f, err
}

// ask decides what the index is asked for. It says so if the index has nothing at all.
func (f *search) ask(ctx context.Context, tx *sql.Tx) (none bool, err error) {
	f.match, f.exact = f.pattern.match(), true
	last := f.pattern.beginning()
	if strings.ContainsFunc(last, func(r rune) bool { return r > 0x7f }) { // the index has it without its accents
		return false, nil
	}
	terms, entries, err := f.terms(ctx, tx, last)
	switch limits := f.store.limits; {
	case err != nil || entries == 0:
		return err == nil, err
	case entries <= limits.entries: // the index looks them all up before it tells of one, but they are few
	case len(terms) <= limits.terms:
		f.match = f.pattern.matchAny(terms)
	default:
		f.match, f.exact = f.pattern.matchBut(), false
	}
	return false, nil
}

// terms are the words of the index that begin so, and how often they occur; of both it may be only some if there are more
// than the limits.
func (f *search) terms(ctx context.Context, tx *sql.Tx, beginning string) (all []string, entries int, err error) {
	const query = "SELECT term FROM word WHERE term >= ? AND term < ? LIMIT ?"
	rows, err := tx.QueryContext(ctx, query, beginning, texts{text: beginning}.beyond(), f.store.limits.entries+1)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for ; rows.Next(); entries++ {
		var term string
		if err := rows.Scan(&term); err != nil {
			return nil, 0, err
		}
		if len(all) == 0 || all[len(all)-1] != term {
			all = append(all, term)
		}
	}
	if err := rows.Err(); err != nil || entries <= f.store.limits.entries {
		return all, entries, err
	}
	// The last one may occur very often: those behind it are looked for one by one.
	for len(all) <= f.store.limits.terms {
		var term string
		err := tx.QueryRowContext(ctx, "SELECT term FROM word WHERE term >= ? LIMIT 1", all[len(all)-1]+"\x01").Scan(&term)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !strings.HasPrefix(term, beginning) {
			break
		}
		if err != nil {
			return nil, 0, err
		}
		all = append(all, term)
	}
	return all, entries, nil
}

// among is which of the places have the words.
func (f *search) among(ctx context.Context, tx *sql.Tx, places []rowPlace) ([]rowPlace, error) {
	if !f.exact && f.readAll > f.store.limits.texts {
		if err := f.lookUp(ctx, tx); err != nil {
			return nil, err
		}
	}
	have, err := f.fromIndex(ctx, tx, places)
	if err != nil {
		return nil, err
	}
	var unsure []int64
	for _, p := range places {
		if p.n > f.indexed || !f.exact && have[p.n] {
			unsure = append(unsure, p.n)
			have[p.n] = false
		}
	}
	f.read += len(unsure)
	f.readAll += len(unsure)
	if len(unsure) > 0 {
		err = f.store.eachOf(ctx, tx, unsure, func(n int64, text string) {
			have[n] = f.pattern.in(text)
			f.looked()
		})
	}
	var all []rowPlace
	for _, p := range places {
		if have[p.n] {
			all = append(all, p)
		}
	}
	return all, err
}

// fromIndex is which of the places may have the words, as far as the index has them.
func (f *search) fromIndex(ctx context.Context, tx *sql.Tx, places []rowPlace) (map[int64]bool, error) {
	have := make(map[int64]bool, len(places))
	var ask []int64
	for _, p := range places {
		switch {
		case p.n > f.indexed:
		case f.found != nil:
			have[p.n] = f.found.has(p.n)
		case f.match == "":
			have[p.n] = true
		default:
			ask = append(ask, p.n)
		}
	}
	slices.Sort(ask)
	for from, to := 0, 1; from < len(ask); to++ {
		if to < len(ask) && ask[to]-ask[to-1] <= nearby {
			continue
		}
		const query = "SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?"
		if err := eachNumber(ctx, tx, func(n int64) { have[n] = true }, query, f.match, ask[from], ask[to-1]); err != nil {
			return nil, err
		}
		from = to
	}
	return have, nil
}

// lookUp has the index look up all that the pattern finds, however long that takes.
func (f *search) lookUp(ctx context.Context, tx *sql.Tx) error {
	found := make(numberSet)
	const query = "SELECT rowid FROM search WHERE search MATCH ?"
	if err := eachNumber(ctx, tx, found.add, query, f.pattern.match()); err != nil {
		return err
	}
	f.found, f.exact = found, true
	return nil
}

// A numberSet holds numbers that lie close together, 64 of them in one place.
type numberSet map[int64]uint64

func (s numberSet) add(n int64)      { s[n>>6] |= 1 << (n & 63) }
func (s numberSet) has(n int64) bool { return s[n>>6]&(1<<(n&63)) != 0 }

// eachNumber calls yield with the first column of query's rows.
func eachNumber(ctx context.Context, q querier, yield func(n int64), query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return err
		}
		yield(n)
	}
	return rows.Err()
}

// numbers are the same as a list, which is never nil.
func numbers(ctx context.Context, q querier, query string, args ...any) ([]int64, error) {
	all := []int64{}
	err := eachNumber(ctx, q, func(n int64) { all = append(all, n) }, query, args...)
	return all, err
}

// wantedNumbers is a table whose column wanted has the numbers that are given as one argument, see jsonOf. What is joined to
// it by CROSS JOIN comes in their order.
const wantedNumbers = "(SELECT value AS wanted FROM json_each(?))"

// jsonOf is the numbers as wantedNumbers takes them.
func jsonOf(numbers []int64) string {
	text, _ := json.Marshal(numbers) // numbers always can be
	return string(text)
}
