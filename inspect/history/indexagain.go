package history

import (
	"context"

	sqlite3 "modernc.org/sqlite/lib"
)

// IsIndexDamaged says whether err is that the index of words is damaged. No delivery is lost with it: see ForgetIndex.
func IsIndexDamaged(err error) bool {
	code, ok := codeOf(err)
	return ok && code == sqlite3.SQLITE_CORRUPT_VTAB
}

// ForgetIndex empties the index of words. Until RunUpkeep or Index has made it anew, a search reads the deliveries themselves.
func (s *Store) ForgetIndex(ctx context.Context) error {
	return s.do(ctx, "forget the index", func(tx *transaction) error {
		if err := tx.conn.exec("INSERT INTO search (search) VALUES ('delete-all')"); err != nil {
			return err
		}
		return tx.conn.exec("UPDATE state SET indexed = 0")
	})
}
