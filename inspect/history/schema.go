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
func migrations() []string { return []string{schema1, schema2, schema3, schema4} }

// A delivery's row holds what lists show, so that they read nothing else and pages hold many; the rest, with the body, is
// in request. Times are nanoseconds since 1970 in UTC, and 0 is the zero time.
//
// All changes are numbered, in the order of their commits. A delivery's n is the number of the change that brought it.
// Each attempt that is stored is one more row under the number of its change, and names the delivery's row before it, so
// that it needs no index: the delivery's last is the newest. Of rows with the same delivery and number the newest counts.
// No number is used twice: state.floor is at least that of every change that was deleted.
//
// A delivery is under way if it has no attempt or a pending one, and the writer who stored that is not done. All that a
// writer stored is numbered from its first on.
//
// All deliveries with n <= state.indexed are in search, and in the indexes of those that are not fresh.
//
// The columns sha256 were filled once, and are left empty now: who wants a hash computes it.
//
// Each index costs every write a page, so there are few.
const schema1 = `
CREATE TABLE state (
	one     INTEGER PRIMARY KEY CHECK (one = 1),
	floor   INTEGER NOT NULL,
	indexed INTEGER NOT NULL
) STRICT;
INSERT INTO state VALUES (1, 0, 0);

CREATE TABLE writer (
	w     INTEGER PRIMARY KEY,
	name  TEXT NOT NULL UNIQUE,
	first INTEGER NOT NULL
) STRICT;

CREATE TABLE delivery (
	n             INTEGER PRIMARY KEY,
	id            TEXT NOT NULL UNIQUE,
	project       TEXT NOT NULL,
	writer        INTEGER NOT NULL,
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
	last          INTEGER NOT NULL DEFAULT 0,
	attempts      INTEGER NOT NULL DEFAULT 0,
	target        TEXT NOT NULL DEFAULT '', -- this and all below: of the attempt with the highest number
	status        INTEGER NOT NULL DEFAULT 0,
	duration      INTEGER NOT NULL DEFAULT 0,
	outcome       TEXT NOT NULL DEFAULT '',
	err           TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX delivery_received ON delivery (received, project);
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
	change   INTEGER PRIMARY KEY,
	n        INTEGER NOT NULL,     -- the delivery
	previous INTEGER NOT NULL,     -- the change of the delivery's row before, or 0
	writer   INTEGER NOT NULL,
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
	body     BLOB
) STRICT;

CREATE VIRTUAL TABLE search USING fts5(
	text, content='', contentless_delete=1, tokenize="unicode61 tokenchars '_-'"
);
`

// schema2 keeps long bodies outside of the database. Such a body's row, of request or attempt, has none and calls it
// incomplete; here are its place, by the change that brought it, and whether it is complete. What was in the database
// before stays there.
const schema2 = `
CREATE TABLE body (
	change   INTEGER PRIMARY KEY,
	segment  TEXT NOT NULL,
	start    INTEGER NOT NULL,
	length   INTEGER NOT NULL,
	sum      INTEGER NOT NULL, -- CRC-32C
	complete INTEGER NOT NULL
) STRICT;
`

// schema3 has what a replay changed, whether secrets were masked before a delivery got here, and whether its provider sent
// it more than once: the first and those that repeat it. (There is no trigger for those that are inserted: it would have
// each INSERT write what it takes to undo it by itself.)
//
// In each index of a project the deliveries with the same values stand in the order of lists, so that a list reads what
// it shows and no more: see plan. delivery_received is for those of all projects. The table word lists the index of words.
//
// A delivery is fresh until it is indexed, and in few indexes until then, so that recording is fast. Those that were there
// before this schema never were.
const schema3 = `
ALTER TABLE delivery ADD COLUMN edited TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN masked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN redelivered INTEGER NOT NULL DEFAULT 0;
UPDATE delivery SET redelivered = 1
	WHERE redelivery_of <> '' OR id IN (SELECT redelivery_of FROM delivery WHERE redelivery_of <> '');
CREATE TRIGGER delivery_adopted AFTER UPDATE OF redelivery_of ON delivery WHEN new.redelivery_of <> '' BEGIN
	UPDATE delivery SET redelivered = 1 WHERE id IN (new.id, new.redelivery_of) AND redelivered = 0;
END;

DROP INDEX delivery_received;
CREATE INDEX delivery_received ON delivery (received);
CREATE INDEX delivery_project ON delivery (project, received);
CREATE INDEX delivery_event ON delivery (project, provider, event, received) WHERE fresh = 0;
CREATE INDEX delivery_status ON delivery (project, status, received) WHERE fresh = 0;
CREATE INDEX delivery_redelivered ON delivery (project, received) WHERE redelivered = 1 AND fresh = 0;
CREATE VIRTUAL TABLE word USING fts5vocab('search', 'instance');
`

// schema4 has by how much the clock was ahead of the edge's, in nanoseconds: what came late is told from that.
const schema4 = `
ALTER TABLE delivery ADD COLUMN skew INTEGER NOT NULL DEFAULT 0;
`

// noHash stands in request.sha256, which must not be NULL.
var noHash = []byte{}

// pageSize is how much is written at least for each place that a change touches, in bytes. A delivery of some KiB touches
// fewer of this size, which is worth a tenth in batches; from 16384 on single writes are dearer again.
const pageSize = 8192

// An access is what a connection is for.
type access int

const (
	accessPrepare  access = iota // looks at a file that may be anything
	accessWrite                  // writes
	accessRead                   // only reads, but may tidy up as SQLite does when the last connection closes
	accessReadOnly               // changes nothing, while others may
	accessFixed                  // changes nothing of a file that nobody changes, wherever it lies
)

// uri names the database at path, which must be absolute, to SQLite.
func uri(path string, a access) *url.URL {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") { // C:/...
		slashed = "/" + slashed
	}
	mode := "rw"
	switch a {
	case accessReadOnly:
		mode = "ro"
	case accessFixed:
		mode = "ro&immutable=1"
	}
	return &url.URL{Scheme: "file", Path: slashed, RawQuery: "mode=" + mode}
}

// pragmas are what a connection begins with.
func pragmas(a access, busy time.Duration) []string {
	all := []string{fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds())}
	switch a {
	case accessWrite:
		// A checkpoint costs two syncs, and copies a page once however often it was written: at this size an Add takes
		// a sixth less than at 16 MiB.
		const log = 64 << 20
		all = append(all, "synchronous(normal)", fmt.Sprintf("wal_autocheckpoint(%d)", log/pageSize),
			fmt.Sprintf("journal_size_limit(%d)", log), "cache_size(-16384)")
	case accessRead:
		all = append(all, "query_only(1)")
	}
	return all
}

// dsn is the database as the driver takes it.
func dsn(path string, a access, busy time.Duration) string {
	u := uri(path, a)
	u.RawQuery += "&" + url.Values{"_pragma": pragmas(a, busy)}.Encode()
	return u.String()
}

// prepare checks that the file at path is a history that this version understands, and brings it up to date.
func prepare(ctx context.Context, path string, busy time.Duration) error {
	return withConn(ctx, dsn(path, accessPrepare, busy), func(conn *sql.Conn) error {
		version, err := readVersion(ctx, conn, path)
		if err != nil {
			return err
		}
		var mode string // a session that became somebody's history has another
		if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
			return err
		}
		known := version == len(migrations())
		if known && mode == "wal" {
			return nil
		}
		if err := enterWAL(ctx, conn); err != nil || known {
			return err
		}
		return migrate(ctx, conn, path)
	})
}

// withConn lends a connection of its own.
func withConn(ctx context.Context, dsn string, do func(*sql.Conn) error) error {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return do(conn)
}

// readVersion is the schema's version, 0 for an empty database.
func readVersion(ctx context.Context, conn *sql.Conn, path string) (int, error) {
	var application, version, tables int
	const query = `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id, pragma_user_version`
	if err := conn.QueryRowContext(ctx, query).Scan(&application, &version, &tables); isCode(err, sqlite3.SQLITE_NOTADB) {
		return 0, ErrNotHistory
	} else if err != nil {
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

// enterWAL sets the size of the pages and the journal mode, which are kept in the file. SQLite does not wait for others
// here as it does elsewhere, and several processes may be creating the database at once.
func enterWAL(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA page_size = %d", pageSize)); err != nil {
		return err
	}
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
