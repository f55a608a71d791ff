package history

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// A connection is the writer's own way to SQLite. It passes database/sql and its driver by, which for each statement
// with twenty parameters cost as much again as the statement. It is for one goroutine.
type connection struct {
	tls      *libc.TLS
	db       uintptr
	out      uintptr // eight bytes in which SQLite returns a pointer
	prepared []*statement
}

// A sqliteError is what SQLite says on a connection. The driver's type can't be made by others.
type sqliteError struct {
	code int
	text string
}

func (e *sqliteError) Error() string { return fmt.Sprintf("%s (%d)", e.text, e.code) }

// Code is SQLite's extended result code.
func (e *sqliteError) Code() int { return e.code }

// connect opens the database with that URI for writing.
func connect(uri string) (*connection, error) {
	c := &connection{tls: libc.NewTLS()}
	c.out = sqlite3.Xsqlite3_malloc(c.tls, 8)
	name, err := libc.CString(uri)
	if err != nil {
		c.close()
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_URI | sqlite3.SQLITE_OPEN_NOMUTEX
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, c.out, flags, 0)
	c.db = c.pointer()
	if rc == sqlite3.SQLITE_OK {
		rc = sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	}
	if rc != sqlite3.SQLITE_OK {
		err := c.failure(rc)
		c.close()
		return nil, err
	}
	return c, nil
}

// close rolls back what was not committed.
func (c *connection) close() {
	for _, s := range c.prepared {
		s.finalize()
	}
	sqlite3.Xsqlite3_close_v2(c.tls, c.db)
	sqlite3.Xsqlite3_free(c.tls, c.out)
	c.tls.Close()
}

// pointer is what SQLite returned in out.
func (c *connection) pointer() uintptr {
	b := libc.GoBytes(c.out, 8)
	if bits.UintSize == 32 {
		return uintptr(binary.NativeEndian.Uint32(b))
	}
	return uintptr(binary.NativeEndian.Uint64(b))
}

func (c *connection) failure(rc int32) error {
	if c.db == 0 {
		return &sqliteError{int(rc), libc.GoString(sqlite3.Xsqlite3_errstr(c.tls, rc))}
	}
	return &sqliteError{int(rc), libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))}
}

// prepare makes a statement that is kept until the connection is closed.
func (c *connection) prepare(query string) (*statement, error) {
	s, err := c.compile(query, sqlite3.SQLITE_PREPARE_PERSISTENT)
	if err == nil {
		c.prepared = append(c.prepared, s)
	}
	return s, err
}

func (c *connection) compile(query string, flags uint32) (*statement, error) {
	text, err := libc.CString(query)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, text)
	if rc := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, text, -1, flags, c.out, 0); rc != sqlite3.SQLITE_OK {
		return nil, c.failure(rc)
	}
	return &statement{c: c, handle: c.pointer()}, nil
}

// exec runs one statement and passes over its rows. Arguments are as with statement.bind.
func (c *connection) exec(query string, args ...any) error {
	return c.each(query, args, func(*statement) {})
}

// each runs one statement and calls row at each of its rows.
func (c *connection) each(query string, args []any, row func(*statement)) error {
	s, err := c.compile(query, 0)
	if err != nil {
		return err
	}
	defer s.finalize()
	s.bind(args...)
	for {
		more, err := s.step()
		if err != nil || !more {
			return err
		}
		row(s)
	}
}

// written is how many rows were written through the connection since it was opened.
func (c *connection) written() int { return int(sqlite3.Xsqlite3_total_changes(c.tls, c.db)) }

// changed is how many rows the latest INSERT, UPDATE or DELETE changed.
func (c *connection) changed() int { return int(sqlite3.Xsqlite3_changes(c.tls, c.db)) }
