package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What is deleted is erased from its segment at once, which on Linux gives its room on the disk back; a segment goes when
// no row names it. Nothing is copied together: deletions mostly come from the oldest on, so that whole segments fall free.

// erase overwrites bodies that no row names any more. What can't be goes with its segment.
func (s *Store) erase(all []place) {
	var file *os.File
	open := ""
	for _, p := range all {
		if _, ok := segmentOwner(p.Segment); !ok {
			continue
		}
		if p.Segment != open {
			if file != nil {
				file.Close()
			}
			open = p.Segment
			file, _ = os.OpenFile(filepath.Join(s.bodyDir(), open), os.O_WRONLY, 0)
		}
		if file == nil {
			continue
		}
		// Only what it has: to write behind its end would make it longer.
		if info, err := file.Stat(); err == nil && p.Start >= 0 && p.Length > 0 && p.Length <= info.Size()-p.Start {
			_ = punch(file, p.Start, p.Length)
		}
	}
	if file != nil {
		file.Close()
	}
}

// blank overwrites a part of file with zeros.
func blank(file *os.File, start, length int64) error {
	zeros := make([]byte, min(length, 64<<10))
	for length > 0 {
		n, err := file.WriteAt(zeros[:min(length, int64(len(zeros)))], start)
		if err != nil {
			return err
		}
		start, length = start+int64(n), length-int64(n)
	}
	return nil
}

// sweep removes the segments that no row names and none can still name.
func (s *Store) sweep(ctx context.Context) error {
	entries, err := os.ReadDir(s.bodyDir())
	if err != nil || len(entries) == 0 {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	}
	// In this order: an instance whose file is gone has stored all that it had, and then the rows tell.
	done, err := s.doneSegments(entries)
	if err != nil || len(done) == 0 {
		return err
	}
	named, err := s.namedSegments(ctx)
	if err != nil {
		return fmt.Errorf("look for bodies that nobody needs: %w", err)
	}
	for _, name := range done {
		if !named[name] {
			_ = os.Remove(filepath.Join(s.bodyDir(), name)) // or next time: Windows removes no file that somebody reads
		}
	}
	return nil
}

// doneSegments are those of entries for whose bodies there will be no more rows.
func (s *Store) doneSegments(entries []fs.DirEntry) (done []string, err error) {
	own := s.ownInstance()
	// What is handed over now goes to the current segment, or to one that was begun after entries were read.
	current := s.segments.current()
	settled := s.handed.Load() == 0 && s.journal.left() == 0
	living, err := os.ReadDir(s.lockDir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		instance, ok := segmentOwner(entry.Name())
		switch {
		case !ok:
		case instance == own:
			if settled && entry.Name() != current {
				done = append(done, entry.Name())
			}
		case !slices.ContainsFunc(living, func(e fs.DirEntry) bool { // its journal may also be one that could not be read
			return strings.HasPrefix(e.Name(), instance)
		}):
			done = append(done, entry.Name())
		}
	}
	return done, nil
}

// namedSegments are all that rows name.
func (s *Store) namedSegments(ctx context.Context) (map[string]bool, error) {
	rows, err := s.reads.QueryContext(ctx, "SELECT DISTINCT segment FROM body")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	named := make(map[string]bool)
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		named[name] = true
	}
	return named, rows.Err()
}

// ownInstance is the name of this instance, "" if it wrote nothing.
func (s *Store) ownInstance() string {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	if s.journal.lock == nil {
		return ""
	}
	return s.journal.lock.name
}
