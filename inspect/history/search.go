package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"strings"
	"unicode"

	"github.com/seed-4575fdc3/hook/inspect"
)

// maxSearched is how much of a body is searched.
const maxSearched = 256 << 10

// words adds that the request has all the words. It says false if nothing can match. What the index does not have yet is
// read instead, so a search never misses the newest.
func (w *where) words(ctx context.Context, s *Store, tx *sql.Tx, words []string) (bool, error) {
	p := parsePattern(words)
	if len(p) == 0 {
		return false, nil
	}
	fresh, err := s.scanUnindexed(ctx, tx, p)
	if err != nil {
		return false, err
	}
	list, err := json.Marshal(fresh)
	if err != nil {
		return false, err
	}
	w.and("+n IN (SELECT rowid FROM search WHERE search MATCH ? UNION ALL SELECT value FROM json_each(?))",
		p.match(), string(list))
	return true, nil
}

// scanUnindexed is the numbers of the deliveries that match p and are not in the index.
func (s *Store) scanUnindexed(ctx context.Context, tx *sql.Tx, p pattern) ([]int64, error) {
	found := []int64{}
	err := s.eachText(ctx, tx, -1, func(n int64, text string) bool {
		if p.in(text) {
			found = append(found, n)
		}
		return true
	})
	return found, err
}

// A querier is a *sql.Tx or a *sql.DB.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// eachText calls yield with the searchable text of the deliveries that are not in the index, the oldest first, until
// there is no more, or limit were read, or yield returns false. A negative limit is none.
func (s *Store) eachText(ctx context.Context, q querier, limit int, yield func(n int64, text string) bool) error {
	const query = `SELECT n, method, path, endpoint, provider, event, provider_id, header, substr(request.body, 1, ?),
		` + bodyColumns + `
		FROM delivery JOIN request USING (n) LEFT JOIN body ON body.change = n WHERE n > (SELECT indexed FROM state) ORDER BY n LIMIT ?`
	bodies := s.bodyReader()
	defer bodies.close()
	rows, err := q.QueryContext(ctx, query, maxSearched, limit)
	if err != nil {
		return err
	}
	defer rows.Close()
	var n int64
	var fields [6]string
	var header []byte
	var body inspect.Capture
	var outside placed
	row := append([]any{&n, &fields[0], &fields[1], &fields[2], &fields[3], &fields[4], &fields[5], &header, &body.Bytes},
		outside.into()...)
	for rows.Next() {
		if err := rows.Scan(row...); err != nil {
			return err
		}
		bodies.fetch(&body, &outside)
		h, err := decodeHeader(header)
		if err != nil {
			return err
		}
		if !yield(n, searchText(fields[:], h, body.Bytes[:min(len(body.Bytes), maxSearched)])) {
			return nil
		}
	}
	return rows.Err()
}

func searchText(fields []string, header http.Header, body []byte) string {
	var b strings.Builder
	for _, field := range fields {
		b.WriteString(field)
		b.WriteByte('\n')
	}
	for name, values := range header {
		for _, value := range values {
			b.WriteString(name)
			b.WriteString(": ")
			b.WriteString(value)
			b.WriteByte('\n')
		}
	}
	b.Write(body)
	// NUL would end the text for the index.
	return strings.ReplaceAll(strings.ToValidUTF8(b.String(), " "), "\x00", " ")
}

// A pattern is what is searched for: phrases, each of one or more tokens. The very last token may be a beginning.
type pattern [][]string

func parsePattern(words []string) pattern {
	var p pattern
	for _, word := range words {
		if tokens := tokenize(word); len(tokens) > 0 {
			p = append(p, tokens)
		}
	}
	return p
}

// tokenize cuts text as the index does: see its tokenizer in the schema.
func tokenize(text string) []string {
	return strings.FieldsFunc(strings.ToLower(strings.ToValidUTF8(text, " ")), func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co) && r != '_' && r != '-'
	})
}

// match is p in the index's query language. Tokens hold no quotes.
func (p pattern) match() string {
	phrases := make([]string, len(p))
	for i, tokens := range p {
		phrases[i] = `"` + strings.Join(tokens, " ") + `"`
	}
	return strings.Join(phrases, " ") + " *"
}

// in says whether text matches, as the index would.
func (p pattern) in(text string) bool {
	lower := strings.ToLower(text)
	for _, phrase := range p {
		if !strings.Contains(lower, phrase[0]) { // spares most texts the cutting
			return false
		}
	}
	tokens := tokenize(text)
	for i, phrase := range p {
		if !hasPhrase(tokens, phrase, i == len(p)-1) {
			return false
		}
	}
	return true
}

// hasPhrase says whether phrase stands somewhere in tokens; with beginning set its last token may be continued.
func hasPhrase(tokens, phrase []string, beginning bool) bool {
	last := len(phrase) - 1
	for start := 0; start+last < len(tokens); start++ {
		i := 0
		for i < last && tokens[start+i] == phrase[i] {
			i++
		}
		end := tokens[start+last]
		if i == last && (end == phrase[last] || beginning && strings.HasPrefix(end, phrase[last])) {
			return true
		}
	}
	return false
}
