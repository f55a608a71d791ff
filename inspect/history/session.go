package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// SessionOptions say how WriteSession writes.
type SessionOptions struct {
	Project   string // the label under which the deliveries stand in the file
	Overwrite bool   // an existing file
}

// WriteSession writes the deliveries to one file that needs nothing beside it: a history like any other, with all bodies
// inside, indexed for words, and as small as it can be. OpenSession reads it, on any machine.
//
// The deliveries are written as they are given, with their attempts and with what they are redeliveries of; of several with
// the same id only the first. They are best given oldest first: that is how those of the same moment are listed. Only one is
// held in memory at a time.
//
// The file appears at path when it is whole, with mode 0600. An existing one is fs.ErrExist, unless o.Overwrite is set. An error of deliveries,
// and the end of ctx, leave nothing behind.
func WriteSession(ctx context.Context, path string, deliveries iter.Seq2[*inspect.Delivery, error], o SessionOptions) error {
	if err := writeSession(ctx, path, deliveries, o); err != nil {
		return fmt.Errorf("write session %s: %w", path, err)
	}
	return nil
}

func writeSession(ctx context.Context, path string, deliveries iter.Seq2[*inspect.Delivery, error], o SessionOptions) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil && !o.Overwrite {
		return fs.ErrExist
	}
	draft, err := draftFile(path)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft) }()
	if err := fillSession(ctx, draft, deliveries, o.Project); err != nil {
		return err
	}
	whole, err := draftFile(path)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(whole) }()
	if err := compact(ctx, draft, whole); err != nil {
		return err
	}
	return appear(whole, path, o.Overwrite)
}

// draftFile makes an empty file beside path, on the same disk.
func draftFile(path string) (string, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	return file.Name(), file.Close()
}

// compact copies the database at from into the empty file at to, without what is unused, and to the disk.
func compact(ctx context.Context, from, to string) error {
	if err := vacuumInto(ctx, dsn(from, accessFixed, 0), to); err != nil {
		return err
	}
	file, err := os.OpenFile(to, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// appear gives the file its name.
func appear(draft, path string, overwrite bool) error {
	if overwrite {
		return os.Rename(draft, path)
	}
	err := os.Link(draft, path) // which never replaces anything
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(path); err == nil { // a disk without links
		return fs.ErrExist
	}
	return os.Rename(draft, path)
}

// What is written to a session in one transaction.
const (
	sessionRows  = 256
	sessionBytes = 16 << 20
)

// fillSession makes a database of the empty file at path, which is nobody else's yet: no journal guards it, and nothing
// waits for the disk.
func fillSession(ctx context.Context, path string, deliveries iter.Seq2[*inspect.Delivery, error], project string) (err error) {
	if err := createSession(ctx, path); err != nil {
		return err
	}
	conn, err := connect(uri(path, accessWrite).String())
	if err != nil {
		return err
	}
	defer conn.close()
	for _, pragma := range []string{"journal_mode = off", "synchronous = off", "cache_size = -65536"} {
		if err := conn.exec("PRAGMA " + pragma); err != nil {
			return err
		}
	}
	w := &sessionWriter{tx: transaction{conn: conn, project: project}}
	if err := w.tx.prepare(); err != nil {
		return err
	}
	for d, err := range deliveries {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = w.write(d)
		}
		if err != nil {
			return err
		}
	}
	if err := w.commit(); err != nil {
		return err
	}
	return conn.exec("INSERT INTO search (search) VALUES ('optimize')")
}

func createSession(ctx context.Context, path string) error {
	return withConn(ctx, dsn(path, accessPrepare, time.Second), func(conn *sql.Conn) error {
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA page_size = %d", pageSize)); err != nil {
			return err
		}
		return migrate(ctx, conn, path)
	})
}

// A sessionWriter writes deliveries some at a time.
type sessionWriter struct {
	tx    transaction
	rows  int // in the open transaction; 0 if there is none
	bytes int64
}

func (w *sessionWriter) write(d *inspect.Delivery) error {
	if w.rows == 0 {
		if err := w.tx.begin(); err != nil {
			return err
		}
	}
	w.rows++
	if err := w.add(d); err != nil && !errors.Is(err, ErrExists) {
		return err
	}
	w.bytes += int64(len(d.Body.Bytes))
	for _, a := range d.Attempts {
		if a.Response != nil {
			w.bytes += int64(len(a.Response.Body.Bytes))
		}
	}
	if w.rows >= sessionRows || w.bytes >= sessionBytes {
		return w.commit()
	}
	return nil
}

func (w *sessionWriter) commit() error {
	if w.rows == 0 {
		return nil
	}
	w.rows, w.bytes = 0, 0
	if err := w.tx.indexed(w.tx.changed); err != nil {
		return err
	}
	return w.tx.end()
}

func (w *sessionWriter) add(d *inspect.Delivery) error {
	r := &record{Delivery: *d}
	r.Delivery.Attempts = nil
	var attempts []*try
	for i := range d.Attempts {
		attempts = append(attempts, &try{Attempt: d.Attempts[i]})
	}
	n := w.tx.changed + 1
	if err := w.tx.bring(r, d.RedeliveryOf, attempts); err != nil {
		return err
	}
	fields := []string{d.Method, d.Path, d.Endpoint, d.Provider, d.EventType, d.ProviderID}
	text := searchText(fields, d.Header, d.Body.Bytes[:min(len(d.Body.Bytes), maxSearched)])
	return w.tx.conn.exec("INSERT INTO search (rowid, text) VALUES (?, ?)", n, text)
}
