package history

import (
	"path/filepath"
	"strings"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

// openConnection makes a database with the table t (n, v).
func openConnection(t *testing.T) *connection {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.db")
	if err := create(path); err != nil {
		t.Fatal(err)
	}
	c, err := connect(uri(path, accessWrite).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	if err := c.exec("CREATE TABLE t (n INTEGER PRIMARY KEY, v)"); err != nil {
		t.Fatal(err)
	}
	return c
}

// Values come back as they were given, also when the buffer grows between them, and in the runs after one that failed.
func TestStatement(t *testing.T) {
	c := openConnection(t)
	insert, err := c.prepare("INSERT INTO t VALUES (?, ?), (-?1, ?)")
	if err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("\xffé\x00", keptBuffer)
	for i, text := range []string{"", "a\x00b", large, "after"} {
		n := int64(i + 1)
		if err := insert.int(n).text(text).blob([]byte(text)).run(); err != nil {
			t.Fatal(err)
		}
		if got := c.changed(); got != 2 {
			t.Errorf("got %d rows changed, want 2", got)
		}
		if err := insert.int(n).null().null().run(); !isCode(err, sqlite3.SQLITE_CONSTRAINT) {
			t.Errorf("the same key again: got %v, want the constraint", err)
		}
		if len(insert.buffer) > keptBuffer {
			t.Errorf("got %d bytes kept, want at most %d", len(insert.buffer), keptBuffer)
		}
		rows := 0
		const query = "SELECT v, typeof(v) FROM t WHERE abs(n) = ? ORDER BY n DESC"
		err := c.each(query, []any{n}, func(row *statement) {
			kind := []string{"text", "blob"}[rows]
			if got := row.columnText(0); got != text || row.columnText(1) != kind {
				t.Errorf("row %d: got %d bytes of %s, want %d of %s", n, len(got), row.columnText(1), len(text), kind)
			}
			rows++
		})
		if err != nil || rows != 2 {
			t.Errorf("got %d rows, %v; want 2", rows, err)
		}
	}
	if err := insert.int(9).bool(true).blob(nil).run(); err != nil {
		t.Fatal(err)
	}
	err = c.each("SELECT sum(v IS NULL), sum(v) FROM t WHERE abs(n) = ?", []any{9}, func(row *statement) {
		if row.columnInt(0) != 1 || row.columnInt(1) != 1 {
			t.Errorf("got %d NULLs and the sum %d, want 1 and 1", row.columnInt(0), row.columnInt(1))
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestStatementErrors(t *testing.T) {
	c := openConnection(t)
	if err := c.exec("INSERT INTO t VALUES (?, 1)", 1.5); err == nil || !strings.Contains(err.Error(), "float64") {
		t.Errorf("a type that can't be bound: got %v", err)
	}
	if err := c.exec("SELECT none FROM t"); !isCode(err, sqlite3.SQLITE_ERROR) || !strings.Contains(err.Error(), "none") {
		t.Errorf("no such column: got %v", err)
	}
	if err := c.exec("SELECT ?", 1, 2); !isCode(err, sqlite3.SQLITE_RANGE) {
		t.Errorf("too many arguments: got %v, want out of range", err)
	}
	if _, err := connect(uri(filepath.Join(t.TempDir(), "none"), accessWrite).String()); !isCode(err, sqlite3.SQLITE_CANTOPEN) {
		t.Errorf("no such file: got %v, want can't open", err)
	}
}
