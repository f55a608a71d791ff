package history

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"math"
)

// A rowAt is where a row lies: its page, and which of the page's cells it is.
type rowAt struct {
	page uint32
	cell int
}

// A cell is a row as it lies on a page.
type cell struct {
	id       int64
	length   int64  // of the whole record
	local    []byte // its beginning
	overflow uint32 // the page on which it goes on; 0 if it doesn't
}

// The kinds of pages that rows are on.
const (
	innerPage = 0x05
	leafPage  = 0x0d
)

// cellsOf are the offsets of a page's cells, nil if it is of another kind or can't be read.
func cellsOf(page []byte, number uint32, kind byte) (header int, offsets []int) {
	if header = pageHeader(number); page[header] != kind {
		return 0, nil
	}
	count, first := int(binary.BigEndian.Uint16(page[header+3:])), header+8
	if kind == innerPage {
		first += 4
	}
	if first+2*count > len(page) {
		return 0, nil
	}
	offsets = make([]int, count)
	for i := range offsets {
		offsets[i] = int(binary.BigEndian.Uint16(page[first+2*i:]))
		if offsets[i] < first+2*count || offsets[i] >= len(page) {
			return 0, nil
		}
	}
	return header, offsets
}

// varint reads one of SQLite's, which begin with the high bits; its width is 0 if b ends before it does.
func varint(b []byte) (v int64, width int) {
	var n uint64
	for i, c := range b[:min(len(b), 9)] {
		if i == 8 {
			return int64(n<<8 | uint64(c)), 9
		}
		n = n<<7 | uint64(c&0x7f)
		if c < 0x80 {
			return int64(n), i + 1
		}
	}
	return 0, 0
}

// readCell reads a leaf's cell.
func readCell(page []byte, offset int) (c cell, ok bool) {
	b := page[offset:]
	var w int
	if c.length, w = varint(b); w == 0 || c.length < 0 {
		return cell{}, false
	}
	b = b[w:]
	if c.id, w = varint(b); w == 0 {
		return cell{}, false
	}
	b = b[w:]
	usable := int64(len(page))
	local, most := c.length, usable-35
	if local > most {
		least := (usable-12)*32/255 - 23
		if local = least + (c.length-least)%(usable-4); local > most {
			local = least
		}
		if int64(len(b)) < local+4 {
			return cell{}, false
		}
		c.overflow = binary.BigEndian.Uint32(b[local:])
	}
	if int64(len(b)) < local {
		return cell{}, false
	}
	c.local = b[:local]
	return c, true
}

// record is all of the cell's record; false if it can't be read to its end.
func (f *damagedFile) record(c cell) ([]byte, bool) {
	if c.length > maxRecord {
		return nil, false
	}
	b := append(make([]byte, 0, min(c.length, 1<<20)), c.local...)
	for next := c.overflow; next != 0 && int64(len(b)) < c.length; {
		page, err := f.page(next)
		if err != nil || len(bytes.Trim(page, "\x00")) == 0 { // wiped
			return nil, false
		}
		next = binary.BigEndian.Uint32(page)
		b = append(b, page[4:min(int64(len(page)), 4+c.length-int64(len(b)))]...)
	}
	return b, int64(len(b)) == c.length
}

// A value is a column's: nil, an int64, a string or a []byte.
type value any

// decodeValues reads a record's values, and says how many columns it has. Of one that is cut off it gives the values that are
// there as a whole.
func decodeValues(b []byte) (values []value, columns int) {
	length, w := varint(b)
	if w == 0 || length < int64(w) || length > int64(len(b)) {
		return nil, 0
	}
	kinds, content, more := b[w:length], b[length:], true
	for ; len(kinds) > 0; columns++ {
		kind, w := varint(kinds)
		size := valueSize(kind)
		if w == 0 || size < 0 {
			return nil, 0
		}
		kinds = kinds[w:]
		if more = more && size <= int64(len(content)); more {
			values, content = append(values, decodeValue(kind, content[:size])), content[size:]
		}
	}
	return values, columns
}

// valueSize is how many bytes a value of that kind takes; -1 for kinds that a history doesn't have.
func valueSize(kind int64) int64 {
	switch {
	case kind >= 0 && kind <= 4:
		return kind
	case kind == 5:
		return 6
	case kind == 6:
		return 8
	case kind == 8 || kind == 9:
		return 0
	case kind >= 12:
		return (kind - 12) / 2
	}
	return -1
}

func decodeValue(kind int64, b []byte) value {
	switch {
	case kind == 0:
		return nil
	case kind == 8 || kind == 9:
		return kind - 8
	case kind >= 12 && kind%2 == 0:
		return b
	case kind >= 12:
		return string(b)
	}
	n := int64(int8(b[0]))
	for _, c := range b[1:] {
		n = n<<8 | int64(c)
	}
	return n
}

// A shape is what a table's rows look like.
type shape struct {
	names []string
	kinds []string // INTEGER, TEXT or BLOB
	must  []bool   // not NULL
	least int      // how many columns there were at first
}

// shapesOf are those of the tables that deliveries are in, by their names, as this version of hook makes them. Those of older
// ones lack the last of their columns.
func shapesOf(ctx context.Context) (map[string]*shape, error) {
	all := map[string]*shape{"delivery": new(shape), "request": new(shape), "attempt": new(shape), "body": new(shape)}
	return all, withConn(ctx, ":memory:", func(conn *sql.Conn) error {
		for _, step := range migrations() {
			if _, err := conn.ExecContext(ctx, step); err != nil {
				return err
			}
			for table, s := range all {
				if err := s.read(ctx, conn, table); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// read reads the shape of a table as it is now; nothing if there is none yet.
func (s *shape) read(ctx context.Context, conn *sql.Conn, table string) error {
	rows, err := conn.QueryContext(ctx, `SELECT name, type, "notnull" FROM pragma_table_info(?) ORDER BY cid`, table)
	if err != nil {
		return err
	}
	defer rows.Close()
	s.names, s.kinds, s.must = nil, nil, nil
	for rows.Next() {
		var name, kind string
		var must bool
		if err := rows.Scan(&name, &kind, &must); err != nil {
			return err
		}
		s.names, s.kinds, s.must = append(s.names, name), append(s.kinds, kind), append(s.must, must)
	}
	if s.least == 0 {
		s.least = len(s.names)
	}
	return rows.Err()
}

// fits says whether values, of so many columns, may be a row's. The first column is the row's own number, and not in the record.
func (s *shape) fits(values []value, columns int) bool {
	if columns < s.least || columns > len(s.names) || len(values) == 0 || values[0] != nil {
		return false
	}
	for i, v := range values[1:] {
		kind := "NULL"
		switch v.(type) {
		case int64:
			kind = "INTEGER"
		case string:
			kind = "TEXT"
		case []byte:
			kind = "BLOB"
		}
		if kind != s.kinds[i+1] && (v != nil || s.must[i+1]) {
			return false
		}
	}
	return true
}

// A fields is a row by the names of its columns. What isn't there is 0, "" or nil.
type fields struct {
	*shape
	values []value
}

func (f fields) value(name string) value {
	for i, n := range f.names {
		if n == name && i < len(f.values) {
			return f.values[i]
		}
	}
	return nil
}

func (f fields) int(name string) int64 {
	n, _ := f.value(name).(int64)
	return n
}

func (f fields) text(name string) string {
	s, _ := f.value(name).(string)
	return s
}

func (f fields) blob(name string) []byte {
	b, _ := f.value(name).([]byte)
	return b
}

// A reach is the numbers of the rows that are below a page: above low, up to high.
type reach struct{ low, high int64 }

func allRows() reach { return reach{math.MinInt64, math.MaxInt64} }

func (r reach) holds(id int64) bool { return id > r.low && id <= r.high }
