package history

import (
	"bytes"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// A row reads the columns of a statement's current row, one after the other. What is NULL reads as a zero value.
type row struct {
	*statement
	next   int
	before []string // the texts of the row before, by their columns; nil if nothing comes again
}

func (r *row) skip(n int) { r.next += n }

// null says whether the next column is NULL, and doesn't go on to the one behind it.
func (r *row) null() bool {
	return sqlite3.Xsqlite3_column_type(r.c.tls, r.handle, int32(r.next)) == sqlite3.SQLITE_NULL
}

func (r *row) int() int64 {
	r.next++
	return r.columnInt(r.next - 1)
}

func (r *row) bool() bool { return r.int() != 0 }

// text takes no memory for a text that stood in the row before.
func (r *row) text() string {
	view := r.view()
	if r.before == nil {
		return string(view)
	}
	if known := &r.before[r.next-1]; *known != string(view) {
		*known = string(view)
	}
	return r.before[r.next-1]
}

// bytes is nil for an empty blob too.
func (r *row) bytes() []byte { return bytes.Clone(r.view()) }

// view is a text or a blob in SQLite's own memory, until the next step; nil if it is empty.
func (r *row) view() []byte {
	r.next++
	i := int32(r.next - 1)
	at := sqlite3.Xsqlite3_column_blob(r.c.tls, r.handle, i)
	if at == 0 {
		return nil
	}
	return libc.GoBytes(at, int(sqlite3.Xsqlite3_column_bytes(r.c.tls, r.handle, i)))
}
