// Package state is what a hook-relay remembers: whose names are, which tokens there are, and who did what. It is kept in NATS
// JetStream, in a server inside this process.
//
// What is asked for often is kept in memory too, and follows what is stored: looking up a token or a name that is known costs
// the engine nothing, and goes on while it is down.
package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-4575fdc3/hook/internal/filelock"
)

// Format is of which form a data folder is that this version writes. A folder of a newer form isn't opened.
const Format = 1

// ErrInUse is returned for a data folder that another process has open.
var ErrInUse = errors.New("another process uses it")

// ErrDamaged is returned for a data folder of which the engine doesn't give all that was stored.
var ErrDamaged = errors.New("what was stored can't be read: the files are damaged")

// A NewerError is returned for a data folder that a newer version wrote.
type NewerError struct{ Format int }

func (e *NewerError) Error() string {
	return fmt.Sprintf("a newer version wrote it (format %d, this one knows %d)", e.Format, Format)
}

// A Store is what one relay remembers. Make it with Open. It is safe for concurrent use.
type Store struct {
	lock   *os.File
	engine *engine
	log    *slog.Logger
	now    func() time.Time

	names  *table[Name]
	tokens *table[Token]
	audit  *audit
	inbox  *inbox
	hashes tokenHashes
	sick   *sickness
}

// Open opens the data folder dir, and makes it at the first time. Its error is ErrInUse, ErrDamaged, ErrNoRoom or a *NewerError where that is
// the reason. A nil log discards.
func Open(ctx context.Context, dir string, limits InboxLimits, log *slog.Logger) (*Store, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Store{log: log, now: time.Now, sick: newSickness()}
	if err := s.open(ctx, dir, limits); err != nil {
		if free, unknown := freeBytes(dir); unknown == nil && free < leastFree {
			err = fmt.Errorf("%w: %w", ErrNoRoom, err)
		}
		return nil, errors.Join(fmt.Errorf("data folder %s: %w", dir, err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, dir string, limits InboxLimits) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if s.lock, err = os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	if err := filelock.Try(s.lock); errors.Is(err, filelock.ErrHeld) {
		return ErrInUse
	} else if err != nil {
		return err
	}
	if err := checkFormat(filepath.Join(dir, "format.json")); err != nil {
		return err
	}
	if s.engine, err = startEngine(dir, s.log, s.sick.see); err != nil {
		return err
	}
	if s.audit, err = openAudit(ctx, s.engine); err != nil {
		return err
	}
	if s.names, err = openTable[Name](ctx, s.engine, "names", "endpoint names and whose they are", nil); err != nil {
		return err
	}
	if s.tokens, err = openTable(ctx, s.engine, "tokens", "tokens by their names", s.hashes.changed); err != nil {
		return err
	}
	if s.inbox, err = openInbox(ctx, s.engine, dir, limits, s.now().UnixMicro()); err != nil {
		return err
	}
	looking, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.sick.stop = stop
	s.sick.done.Go(func() { s.look(looking) })
	return nil
}

// Close ends all that Open began. What was answered before is on the disk.
func (s *Store) Close() error {
	var errs []error
	if s.sick.stop != nil {
		s.sick.stop()
		s.sick.done.Wait()
	}
	if s.inbox != nil {
		errs = append(errs, s.inbox.close())
	}
	if s.names != nil {
		errs = append(errs, s.names.close())
	}
	if s.tokens != nil {
		errs = append(errs, s.tokens.close())
	}
	if s.engine != nil {
		s.engine.close()
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// checkFormat reads the folder's form, and writes ours into a new one.
func checkFormat(path string) error {
	var format struct {
		Format int `json:"format"`
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		format.Format = Format
		data, err := json.Marshal(format)
		if err != nil {
			return err
		}
		return os.WriteFile(path, append(data, '\n'), 0o600)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &format); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	if format.Format > Format {
		return &NewerError{format.Format}
	}
	return nil
}
