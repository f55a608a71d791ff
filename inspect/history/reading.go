package history

import (
	"context"
	"database/sql/driver"
	"fmt"
)

// reading makes the connections for reading, as soon as the database is ready: SQLite clears away what lies beside an empty
// file.
type reading struct {
	store  *Store
	driver driver.Driver
	path   string
	access access
}

func (r *reading) Connect(context.Context) (driver.Conn, error) {
	if now := r.store.standing.Load(); now.failed != nil {
		return nil, now.failed
	}
	conn, err := r.driver.Open(dsn(r.path, r.access, r.store.busy))
	if err != nil {
		return nil, err
	}
	known, ok := conn.(driverConn)
	if !ok {
		return nil, fmt.Errorf("the driver's %T can't do all that it must", conn)
	}
	return &readConn{driverConn: known, reading: r}, nil
}

func (r *reading) Driver() driver.Driver { return r.driver }

// A readConn is the driver's connection and, once it is needed, another to the same database that reads deliveries wholly. So
// database/sql looks after both.
type readConn struct {
	driverConn
	reading *reading
	whole   *wholeReader
}

// driverConn is all that database/sql asks of the driver's connections.
type driverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// Close closes both.
func (c *readConn) Close() error {
	if c.whole != nil {
		c.whole.close()
	}
	return c.driverConn.Close()
}

// readingWhole has f read the database as it is at one moment.
func (s *Store) readingWhole(ctx context.Context, f func(*wholeReader) error) error {
	conn, err := s.reads.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error {
		own := c.(*readConn) //nolint:forcetypeassert // there are no others
		if own.whole == nil {
			if own.whole, err = s.wholeReader(own.reading.path, own.reading.access); err != nil {
				return err
			}
		}
		return own.whole.reading(f)
	})
}
