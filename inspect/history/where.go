package history

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A where is the conditions of a query and their arguments.
type where struct {
	conditions []string
	args       []any
}

func (w *where) and(condition string, args ...any) {
	w.conditions = append(w.conditions, condition)
	w.args = append(w.args, args...)
}

func (w *where) String() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

// with is all conditions of both.
func (w where) with(more where) where {
	all := where{}
	for _, w := range []where{w, more} {
		all.conditions = append(all.conditions, w.conditions...)
		all.args = append(all.args, w.args...)
	}
	return all
}

// A interval is the values from a first to a last one.
type interval struct{ from, to int64 }

var anyTime = interval{math.MinInt64, math.MaxInt64}

// times are when q's deliveries were received.
func (q Query) times() interval {
	all := anyTime
	if !q.Since.IsZero() {
		all.from = nanoseconds(q.Since)
	}
	if !q.Until.IsZero() {
		if all.to = nanoseconds(q.Until); all.to > math.MinInt64 {
			all.to--
		}
	}
	return all
}

// within wants column to be in the interval.
func (w *where) within(column string, s interval) {
	if s.from > math.MinInt64 {
		w.and(column+" >= ?", s.from)
	}
	if s.to < math.MaxInt64 {
		w.and(column+" <= ?", s.to)
	}
}

// A texts is one text, or all that begin with one.
type texts struct {
	text  string
	begin bool
}

// names are texts of which each may end in "*"; nil if there are none.
func names(all []string) (read []texts) {
	for _, name := range all {
		text, begin := strings.CutSuffix(name, "*")
		read = append(read, texts{text, begin})
	}
	return read
}

// beyond is the first text behind all that begin with t.text, in the order of bytes; "" if there is none.
func (t texts) beyond() string {
	for i := len(t.text) - 1; i >= 0; i-- {
		if t.text[i] < 0xff {
			return t.text[:i] + string([]byte{t.text[i] + 1})
		}
	}
	return ""
}

// anyText wants column to be one of those. It compares bytes, so it is right with what isn't UTF-8 too.
func (w *where) anyText(column string, of []texts) {
	var either []string
	for _, t := range of {
		switch beyond := t.beyond(); {
		case !t.begin:
			either = append(either, column+" = ?")
			w.args = append(w.args, t.text)
		case beyond == "":
			either = append(either, column+" >= ?")
			w.args = append(w.args, t.text)
		default:
			either = append(either, column+" >= ? AND "+column+" < ?")
			w.args = append(w.args, t.text, beyond)
		}
	}
	w.or(either)
}

// spansOf reads statuses and classes of them.
func spansOf(statuses []string) ([]interval, error) {
	var all []interval
	for _, status := range statuses {
		class, isClass := strings.CutSuffix(strings.ToLower(status), "xx")
		n, err := strconv.ParseInt(class, 10, 64)
		switch {
		case err == nil && isClass && n >= 1 && n <= 9:
			all = append(all, interval{n * 100, n*100 + 99})
		case err == nil && !isClass && n >= 100 && n <= 999:
			all = append(all, interval{n, n})
		default:
			return nil, fmt.Errorf(`%q is no status: want one like "200" or "4xx"`, status)
		}
	}
	return all, nil
}

// anySpan wants column to be in one of those.
func (w *where) anySpan(column string, of []interval) {
	var either []string
	for _, s := range of {
		either = append(either, column+" BETWEEN ? AND ?")
		w.args = append(w.args, s.from, s.to)
	}
	w.or(either)
}

func (w *where) or(either []string) {
	if len(either) > 0 {
		w.and("(" + strings.Join(either, " OR ") + ")")
	}
}

// listed wants column to be one of many texts.
func (w *where) listed(column string, of []string) error {
	list, err := json.Marshal(of)
	if err != nil {
		return err
	}
	w.and(column+" IN (SELECT value FROM json_each(?))", string(list))
	return nil
}
