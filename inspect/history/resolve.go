package history

import (
	"context"
	"fmt"
	"strings"
)

const (
	idPrefix = "d_"
	minShort = 4 // characters of an id behind its prefix that people type and see at least

	// maxAmbiguous is how many ids an AmbiguousError names.
	maxAmbiguous = 5

	// last means the last delivery that is no replay.
	lastRef = "last"
)

// Resolve is the whole id that ref means: a whole id; a beginning of one, with or without its "d_" and with at least 4
// characters behind that; or "last", the latest delivery of the project that is no replay. What the project does not have
// is looked for in all projects, but for "last". The error is a *NotFoundError or an *AmbiguousError, if not SQLite's.
func (s *Store) Resolve(ctx context.Context, ref string) (string, error) {
	if err := s.seeOwn(ctx); err != nil {
		return "", err
	}
	if ref == lastRef {
		return s.last(ctx)
	}
	prefix := idPrefix + strings.TrimPrefix(strings.ToLower(ref), idPrefix)
	if prefix == idPrefix {
		return "", &NotFoundError{Ref: ref}
	}
	projects := []string{s.options.Project, ""}
	for _, project := range projects {
		ids, err := s.withPrefix(ctx, prefix, project)
		switch {
		case err != nil:
			return "", fmt.Errorf("look up delivery %q: %w", ref, err)
		case len(ids) > 1, len(ids) == 1 && len(prefix) < len(idPrefix)+minShort:
			return "", &AmbiguousError{Ref: ref, IDs: ids}
		case len(ids) == 1:
			return ids[0], nil
		}
	}
	return "", &NotFoundError{Ref: ref}
}

func (s *Store) last(ctx context.Context) (string, error) {
	all, err := s.list(ctx, Query{NoReplays: true, Limit: 1})
	if err != nil {
		return "", fmt.Errorf("look up the last delivery: %w", err)
	}
	if len(all) == 0 {
		return "", &NotFoundError{Ref: lastRef}
	}
	return all[0].ID, nil
}

// withPrefix is up to maxAmbiguous ids that begin with prefix, the newest first. The project "" is all projects.
func (s *Store) withPrefix(ctx context.Context, prefix, project string) ([]string, error) {
	w := where{}
	w.and("id >= ? AND id < ?", prefix, prefix+"\x7f") // ids are ASCII
	if project != "" {
		w.and("+project = ?", project) // the id's index is the better one
	}
	query := "SELECT id FROM delivery" + w.String() + " ORDER BY received DESC, n DESC LIMIT ?"
	rows, err := s.reads.QueryContext(ctx, query, append(w.args, maxAmbiguous)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Short is the shortest beginning of each id that no other id of the database shares, with at least 4 characters behind
// the "d_". It costs two look-ups in an index per id; the ids need not be in the database.
func (s *Store) Short(ctx context.Context, ids []string) (map[string]string, error) {
	const neighbours = `SELECT coalesce((SELECT max(id) FROM delivery WHERE id < ?1), ''),
		coalesce((SELECT min(id) FROM delivery WHERE id > ?1), '')`
	statement, err := s.reads.PrepareContext(ctx, neighbours)
	if err != nil {
		return nil, fmt.Errorf("shorten ids: %w", err)
	}
	defer statement.Close()
	short := make(map[string]string, len(ids))
	for _, id := range ids {
		var before, after string
		if err := statement.QueryRowContext(ctx, id).Scan(&before, &after); err != nil {
			return nil, fmt.Errorf("shorten %s: %w", id, err)
		}
		length := max(len(idPrefix)+minShort, common(id, before)+1, common(id, after)+1)
		short[id] = id[:min(length, len(id))]
	}
	return short, nil
}

// common is the length of the beginning that a and b share.
func common(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
