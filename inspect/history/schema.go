package history

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// applicationID marks the file as ours: "hook" in ASCII.
const applicationID = 0x686f6f6b

// migrations are the steps from one version of the schema to the next; a step is never changed once released. Their
// number is the version, kept in PRAGMA user_version.
func migrations() []string { return []string{schema1} }

// A delivery's row holds what lists show, so that they read nothing else and pages hold many; the rest, with the body, is
// in request. Times are nanoseconds since 1970 in UTC, and 0 is the zero time.
//
// state.changed numbers all changes in the order of their commits. A delivery's n is the number of the change that
// brought it, and changed that of its latest: n is never used twice, and a cursor over changed misses nothing. All
// deliveries with n <= state.indexed are in search.
//
// Each index costs every write a page, so there are few: delivery_received serves the lists of one project and of all.
const schema1 = `
CREATE TABLE state (
	one     INTEGER PRIMARY KEY CHECK (one = 1),
	changed INTEGER NOT NULL,
	indexed INTEGER NOT NULL
) STRICT;
INSERT INTO state VALUES (1, 0, 0);

CREATE TABLE delivery (
	n             INTEGER PRIMARY KEY,
	changed       INTEGER NOT NULL,
	id            TEXT NOT NULL UNIQUE,
	project       TEXT NOT NULL,
	writer        TEXT NOT NULL,    -- the instance in which it is under way, or ''
	received      INTEGER NOT NULL,
	replay_of     TEXT NOT NULL,
	redelivery_of TEXT NOT NULL,
	endpoint      TEXT NOT NULL,
	method        TEXT NOT NULL,
	path          TEXT NOT NULL,
	provider      TEXT NOT NULL,
	event         TEXT NOT NULL,
	provider_id   TEXT NOT NULL,
	verdict       TEXT NOT NULL,
	reason        TEXT NOT NULL,
	size          INTEGER NOT NULL, -- of the whole body
	attempts      INTEGER NOT NULL DEFAULT 0,
	target        TEXT NOT NULL DEFAULT '', -- this and all below: of the last attempt
	status        INTEGER NOT NULL DEFAULT 0,
	duration      INTEGER NOT NULL DEFAULT 0,
	outcome       TEXT NOT NULL DEFAULT '',
	err           TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX delivery_received ON delivery (received, project);
CREATE INDEX delivery_changed  ON delivery (changed);
CREATE INDEX delivery_writer   ON delivery (writer) WHERE writer <> '';
CREATE INDEX delivery_provider ON delivery (provider_id, received) WHERE provider_id <> '' AND replay_of = '';

CREATE TABLE request (
	n               INTEGER PRIMARY KEY,
	remote          TEXT NOT NULL,
	proto           TEXT NOT NULL,
	host            TEXT NOT NULL,
	url             TEXT NOT NULL,
	header          BLOB,
	signer          TEXT NOT NULL, -- the signature's provider, and its evidence
	secret          TEXT NOT NULL, -- where the secret was found, never the secret
	test            INTEGER NOT NULL,
	signed          INTEGER,       -- whole seconds: it is the sender's word, and may be any year
	signed_fraction INTEGER NOT NULL,
	expected        TEXT NOT NULL,
	got             TEXT NOT NULL,
	complete        INTEGER NOT NULL,
	sha256          BLOB NOT NULL,
	body            BLOB           -- last: what comes before is read without it
) STRICT;

CREATE TABLE attempt (
	n        INTEGER NOT NULL,
	number   INTEGER NOT NULL,
	target   TEXT NOT NULL,
	started  INTEGER NOT NULL,
	connect  INTEGER NOT NULL,
	wait     INTEGER NOT NULL,
	total    INTEGER NOT NULL,
	outcome  TEXT NOT NULL,
	err      TEXT NOT NULL,
	status   INTEGER,              -- NULL: the app gave no response
	header   BLOB,
	size     INTEGER NOT NULL,
	complete INTEGER NOT NULL,
	sha256   BLOB,
	body     BLOB,
	PRIMARY KEY (n, number)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE search USING fts5(
	text, content='', contentless_delete=1, tokenize="unicode61 tokenchars '_-'"
);
`

// An access is what a connection is for.
type access int

const (
	accessPrepare  access = iota // looks at a file that may be anything
	accessWrite                  // writes
	accessRead                   // only reads, but may tidy up as SQLite does when the last connection closes
	accessReadOnly               // changes nothing
)

// dsn is the data source name of the database at path, which must be absolute.
func dsn(path string, a access, busy time.Duration) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") { // C:/...
		slashed = "/" + slashed
	}
	q := url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds())}}
	q.Set("mode", "rw")
	switch a {
	case accessWrite:
		// A checkpoint costs two syncs, and copies a page once however often it was written: at this size (64 MiB)
		// an Add takes a sixth less than at 16 MiB.
		q["_pragma"] = append(q["_pragma"], "synchronous(normal)", "wal_autocheckpoint(16000)",
			"journal_size_limit(67108864)", "cache_size(-16384)")
	case accessRead:
		q["_pragma"] = append(q["_pragma"], "query_only(1)")
	case accessReadOnly:
		q.Set("mode", "ro")
	}
	return (&url.URL{Scheme: "file", Path: slashed, RawQuery: q.Encode()}).String()
}

// prepare checks that the file at path is a history that this version understands, and brings it up to date.
func prepare(ctx context.Context, path string, readOnly bool, busy time.Duration) error {
	a := accessPrepare
	if readOnly {
		a = accessReadOnly
	}
	db, err := sql.Open("sqlite", dsn(path, a, busy))
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()

	version, err := readVersion(ctx, conn, path)
	if isCode(err, sqlite3.SQLITE_NOTADB) {
		return ErrNotHistory
	}
	known := len(migrations())
	if err != nil || version == known {
		return err
	}
	if readOnly {
		return fmt.Errorf("schema %d is older than %d, and it may not be brought up to date", version, known)
	}
	if err := enterWAL(ctx, conn); err != nil {
		return err
	}
	return migrate(ctx, conn, path)
}

// readVersion is the schema's version, 0 for an empty database.
func readVersion(ctx context.Context, conn *sql.Conn, path string) (int, error) {
	var application, version, tables int
	const query = `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id, pragma_user_version`
	if err := conn.QueryRowContext(ctx, query).Scan(&application, &version, &tables); err != nil {
		return 0, err
	}
	switch known := len(migrations()); {
	case application == 0 && version == 0 && tables == 0:
		return 0, nil
	case application != applicationID:
		return 0, ErrNotHistory
	case version > known:
		return 0, &NewerError{Path: path, Found: version, Known: known}
	}
	return version, nil
}

// enterWAL sets the journal mode, which is kept in the file. SQLite does not wait for others here as it does elsewhere,
// and several processes may be creating the database at once.
func enterWAL(ctx context.Context, conn *sql.Conn) error {
	for try := 1; ; try++ {
		_, err := conn.ExecContext(ctx, "PRAGMA journal_mode = wal")
		if !isBusy(err) || try == 100 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func migrate(ctx context.Context, conn *sql.Conn, path string) (err error) {
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	// Another process may have migrated since we looked.
	version, err := readVersion(ctx, conn, path)
	if err != nil {
		return err
	}
	steps := migrations()
	for i, step := range steps[version:] {
		if _, err := conn.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", version+i+1, err)
		}
	}
	mark := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", applicationID, len(steps))
	_, err = conn.ExecContext(ctx, mark)
	return err
}
