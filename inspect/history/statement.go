package history

import (
	"errors"
	"fmt"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// keptBuffer is how large a statement's buffer may stay between its runs.
const keptBuffer = 1 << 20

var errMemory = errors.New("out of memory")

// A statement is a prepared one. For each run all its parameters are given, in their order and as a chain:
//
//	err := s.int(n).text(id).blob(body).run()
//
// What is given is copied into a buffer that SQLite can read, and bound when the statement runs.
type statement struct {
	c      *connection
	handle uintptr

	parameters []parameter
	memory     uintptr // of buffer
	buffer     []byte  // not Go's memory
	used       int     // of buffer
	err        error   // of what was given
	running    bool
}

type parameter struct {
	kind   int   // one of SQLite's
	value  int64 // the number, or where in the buffer the text or the blob begins
	length int
}

func (s *statement) null() *statement { return s.give(parameter{kind: sqlite3.SQLITE_NULL}) }

func (s *statement) int(v int64) *statement {
	return s.give(parameter{kind: sqlite3.SQLITE_INTEGER, value: v})
}

func (s *statement) bool(v bool) *statement {
	if v {
		return s.int(1)
	}
	return s.int(0)
}

func (s *statement) text(v string) *statement {
	at := s.room(len(v))
	copy(s.buffer[at:], v)
	return s.give(parameter{sqlite3.SQLITE_TEXT, int64(at), len(v)})
}

// blob gives NULL for nil.
func (s *statement) blob(v []byte) *statement {
	if v == nil {
		return s.null()
	}
	at := s.room(len(v))
	copy(s.buffer[at:], v)
	return s.give(parameter{sqlite3.SQLITE_BLOB, int64(at), len(v)})
}

// bind gives ints, int64s and strings, for where speed does not matter.
func (s *statement) bind(args ...any) {
	for _, arg := range args {
		switch v := arg.(type) {
		case int:
			s.int(int64(v))
		case int64:
			s.int(v)
		case string:
			s.text(v)
		default:
			s.err = fmt.Errorf("a %T can't be bound", arg)
		}
	}
}

func (s *statement) give(p parameter) *statement {
	s.parameters = append(s.parameters, p)
	return s
}

// room takes the next size bytes of the buffer and returns where they begin.
func (s *statement) room(size int) int {
	at := s.used
	if s.memory == 0 || at+size > len(s.buffer) {
		s.grow(at + size)
	}
	if s.err == nil {
		s.used += size
	}
	return at
}

func (s *statement) grow(size int) {
	if size < keptBuffer {
		size = max(2*size, 4096)
	}
	memory := sqlite3.Xsqlite3_malloc64(s.c.tls, uint64(size))
	if memory == 0 {
		s.err = errMemory
		return
	}
	buffer := libc.GoBytes(memory, size)
	copy(buffer, s.buffer[:s.used])
	s.release()
	s.memory, s.buffer = memory, buffer
}

func (s *statement) release() {
	sqlite3.Xsqlite3_free(s.c.tls, s.memory)
	s.memory, s.buffer = 0, nil
}

// run runs the statement to its end.
func (s *statement) run() error {
	for {
		if more, err := s.step(); err != nil || !more {
			return err
		}
	}
}

// step goes on to the next row and says whether there is one. If not, the statement is ready for its next run.
func (s *statement) step() (bool, error) {
	rc := s.bindAll()
	if s.err == nil && rc == sqlite3.SQLITE_OK {
		s.running = true
		rc = sqlite3.Xsqlite3_step(s.c.tls, s.handle)
	}
	if rc == sqlite3.SQLITE_ROW {
		return true, nil
	}
	err := s.err
	if err == nil && rc != sqlite3.SQLITE_DONE {
		err = s.c.failure(rc)
	}
	s.reset()
	return false, err
}

func (s *statement) bindAll() (rc int32) {
	if s.running || s.err != nil {
		return sqlite3.SQLITE_OK
	}
	for i, p := range s.parameters {
		tls, place, at, length := s.c.tls, int32(i+1), s.memory+uintptr(p.value), int32(p.length)
		switch p.kind {
		case sqlite3.SQLITE_NULL:
			rc = sqlite3.Xsqlite3_bind_null(tls, s.handle, place)
		case sqlite3.SQLITE_INTEGER:
			rc = sqlite3.Xsqlite3_bind_int64(tls, s.handle, place, p.value)
		case sqlite3.SQLITE_TEXT:
			rc = sqlite3.Xsqlite3_bind_text(tls, s.handle, place, at, length, sqlite3.SQLITE_STATIC)
		case sqlite3.SQLITE_BLOB:
			rc = sqlite3.Xsqlite3_bind_blob(tls, s.handle, place, at, length, sqlite3.SQLITE_STATIC)
		}
		if rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	return sqlite3.SQLITE_OK
}

// reset ends a run before its last row.
func (s *statement) reset() {
	sqlite3.Xsqlite3_reset(s.c.tls, s.handle)
	s.parameters, s.used, s.err, s.running = s.parameters[:0], 0, nil, false
	if len(s.buffer) > keptBuffer {
		s.release()
	}
}

func (s *statement) finalize() {
	sqlite3.Xsqlite3_finalize(s.c.tls, s.handle)
	s.release()
}

// columnInt is the number in the current row's column i, counted from 0.
func (s *statement) columnInt(i int) int64 {
	return sqlite3.Xsqlite3_column_int64(s.c.tls, s.handle, int32(i))
}

func (s *statement) columnText(i int) string {
	at := sqlite3.Xsqlite3_column_text(s.c.tls, s.handle, int32(i))
	if at == 0 {
		return ""
	}
	return string(libc.GoBytes(at, int(sqlite3.Xsqlite3_column_bytes(s.c.tls, s.handle, int32(i)))))
}
